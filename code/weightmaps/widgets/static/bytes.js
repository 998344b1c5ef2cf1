// What every reader of a file needs: the one error it may raise, names fit to print, numbers out of bytes.

import conventions from "../../interop/names.json" with { type: "json" };

/** The names, spellings and limits that Python's reader has too. */
export const NAMES = conventions;

/** Why a file is refused, in words for the page. No reader lets any other error out. */
export class Refused extends Error {}

export const MOST = {
  ...NAMES.limits,
  bytes: 2 ** 28, // of all files together
  json: 2 ** 26, // of a JSON file: its text takes many times its length in memory
  inflated: 2 ** 29, // of all that a zip holds
  text: 2 ** 16, // of an entry of text
  weights: 2 ** 26, // of a network
  images: 2000, // more are not shown
};

/** @param {string} words @returns {never} */
export function refuse(words) {
  throw new Refused(words);
}

/** A name out of a file, fit to stand in a sentence: short, and without what moves or hides text. */
export function named(name) {
  const letters = [...String(name).slice(0, 200).replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?")];
  return letters.length > 40 ? `${letters.slice(0, 39).join("")}…` : letters.join("");
}

/** "784 × 100" */
export function timesOf(shape) {
  return shape.length ? shape.map((n) => n.toLocaleString("en")).join(" × ") : "no dimension";
}

/** The product of a shape; a number too large to be exact is no length of anything here. */
export function countOf(shape) {
  return shape.reduce((product, n) => product * n, 1);
}

/** Which of many to take, evenly spaced: files are often sorted by label. */
export function spread(count, most) {
  return Array.from({ length: Math.min(count, most) }, (_, k) => Math.floor((k * count) / Math.min(count, most)));
}

const ARRAYS = {
  f8: Float64Array, f4: Float32Array, f2: Uint16Array, bf: Uint16Array, b1: Uint8Array,
  i1: Int8Array, i2: Int16Array, i4: Int32Array, i8: BigInt64Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array,
};

/** How many bytes a number of this kind takes; undefined for a kind that is not known. */
export function sizeOf(kind) {
  return Object.hasOwn(ARRAYS, kind) ? ARRAYS[kind].BYTES_PER_ELEMENT : undefined;
}

/** A half-precision number from its 16 bits. */
function half(bits) {
  const power = (bits >> 10) & 31, part = bits & 1023, sign = bits >> 15 ? -1 : 1;
  if (power === 31) return part ? NaN : sign * Infinity;
  return sign * (power ? 2 ** (power - 25) * (1024 + part) : 2 ** -24 * part);
}

/** Numbers from bytes. @param {Uint8Array} bytes @param {string} kind such as f4 @param {boolean} little the lowest byte first */
export function numbersOf(bytes, kind, little = true) {
  const size = sizeOf(kind), own = little && bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  if (!little) for (let at = 0; at < own.length; at += size) own.subarray(at, at + size).reverse();
  const numbers = new ARRAYS[kind](own.buffer, own.byteOffset, own.length / size);
  if (kind === "f2") return Float32Array.from(numbers, half);
  if (kind === "bf") return new Float32Array(Uint32Array.from(numbers, (bits) => bits << 16).buffer);
  return size === 8 && kind !== "f8" ? Float64Array.from(numbers, Number) : numbers;
}
