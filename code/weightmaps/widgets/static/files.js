// What the files that were dropped hold: a network, images, labels. Which format a file has, its first bytes say.

import { MOST, NAMES, Refused, named, refuse } from "./bytes.js";
import { dataIn, labelsFrom, readIdx, readText } from "./data.js";
import { TooManyInputs, kindOf, networkNamed, networkOf, noteOf, roleAndKey } from "./layers.js";
import { isNpy, readNpy } from "./npy.js";
import { flat, listsIn, readJson, readSafetensors, unfolded } from "./text.js";
import { networkInTfjs } from "./tfjs.js";
import { Numbers } from "./pickle.js";
import { inPickle, inTorchZip, isPickle } from "./torch.js";
import { unzip } from "./zip.js";

/**
 * What was found.
 * @typedef {{network?: import("./layers.js").Found, images?: import("./data.js").Raw, labels?: import("./data.js").Labels, features?: string[]}} Findings
 */

const TEXT = /\.(csv|txt|tsv|dat|data)$/i;
const FORMAT = "weightmaps network 1";

const BY_PYTHON = "in Python, weightmaps.interop.read opens it, and its save makes an .npz that opens here";

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
  if (said?.class_name && said.config) refuse("it is the description of a Keras model, without its weights; convert the file that holds them");
  const lists = listsIn(said);
  if (!lists) return nested({ value: said, said: [] }, name);
  const network = networkOf(lists.weights, lists.biases, lists.activations, name), { layers } = network;
  const sizes = [layers[0].columns, ...layers.map(({ rows }) => rows)];
  if (lists.sizes !== null && lists.sizes !== String(sizes)) refuse(`its sizes are not ${sizes.join(", ")}, which its weights have`);
  return network;
}

