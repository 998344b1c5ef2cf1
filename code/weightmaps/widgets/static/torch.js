// Networks in files that Python pickled, PyTorch's among them: which entry has the weights, and where its numbers lie. As interop/torch_files.py.

import { MOST, NAMES, named, refuse, sizeOf } from "./bytes.js";
import { noteOf } from "./layers.js";
import { Numbers, unpickled } from "./pickle.js";

const MAGIC = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]; // of PyTorch before 1.6, after four bytes

/** Whether an entry of a zip is what PyTorch writes. @param {string} name */
export const isPickle = (name) => /(^|\/)data\.pkl$/.test(name);

const holdsNumbers = (value) => value instanceof Numbers && value.shape.length > 0;
const inside = (value) => (value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : []);

/** The storages of all tensors. */
function storagesOf(value) {
  const found = new Set(), todo = [value];
  while (todo.length) {
    const one = todo.pop();
    if (one instanceof Numbers && one.storage?.key) found.add(one.storage);
    else for (const inner of inside(one)) todo.push(inner);
  }
  return [...found];
}

const lengthOf = ({ kind, count }) => count * sizeOf(kind);

/** What a file of PyTorch 1.6 or later holds. @param {Map<string, Uint8Array>} entries */
export function inTorchZip(entries) {
  const name = [...entries.keys()].find(isPickle), folder = name.slice(0, -"data.pkl".length), order = entries.get(`${folder}byteorder`);
  if (entries.get(name).length > MOST.pickle) refuse("its pickle is too long");
  if (order && new TextDecoder().decode(order) !== "little") refuse("its numbers have their highest byte first");
  const { value } = unpickled(entries.get(name));
  for (const storage of storagesOf(value)) {
    const data = entries.get(`${folder}data/${storage.key}`);
    if (data?.length !== lengthOf(storage)) refuse(`its storage ${named(storage.key)} is not as large as it claims`);
    storage.data = data;
  }
  return chosen(value);
}

/** What a pickle holds, or a file of PyTorch before 1.6. @param {Uint8Array} bytes */
export function inPickle(bytes) {
  if (!MAGIC.every((byte, i) => bytes[4 + i] === byte)) return chosen(unpickled(bytes).value);
  const parts = [];
  let at = 0;
  for (let i = 0; i < 5; i++) {
    const { value, end } = unpickled(bytes, at);
    parts.push(value);
    at = end;
  }
  const [, version, system, value, keys] = parts, storages = new Map();
  if (version !== 1001 || !(system instanceof Map) || system.get("little_endian") !== true) refuse("it is a file of PyTorch's of a version that is not known here");
  for (const one of storagesOf(value)) storages.set(one.key, [...(storages.get(one.key) ?? []), one]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of Array.isArray(keys) ? keys : []) {
    const same = storages.get(String(key));
    if (!same || at + 8 > bytes.length) refuse("it is cut short, or has a storage that no tensor has");
    const count = view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true), end = at + 8 + lengthOf(same[0]);
    if (end > bytes.length || same.some((one) => one.count !== count || lengthOf(one) !== lengthOf(same[0]))) refuse("it is cut short, or has a storage of another size than it claims");
    for (const one of same) one.data = bytes.subarray(at + 8, end);
    storages.delete(String(key));
    at = end;
  }
  if (storages.size) refuse("it is cut short: a tensor has no numbers");
  return chosen(value);
}

/** The arrays; where a dict has them in one of its entries, those. @returns {{value: unknown, said: string[]}} */
export function chosen(value) {
  if (!(value instanceof Map) || inside(value).some(holdsNumbers)) return { value, said: [] };
  const those = [...value.keys()].filter((key) => inside(value.get(key)).some(holdsNumbers));
  if (those.some((key) => NAMES.biases.includes(key))) return { value, said: [] }; // beside a list of weights
  const known = NAMES.checkpoint.find((key) => those.includes(key)), key = known ?? (those.length === 1 ? those[0] : null);
  if (key === null) return { value, said: [] };
  const more = [...value.keys()].filter((one) => one !== key), next = chosen(value.get(key));
  return { value: next.value, said: [...(more.length ? [noteOf("inside", key), noteOf("passed_over", ...more)] : []), ...next.said] };
}
