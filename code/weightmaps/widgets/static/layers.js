// From named arrays to a network: which matrix goes with which vector, in which order, and whether all of it fits.

import { MOST, NAMES, countOf, named, refuse, timesOf } from "./bytes.js";
import { readJson } from "./text.js";

/** @typedef {import("./npy.js").Entry} Entry @typedef {import("./maths.js").Layer} Layer */

const NOT_DENSE = "networks of dense layers alone are read: matrices and vectors";

/** What a name says: the last word that is a role, and all its other words and numbers, to sort by. As in interop/names.py. */
function roleAndKey(name) {
  const parts = name.toLowerCase().match(/[0-9]+|(?:(?![0-9])[\p{L}\p{N}])+/gu) ?? [];
  const at = Math.max(...parts.map((part, i) => (NAMES.weights.includes(part) || NAMES.biases.includes(part) ? i : -1)), -1);
  const key = parts.filter((_, i) => i !== at).map((part) => (/^[0-9]/.test(part) ? Number(part.slice(0, 15)) : part));
  return { role: parts[at], key };
}

/** Numbers before text, and what ends before what goes on. */
function byKey({ key: one }, { key: two }) {
  for (let i = 0; i < Math.min(one.length, two.length); i++) {
    const [a, b] = [one[i], two[i]];
    if (a !== b) return typeof a === typeof b ? (a < b ? -1 : 1) : typeof a === "number" ? -1 : 1;
  }
  return one.length - two.length;
}

/** @param {Map<string, Entry>} entries @returns {{weights: object[], biases: object[]}} each in the order of the layers */
export function paired(entries) {
  const matrices = new Map(), vectors = new Map();
  for (const [name, entry] of entries) {
    const { role, key } = roleAndKey(name), { shape } = entry, id = JSON.stringify(key);
    if (NAMES.normalisation.some((word) => name.toLowerCase().endsWith(word))) refuse(`its entry ${named(name)} belongs to a batch normalisation; ${NOT_DENSE}`);
    if (entry.texts) refuse(`its entry ${named(name)} holds text`);
    if (shape.length < 1 || shape.length > 2) refuse(`its entry ${named(name)} has the shape ${timesOf(shape)}; ${NOT_DENSE}`);
    const place = NAMES.weights.includes(role) || (!role && shape.length === 2) ? matrices : vectors;
    if (place.has(id)) refuse(`its entries ${named(place.get(id).name)} and ${named(name)} have the same role`);
    const one = { ...entry, name, key, id, role, flip: NAMES.inputs_first.includes(role) };
    place.set(id, place === matrices ? one : asVector(one));
  }
  const natural = [matrices, vectors].map((some) => [...some.values()].sort(byKey));
  const given = [[...matrices.values()], [...vectors.values()]]; // for names such as input, hidden, output
  const [weights, inTurn] = !chains(natural[0]) && chains(given[0]) ? given : natural;
  return { weights, biases: biasesOf(weights, inTurn, vectors) };
}

/** The biases of the same key, or else of the same place; a layer of PyTorch's or Keras' that has none gets zeros. */
function biasesOf(weights, inTurn, vectors) {
  const ids = new Set(weights.map(({ id }) => id));
  if (!inTurn.every(({ id }) => ids.has(id))) return inTurn;
  const optional = weights.every(({ role }) => NAMES.optional_bias.includes(role));
  return weights.filter(({ id }) => optional || vectors.has(id)).map((one) => {
    const [count] = sidesOf(one);
    return vectors.get(one.id) ?? { name: "no biases", shape: [count], kind: "f4", values: new Float32Array(count) };
  });
}

/** Biases may be a column, as Nielsen's, or a row. */
export function asVector(one) {
  return one.shape.length === 2 && one.shape.includes(1) ? { ...one, shape: [countOf(one.shape)] } : one;
}

/** How many neurons a matrix has, and how many inputs. */
function sidesOf({ shape, flip }) {
  return flip ? [...shape].reverse() : shape;
}

/** Whether each layer takes what the one below gives. */
function chains(weights) {
  return weights.every((one, i) => one.shape.length === 2 && (!i || sidesOf(one)[1] === sidesOf(weights[i - 1])[0]));
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
  const shapes = weights.map(sidesOf), fit = (all) => chains(all) && all.every((one, i) => sidesOf(one)[0] === biases[i].shape[0]);
  if (!fit(weights)) {
    const [name, first] = [named(weights[0].name), timesOf(weights[0].shape)];
    if (!weights.some(({ flip }) => flip) && fit(weights.map((one) => ({ ...one, flip: true })))) {
      refuse(`its weights look transposed: ${name} is ${first} and its biases are ${biases[0].shape[0]}, where a row is a neuron; save each matrix as W.T`);
    }
    shapes.forEach(([rows, columns], i) => {
      const own = `its ${named(weights[i].name)} is ${timesOf(weights[i].shape)}`, bias = biases[i];
      if (bias.shape[0] !== rows) refuse(`${own}, a layer of ${rows}, but ${named(bias.name)} has ${bias.shape[0]} biases; each neuron needs one`);
      if (i && columns !== shapes[i - 1][0]) refuse(`${own}, so it takes ${columns} inputs, but the layer below has ${shapes[i - 1][0]} neurons`);
    });
  }
  return shapes.map(([rows, columns], i) => ({
    rows, columns, weights: finite(weights[i], weights[i].flip, [rows, columns]), biases: finite(biases[i], false, [rows, 1]),
  }));
}

export function counted(n, one, more) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : more}`;
}

/** The names of activations as a file gives them: a list, or one text. @param {unknown} said @param {number} count @returns {string[] | null} */
export function activationsFrom(said, count) {
  if (said === null) return null;
  const names = typeof said !== "string" ? said : said.trim().startsWith("[") ? readJson(new TextEncoder().encode(said)) : said.split(",");
  if (!Array.isArray(names) || names.length !== count) {
    refuse(`it names ${Array.isArray(names) ? names.length : "no list of"} activations for ${counted(count, "layer", "layers")}`);
  }
  return names.map((name) => {
    const spelling = typeof name === "string" ? name.trim().toLowerCase() : "";
    if (Object.hasOwn(NAMES.activations, spelling)) return NAMES.activations[spelling];
    return refuse(`its activation ${named(name)} is not known here; there are ${Object.keys(NAMES.activations).join(", ")}`);
  });
}
