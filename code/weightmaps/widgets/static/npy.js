// NumPy's .npy: one array, its header checked against the bytes that are there before anything is made of it.

import { MOST, countOf, numbersOf, refuse, sizeOf, timesOf } from "./bytes.js";
import { unpickled } from "./pickle.js";

/** @typedef {{shape: number[], kind: string, values: ArrayLike<number>, texts?: string[], objects?: unknown}} Entry `kind` is f4, u1 …, U or S for text, O for objects */

/** Text of four bytes a letter, as NumPy keeps it. */
function textsOf(bytes, letters, little) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), texts = [];
  for (let at = 0; at < bytes.length; at += 4 * letters) {
    let text = "";
    for (let i = 0; i < letters; i++) {
      const code = view.getUint32(at + 4 * i, little);
      if (code > 0x10ffff) refuse("its text is damaged");
      text += String.fromCodePoint(code);
    }
    texts.push(text.replace(/\0+$/, ""));
  }
  return texts;
}

/** The same numbers, the last index running fastest where the first did. */
function rowsFirst(values, shape) {
  const sorted = new values.constructor(values.length), index = shape.map(() => 0);
  const steps = shape.map((_, k) => countOf(shape.slice(0, k)));
  for (let i = 0, from = 0; i < sorted.length; i++) {
    sorted[i] = values[from];
    for (let k = shape.length - 1; k >= 0; k--) {
      from += steps[k];
      if (++index[k] < shape[k]) break;
      from -= steps[k] * shape[k];
      index[k] = 0;
    }
  }
  return sorted;
}

/** Whether these bytes begin as a .npy file does. */
export function isNpy(bytes) {
  return bytes.length > 10 && bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === "NUMPY";
}

/** @param {Uint8Array} bytes @returns {Entry} */
export function readNpy(bytes) {
  if (!isNpy(bytes)) refuse("is no NumPy array, or is cut short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), major = bytes[6];
  if (major < 1 || major > 3 || bytes.length < 12) refuse("is a NumPy array of a version that is not known here");
  const start = major === 1 ? 10 : 12, length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MOST.array_header || start + length > bytes.length) refuse("has a header that is too long, or is cut short");
  const header = new TextDecoder().decode(bytes.subarray(start, start + length)), body = bytes.subarray(start + length);
  const [, descr] = /'descr':\s*(?:'([^']*)'|\[)/.exec(header) ?? [null, "none"];
  const [, fortran] = /'fortran_order':\s*(True|False)/.exec(header) ?? [];
  const [, sides] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  if (!fortran || sides === undefined || descr === "none") refuse("has a header that cannot be read");
  if (/^\|?O/.test(descr ?? "")) return { shape: [], kind: "O", values: [], objects: unpickled(body).value };
  const [, order, kind, size] = /^([<>|=]?)([fiubUS])(\d{1,5})$/.exec(descr ?? "") ?? [];
  const letters = kind === "U" || kind === "S" ? Number(size) : 0, each = letters * (kind === "U" ? 4 : 1) || sizeOf(kind + size);
  if (!each) refuse("holds something else than real numbers; save plain arrays of numbers");
  const shape = sides.split(",").filter((side) => side.trim()).map(Number);
  if (shape.length > 8) refuse(`has ${shape.length} dimensions`);
  if (countOf(shape) * each !== body.length) {
    refuse(`claims ${timesOf(shape)} numbers of ${each} bytes, but ${body.length.toLocaleString("en")} bytes are there`);
  }
  if (kind === "U") {
    if (body.length > MOST.text) refuse("holds more text than is read");
    return { shape, kind, values: [], texts: textsOf(body, letters, order !== ">") };
  }
  if (kind === "S") return { shape, kind, values: [], texts: [] };
  const values = numbersOf(body, kind + size, order !== ">");
  return { shape, kind: kind + size, values: fortran === "True" && shape.length > 1 ? rowsFirst(values, shape) : values };
}
