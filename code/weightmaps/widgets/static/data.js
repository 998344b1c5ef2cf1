// Images and labels as files hold them: arrays, entries of an archive, tables, MNIST's own format, pictures.

import { MOST, NAMES, countOf, named, refuse, spread, timesOf } from "./bytes.js";
import { scan } from "./scan.js";
import { readLabels, readTable, tableFor } from "./tables.js";

/**
 * Images as they were read, before it is known how many numbers the network takes.
 * @typedef {{name: string, folder: string, rows: number, columns: number, rgb: Uint8ClampedArray}} Picture four bytes a pixel
 * @typedef {{name: string, said: string[], entry?: import("./npy.js").Entry, table?: import("./tables.js").Table, pictures?: Picture[]}} Raw
 * What is shown: `pixels` of all images, one after the other; `shape` of one image; `said` what was found out.
 * @typedef {{pixels: Float64Array, count: number, shape: number[], name: string, divided: boolean, said: string[]}} Images
 * `values` are numbers, or names.
 * @typedef {{values: (number | string)[], name: string, said: string[]}} Labels
 */

const DIGIT = 784;

/** @param {import("./npy.js").Entry} entry @returns {Images} */
function fromEntry({ shape: whole, kind, values }, name, inputs, said) {
  const lone = values.length === inputs && (whole.length === 1 || (whole.at(-1) !== inputs && whole[0] > 1)); // one image, by itself
  const [count, ...shape] = lone ? [1, ...whole] : whole;
  if (!shape.length || !count || !/^[fiu]/.test(kind)) refuse(`images have the shape ${timesOf(whole)} and the type ${kind}; give numbers, one image after the other`);
  const each = values.length / count, kept = spread(count, MOST.images), divided = kind === "u1";
  const pixels = new Float64Array(kept.length * each);
  kept.forEach((i, k) => pixels.set(values.subarray(i * each, (i + 1) * each), k * each));
  if (divided) for (let i = 0; i < pixels.length; i++) pixels[i] /= 255;
  if (!pixels.every(Number.isFinite)) refuse("images hold NaN or infinity");
  return { pixels, count, shape: shape.filter((side) => side > 1).length ? shape : [each], name, divided, said };
}

/** Digits in pictures, prepared as MNIST's were; or pictures as they are, where their pixels are the inputs. @param {Picture[]} pictures */
function fromPictures(pictures, name, inputs) {
  const folders = [...new Set(pictures.map(({ folder }) => folder))].sort(), classes = folders.length > 1;
  const grey = ({ rgb, rows, columns }) => ({ rows, columns, values: Float64Array.from({ length: rows * columns }, (_, i) => (0.299 * rgb[4 * i] + 0.587 * rgb[4 * i + 1] + 0.114 * rgb[4 * i + 2]) / 255) });
  if (inputs !== DIGIT) {
    const { rows, columns } = pictures[0], colours = rows * columns * 3 === inputs;
    for (const one of pictures) {
      if ((one.rows * one.columns !== inputs && !colours) || one.rows !== rows || one.columns !== columns) {
        refuse(`${named(one.name)}: a picture of ${one.columns} × ${one.rows}; the network takes ${inputs.toLocaleString("en")} numbers, so that many pixels are wanted, or a third in colour, in all alike`);
      }
    }
    const pixels = pictures.flatMap((one) => (colours ? [...one.rgb.filter((_, i) => i % 4 < 3)].map((v) => v / 255) : [...grey(one).values]));
    const images = { pixels: Float64Array.from(pixels), count: pictures.length, shape: colours ? [rows, columns, 3] : [rows, columns], name, divided: false, said: [] };
    return { images, labels: classes ? pictures.map(({ folder }) => folder) : null };
  }
  const found = pictures.map((one) => ({ name: one.name, folder: one.folder, ...scan(grey(one), !classes) })), some = found.filter(({ images }) => images.length);
  const blank = found.filter(({ images }) => !images.length).map((one) => named(one.name));
  const digits = some.flatMap(({ images, folder }) => images.map((pixels) => ({ pixels, folder }))).slice(0, MOST.images);
  if (!digits.length) refuse(pictures.length > 1 ? `no digit can be made out in any of the ${pictures.length} pictures` : "no digit can be made out in the picture; it may be blank, or too pale");
  const pixels = new Float64Array(digits.length * DIGIT);
  digits.forEach((one, k) => pixels.set(one.pixels, k * DIGIT));
  return {
    images: { pixels, count: digits.length, shape: [28, 28], name, divided: false, said: saidOf(some, digits.length, blank) },
    labels: classes ? digits.map(({ folder }) => folder) : null,
  };
}

/** What was found out in pictures of digits. */
function saidOf(found, n, blank) {
  const dark = found.filter((one) => one.dark).length, some = found.length, thin = found.reduce((sum, one) => sum + one.thickened, 0);
  const ruled = found.filter((one) => one.ruled).length;
  const paper = dark === some ? "dark ink on light paper" : dark ? `dark ink on light paper in ${dark}, light ink on dark in ${some - dark}` : "light ink on dark paper";
  const said = [`${n} ${n === 1 ? "digit" : "digits"} in ${some} ${some === 1 ? "picture" : "pictures"}: ${paper}; the paper was subtracted, and each digit scaled and centred as MNIST’s were`];
  if (thin) said.push(`strokes were thinner than MNIST’s in ${thin} of ${n}, and were thickened`);
  if (ruled) said.push(`ruled lines were taken out of ${ruled} of ${some}`);
  if (blank.length) said.push(`no digit can be made out in ${blank.length}, left out: ${blank.slice(0, 5).join(", ")}`);
  return said;
}

