// Zip files: what lies in one, each entry inflated within the length that it claims.

import { MOST, named, refuse } from "./bytes.js";
import { checksum } from "./crc.js";

const SLICE = 2 ** 14; // bytes inflated at once: at most 16 MB come of them
const RATIO = 1040; // more than this, no deflated data can grow

/** @param {Uint8Array} bytes deflated @param {number} length what they must come to @param {string} name */
async function inflateTo(bytes, length, name) {
  const whole = new Uint8Array(length);
  let from = 0, at = 0;
  const source = new ReadableStream({
    pull(controller) {
      if (from >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(from, (from += SLICE)));
    },
  });
  const reader = source.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const next = () => reader.read().catch(() => refuse(`its entry ${named(name)} is damaged`));
  for (let { done, value } = await next(); !done; { done, value } = await next()) {
    if (at + value.length > length) {
      reader.cancel().catch(() => {});
      refuse(`its entry ${named(name)} is larger than it claims`);
    }
    whole.set(value, at);
    at += value.length;
  }
  if (at < length) refuse(`its entry ${named(name)} is smaller than it claims`);
  return whole;
}

/** Where the directory's end stands: in the last bytes, before a comment. */
function endOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65557); at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return refuse("it is cut short, or no zip file");
}

/** What the directory lists; nothing is inflated yet. @param {Uint8Array} bytes */
function directoryOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), end = endOf(view);
  const count = view.getUint16(end + 10, true), entries = [], seen = new Set();
  let at = view.getUint32(end + 16, true), total = 0;
  if (count > MOST.entries) refuse(`it holds ${count.toLocaleString("en")} entries; at most ${MOST.entries.toLocaleString("en")} are read`);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) refuse("its zip directory is damaged");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [sum, packed, length] = [16, 20, 24].map((k) => view.getUint32(at + k, true));
    const [letters, extra, comment] = [28, 30, 32].map((k) => view.getUint16(at + k, true));
    const local = view.getUint32(at + 42, true), next = at + 46 + letters + extra + comment;
    if (next > end || local + 30 > end || view.getUint32(local, true) !== 0x04034b50) refuse("its zip directory is damaged");
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + letters));
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > end) refuse(`its entry ${named(name)} reaches beyond the file`);
    if (flags & 1) refuse(`its entry ${named(name)} is encrypted`);
    if (method !== 0 && method !== 8) refuse(`its entry ${named(name)} is compressed in a way that is not known here; save it with np.savez`);
    if (method ? length > RATIO * packed : length !== packed) refuse(`its entry ${named(name)} claims ${length.toLocaleString("en")} bytes, which cannot be in it`);
    if (seen.has(name)) refuse(`it holds two entries ${named(name)}`);
    seen.add(name);
    total += length;
    entries.push({ name, method, sum, length, packed: bytes.subarray(start, start + packed) });
    at = next;
  }
  if (total > MOST.inflated) refuse(`it would take ${Math.round(total / 2 ** 20).toLocaleString("en")} MB; at most ${MOST.inflated / 2 ** 20} MB are read`);
  return entries;
}

/** The entries of a zip file by name. @param {Uint8Array} bytes @returns {Promise<Map<string, Uint8Array>>} */
export async function unzip(bytes) {
  const entries = new Map();
  for (const { name, method, sum, length, packed } of directoryOf(bytes)) {
    const entry = method ? await inflateTo(packed, length, name) : packed;
    if (checksum(entry) !== sum) refuse(`its entry ${named(name)} is damaged`);
    entries.set(name, entry);
  }
  if (!entries.size) refuse("it is a zip file without entries; save arrays with np.savez");
  return entries;
}
