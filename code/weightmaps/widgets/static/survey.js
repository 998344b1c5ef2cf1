// One network over many images: what each neuron answers, how often the network is right, what a neuron is worth.

import { activate, answerOf, forward, argmax, scaled } from "./maths.js";

/** @typedef {import("./maths.js").Layer} Layer @typedef {import("./maths.js").Trace} Trace */

const AT_ONCE = 25; // images between which the page may answer

/**
 * The first layer's z and a for every image, which no factor changes, put into `known`, some more each time.
 * @param {Layer[]} layers @param {Float64Array[]} images @param {{z: Float64Array, a: Float64Array}[]} known
 */
export function* firstAnswers(layers, images, known) {
  while (known.length < images.length) {
    known.push(...images.slice(known.length, known.length + AT_ONCE).map((x) => answerOf(layers[0], x)));
    yield;
  }
}

/** A trace for every image. @param {import("./maths.js").Factors} factors @param {{z: Float64Array, a: Float64Array}[]} first from firstAnswers @returns {Trace[]} */
export function survey(layers, images, factors, first) {
  return images.map((x, i) => forward(layers, x, factors, first[i]));
}

/** How often each label (first index) was answered with each output (second). @param {Trace[]} traces @param {number[]} labels */
export function confusion(traces, labels) {
  const n = traces[0].a.at(-1).length;
  const counts = Array.from({ length: n }, () => new Array(n).fill(0));
  traces.forEach(({ a }, i) => counts[labels[i]][argmax(a.at(-1))]++);
  return counts;
}

/** How many answers of a confusion were right. @param {number[][]} counts */
export function correctCount(counts) {
  return counts.reduce((sum, line, k) => sum + line[k], 0);
}

/** Each neuron's mean activation over the images with one label; 0 where there is none. */
export function meanActivations(traces, labels, layer, label) {
  const mine = traces.filter((_, i) => labels[i] === label);
  const means = new Float64Array(traces[0].a[layer - 1].length);
  for (const { a } of mine) a[layer - 1].forEach((v, j) => (means[j] += v / mine.length));
  return means;
}

/**
 * How many more images are answered wrongly when one neuron alone is switched off, for each neuron of a layer.
 * @param {Layer[]} layers @param {Trace[]} traces @param {number[]} labels @param {number} layer from 1
 * @param {import("./maths.js").Factors} factors those of the traces
 */
export function removalCosts(layers, traces, labels, layer, factors) {
  const next = layers[layer], rest = layers.slice(layer + 1);
  const costs = new Float64Array(next.columns);
  traces.forEach(({ z, a, sent }, i) => {
    const before = argmax(a.at(-1)) === labels[i], from = sent[layer - 1], whole = z[layer];
    for (let j = 0; j < costs.length; j++) {
      if (from[j] === 0) continue;
      const without = whole.map((v, k) => v - next.weights[k * next.columns + j] * from[j]);
      const through = activate(next.activation, without);
      const last = rest.length
        ? forward(rest, scaled(through, factors?.[layer]), factors?.slice(layer + 1)).a.at(-1) : through;
      costs[j] += before - (argmax(last) === labels[i]);
    }
  });
  return costs;
}