/** What was deflated with gzip, as MNIST's files are. @param {Uint8Array} bytes */
async function gunzip(bytes) {
  const parts = [], reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  let total = 0;
  const next = () => reader.read().catch(() => refuse("its gzip data is damaged or cut short"));
  for (let { done, value } = await next(); !done; { done, value } = await next()) {
    parts.push(value);
    total += value.length;
    if (total > MOST.bytes) {
      reader.cancel().catch(() => {});
      refuse(`it unpacks to more than ${MOST.bytes / 2 ** 20} MB`);
    }
  }
  const whole = new Uint8Array(total);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** What the bytes of one file hold; its first bytes say what it is, as in interop/files.py. @param {Uint8Array} bytes @param {string} name the file's @param {Map<string, Uint8Array>} beside the files that came with it @returns {Promise<Findings>} */
export async function readFile(bytes, name, beside = new Map()) {
  if (!bytes.length) refuse("it is empty");
  const starts = (...first) => first.every((byte, i) => bytes[i] === byte);
  if (bytes[7] === 0 && bytes[8] === 0x7b) return inSafetensors(bytes, name); // before all else: a header's length may look like anything
  if (starts(0x80) && bytes[1] <= 5) return { network: nested(inPickle(bytes), name) };
  if (starts(0x89, 0x48, 0x44, 0x46)) refuse(`it is an HDF5 file; ${BY_PYTHON}`);
  if (starts(0x50, 0x4b)) {
    const entries = await unzip(bytes);
    if (entries.has("model.weights.h5")) refuse(`it is a model of Keras'; ${BY_PYTHON}`);
    return [...entries.keys()].some(isPickle) ? { network: nested(inTorchZip(entries), name) } : inZip(entries, name);
  }
  if (starts(0x1f, 0x8b)) {
    const inside = await gunzip(bytes);
    return inside[0] === 0 && inside[1] === 0 ? readIdx(inside, name) : refuse("it is no gzipped IDX file of MNIST's kind; unpack it");
  }
  if (starts(0, 0, 8)) return readIdx(bytes, name);
  if (isNpy(bytes)) {
    const { objects } = attempt(() => readNpy(bytes), "it ");
    if (objects) return { network: nested({ value: objects, said: [] }, name) };
    if (/label|^y/i.test(name)) return { labels: labelsFrom(readNpy(bytes), name) };
    if (/image|^x/i.test(name)) return { images: { name, said: [], entry: readNpy(bytes) } };
    refuse("it is an array, but its name does not say of what; call it images.npy or labels.npy, or choose all arrays of a network together");
  }
  if (/^(\xef\xbb\xbf)?\s*[[{]/.test(String.fromCharCode(...bytes.subarray(0, 100))) || /\.json$/i.test(name)) {
    const { value, said } = jsonIn(bytes), network = networkInJson(value, name, beside);
    return { network: { ...network, said: [...said, ...network.said] } };
  }
  if (TEXT.test(name)) return readText(bytes, name);
  const kind = NAMES.endings[/\.[^.]*$/.exec(name.toLowerCase())?.[0]];
  if (kind === "source") refuse("it is the text of a program; “python -m weightmaps explore” with its name prints lines that convert its arrays");
  if (kind === "onnx" || kind === "mat") refuse(`it is of a kind that no page reads; ${BY_PYTHON}`);
  return /\.safetensors$/i.test(name) ? inSafetensors(bytes, name) : refuse("it is none of .npz, .npy, .json, .safetensors, .pt, .pkl, .csv, .png and .jpg, or is damaged");
}

const roleIn = (key) => roleAndKey(key).role;

/** A network of arrays in objects and lists. @param {{value: unknown, said: string[]}} found @returns {import("./layers.js").Found} */
function nested({ value, said }, name) {
  const network = networkNamed(flat(value, roleIn), null, name);
  return { ...network, said: [...said, ...network.said] };
}

/** What a JSON file says, with what is to be said of it. @param {Uint8Array} bytes */
function jsonIn(bytes) {
  const { value, names } = unfolded(readJson(bytes));
  return { value, said: names.length ? [noteOf("json_inside", ...names)] : [] };
}

const endingOf = (name) => /\.[^.]*$/.exec(name.toLowerCase())?.[0];
const stemOf = (name) => name.replace(/\.[^.]*$/, "");

/** Which files hold a network together: weights and biases in two, or each array, or each layer, in its own; as in interop/files.py. @param {string[]} names @returns {string[]} */
export function together(names) {
  for (const ending of [".npz", ".json"]) {
    const two = names.filter((name) => endingOf(name) === ending && kindOf(stemOf(name)));
    if (two.length === 2 && kindOf(stemOf(two[0])) !== kindOf(stemOf(two[1]))) return two;
  }
  const arrays = names.filter((name) => endingOf(name) === ".npy" && !/label|image|^[xy]/i.test(name));
  if (arrays.length > 1) return arrays;
  const layers = names.filter((name) => endingOf(name) === ".json");
  return layers.length > 1 && !names.some((name) => endingOf(name) === ".bin") ? layers : [];
}

/** What one of several files of a network holds, for `flat`. @param {Uint8Array} bytes @param {string} name */
async function partIn(bytes, name) {
  if (endingOf(name) === ".json") return jsonIn(bytes);
  if (endingOf(name) === ".npy") return { value: asNumbers(readNpy(bytes)), said: [] };
  const entries = [...(await unzip(bytes))].map(([file, data]) => [file.replace(/\.npy$/, ""), asNumbers(readNpy(data))]);
  return { value: new Map(entries), said: [] };
}

/** A network in several files. @param {Map<string, Uint8Array>} files @param {string[]} names @returns {Promise<import("./layers.js").Found>} */
export async function readTogether(files, names) {
  const found = new Map(), said = [], ordered = [...names].sort(), all = ordered.join(", ");
  for (const name of ordered) {
    try {
      const part = await partIn(files.get(name), name);
      found.set(stemOf(name), part.value);
      said.push(...part.said);
    } catch (error) {
      if (error instanceof Refused) error.message = `${named(name)} ${error.message}`;
      throw error;
    }
  }
  const isNamed = (one) => one instanceof Map || (one !== null && typeof one === "object" && !Array.isArray(one) && !(one instanceof Numbers));
  const inTwo = names.length === 2 && endingOf(names[0]) !== ".npy" && [...found].every(([stem, one]) => kindOf(stem) && isNamed(one));
  const entries = inTwo ? [...found].flatMap(([stem, one]) => [...flat(one, roleIn)].map(([name, array]) => [`${name}.${stem}`, array])) : flat(found, roleIn);
  try {
    const network = networkNamed(new Map(entries), null, all);
    return { ...network, said: [...said, ...network.said] };
  } catch (error) {
    if (error instanceof Refused) error.message = `${named(all)}: ${error.message}`;
    if (error instanceof TooManyInputs) error.message += "; if only the first are used, “python -m weightmaps explore” with their folder prints lines that leave the others out";
    throw error;
  }
}

function inSafetensors(bytes, name) {
  const { entries, activations } = readSafetensors(bytes);
  return { network: networkNamed(entries, activations, name) };
}

/** @param {Map<string, Uint8Array>} zipped @param {string} name @returns {Findings} */
function inZip(zipped, name) {
  const entries = new Map();
  for (const [file, bytes] of zipped) {
    const key = file.replace(/\.npy$/, "");
    if (key === file) refuse(`its entry ${named(file)} is no array; save arrays with np.savez`);
    entries.set(key, attempt(() => readNpy(bytes), `its entry ${named(key)} `));
  }
  const found = attempt(() => dataIn(entries, name), "its ");
  if (entries.has("features")) found.features = entries.get("features").texts ?? refuse("its features are no text; give the inputs' names");
  for (const key of NAMES.beside) entries.delete(key);
  if (entries.has("header")) found.network = ownNetwork(entries, name);
  else if (entries.size || !Object.keys(found).length) found.network = ofEntries(entries, name);
  return found;
}

/** An array as a pickle has it; or the lists that it is an array of. @param {import("./npy.js").Entry} entry */
const asNumbers = ({ shape, kind, values, texts, objects }) => objects ?? Object.assign(new Numbers(shape, kind, () => values), { texts });

/** A network of arrays by name, some of which may be lists of arrays. */
function ofEntries(entries, name) {
  if (![...entries.values()].some(({ objects }) => objects)) return networkNamed(entries, null, name);
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