/**
 * The images, now that the network is known, and the labels that came with them.
 * @param {Raw} raw @param {number} inputs @returns {{images: Images, labels: Labels | null, features: string[] | null}}
 */
export function imagesFor({ name, said, entry, table, pictures }, inputs) {
  if (pictures) {
    const { images, labels } = fromPictures(pictures, name, inputs);
    return { images, labels: labels && { values: labels, name, said: [], kept: true }, features: null };
  }
  if (!table) return { images: fromEntry(entry, name, inputs, said), labels: null, features: null };
  const { values, count, each, labels, features, said: more } = tableFor(table, inputs);
  return {
    images: { pixels: values, count, shape: [each], name, divided: false, said: [...said, ...more] },
    labels: labels && { values: labels, name, said: [], kept: true }, features,
  };
}

/** Whether each row has one 1 and else zeros. @param {import("./npy.js").Entry} entry */
function isOneHot({ shape: [count, many], values }) {
  const ones = new Uint32Array(count);
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 1) ones[Math.floor(i / many)]++;
    else if (values[i]) return false;
  }
  return ones.every((n) => n === 1);
}

/** @param {import("./npy.js").Entry} entry @returns {Labels} */
export function labelsFrom({ shape, kind, values, texts }, name) {
  if (texts) return { values: texts, name, said: [] };
  const [count, many] = shape.length === 2 ? shape : [shape[0], 1];
  if (shape.length === 2 && many > 1) {
    if (!isOneHot({ shape, values })) refuse(`labels have the shape ${timesOf(shape)}; give one whole number an image, or rows of one 1 and else zeros`);
    return { values: Array.from({ length: count }, (_, i) => values.slice(i * many, (i + 1) * many).indexOf(1)), name, said: ["labels are one-hot rows: each is where its 1 is"] };
  }
  if (!shape.length || values.length !== count || !/^[fiub]/.test(kind) || !Array.from(values).every(Number.isInteger)) {
    refuse(`labels are of the type ${kind} and the shape ${timesOf(shape)}; give one whole number an image`);
  }
  return { values: Array.from(values), name, said: [] };
}

/** The images and labels of an archive, which are then no longer among its entries. @param {Map<string, import("./npy.js").Entry>} entries */
export function dataIn(entries, name) {
  const keys = new Map([...entries.keys()].map((key) => [key.toLowerCase(), key])), found = {};
  const at = (word) => entries.get(keys.get(word)), pixelled = (one) => one && !one.texts && one.shape.length > 1;
  const pair = NAMES.data.find(([images, labels]) => at(images) && (images === "images" || (pixelled(at(images)) && at(labels)))) ?? NAMES.data.find(([images]) => pixelled(at(images)));
  const alone = pair ? null : NAMES.data.find(([, labels]) => at(labels) && (labels === "labels" || entries.size === 1));
  if (pair) {
    const [images, labels] = pair, plain = images === "images";
    const words = [`images are its entry “${named(keys.get(images))}”`, ...(at(labels) ? [`labels “${named(keys.get(labels))}”`] : [])];
    found.images = { name, said: plain ? [] : [words.join(", ")], entry: at(images) };
  }
  const label = (pair ?? alone)?.[1];
  if (label && at(label)) found.labels = labelsFrom(at(label), name);
  const whole = NAMES.data.filter((one) => one.every(at)); // Keras' mnist.npz has a pair to train on too
  for (const word of [...whole, pair ?? alone ?? []].flat()) entries.delete(keys.get(word));
  return found;
}

/** MNIST's own format: images or labels as bytes. @param {Uint8Array} bytes */
export function readIdx(bytes, name) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), sides = bytes[3];
  if (bytes[2] !== 8 || (sides !== 1 && sides !== 3) || bytes.length < 4 + 4 * sides) refuse("it is damaged, or no IDX file of images or labels");
  const shape = Array.from({ length: sides }, (_, k) => view.getUint32(4 + 4 * k)), values = bytes.subarray(4 + 4 * sides);
  if (countOf(shape) !== values.length || !values.length) refuse(`its header promises ${timesOf(shape)} bytes, but ${values.length.toLocaleString("en")} are there`);
  const entry = { shape, kind: "u1", values };
  return sides === 1 ? { labels: labelsFrom(entry, name) } : { images: { name, said: [], entry } };
}

/** A text: labels, if it has one column or one-hot rows, or names and its own name says so; else a table of images. @param {Uint8Array} bytes */
export function readText(bytes, name) {
  const entry = readLabels(bytes), { texts, shape } = entry;
  const words = texts && /label|^y/i.test(name) && !texts.some((one) => /[,;\t]/.test(one));
  if (shape.length === 1 ? words || !texts : isOneHot(entry)) return { labels: labelsFrom(entry, name) };
  const table = readTable(bytes);
  return table.columns === 1 ? { labels: labelsFrom(entry, name) } : { images: { name, said: [], table } };
}
