// JSON, and safetensors, whose header is JSON: depth and length are checked on the text before it is parsed.

import { MOST, NAMES, Refused, countOf, named, numbersOf, refuse, sizeOf, timesOf } from "./bytes.js";
import { Numbers } from "./pickle.js";

const JSON_INSIDE = /^[ \t\r\n]*(\{|\[[ \t\r\n]*[-0-9[{])/; // of numbers: a list of names is left as it is
const DTYPES = { F64: "f8", F32: "f4", F16: "f2", BF16: "bf" };

/** @param {Uint8Array} bytes */
export function readJson(bytes) {
  if (bytes.length > MOST.json) refuse(`it holds more than ${MOST.json / 2 ** 20} MB of JSON; save it as .npz`);
  let depth = 0, lists = 0, texts = 0, names = 0, within = false;
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i];
    if (within) {
      if (code === 0x5c) i++;
      else if (code === 0x22) within = false;
    } else if (code === 0x22) {
      within = true;
      if (++texts > MOST.texts) refuse(`its JSON holds more than ${MOST.texts.toLocaleString("en")} texts`);
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > MOST.depth) refuse(`its JSON is nested more than ${MOST.depth} levels deep`);
      if (++lists > MOST.lists) refuse(`its JSON holds more than ${MOST.lists.toLocaleString("en")} lists`);
    } else if (code === 0x5d || code === 0x7d) depth--;
    else if (code === 0x3a) names++;
  }
  let found;
  try {
    found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    refuse("it is no JSON, is cut short, or holds NaN or Infinity, which JSON cannot");
  }
  if (namesIn(found) < names) refuse("a name is there twice");
  return found;
}

/** The same with each text that is JSON itself read as such, and the names of these. @returns {{value: unknown, names: string[]}} */
export function unfolded(all) {
  const names = [];
  const read = (one, name) => {
    const within = (key) => (name ? `${name}.${key}` : String(key));
    if (typeof one === "string" && JSON_INSIDE.test(one)) {
      try {
        const found = readJson(new TextEncoder().encode(one));
        names.push(name || "the whole file");
        return found;
      } catch (error) {
        if (error instanceof Refused) return one;
        throw error;
      }
    }
    if (isObject(one)) return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, read(inner, within(key))]));
    return Array.isArray(one) && !one.every((inner) => typeof inner === "number") ? one.map((inner, i) => read(inner, within(i))) : one;
  };
  return { value: read(all, ""), names };
}

/** How many names there are in all objects; of two that are the same JSON.parse keeps one. */
function namesIn(value) {
  if (value === null || typeof value !== "object") return 0;
  const inside = Object.values(value);
  return inside.reduce((sum, one) => sum + namesIn(one), Array.isArray(value) ? 0 : inside.length);
}

const isPlain = (value) => isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));
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

/** How many lists are within each other, at the first item of each. */
function depthOf(value) {
  let depth = 0, one = value;
  for (; Array.isArray(one) && depth <= MOST.depth; depth++) one = one[0];
  return depth + (one instanceof Numbers ? one.shape.length : 0);
}

/** Whether a list holds numbers alone, or rows of equally many numbers. */
function isOneArray(value) {
  if (value.every((one) => typeof one === "number")) return true;
  return value.every((row) => Array.isArray(row) && row.length && row.length === value[0].length && row.every((one) => typeof one === "number"));
}

/** How many numbers each row has; 0 where they are no matrix. */
const widthOf = (rows) => (depthOf(rows) === 2 && isOneArray(rows) ? rows[0].length : 0);

/** A layer that is a list of neurons, as {"weights": [1, 2], "bias": 3} or [[3], [1, 2]], by column; else null. */
function neuronsIn(value, roleOf) {
  if (!Array.isArray(value) || !value.length) return null;
  if (value.every((one) => Array.isArray(one) && one.length === 2)) {
    const [first, second] = [0, 1].map((k) => value.map((one) => one[k]));
    for (const [bias, weights] of [[first, second], [second, first]]) {
      if (widthOf(bias) === 1 && widthOf(weights) > 1) return { weights, bias };
    }
    return null;
  }
  if (!value.every(isPlain)) return null;
  const columns = Object.keys(value[0]).map((key) => [key, value.map((one) => one[key])]);
  const whole = [["weights", 2], ["biases", 1]].every(([kind, depth]) => columns.some(([key, column]) => NAMES[kind].includes(roleOf(key)) && depthOf(column) === depth && isOneArray(column)));
  return whole ? Object.fromEntries(columns) : null;
}

/** Whether lists are nested as a convolution's weights are; pairs of a matrix and a vector are not. */
function isKernel(value) {
  return depthOf(value) > 3 && Array.isArray(value) && depthOf(value[0].at(-1)) === depthOf(value) - 2;
}

/**
 * Nested objects and lists as one map of names, joined by dots, to arrays; as in interop/names.py.
 * @param {unknown} value @param {(name: string) => string | null} roleOf @returns {Map<string, import("./npy.js").Entry>}
 */
