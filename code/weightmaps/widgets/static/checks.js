// How a network that was opened does on the images at hand: as given, and as they may have been meant. Nothing is changed unasked.

import { NAMES, spread } from "./bytes.js";
import { forward, argmax } from "./maths.js";

/** @typedef {import("./maths.js").Layer} Layer @typedef {(pixels: Float64Array) => ArrayLike<number>} Change */

const WORK = 3e8; // multiplications a measurement may take: a second or less
const MARGIN = 0.1, MENDED = 0.5, BLAMED = 0.6; // as in interop/diagnosis.py: of accuracy, and of the way from chance to 1
const MEANS = { half: [0.5, 0.5], mnist: [0.1307, 0.3081] };
const BYTES = 64; // the largest value of images that hold bytes is more than this

/** Each change: what it looks like, what it is called, and images after it. `fits` says whether it is worth a try. */
const CHANGES = {
  divided: { looks: "images look like 0 to 255, training like 0 to 1", words: "images / 255", fits: ({ high }) => high > BYTES },
  multiplied: { looks: "images look like 0 to 1, training like 0 to 255", words: "images × 255", fits: ({ high }) => high <= BYTES },
  inverted: { looks: "ink looks inverted", words: "1 − images", fits: () => true },
  transposed: { looks: "images look transposed", words: "rows and columns exchanged", fits: ({ each }) => Number.isInteger(Math.sqrt(each)) && each > 1 },
  unhalf: { looks: "images look standardised", words: "images × 0.5 + 0.5", fits: ({ low }) => low < -0.01 },
  unmnist: { looks: "images look standardised", words: "images × 0.3081 + 0.1307", fits: ({ low }) => low < -0.01 },
  unimage: { looks: "images look standardised, each by itself", words: "each stretched from 0 to 1", fits: ({ low }) => low < -0.01 },
  half: { looks: "training looks standardised", words: "(images − 0.5) / 0.5", fits: () => true },
  mnist: { looks: "training looks standardised", words: "(images − 0.1307) / 0.3081", fits: () => true },
  image: { looks: "training looks standardised, each image by itself", words: "each image’s own mean and deviation", fits: () => true },
  pixel: { looks: "training looks standardised, each pixel by itself", words: "each pixel’s own mean and deviation", fits: () => true },
  lower: { looks: "labels look one too high", words: "labels − 1", fits: () => true },
  higher: { looks: "labels look one too low", words: "labels + 1", fits: () => true },
};
const SHIFTS = { lower: -1, higher: 1 };
const AS = "as ";
for (const name of NAMES.hidden) CHANGES[AS + name] = { looks: `hidden activations look like ${name}`, words: `${name} in hidden layers`, fits: () => false };

/** Layers with another activation in all but the last. @param {Layer[]} layers @param {string} key */
function asActivated(layers, key) {
  return layers.map((one, i) => (i < layers.length - 1 ? { ...one, activation: key.slice(AS.length) } : one));
}

/** Mean and deviation of some numbers; what does not vary is divided by 1. */
function momentsOf(values) {
  const mean = values.reduce((a, v) => a + v, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length) || 1];
}

/** The mean and deviation of each pixel over all images. */
function pixelMoments(pixels, each) {
  const count = pixels.length / each, means = new Float64Array(each), deviations = new Float64Array(each);
  for (let i = 0; i < pixels.length; i++) means[i % each] += pixels[i] / count;
  for (let i = 0; i < pixels.length; i++) deviations[i % each] += (pixels[i] - means[i % each]) ** 2 / count;
  return [means, deviations.map((v) => Math.sqrt(v) || 1)];
}

/** What a change makes of one image. @param {string} key @param {Float64Array} x @param {[Float64Array, Float64Array]} moments each pixel's */
function afterOne(key, x, moments) {
  const mean = MEANS[key.replace(/^un/, "")];
  if (key === "divided") return x.map((v) => v / 255);
  if (key === "multiplied") return x.map((v) => v * 255);
  if (key === "inverted") return x.map((v) => 1 - v);
  if (key === "transposed") {
    const side = Math.sqrt(x.length);
    return x.map((_, i) => x[(i % side) * side + Math.floor(i / side)]);
  }
  if (mean) return key.startsWith("un") ? x.map((v) => v * mean[1] + mean[0]) : x.map((v) => (v - mean[0]) / mean[1]);
  if (key === "unimage") {
    const low = x.reduce((a, v) => Math.min(a, v), Infinity), high = x.reduce((a, v) => Math.max(a, v), -Infinity);
    return x.map((v) => (v - low) / Math.max(high - low, 1e-9));
  }
  if (key === "pixel") return x.map((v, i) => (v - moments[0][i]) / moments[1][i]);
  const [own, deviation] = momentsOf(x);
  return x.map((v) => (v - own) / deviation);
}

