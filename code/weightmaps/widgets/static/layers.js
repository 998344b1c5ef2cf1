// From named arrays to a network: which matrix goes with which vector, in which order, and whether all of it fits.

import { MOST, countOf, named, refuse, timesOf } from "./bytes.js";

/** @typedef {import("./npy.js").Entry} Entry @typedef {import("./maths.js").Layer} Layer */

export const ACTIVATIONS = ["sigmoid", "relu", "tanh", "softmax", "identity"];

const OTHER_NAMES = { logistic: "sigmoid", linear: "identity" }; // scikit-learn's and Keras'
const ROLE = /(^|[._/ ])(weights?|kernel|bias(?:es)?|coefs?|intercepts?|w|b)(?=\d|[._/ ]|$)/i;
const COLUMNS_ARE_NEURONS = /^(coefs?|kernel)$/; // as scikit-learn and Keras name theirs
const MAY_LACK_BIASES = /^(weight|kernel)$/; // PyTorch and Keras leave out what a layer has not
const IS_BIAS = /^(b|bias(es)?|intercepts?)$/;
const NORMALISATION = /(running_mean|running_var|num_batches_tracked|moving_mean|moving_variance)$/;

/** A name's word for what it is, and the rest, by which weights and biases belong together. */
function told(name) {
  return { role: ROLE.exec(name)?.[2].toLowerCase() ?? "", stem: name.replace(ROLE, "$1") };
}

/** An order where 10 comes after 9. */
function byStem(one, two) {
  const [a, b] = [one, two].map(({ stem }) => stem.match(/\d+|\D+/g) ?? []);
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = Number(a[i]) - Number(b[i]) || (a[i] < b[i] ? -1 : Number(a[i] > b[i]));
    if (order) return order;
  }
  return a.length - b.length;
}

/** @param {Map<string, Entry>} entries @returns {{weights: object[], biases: object[]}} each in the order of the layers */
export function paired(entries) {
  const weights = [], biases = [];
  for (const [name, entry] of entries) {
    const one = { name, ...told(name), ...entry }, { role, shape } = one;
    if (entry.texts) refuse(`its entry ${named(name)} holds text`);
    if (NORMALISATION.test(name)) refuse(`its entry ${named(name)} belongs to a batch normalisation; networks of dense layers alone are read`);
    if (shape.length === 2 && shape.includes(1) && IS_BIAS.test(role)) biases.push({ ...one, shape: [countOf(shape)] });
    else if (shape.length === 2) weights.push({ ...one, flip: COLUMNS_ARE_NEURONS.test(role) });
    else if (shape.length === 1) biases.push(one);
    else refuse(`its entry ${named(name)} has the shape ${timesOf(shape)}; networks of dense layers alone are read: matrices and vectors`);
  }
  const sorted = { weights: weights.toSorted(byStem), biases: withBiases(weights.toSorted(byStem), biases.toSorted(byStem)) };
  const given = { weights, biases: withBiases(weights, biases) }; // for names such as input, hidden, output
  return !inOrder(sorted) && inOrder(given) ? given : sorted;
}

/** The biases of the same stem, if each has one; a layer of PyTorch's or Keras' that has none gets zeros. */
function withBiases(weights, biases) {
  const stems = new Map(biases.map((one) => [one.stem, one]));
  const optional = weights.every(({ role }) => MAY_LACK_BIASES.test(role));
  if (stems.size < biases.length || !biases.every(({ stem }) => weights.some((one) => one.stem === stem))) return biases;
  if (!optional && biases.length < weights.length) return biases;
  return weights.map(({ stem, shape, flip }) => {
    const count = shape[flip ? 1 : 0];
    return stems.get(stem) ?? { name: "no biases", shape: [count], kind: "f4", values: new Float32Array(count) };
  });
}

function inOrder({ weights, biases }) {
  return weights.length === biases.length && chains(weights.map(({ shape: [a, b], flip }) => (flip ? [b, a] : [a, b])), biases);
}

