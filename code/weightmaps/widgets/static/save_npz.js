// Arrays as a .npz file, which NumPy and this book's own readers open.

import { checksum } from "./crc.js";

const encoded = (words) => new TextEncoder().encode(words);

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Text as NumPy keeps it: four bytes a letter, as many letters as the longest has. @param {string[]} words */
function letters(words) {
  const most = Math.max(...words.map((word) => word.length));
  return [`<U${most}`, Uint32Array.from(words.flatMap((word) => Array.from({ length: most }, (_, i) => word.codePointAt(i) ?? 0)))];
}

/** One array of float32 or of text as .npy. @param {number[]} shape @param {ArrayLike<number> | string[]} values */
function npy(shape, values) {
  const [kind, numbers] = typeof values[0] === "string" ? letters(values) : ["<f4", Float32Array.from(values)];
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${kind}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const head = Uint8Array.of(0x93, ...encoded("NUMPY"), 1, 0, length & 255, length >> 8);
  return joined([head, encoded(`${header.padEnd(length - 1)}\n`), new Uint8Array(numbers.buffer)]);
}

/**
 * A zip file of arrays, none of them compressed.
 * @param {Record<string, {shape: number[], values: ArrayLike<number>}>} arrays @returns {Uint8Array}
 */
export function npz(arrays) {
  const files = [], directory = [];
  let at = 0;
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const path = encoded(`${name}.npy`), bytes = npy(shape, values);
    // What local header and directory share: version, flags, method 0, time and date (1980-01-01), checksum, lengths.
    const shared = new DataView(new ArrayBuffer(26));
    shared.setUint16(0, 20, true);
    shared.setUint16(8, 0x21, true);
    shared.setUint32(10, checksum(bytes), true);
    shared.setUint32(14, bytes.length, true);
    shared.setUint32(18, bytes.length, true);
    shared.setUint16(22, path.length, true);
    const same = new Uint8Array(shared.buffer);
    const entry = joined([Uint8Array.of(0x50, 0x4b, 3, 4), same, path, bytes]);
    const place = new DataView(new ArrayBuffer(14));
    place.setUint32(10, at, true);
    directory.push(joined([Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0), same, new Uint8Array(place.buffer), path]));
    files.push(entry);
    at += entry.length;
  }
  const list = joined(directory), end = new DataView(new ArrayBuffer(22)), count = files.length;
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, count, true);
  end.setUint16(10, count, true);
  end.setUint32(12, list.length, true);
  end.setUint32(16, at, true);
  return joined([...files, list, new Uint8Array(end.buffer)]);
}