export function flat(value, roleOf) {
  const found = new Map(), isBias = (role) => NAMES.biases.includes(role);
  const put = (name, entry) => {
    if (found.has(name)) refuse(`two entries are called ${named(name)}`);
    if (found.size >= MOST.entries) refuse(`it holds more than ${MOST.entries.toLocaleString("en")} entries`);
    found.set(name, entry);
  };
  let total = 0;
  const leaves = (one, name, depth, apart) => {
    const within = (key) => (name ? `${name}.${key}` : String(key));
    if (depth > MOST.depth) refuse(`it is nested more than ${MOST.depth} levels deep`);
    if (one instanceof Numbers) {
      if ((total += countOf(one.shape)) > MOST.weights) refuse(`it has more than ${MOST.weights.toLocaleString("en")} numbers, too many for this page`);
      const text = one.kind === "U" || one.kind === "S";
      put(name, { shape: one.shape, kind: one.kind, values: one.values(), ...(text ? { texts: one.texts ?? [] } : {}) });
    } else if (neuronsIn(one, roleOf)) leaves(neuronsIn(one, roleOf), name, depth, false);
    else if (one instanceof Uint8Array) put(name, { shape: [], kind: "S", values: [], texts: [] });
    else if (one instanceof Map || isPlain(one)) {
      const pairs = (one instanceof Map ? [...one] : Object.entries(one)).map(([key, inner]) => [key, inner, roleOf(key)]);
      const layered = pairs.some(([, inner, role]) => role && !isBias(role) && depthOf(inner) > 2);
      const kernel = pairs.find(([, inner, role]) => role && !isBias(role) && isKernel(inner));
      if (kernel) refuse(`its entry ${named(within(kernel[0]))} has more than two dimensions, as a convolution’s; networks of dense layers alone are read`);
      for (const [key, inner, role] of pairs) leaves(inner, within(key), depth + 1, layered && role !== null);
    } else if (Array.isArray(one) && (apart || !isOneArray(one))) one.forEach((inner, i) => leaves(inner, within(i), depth + 1, false));
    else if (Array.isArray(one)) {
      const nested = Array.isArray(one[0]);
      put(name, { shape: nested ? [one.length, one[0].length] : [one.length], kind: "f8", values: Float64Array.from(one.flat()) });
    } else if (typeof one === "string") put(name, { shape: [], kind: "U", values: [], texts: [one] });
    else if (one !== null) put(name, { shape: [], kind: "f8", values: [NaN] });
  };
  leaves(value, "", 0, false);
  return found;
}

/** A JSON file's weights and biases where they are two lists, and its activations; Nielsen's network2 writes none, and means sigmoid. @returns null for another form */
export function listsIn(all) {
  const has = (name) => isObject(all) && Object.hasOwn(all, name);
  if (!has("weights") || !has("biases") || !(has("sizes") || depthOf(all.weights) > 2)) return null;
  const [weights, biases] = ["weights", "biases"].map((kind) => {
    if (!Array.isArray(all[kind])) refuse(`its ${kind} are no list, one entry a layer`);
    if (all[kind].length > MOST.layers) refuse(`it has ${all[kind].length.toLocaleString("en")} layers; at most ${MOST.layers} are read`);
    return all[kind].map((one, i) => ({ name: `${kind}[${i}]`, ...entryOf(one, `${kind}[${i}]`) }));
  });
  const book = has("sizes") && has("cost"), activations = has("activations") ? all.activations : book ? weights.map(() => "sigmoid") : null;
  return { weights, biases, activations, sizes: book ? String(all.sizes) : null };
}

/** The tensors of a safetensors file by name, and the activations that its metadata names. @param {Uint8Array} bytes */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
  if (8 + length > bytes.length) refuse("its header claims to be longer than the file, so it is cut short or no safetensors file");
  if (length > MOST.safetensors_header) refuse("its header is too long");
  const header = readJson(bytes.subarray(8, 8 + length)), body = bytes.subarray(8 + length);
  if (!isObject(header)) refuse("its header is damaged");
  const { __metadata__: metadata, ...tensors } = header, entries = new Map(), places = [];
  if (metadata !== undefined && !(isObject(metadata) && Object.values(metadata).every((one) => typeof one === "string"))) refuse("its metadata is no object of text");
  if (Object.keys(tensors).length > MOST.entries) refuse(`it holds more than ${MOST.entries.toLocaleString("en")} tensors`);
  for (const [name, one] of Object.entries(tensors)) {
    const { dtype, shape, data_offsets: span } = isObject(one) ? one : {};
    const whole = (list, least) => Array.isArray(list) && list.length <= 8 && list.every((n) => Number.isSafeInteger(n) && n >= least);
    if (!whole(shape, 0) || !whole(span, 0) || span.length !== 2 || typeof dtype !== "string") refuse(`its tensor ${named(name)} is described in a way that cannot be read`);
    const [from, to] = span;
    if (to > body.length || from > to) refuse(`its tensor ${named(name)} reaches beyond the file`);
    if (!Object.hasOwn(DTYPES, dtype)) refuse(`its tensor ${named(name)} is of the type ${named(dtype)}; F64, F32, F16 and BF16 are read`);
    const kind = DTYPES[dtype];
    if (countOf(shape) * sizeOf(kind) !== to - from) refuse(`its tensor ${named(name)} claims ${timesOf(shape)} numbers, but has ${(to - from).toLocaleString("en")} bytes`);
    places.push({ name, shape, kind, from, to });
  }
  places.sort((one, two) => one.from - two.from || one.to - two.to);
  let end = 0; // the order is that of the file: an object's own puts names that are numbers first
  for (const { name, shape, kind, from, to } of places) {
    if (from !== end) refuse(`its tensor ${named(name)} overlaps another, or leaves a gap before it`);
    end = to;
    entries.set(name, { shape, kind, values: numbersOf(body.subarray(from, to), kind) });
  }
  if (end !== body.length) refuse(`its tensors have ${end.toLocaleString("en")} bytes, but ${body.length.toLocaleString("en")} follow its header`);
  return { entries, activations: metadata?.activations ?? null };
}
