// What the files that were dropped hold: a network, images, labels. Which format a file has, its first bytes say.

import { MOST, NAMES, Refused, named, refuse, spread, timesOf } from "./bytes.js";
import { networkNamed, networkOf, roleAndKey } from "./layers.js";
import { isNpy, readNpy } from "./npy.js";
import { flat, listsIn, readJson, readSafetensors } from "./text.js";
import { networkInTfjs } from "./tfjs.js";
import { Numbers } from "./pickle.js";
import { inPickle, inTorchZip, isPickle } from "./torch.js";
import { unzip } from "./zip.js";

/**
 * What was found. `pixels` are those of all images, one after the other; `shape` is that of one image.
 * @typedef {{pixels: Float64Array, count: number, shape: number[], name: string, divided: boolean}} Images
 * @typedef {{network?: import("./layers.js").Found, images?: Images, labels?: {values: number[], name: string}, features?: string[]}} Findings
 */

const FORMAT = "weightmaps network 1";

/** What an entry of text says, and no longer is an entry. */
function decodeText(entries, name) {
  const { shape, texts } = entries.get(name);
  entries.delete(name);
  if (!texts || shape.length > 1) refuse(`its entry ${name} is no text`);
  return shape.length ? texts : texts[0];
}

/** A network that Python's Network.save wrote. @param {Map<string, import("./npy.js").Entry>} entries @param {string} name */
function ownNetwork(entries, name) {
  const header = readJson(new TextEncoder().encode(decodeText(entries, "header")));
  if (header?.format !== FORMAT || !Array.isArray(header.activations)) refuse(`its header does not say “${FORMAT}” and activations`);
  const [weights, biases] = ["weights", "biases"].map((kind) => header.activations.map((_, i) => {
    const key = `${kind}${i}`;
    return { name: key, ...(entries.get(key) ?? refuse(`it has no entry ${key}`)) };
  }));
  return networkOf(weights, biases, header.activations, name, false);
}

/** @param {unknown} said what the JSON says @returns {import("./layers.js").Found} */
function networkInJson(said, name, beside) {
  if (said?.weightsManifest) return networkInTfjs(said, beside, name);
  const lists = listsIn(said);
  if (!lists) return nested({ value: said, said: [] }, name);
  const network = networkOf(lists.weights, lists.biases, lists.activations, name), { layers } = network;
  const sizes = [layers[0].columns, ...layers.map(({ rows }) => rows)];
  if (lists.sizes !== null && lists.sizes !== String(sizes)) refuse(`its sizes are not ${sizes.join(", ")}, which its weights have`);
  return network;
}

/** @param {import("./npy.js").Entry} entry @returns {Images} */
function imagesFrom({ shape: whole, kind, values }, name) {
  const [count, ...shape] = whole;
  if (!shape.length || /[USb]/.test(kind) || !values.length) refuse(`images have the shape ${timesOf(whole)} and the type ${kind}; give numbers, one image after the other`);
  const each = values.length / count, kept = spread(count, MOST.images), divided = kind === "u1";
  const pixels = new Float64Array(kept.length * each);
  kept.forEach((i, k) => pixels.set(values.subarray(i * each, (i + 1) * each), k * each));
  if (divided) for (let i = 0; i < pixels.length; i++) pixels[i] /= 255;
  if (!pixels.every(Number.isFinite)) refuse("images hold NaN or infinity");
  return { pixels, count, shape, name, divided };
}

/** @param {import("./npy.js").Entry} entry */
function labelsFrom({ shape, kind, values }, name) {
  if (shape.length === 2 && shape[1] > 1) refuse(`labels have the shape ${timesOf(shape)}; give one whole number an image, such as labels.argmax(axis=1)`);
  if (values.length !== shape[0] || !/[iu]/.test(kind)) refuse(`labels are of the type ${kind} and the shape ${timesOf(shape)}; give one whole number an image`);
  return { values: Array.from(values), name };
}