/** The share of images answered with their label, over as many as take no more than a moment. */
export function accuracyOf(layers, images, labels) {
  const chosen = chosenOf(layers, labels), answers = answersOf(layers, images, chosen);
  const right = answers.reduce((sum, answer, k) => sum + Number(answer === labels[chosen[k]]), 0);
  return { right, count: chosen.length, share: right / chosen.length };
}

/** Of how many images the answers take no more than a moment. */
function most(layers) {
  return Math.max(20, Math.floor(WORK / layers.reduce((sum, one) => sum + one.weights.length, 0)));
}

function chosenOf(layers, labels) {
  return spread(labels.length, most(layers));
}

/** What the network answers to each image. @param {number[]} chosen which images @param {Change} change made to each */
export function answersOf(layers, images, chosen, change = (x) => x) {
  const each = layers[0].columns;
  return chosen.map((i) => argmax(forward(layers, change(images.slice(i * each, (i + 1) * each))).a.at(-1)));
}

/** The accuracy with each activation that hidden layers may have; the outputs' changes no answer. */
export function choices(layers, images, labels) {
  return NAMES.hidden.map((name) => ({
    name, share: labels && accuracyOf(layers.map((one, i) => ({ ...one, activation: i < layers.length - 1 ? name : "identity" })), images, labels).share,
  }));
}

/** Which changes to try together: scales and inks, standardisations alone and after them. */
function candidates(range) {
  const usable = Object.keys(CHANGES).filter((key) => CHANGES[key].fits(range) && !(key in SHIFTS));
  const base = usable.filter((key) => /^(divided|multiplied|un)/.test(key)), rest = usable.filter((key) => !base.includes(key));
  return [[], ...usable.map((key) => [key]), ...base.flatMap((one) => rest.map((two) => [one, two]))];
}

/**
 * What looks odd, with its evidence: how often the network is right with the images as given, and changed. One half
 * of the images chooses the change, the other judges it.
 * @param {Layer[]} layers with activations @returns {{given: object | null, better: {keys: string[], looks: string, words: string, given: number, share: number, count: number} | null, hopeless: string}}
 */
export function findings(layers, images, labels) {
  if (!labels) return { given: null, better: null, hopeless: "" };
  const given = accuracyOf(layers, images, labels), each = layers[0].columns;
  const none = { given, better: null, hopeless: "" };
  const [low, high] = images.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const chosen = chosenOf(layers, labels), all = chosen.length;
  const some = spread(all, Math.max(60, Math.floor(most(layers) / 4))).map((k) => chosen[k]); // a dozen changes are tried: each on fewer
  const half = Math.max(1, some.length / 2), margin = Math.max(MARGIN, 3 * Math.sqrt(0.5 / half));
  if (given.share >= 1 - margin) return none;
  const moments = pixelMoments(images, each), tried = [];
  for (const keys of candidates({ low, high, each })) {
    const answers = answersOf(layers, images, some, (x) => keys.reduce((y, key) => afterOne(key, y, moments_(keys, key)), x));
    for (const shift of [null, ...Object.keys(SHIFTS)]) judge(answers, shift ? [...keys, shift] : keys, SHIFTS[shift]);
  }
  for (const key of NAMES.hidden.map((name) => AS + name)) {
    if (layers.slice(0, -1).some(({ activation }) => AS + activation !== key)) judge(answersOf(asActivated(layers, key), images, some), [key]);
  }
  function judge(answers, keys, shift = 0) {
    const right = [[], []];
    answers.forEach((answer, k) => right[k % 2].push(Number(answer === labels[some[k]] + shift)));
    const [chose, judged] = right.map((part) => part.reduce((a, v) => a + v, 0) / Math.max(1, part.length));
    tried.push({ keys, chose, judged });
  }
  /** Each pixel's moments as they are after a scale. */
  function moments_(keys, key) {
    if (key !== "pixel" || keys[0] === key) return moments;
    const scale = { divided: 1 / 255, multiplied: 255 }[keys[0]] ?? MEANS[keys[0].replace(/^un/, "")]?.[1] ?? 1, plus = MEANS[keys[0].replace(/^un/, "")]?.[0] ?? 0;
    return [moments[0].map((v) => v * scale + plus), moments[1].map((v) => (v === 1 ? 1 : v * scale))];
  }
  const counts = new Map(), [asGiven] = tried, top = Math.max(...tried.map(({ chose }) => chose));
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const chance = Math.max(...counts.values()) / labels.length, likely = tried.filter(({ chose }) => top - chose <= margin);
  const size = ({ keys }) => keys.length - Number(keys[0] === "divided"); // bytes will be divided anyway
  const best = likely.includes(asGiven) ? asGiven : likely.reduce((one, two) => (size(two) < size(one) || (size(two) === size(one) && two.chose > one.chose) ? two : one));
  const needed = best.keys.some((key) => key.startsWith(AS)) ? BLAMED : MENDED;
  const mends = best !== asGiven && best.judged > asGiven.judged + MARGIN && best.judged >= chance + (1 - chance) * needed;
  if (mends) {
    const looks = best.keys.map((key) => CHANGES[key].looks).join("; "), words = best.keys.map((key) => CHANGES[key].words).join(" and ");
    return { given, better: { keys: best.keys, looks, words, given: asGiven.judged, share: best.judged, count: Math.floor(some.length / 2) }, hopeless: "" };
  }
  if (all < 50 || counts.size < 2 || given.share > chance + MARGIN) return none;
  return { ...none, hopeless: `hardly better than chance, and nothing that was tried mends it; always the commonest label would be right on ${(100 * chance).toFixed(1)}%` };
}

