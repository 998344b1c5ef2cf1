// What small figures compute with: arrays, networks and images as Python sent them, and how often a network is right.

import { inflate } from "./codec.js";
import { activate, argmax, forward } from "./maths.js";
import { PIXELS, sparse } from "./sgd.js";

const KINDS = { f4: Float32Array, i1: Int8Array, u1: Uint8Array };

/** As `encode_arrays` in Python. @returns {Promise<Record<string, {shape: number[], values: Float32Array | Uint8Array}>>} */
export async function arraysOf({ arrays, data }) {
  const bytes = await inflate(data), found = {};
  let at = 0;
  for (const [name, kind, shape, unit] of arrays) {
    const Kind = KINDS[kind], size = shape.reduce((product, n) => product * n, Kind.BYTES_PER_ELEMENT);
    if (at + size > bytes.byteLength) throw new Error("its data is not complete");
    const raw = new Kind(bytes.slice(at, at + size));
    found[name] = { shape, values: kind === "i1" ? new Float32Array(raw).map((v) => unit * v) : raw };
    at += size;
  }
  return found;
}

/** As `travelling_network` in Python. @returns {Promise<import("./maths.js").Layer[]>} */
export async function networkOf(payload) {
  const found = await arraysOf(payload);
  return payload.activations.map((activation, l) => {
    const { shape: [rows, columns], values } = found[`W${l + 1}`];
    return { rows, columns, weights: values, biases: found[`b${l + 1}`].values, activation };
  });
}

/** Images as `travelling_images` in Python: their bytes, and their ink alone. */
export async function imagesFrom({ labels, data }) {
  const bytes = new Uint8Array(await inflate(data));
  if (bytes.length !== PIXELS * labels.length) throw new Error("its images are not complete");
  return { bytes, labels, ink: sparse(bytes, labels) };
}

/** Σ w x of each image and each map, an image a row. @param {Float32Array} maps a map a row @param {import("./sgd.js").Sparse} ink */
export function weightedSums(maps, { from, pixel, ink, labels }) {
  const count = maps.length / PIXELS, sums = new Float64Array(labels.length * count), columns = new Float64Array(maps.length);
  for (let j = 0; j < count; j++) for (let p = 0; p < PIXELS; p++) columns[p * count + j] = maps[j * PIXELS + p];
  for (let i = 0; i < labels.length; i++) {
    const to = i * count;
    for (let k = from[i]; k < from[i + 1]; k++) {
      const x = ink[k], w = pixel[k] * count;
      for (let j = 0; j < count; j++) sums[to + j] += x * columns[w + j];
    }
  }
  return sums;
}

/** The activations of a first layer, an image a row. @param {import("./maths.js").Layer} layer @param {import("./sgd.js").Sparse} ink */
export function hiddenOf({ rows, weights, biases, activation }, ink) {
  return activate(activation, weightedSums(weights, ink).map((sum, at) => sum + biases[at % rows]));
}

/**
 * What each neuron of the only hidden layer adds to the outputs' z beyond what it adds at rest: a list a neuron, a row an image.
 * @param {import("./maths.js").Layer} outputs @param {Float64Array} activations an image a row @param {ArrayLike<number> | null} rest by default 0
 */
export function addedBy({ rows, columns, weights }, activations, rest = null) {
  const n = activations.length / columns;
  return Array.from({ length: columns }, (_, j) => {
    const step = new Float64Array(n * rows);
    for (let i = 0, at = 0; i < n; i++) {
      const more = activations[i * columns + j] - (rest ? rest[j] : 0);
      for (let o = 0; o < rows; o++) step[at++] = more * weights[o * columns + j];
    }
    return step;
  });
}

/**
 * The share of images that a network answers rightly, if its first layer's Σ w x are these.
 * @param {import("./maths.js").Layer[]} layers @param {Float64Array} sums as `weightedSums` gives them @param {ArrayLike<number>} labels
 */
export function shareRight(layers, sums, labels) {
  const { rows, biases, activation } = layers[0];
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = Float64Array.from(biases, (b, j) => b + sums[i * rows + j]);
    const { a } = forward(layers, [], null, { z, a: activate(activation, z) });
    right += argmax(a[a.length - 1]) === labels[i];
  }
  return right / labels.length;
}
