// The plane of two inputs: the four data sets, a random start. As in plane.py, number for number.

import { normal, uniform } from "./random.js";

export const REACH = 3; // the pictures go from −REACH to +REACH in both directions
const DOTS = 100, NEW_DOTS = 1000; // to learn, and to test on
const LEARN = 0, TEST = 3, START = 6; // which random numbers serve what

/**
 * One data set: points and their classes, 0 and 1 in turn.
 * @param {string} data @param {number} noise @param {number} seed @param {boolean} test other points of the same kind
 * @returns {{X: number[][], y: number[]}}
 */
export function points(data, noise, seed, test = false) {
  const [stream, n] = test ? [TEST, NEW_DOTS] : [LEARN, DOTS];
  const random = uniform(seed, stream, 2 * n), jitter = normal(seed, stream + 1, 2 * n);
  const blob = normal(seed, stream + 2, 2 * n);
  const y = Array.from({ length: n }, (_, i) => i % 2);
  const X = y.map((one, i) => {
    const u = random[2 * i], v = random[2 * i + 1], side = 2 * one - 1, half = (i >> 1) % 2 ? 1 : -1;
    const round = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];
    const place = {
      blobs: () => [1.2 * side + 0.45 * blob[2 * i], 1.2 * side + 0.45 * blob[2 * i + 1]],
      xor: () => [half * (0.25 + 2.25 * u), side * half * (0.25 + 2.25 * v)],
      ring: () => round(one ? 1.2 * Math.sqrt(u) : 1.8 + 0.8 * u, 2 * Math.PI * v),
      spiral: () => round(0.3 + 2.3 * u, 2 * Math.PI * u + Math.PI * one),
    }[data]();
    return place.map((at, k) => at + noise * jitter[2 * i + k]);
  });
  return { X, y };
}

/**
 * A random start.
 * @param {number} hidden @param {number} scale @param {number} seed
 * @returns {{rows: number[][], bias: number}} a row a hidden neuron: its two weights, its bias, its outgoing weight
 */
export function randomStart(hidden, scale, seed) {
  const [bias, ...all] = normal(seed, START, 4 * hidden + 1).map((v) => scale * v);
  return { bias, rows: Array.from({ length: hidden }, (_, j) => all.slice(4 * j, 4 * j + 4)) };
}

/** The same network as layers for the forward pass. @returns {import("./maths.js").Layer[]} */
export function layersOf(rows, bias) {
  const activation = "sigmoid";
  return [
    { rows: rows.length, columns: 2, weights: Float64Array.from(rows.flatMap((r) => r.slice(0, 2))), biases: Float64Array.from(rows, (r) => r[2]), activation },
    { rows: 1, columns: rows.length, weights: Float64Array.from(rows, (r) => r[3]), biases: Float64Array.of(bias), activation },
  ];
}