/** What the bytes of one file hold; its first bytes say what it is, as in interop/files.py. @param {Uint8Array} bytes @param {string} name the file's @param {Map<string, Uint8Array>} beside the files that came with it @returns {Promise<Findings>} */
export async function readFile(bytes, name, beside = new Map()) {
  if (!bytes.length) refuse("it is empty");
  const starts = (...first) => first.every((byte, i) => bytes[i] === byte);
  if (bytes[7] === 0 && bytes[8] === 0x7b) return inSafetensors(bytes, name); // before all else: a header's length may look like anything
  if (starts(0x80) && bytes[1] <= 5) return { network: nested(inPickle(bytes), name) };
  if (starts(0x89, 0x48, 0x44, 0x46)) refuse("it is an HDF5 file; in Python, np.savez its weights");
  if (starts(0x50, 0x4b)) {
    const entries = await unzip(bytes);
    return [...entries.keys()].some(isPickle) ? { network: nested(inTorchZip(entries), name) } : inZip(entries, name);
  }
  if (isNpy(bytes)) {
    const { objects } = attempt(() => readNpy(bytes), "it ");
    if (objects) return { network: nested({ value: objects, said: [] }, name) };
    if (/label|^y/i.test(name)) return { labels: labelsFrom(readNpy(bytes), name) };
    if (/image|^x/i.test(name)) return { images: imagesFrom(readNpy(bytes), name) };
    refuse("it is an array, but its name does not say of what; call it images.npy or labels.npy");
  }
  if (/^(\xef\xbb\xbf)?\s*[[{]/.test(String.fromCharCode(...bytes.subarray(0, 100)))) {
    return { network: networkInJson(readJson(bytes), name, beside) };
  }
  return /\.safetensors$/i.test(name) ? inSafetensors(bytes, name) : refuse("it is none of .npz, .npy, .json, .safetensors, .pt and .pkl, or is damaged");
}

/** A network of arrays in objects and lists. @param {{value: unknown, said: string[]}} found @returns {import("./layers.js").Found} */
function nested({ value, said }, name) {
  const network = networkNamed(flat(value, (key) => roleAndKey(key).role), null, name);
  return { ...network, said: [...said, ...network.said] };
}

/** Whether a file is one array of a network, and neither images nor labels, by its name. @param {{name: string}} file */
export const isOneOfMany = ({ name }) => /\.npy$/i.test(name) && !/label|image|^[xy]/i.test(name);

/** A network whose arrays came each in a file of its own. @param {Map<string, Uint8Array>} files @param {string[]} names @returns {import("./layers.js").Found} */
export function readArrays(files, names) {
  const entries = names.map((name) => [name.replace(/\.npy$/i, ""), attempt(() => readNpy(files.get(name)), `${named(name)} `)]);
  return attempt(() => ofEntries(new Map(entries), names.join(", ")), `${named(names.join(", "))}: `);
}

function inSafetensors(bytes, name) {
  const { entries, activations } = readSafetensors(bytes);
  return { network: networkNamed(entries, activations, name) };
}

/** @param {Map<string, Uint8Array>} zipped @param {string} name @returns {Findings} */
function inZip(zipped, name) {
  const entries = new Map(), found = {};
  for (const [file, bytes] of zipped) {
    const key = file.replace(/\.npy$/, "");
    if (key === file) refuse(`its entry ${named(file)} is no array; save arrays with np.savez`);
    entries.set(key, attempt(() => readNpy(bytes), `its entry ${named(key)} `));
  }
  for (const [key, from] of Object.entries({ images: imagesFrom, labels: labelsFrom })) {
    if (entries.has(key)) found[key] = attempt(() => from(entries.get(key), name), "its ");
  }
  if (entries.has("features")) found.features = entries.get("features").texts ?? refuse("its features are no text; give the inputs' names");
  for (const key of NAMES.beside) entries.delete(key);
  if (entries.has("header")) found.network = ownNetwork(entries, name);
  else if (entries.size || !Object.keys(found).length) found.network = ofEntries(entries, name);
  return found;
}

/** A network of arrays by name, some of which may be lists of arrays. */
function ofEntries(entries, name) {
  if (![...entries.values()].some(({ objects }) => objects)) return networkNamed(entries, null, name);
  const asNumbers = ({ shape, kind, values, texts, objects }) => objects ?? Object.assign(new Numbers(shape, kind, () => values), { texts });
  return nested({ value: new Map([...entries].map(([key, one]) => [key, asNumbers(one)])), said: [] }, name);
}

/** Say where it was that something was refused. */
export function attempt(read, where) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) error.message = where + error.message;
    throw error;
  }
}
