// The worker: reads what was dropped, puts it together with what is there, and says what is still to be asked.

import { MOST, NAMES, Refused, named, refuse, spread, timesOf } from "./bytes.js";
import { answersOf, changed, choices, findings } from "./checks.js";
import { imagesFor } from "./data.js";
import { attempt, readFile, readTogether, together } from "./files.js";
import { counted } from "./layers.js";

/** @typedef {import("./data.js").Images} Images */

/**
 * What an explorer would be opened with. `shape` is null until it is known, and for a table, whose inputs `features` names.
 * @typedef {{layers: import("./maths.js").Layer[], activations: string[] | null, said: string[], name: string, images: Images, labels: number[] | null, labelled: string | null,
 *   shape: number[] | null, channels: "first" | "last" | null, features: string[] | null, outputs: string[] | null, applied: string[]}} Parts
 * `kept` are parts that wait for more, or those on screen; `page` is what came with the page.
 * @typedef {{files: {name: string, size: number, bytes: ArrayBuffer | null}[], pictures: import("./data.js").Picture[], kept: Parts, page: Parts, choice: {activations?: string[], shape?: number[] | null, change?: string[], turn?: true}}} Request
 */

/** Read all files; pictures were already unpacked by the page, which alone can. @param {Request["files"]} files @param {import("./data.js").Picture[]} pictures */
async function readAll(files, pictures) {
  const found = pictures.length ? { images: { name: pictures[0].name, said: [], pictures } } : {};
  if (files.length > MOST.files) refuse(`${files.length} files came at once; at most ${MOST.files} are read`);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > MOST.bytes) refuse(`${named(files[0].name)}: ${Math.round(total / 2 ** 20).toLocaleString("en")} MB; at most ${MOST.bytes / 2 ** 20} MB are read`);
  const beside = new Map(files.map(({ name, bytes }) => [name, new Uint8Array(bytes ?? 0)]));
  const arrays = together(files.map(({ name }) => name)), parts = files.some(({ name }) => /\.json$/i.test(name)) ? files.filter(({ name }) => /\.bin$/i.test(name)) : [];
  const alone = files.filter((file) => !parts.includes(file) && !arrays.includes(file.name));
  if (arrays.length) found.network = await readTogether(beside, arrays);
  for (const file of alone) {
    try {
      const bytes = new Uint8Array(file.bytes ?? refuse("it cannot be read; if it is a folder, drop the files in it, else choose it again"));
      for (const [what, one] of Object.entries(await readFile(bytes, file.name, beside))) {
        if (what in found) refuse(`it is the second file here with ${what === "network" ? "a network" : what}`);
        found[what] = one;
      }
    } catch (error) {
      if (error instanceof Refused) error.message = `${named(file.name)}: ${error.message}`;
      throw error;
    }
  }
  return found;
}

const FEW = 50; // images without labels, of which the answers are said

/** Every way to lay out that many pixels, the squarest first. @returns {[number, number][]} */
function shapesOf(count) {
  const pairs = [];
  for (let rows = 1; rows <= count; rows++) if (count % rows === 0) pairs.push([rows, count / rows]);
  return pairs.sort(([a, b], [c, d]) => Math.max(a, b) - Math.max(c, d) || a - c);
}

/** How one image lies in the inputs: its sides, channels, or null where that is to be asked. */
function layoutOf({ shape, name }, count, page) {
  const sides = shape.filter((side) => side > 1);
  if (shape.length > 1 && sides.length < 3) return { shape: shape.length === 2 ? shape : sides.length === 2 ? sides : [1, count], channels: null };
  if (shape.length === 3 && shape[0] === 3) return { shape: shape.slice(1), channels: "first" };
  if (shape.length === 3 && shape[2] === 3) return { shape: shape.slice(0, 2), channels: "last" };
  if (shape.length > 1) refuse(`${named(name)}: an image has the shape ${timesOf(shape)}; (rows, columns), with or without 3 channels, is shown`);
  if (page.shape && !page.channels && page.images.shape[0] === count) return { shape: page.shape, channels: null };
  const side = Math.sqrt(count);
  return { shape: Number.isInteger(side) ? [side, side] : null, channels: null };
}

