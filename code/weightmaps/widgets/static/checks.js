// How a network that was opened does on the images at hand: as given, and as they may have been meant. Nothing is changed.

import { NAMES, spread } from "./bytes.js";
import { forward, argmax } from "./maths.js";

/** @typedef {import("./maths.js").Layer} Layer */

const WORK = 3e8; // multiplications a measurement may take: a second or less
const OTHERWISE = {
  divided: ["images / 255", (v) => v / 255],
  multiplied: ["images × 255", (v) => v * 255],
  inverted: ["1 − images", (v) => 1 - v],
};

/** The share of images answered with their label, over as many as take no more than a moment. */
export function accuracyOf(layers, images, labels, change = null) {
  const each = layers[0].columns, weights = layers.reduce((sum, one) => sum + one.weights.length, 0);
  const chosen = spread(labels.length, Math.max(20, Math.floor(WORK / weights))), count = chosen.length;
  let right = 0;
  for (const i of chosen) {
    const x = images.subarray(i * each, (i + 1) * each);
    right += argmax(forward(layers, change ? x.map(change) : x).a.at(-1)) === labels[i];
  }
  return { right, count, share: right / count };
}

/** The accuracy with each activation that hidden layers may have; the outputs' changes no answer. */
export function choices(layers, images, labels) {
  return NAMES.hidden.map((name) => ({
    name, share: labels && accuracyOf(layers.map((one, i) => ({ ...one, activation: i < layers.length - 1 ? name : "identity" })), images, labels).share,
  }));
}

/**
 * What looks odd, with its evidence: how often the network is right with the images as given, and changed.
 * @param {Layer[]} layers with activations @returns {{given: object | null, better: {key: string, words: string, share: number} | null}}
 */
export function findings(layers, images, labels) {
  if (!labels) return { given: null, better: null };
  const given = accuracyOf(layers, images, labels);
  const others = Object.entries(OTHERWISE).map(([key, [words, change]]) => ({ key, words, ...accuracyOf(layers, images, labels, change) }));
  const best = others.reduce((one, two) => (two.right > one.right ? two : one));
  // More than chance, and more than a detail: a tenth of the images, and three times the spread of a coin.
  const telling = best.right - given.right > Math.max(0.1 * given.count, 1.5 * Math.sqrt(given.count));
  return { given, better: telling ? best : null };
}

/** The change that a finding names, made because the reader asked. @param {{layers: Layer[], images: object}} parts */
export function changed({ layers, images }, key) {
  if (key !== "multiplied") return { layers, images: { ...images, own: false, pixels: images.pixels.map(OTHERWISE[key][1]) } };
  // The images stay within 0 and 1, which the pictures need: a first layer of 255 times the weights answers the same.
  return { layers: layers.map((one, i) => (i ? one : { ...one, weights: one.weights.map((w) => 255 * w) })), images };
}
