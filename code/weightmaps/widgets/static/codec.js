// From what Python sent to numbers: inflated bytes, and the networks in them.

import { inflateRaw } from "./inflate.js";

/** @typedef {import("./maths.js").Layer} Layer */

/** Bytes from a kernel are a DataView; on a page they are base64 text. */
function bytesOf(value) {
  if (typeof value === "string") {
    const text = atob(value), bytes = new Uint8Array(text.length); // Uint8Array.from takes thirty times as long
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** A worker that runs this script. @param {string} script */
export function workerFrom(script) {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" })), worker = new Worker(url);
  URL.revokeObjectURL(url);
  return worker;
}

export async function inflate(value) {
  const bytes = bytesOf(value);
  if (typeof DecompressionStream === "undefined") return inflateRaw(bytes.subarray(2)).buffer; // Firefox before 113, Safari before 16.4
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Multiples of `unit`, from three planes of bytes, the lowest first; 0, 1, 2, 3, 4 are 0, -1, 1, -2, 2. */
function multiples(planes, unit) {
  const numbers = new Float32Array(planes.length / 3);
  for (let i = 0, n = numbers.length; i < n; i++) {
    const code = planes[i] + 256 * planes[n + i] + 65536 * planes[2 * n + i];
    numbers[i] = unit * (code % 2 ? -(code + 1) / 2 : code / 2);
  }
  return numbers;
}

/**
 * One list of layers a network: one a step (or one in all), then the others. Without a unit all is float32: W1, b1, W2, b2 … of each in turn.
 * With one, every W1 stands behind all of these, three bytes a weight.
 * @param {{sizes: number[], activations: string[], steps: number[], others: string[], unit: number | null}} network
 * @param {ArrayBuffer} bytes @returns {Layer[][]}
 */
export function unpack({ sizes, activations, steps, others, unit }, bytes) {
  const count = Math.max(1, steps.length) + others.length, first = sizes[0] * sizes[1];
  const coded = unit === null ? 0 : count * first;
  const floatCount = count * activations.reduce((sum, _, l) => sum + sizes[l + 1] * (sizes[l] + 1), 0) - coded;
  if (bytes.byteLength !== 4 * floatCount + 3 * coded) throw new Error("its weights are not complete");
  const numbers = new Float32Array(bytes, 0, floatCount);
  const firstWeights = multiples(new Uint8Array(bytes, 4 * floatCount), unit);
  if (![numbers, firstWeights].every((one) => one.every(Number.isFinite))) throw new Error("its weights are not all numbers");
  let at = 0;
  const take = (n) => numbers.subarray(at, (at += n));
  return Array.from({ length: count }, (_, k) => activations.map((activation, l) => {
    const rows = sizes[l + 1], columns = sizes[l];
    const weights = coded && l === 0 ? firstWeights.subarray(k * first, (k + 1) * first) : take(rows * columns);
    return { rows, columns, weights, biases: take(rows), activation };
  }));
}