/** The parts that stand after these files. @returns {Parts} */
function joined(found, kept, page) {
  const network = found.network ?? { layers: kept.layers, activations: kept.activations, said: kept.said, name: kept.name };
  const inputs = network.layers[0].columns, parts = { ...kept, ...network };
  const { images, labels, features } = found.images ? attempt(() => imagesFor(found.images, inputs), `${named(found.images.name)}: `) : {};
  if (images) {
    const each = images.pixels.length / Math.min(images.count, MOST.images);
    if (each !== inputs) refuse(`${named(images.name)}: its images have ${counted(each, "number", "numbers")} each, but the network takes ${inputs.toLocaleString("en")}`);
    Object.assign(parts, { images, labels: null, labelled: null, features, outputs: null, applied: [] }, features ? { shape: null, channels: null } : layoutOf(images, each, page));
  } else if (found.network && parts.images?.pixels.length / Math.min(parts.images?.count, MOST.images) !== inputs) {
    const fit = page.images.pixels.length / page.images.count === inputs;
    Object.assign(parts, fit ? page : { images: null, labels: null, labelled: null, shape: null, channels: null, features: null, outputs: null, applied: [] }, network);
  } else if (found.network) parts.applied = [];
  if (found.features && parts.images) {
    if (found.features.length !== inputs) refuse(`it names ${found.features.length} features, but the network takes ${inputs}`);
    Object.assign(parts, { features: found.features, shape: null, channels: null });
  }
  const given = found.labels ?? labels;
  if (given) {
    const { values, name, kept: few, said } = given;
    if (!parts.images) refuse(`${named(name)}: labels came without their images`);
    if (!few && values.length !== parts.images.count) refuse(`${named(name)}: it holds ${counted(values.length, "label", "labels")} for ${counted(parts.images.count, "image", "images")}`);
    const own = attempt(() => asOutputs(values, parts.layers.at(-1).rows), `${named(name)}: `);
    if (own.said || said.length) parts.images = { ...parts.images, said: [...parts.images.said, ...said, ...(own.said ?? [])] };
    Object.assign(parts, { labels: few ? own.labels : spread(values.length, MOST.images).map((i) => own.labels[i]), labelled: name, outputs: own.outputs });
  }
  return parts;
}

/** Labels as numbers of outputs; names are the outputs' in alphabetical order, if there are as many. @param {(number | string)[]} values */
function asOutputs(values, outputs) {
  if (values.every((value) => /^[-+]?\d+(\.0*)?$/.test(String(value).trim()))) return { labels: values.map(Number), outputs: null };
  const names = [...new Set(values.map(String))].sort();
  if (names.length !== outputs) refuse(`its labels are ${counted(names.length, "name", "different names")}, but the network has ${counted(outputs, "output", "outputs")}; give numbers, where a name may be missing`);
  return { labels: values.map((value) => names.indexOf(String(value))), outputs: names, said: [`outputs are named as the labels are, in alphabetical order: ${names.slice(0, 10).map(named).join(", ")}`] };
}

/** Labels that are no output's: those that came with files are an error, the page's own are left out. */
function matched(parts, page, notes) {
  const outputs = parts.layers.at(-1).rows;
  if (outputs === 1 && parts.labels) {
    notes.push("The labels are left out, for the network has one output.");
    parts.labels = null;
  }
  const strange = parts.labels?.find((label) => label < 0 || label >= outputs);
  if (strange === undefined) return;
  const words = `the label ${strange} is none of the network's ${counted(outputs, "output", "outputs")}, which are 0 to ${outputs - 1}`;
  if (parts.images !== page.images || parts.labelled) refuse(`${named(parts.labelled)}: the labels do not match: ${words}`);
  notes.push(`The page’s labels are left out, for ${words}.`);
  parts.labels = null;
}

