// JSON, and safetensors, whose header is JSON: depth and length are checked on the text before it is parsed.

import { MOST, countOf, named, numbersOf, refuse, sizeOf, timesOf } from "./bytes.js";

const DEEPEST = 20;
const MOST_LISTS = 400_000; // a list is a row of weights, or one bias as Nielsen's network2 writes it
const DTYPES = { F64: "f8", F32: "f4", F16: "f2", BF16: "bf" };

/** @param {Uint8Array} bytes */
export function readJson(bytes) {
  if (bytes.length > MOST.json) refuse(`it holds more than ${MOST.json / 2 ** 20} MB of JSON; save it as .npz`);
  let depth = 0, lists = 0, within = false;
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i];
    if (within) {
      if (code === 0x5c) i++;
      else if (code === 0x22) within = false;
    } else if (code === 0x22) within = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEEPEST) refuse(`its JSON is nested more than ${DEEPEST} levels deep`);
      if (++lists > MOST_LISTS) refuse(`its JSON holds more than ${MOST_LISTS.toLocaleString("en")} lists`);
    } else if (code === 0x5d || code === 0x7d) depth--;
    else if (code === 0x3a && ++lists > MOST_LISTS) refuse("its JSON holds too many names");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse("it is no JSON, is cut short, or holds NaN or Infinity, which JSON cannot");
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** A matrix or a vector of numbers. @returns {import("./npy.js").Entry} */
function entryOf(value, name) {
  const nested = Array.isArray(value) && value.length > 0 && Array.isArray(value[0]);
  const rows = nested ? value : [value];
  if (!rows.every((row) => Array.isArray(row) && row.length && row.length === rows[0].length)) {
    refuse(`its ${name} is no list of numbers, or has rows of different lengths`);
  }
  if (!rows.every((row) => row.every((one) => typeof one === "number"))) refuse(`its ${name} holds something else than numbers`);
  return { shape: nested ? [rows.length, rows[0].length] : [rows[0].length], kind: "f8", values: Float64Array.from(rows.flat()) };
}

/** A JSON file's weights and biases in order, and its activations; Nielsen's network2 writes none, and means sigmoid. @param {Uint8Array} bytes */
export function networkInJson(bytes) {
  const all = readJson(bytes), has = (name) => isObject(all) && Object.hasOwn(all, name);
  if (!has("weights") || !has("biases") || !Array.isArray(all.weights) || !Array.isArray(all.biases)) {
    refuse("it holds no lists named weights and biases");
  }
  const [weights, biases] = ["weights", "biases"].map((kind) => {
    if (all[kind].length > MOST.layers) refuse(`it has ${all[kind].length.toLocaleString("en")} layers; at most ${MOST.layers} are read`);
    return all[kind].map((one, i) => ({ name: `${kind}[${i}]`, ...entryOf(one, `${kind}[${i}]`) }));
  });
  for (const one of biases) if (one.shape[1] === 1) one.shape.pop(); // network2 writes columns
  const said = has("activations") ? all.activations : has("cost") ? weights.map(() => "sigmoid") : null;
  return { weights, biases, activations: said };
}

/** The tensors of a safetensors file by name, and the activations that its metadata names. @param {Uint8Array} bytes */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
  if (8 + length > bytes.length) refuse("its header claims to be longer than the file, so it is cut short or no safetensors file");
  const header = readJson(bytes.subarray(8, 8 + length)), body = bytes.subarray(8 + length);
  if (!isObject(header)) refuse("its header is damaged");
  const { __metadata__: metadata, ...tensors } = header, entries = new Map(), spans = [];
  if (Object.keys(tensors).length > MOST.entries) refuse(`it holds more than ${MOST.entries.toLocaleString("en")} tensors`);
  for (const [name, one] of Object.entries(tensors)) {
    const { dtype, shape, data_offsets: span } = isObject(one) ? one : {};
    const whole = (list, least) => Array.isArray(list) && list.length <= 8 && list.every((n) => Number.isSafeInteger(n) && n >= least);
    if (!whole(shape, 0) || !whole(span, 0) || span.length !== 2 || typeof dtype !== "string") refuse(`its tensor ${named(name)} is described in a way that cannot be read`);
    if (shape.includes(0)) refuse(`its tensor ${named(name)} is empty`);
    const [from, to] = span;
    if (to > body.length || from > to) refuse(`its tensor ${named(name)} reaches beyond the file`);
    spans.push([from, to]);
    if (!Object.hasOwn(DTYPES, dtype)) refuse(`its tensor ${named(name)} is of the type ${named(dtype)}; F64, F32, F16 and BF16 are read`);
    const kind = DTYPES[dtype];
    if (countOf(shape) * sizeOf(kind) !== to - from) refuse(`its tensor ${named(name)} claims ${timesOf(shape)} numbers, but has ${(to - from).toLocaleString("en")} bytes`);
    entries.set(name, { shape, kind, from, to });
  }
  spans.sort((one, two) => one[0] - two[0]);
  if (spans.some(([from], i) => i && from < spans[i - 1][1])) refuse("its tensors overlap");
  for (const [name, { shape, kind, from, to }] of entries) {
    entries.set(name, { shape, kind, values: numbersOf(body.subarray(from, to), kind) });
  }
  const said = isObject(metadata) && Object.hasOwn(metadata, "activations") ? metadata.activations : null;
  return { entries, activations: said };
}