/** Whether biases belong to the rows, and each layer takes what the one below gives. */
function chains(shapes, biases) {
  return shapes.every(([rows, columns], i) => biases[i].shape[0] === rows && (!i || columns === shapes[i - 1][0]));
}

/** Numbers as the explorer keeps them. */
function finite({ name, values, kind }, flip, [rows, columns]) {
  if (kind === "b1") refuse(`its ${named(name)} holds True and False in place of numbers`);
  const numbers = new Float32Array(values.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = values[flip ? (i % columns) * rows + Math.floor(i / columns) : i];
  if (!numbers.every(Number.isFinite)) refuse(`its ${named(name)} holds NaN, infinity, or a number too large for float32`);
  return numbers;
}

/**
 * The layers, once all is seen to fit. @param {{weights: object[], biases: object[]}} parts @returns {Layer[]} without activations
 */
export function layersFrom({ weights, biases }) {
  if (!weights.length) refuse("it holds no matrix of weights");
  if (weights.length > MOST.layers) refuse(`it has ${weights.length} layers; at most ${MOST.layers} are read`);
  if (weights.length !== biases.length) {
    refuse(`it holds ${counted(weights.length, "matrix", "matrices")} and ${counted(biases.length, "vector", "vectors")}; each layer needs weights and biases`);
  }
  if (weights.length < 2) refuse("it has no hidden layer, which is what this page shows");
  for (const [parts, sides] of [[weights, 2], [biases, 1]]) {
    const wrong = parts.find(({ shape }) => shape.length !== sides);
    if (wrong) refuse(`its ${named(wrong.name)} has the shape ${timesOf(wrong.shape)}; weights are matrices and biases vectors`);
  }
  if (weights.reduce((sum, { values }) => sum + values.length, 0) > MOST.weights) {
    refuse(`it has more than ${MOST.weights.toLocaleString("en")} weights, too many for this page`);
  }
  const flips = weights.map(({ flip }) => flip);
  const shapes = weights.map(({ shape: [a, b] }, i) => (flips[i] ? [b, a] : [a, b]));
  if (!chains(shapes, biases)) {
    const [name, first] = [named(weights[0].name), timesOf(weights[0].shape)];
    if (!flips.some(Boolean) && chains(shapes.map(([a, b]) => [b, a]), biases)) {
      refuse(`its weights look transposed: ${name} is ${first} and its biases are ${biases[0].shape[0]}, where a row is a neuron; save each matrix as W.T`);
    }
    shapes.forEach(([rows, columns], i) => {
      const own = `its ${named(weights[i].name)} is ${timesOf(weights[i].shape)}`, bias = biases[i];
      if (bias.shape[0] !== rows) refuse(`${own}, a layer of ${rows}, but ${named(bias.name)} has ${bias.shape[0]} biases; each neuron needs one`);
      if (i && columns !== shapes[i - 1][0]) refuse(`${own}, so it takes ${columns} inputs, but the layer below has ${shapes[i - 1][0]} neurons`);
    });
  }
  return shapes.map(([rows, columns], i) => ({
    rows, columns, weights: finite(weights[i], flips[i], [rows, columns]), biases: finite(biases[i], false, [rows, 1]),
  }));
}

export function counted(n, one, more) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : more}`;
}

/** The names of activations as a file gives them: a list, or one text. @param {unknown} said @param {number} count @returns {string[] | null} */
export function activationsFrom(said, count) {
  if (said === null) return null;
  const names = typeof said === "string" ? said.split(",").map((name) => name.trim()) : said;
  if (!Array.isArray(names) || names.length !== count) {
    refuse(`it names ${Array.isArray(names) ? names.length : "no list of"} activations for ${counted(count, "layer", "layers")}`);
  }
  return names.map((name) => {
    const known = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : name;
    return ACTIVATIONS.includes(known) ? known : refuse(`its activation ${named(name)} is not known here; there are ${ACTIVATIONS.join(", ")}`);
  });
}