/** What would make outputs of labels that begin at 1, or end one too low. @param {Parts} parts */
function offByOne({ labels, labelled, layers }) {
  const outputs = layers.at(-1).rows;
  if (!labels || !labelled || outputs < 2) return null;
  const [low, high] = labels.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  if (low > 0 && high === outputs) return { low, high, keys: ["lower"], words: "labels − 1" };
  return low === -1 && high < outputs - 1 ? { low, high, keys: ["higher"], words: "labels + 1" } : null;
}

/** What is to be asked, or shown. @param {Parts} parts @param {Parts} page */
function considered(parts, page) {
  const { layers, images } = parts, notes = parts.said.map((words) => `${parts.name}: ${words}.`), inputs = layers[0].columns;
  if (!images) return { parts, notes, ask: "images" };
  const off = offByOne(parts);
  if (off) return { parts, notes, ask: "labels", options: off };
  matched(parts, page, notes);
  notes.push(...images.said.map((words) => `${named(images.name)}: ${words}.`));
  if (parts.applied.length) notes.push(`Applied as you asked: ${parts.applied.join("; ")}.`);
  if (images.divided) notes.push(`${named(images.name)}: the images are whole numbers 0 to 255 (uint8), so each was divided by 255.`);
  if (images.count > MOST.images) notes.push(`Of ${images.count.toLocaleString("en")} images ${MOST.images.toLocaleString("en")} are shown, evenly spaced.`);
  if (!parts.activations) return { parts, notes, ask: "activations", options: choices(layers, images.pixels, parts.labels) };
  const active = layers.map((one, i) => ({ ...one, activation: parts.activations[i] }));
  const { given, better, hopeless } = findings(active, images.pixels, parts.labels);
  if (!parts.labels && !images.own && images.count <= FEW) {
    const answers = answersOf(active, images.pixels, spread(images.count, FEW)).map((k) => parts.outputs?.[k] ?? k);
    notes.push(`The network answers: ${answers.join(", ")}.`);
  }
  if (hopeless) notes.push(`Look at this: ${hopeless}.`);
  if (!parts.shape && !parts.features) return { parts, notes, ask: "shape", options: shapesOf(inputs) };
  const [low, high] = images.pixels.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const ask = !parts.features && (low < 0 || high > 1) ? "range" : null;
  return { parts: { ...parts, layers: active }, notes, ask, given, better, low, high };
}

const TURNED = "the matrices were transposed, as you asked", AS_GIVEN = NAMES.said.ambiguous;

/** Square matrices the other way round. @param {Parts} parts */
function transposedParts({ layers, said }) {
  const others = said.filter((one) => one !== TURNED && one !== AS_GIVEN);
  const transposed = layers.map(({ weights, rows: n, ...layer }) => ({ ...layer, rows: n, weights: weights.map((_, i) => weights[(i % n) * n + Math.floor(i / n)]) }));
  return { layers: transposed, said: [said.includes(TURNED) ? AS_GIVEN : TURNED, ...others] };
}

/** @param {Request} request */
export async function answer({ files, pictures, kept, page, choice }) {
  try {
    // What is the page's own is told by being the same object, which a message loses.
    if (kept.images?.own) kept.images = page.images;
    const parts = joined(await readAll(files, pictures), kept, page);
    if (choice.turn) Object.assign(parts, transposedParts(parts));
    if (choice.activations) parts.activations = choice.activations;
    if ("shape" in choice) Object.assign(parts, choice.shape ? { shape: choice.shape } : { features: Array.from({ length: parts.layers[0].columns }, (_, i) => `input ${i}`) });
    if (choice.change) Object.assign(parts, changed(parts, choice.change));
    return considered(parts, page);
  } catch (error) {
    if (error instanceof Refused) return { trouble: error.message };
    return { trouble: "this could not be read; it is damaged, or there is too little memory" };
  }
}

self.onmessage = async ({ data }) => self.postMessage(await answer(data));