/** The first layer for inputs x where it was for (x − means) / deviations, so that every z is what it was. @param {Layer} layer */
function folded(layer, means, deviations) {
  const { columns } = layer, weights = Float64Array.from(layer.weights, (w, i) => w / deviations[i % columns]);
  const biases = Float64Array.from(layer.biases, (b, row) => b - means.reduce((sum, mean, i) => sum + mean * weights[row * columns + i], 0));
  return { ...layer, weights, biases };
}

/**
 * Changes that a finding names, made because the reader asked. What training did to images is done to the first layer, so
 * that the pictures stay within 0 and 1; `ink` does that for any range.
 * @param {{layers: Layer[], activations: string[], images: object, labels: number[] | null, applied: string[]}} parts `applied` is what was done to the layers; @param {string[]} keys
 */
export function changed({ layers, activations, images, labels, applied }, keys) {
  const each = layers[0].columns, count = images.pixels.length / each;
  let { pixels } = images, [first, ...rest] = layers, shift = 0;
  for (const key of keys) {
    const flat = (value) => new Float64Array(each).fill(value);
    if (key in SHIFTS) shift += SHIFTS[key];
    else if (key.startsWith(AS)) activations = activations.map((one, i) => (i < rest.length ? key.slice(AS.length) : one));
    else if (key === "multiplied") first = folded(first, flat(0), flat(1 / 255));
    else if (MEANS[key]) first = folded(first, flat(MEANS[key][0]), flat(MEANS[key][1]));
    else if (key === "pixel") first = folded(first, ...pixelMoments(pixels, each));
    else if (key !== "ink") {
      const next = new Float64Array(pixels.length);
      for (let i = 0; i < count; i++) next.set(afterOne(key, pixels.slice(i * each, (i + 1) * each), null), i * each);
      pixels = next;
    }
    if (key === "ink" || key === "image") {
      const low = pixels.reduce((a, v) => Math.min(a, v), 0), high = pixels.reduce((a, v) => Math.max(a, v), 1);
      pixels = pixels.map((v) => (v - low) / (high - low));
      first = folded(first, flat(-low / (high - low)), flat(1 / (high - low)));
    }
  }
  const inLayers = keys.filter((key) => key === "multiplied" || key === "pixel" || MEANS[key] || key.startsWith(AS)), others = keys.filter((key) => !inLayers.includes(key));
  const wordsOf = (some) => some.map((key) => CHANGES[key]?.words ?? "images shown as ink from 0 to 1, the first layer’s weights and biases scaled to match");
  const said = others.length ? [`changed as you asked: ${wordsOf(others).join("; ")}`] : [];
  return {
    layers: [first, ...rest], activations, applied: [...applied, ...wordsOf(inLayers)], labels: shift && labels ? labels.map((label) => label + shift) : labels,
    images: others.length ? { ...images, own: false, pixels, said: [...images.said, ...said] } : images,
  };
}
