// From named arrays to a network: which matrix goes with which vector, in which order and which way round, and whether all of it fits.

import { MOST, NAMES, Refused, countOf, named, refuse, timesOf } from "./bytes.js";
import { readJson } from "./text.js";

/**
 * @typedef {import("./npy.js").Entry} Entry @typedef {import("./maths.js").Layer} Layer
 * Weights and biases in order, as one way to understand the names has them; a bias is null where a layer has none.
 * @typedef {{weights: object[], biases: (object | null)[], passed: string[], turned: boolean | null, within: boolean}} Reading
 */

/** A matrix has more inputs than the layer below has neurons. */
export class TooManyInputs extends Refused {}

const NOT_DENSE = "networks of dense layers alone are read: matrices and vectors";

/** A note in the words of names.json. @param {string} key @param {string[]} names */
export function noteOf(key, ...names) {
  const some = [...names.slice(0, MOST.named).map(named), ...(names.length > MOST.named ? ["…"] : [])];
  return NAMES.said[key].replace("{}", () => some.join(", "));
}

const keyOf = (parts) => parts.map((part) => (/^[0-9]/.test(part) ? Number(part.slice(0, 15)) : part));

/** What a name says: the last word that is a role; its other words and numbers, to sort by; all words. As in interop/names.py. */
export function roleAndKey(name) {
  const words = name.replace(/([a-z])(?=[A-Z])/g, "$1 ").toLowerCase().match(/[0-9]+|(?:(?![0-9])[\p{L}\p{N}])+/gu) ?? [];
  const at = words.reduce((last, word, i) => (NAMES.weights.includes(word) || NAMES.biases.includes(word) ? i : last), -1);
  return { role: words[at] ?? null, key: keyOf(words.filter((_, i) => i !== at)), words };
}

/** Whether a name says weights or biases; else null. */
export function kindOf(name) {
  const { role } = roleAndKey(name);
  return ["weights", "biases"].find((kind) => NAMES[kind].includes(role)) ?? null;
}

/** Numbers before text, and what ends before what goes on. */
function byKey({ key: one }, { key: two }) {
  for (let i = 0; i < Math.min(one.length, two.length); i++) {
    const [a, b] = [one[i], two[i]];
    if (a !== b) return typeof a === typeof b ? (a < b ? -1 : 1) : typeof a === "number" ? -1 : 1;
  }
  return one.length - two.length;
}

const isThin = ({ shape }) => shape.length === 1 || shape.includes(1);

/** An entry of a name such as Wx, who, bh: its first letter is its role, where its shape agrees. */
function short(one, words) {
  const at = words.findIndex((word) => /^[wb][a-z]{1,2}$/.test(word)), letter = words[at]?.[0];
  if (at < 0 || (letter === "w" ? one.shape.length !== 2 : !isThin(one))) return { ...one, role: null, key: keyOf(words) };
  return { ...one, role: letter, key: keyOf(words.map((word, i) => (i === at ? word.slice(1) : word))) };
}

/** Entries that may be weights or biases, the texts that name activations, and names to pass over. @param {Map<string, Entry>} entries */
function sorted(entries) {
  let found = [];
  const texts = [], passed = new Set();
  for (const [name, entry] of entries) {
    const { role, key, words } = roleAndKey(name), { shape, kind } = entry;
    if (NAMES.normalisation.some((word) => name.toLowerCase().endsWith(word))) refuse(`its entry ${named(name)} belongs to a batch normalisation; ${NOT_DENSE}`);
    for (const [kind, words] of [["recurrent", "a recurrent"], ["attention", "an attention"]]) {
      if (NAMES[kind].some((word) => name.toLowerCase().endsWith(word))) refuse(`its entry ${named(name)} belongs to ${words} layer; ${NOT_DENSE}`);
    }
    if (entry.texts) {
      if (kind === "U" && shape.length < 2 && words.some((word) => NAMES.activation.includes(word))) texts.push({ name, key, texts: entry.texts, shape });
      else passed.add(name);
    } else if (!shape.length || (shape.length < 3 && shape.includes(0))) passed.add(name);
    else if (shape.length > 2) refuse(`its entry ${named(name)} has the shape ${timesOf(shape)}; ${NOT_DENSE}`);
    else if (kind === "b1") refuse(`its ${named(name)} holds True and False in place of numbers`);
    else found.push(role ? { ...entry, name, role, key } : short({ ...entry, name }, words));
  }
  const idOf = (role, key) => JSON.stringify([role, key]), roles = new Set(found.filter((one) => one.role).map((one) => idOf(one.role, one.key)));
  for (const { name, role, key } of found.filter((one) => one.role)) {
    const without = NAMES.optimiser.filter((word) => key.includes(word)).map((word) => idOf(role, key.filter((part) => part !== word)));
    if (without.some((id) => roles.has(id))) passed.add(name);
  }
  found = found.filter(({ name }) => !passed.has(name));
  return { found, texts, passed };
}

/** What the entry "activations" or the only text says, or else all texts in the order of their names. */
function activationsIn(texts) {
  const one = texts.find(({ name }) => name === "activations") ?? (texts.length === 1 ? texts[0] : null);
  if (one) return one.shape.length ? one.texts : one.texts[0];
  return texts.length ? [...texts].sort(byKey).flatMap((some) => some.texts) : null;
}

/** Every way to pair weights and biases by their names, the likeliest first. @param {Map<string, Entry>} entries @returns {{found: Reading[], said: unknown, texts: object[]}} */
function readings(entries) {
  const { found, texts, passed } = sorted(entries), roles = [new Map(), new Map(), new Map()];
  for (const one of found) {
    const place = roles[NAMES.weights.includes(one.role) ? 0 : NAMES.biases.includes(one.role) ? 1 : 2], id = JSON.stringify(one.key);
    if (place.has(id)) refuse(`its entries ${named(place.get(id).name)} and ${named(one.name)} have the same role`);
    place.set(id, one);
  }
  const [matrices, vectors, free] = roles, those = (fit) => new Map([...free].filter(([, one]) => fit(one)));
  const wide = those(({ shape }) => shape.length === 2), thin = those(isThin);
  let ways = [[wide, vectors]];
  if (matrices.size) ways = vectors.size ? [[matrices, vectors]] : [[matrices, thin], [matrices, new Map()]];
  else if (!vectors.size) ways = [[wide, those(({ shape }) => shape.length === 1)], [those((one) => !isThin(one)), thin]];
  const all = ways.flatMap(([weights, biases]) => {
    const used = new Set([...weights.values(), ...biases.values(), ...texts].map(({ name }) => name));
    const more = [...entries.keys()].filter((name) => passed.has(name) || !used.has(name));
    // Natural; or as given, for names such as input, hidden, output.
    return [true, false].map((natural) => readingOf(weights, biases, natural, more));
  });
  return { found: all, said: activationsIn(texts), texts };
}

/** Weights in this order, each with the biases of the same key, or else of the same place. @returns {Reading} */
function readingOf(matrices, vectors, natural, passed) {
  const inOrder = (some) => (natural ? [...some].sort(([, one], [, two]) => byKey(one, two)) : [...some]);
  const weights = inOrder(matrices), alike = [...vectors.keys()].every((id) => matrices.has(id));
  const biases = alike ? weights.map(([id]) => vectors.get(id) ?? null) : inOrder(vectors).map(([, one]) => one);
  const has = (roles) => weights.some(([, { role }]) => roles.includes(role));
  return {
    weights: weights.map(([, one]) => (NAMES.inputs_first.includes(one.role) ? turn(matrixOf(one)) : matrixOf(one))), biases: biases.map(asVector), passed,
    turned: has(NAMES.inputs_first) ? false : null, within: has(NAMES.biases_within),
  };
}

/** A matrix as it lies in its values: row i, column j is at `from` + i `down` + j `along`. */
function matrixOf(one) {
  const { shape } = one;
  return { ...one, from: 0, down: shape[1], along: 1 };
}

const turn = (one) => ({ ...one, shape: [...one.shape].reverse(), down: one.along, along: one.down });

/** Biases may be a column, as Nielsen's, or a row. */
export function asVector(one) {
  return one && one.shape.length === 2 && one.shape.includes(1) ? { ...one, shape: [countOf(one.shape)] } : one;
}

/** Rows without their first or last number, and that number of each. */
function split(one, last) {
  const [rows, columns] = one.shape, at = one.from + (last ? columns - 1 : 0) * one.along;
  return [
    { ...one, shape: [rows, columns - 1], from: one.from + (last ? 0 : one.along) },
    { ...one, shape: [rows], values: Float64Array.from({ length: rows }, (_, i) => one.values[at + i * one.down]) },
  ];
}

function fits(weights, biases) {
  return weights.every(({ shape: [rows, columns] }, i) => biases[i].shape.length === 1 && biases[i].shape[0] === rows && (!i || columns === weights[i - 1].shape[0]));
}

const zeros = ({ shape: [rows] }) => ({ name: "no biases", shape: [rows], kind: "f8", values: new Float64Array(rows) });

/** Each way in which shapes fit, the likeliest first. @param {Reading} reading */
function fitting({ weights: given, biases, turned: known, within }) {
  if (!given.length || given.length !== biases.length || given.some(({ shape }) => shape.length !== 2 || shape.includes(0))) return [];
  const lacking = biases.flatMap((one, i) => (one ? [] : [String(i + 1)])), plain = [], inside = [];
  for (const turned of known === null ? [false, true] : [known]) {
    const weights = turned ? given.map(turn) : given, notes = turned && known === null ? [noteOf("transposed")] : [];
    if (lacking.length) notes.push(lacking.length < given.length ? noteOf("some_biases", ...lacking) : noteOf("no_biases"));
    plain.push({ notes, weights, biases: biases.map((one, i) => one ?? zeros(weights[i])) });
    if (lacking.length === given.length && weights.every(({ shape }) => shape[1] > 1)) {
      const parts = weights.map((one) => split(one, turned));
      inside.push({ notes: [noteOf(turned ? "last_row" : "first_column")], weights: parts.map(([w]) => w), biases: parts.map(([, b]) => b) });
    }
  }
  return (within ? [...inside, ...plain] : [...plain, ...inside]).filter((way) => fits(way.weights, way.biases));
}

/** Numbers as the explorer keeps them. */
function finite({ name, values, shape, kind, from = 0, down = 1, along = 1 }) {
  if (kind === "b1") refuse(`its ${named(name)} holds True and False in place of numbers`);
  const numbers = new Float32Array(countOf(shape)), [rows, columns = 1] = shape;
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) numbers[at++] = values[from + i * down + j * along];
  if (!numbers.every(Number.isFinite)) refuse(`its ${named(name)} holds NaN, infinity, or a number too large for float32`);
  return numbers;
}

/** The layers of a reading, without activations, and what was found out. @param {Reading} reading @returns {{layers: Layer[], said: string[]}} */
function layersOf(reading) {
  if (!reading.weights.length) refuse("it holds no matrix of weights");
  if (reading.weights.length > MOST.layers) refuse(`it has ${reading.weights.length} layers; at most ${MOST.layers} are read`);
  if (reading.weights.length !== reading.biases.length) {
    refuse(`it holds ${counted(reading.weights.length, "matrix", "matrices")} and ${counted(reading.biases.length, "vector", "vectors")}; each layer needs weights and biases`);
  }
  const ways = fitting(reading);
  if (!ways.length) misfit(reading);
  const [{ notes, weights, biases }] = ways, said = [...notes];
  if (reading.passed.length) said.push(noteOf("passed_over", ...reading.passed));
  if (weights.length < 2) refuse("it has no hidden layer, which is what this page shows");
  if (weights.reduce((sum, { shape }) => sum + countOf(shape), 0) > MOST.weights) {
    refuse(`it has more than ${MOST.weights.toLocaleString("en")} weights, too many for this page`);
  }
  const layers = weights.map((one, i) => {
    const [rows, columns] = one.shape;
    return { rows, columns, weights: finite(one), biases: finite({ ...biases[i], from: 0, down: 1, along: 1 }) };
  });
  return { layers, said };
}

/** Say which of the shapes it is that does not fit. @param {Reading} reading @returns {never} */
function misfit({ weights, biases }) {
  for (const [parts, sides] of [[weights, 2], [biases, 1]]) {
    const wrong = parts.find((one) => one && one.shape.length !== sides);
    if (wrong) refuse(`its ${named(wrong.name)} has the shape ${timesOf(wrong.shape)}; weights are matrices and biases vectors`);
  }
  weights.forEach(({ name, shape }, i) => {
    const own = `its ${named(name)} is ${timesOf(shape)}`, [rows, columns] = shape, bias = biases[i];
    if (bias && bias.shape[0] !== rows) refuse(`${own}, a layer of ${rows}, but ${named(bias.name)} has ${bias.shape[0]} biases; each neuron needs one`);
    const below = i ? weights[i - 1].shape[0] : columns, words = `${own}, so it takes ${columns} inputs, but the layer below has ${below} neurons`;
    if (columns > below) throw new TooManyInputs(words);
    if (columns < below) refuse(words);
  });
  return refuse("its shapes do not fit together");
}

export function counted(n, one, more) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : more}`;
}

/** @typedef {{layers: Layer[], activations: string[] | null, said: string[], name: string}} Found a network; `said` is what was found out */

/** A network of a list of matrices and one of vectors; `turned` where it is known whether matrices are (inputs, neurons). @param {Entry[]} weights @param {(Entry | null)[]} biases @param {unknown} activations @param {string} name @returns {Found} */
export function networkOf(weights, biases, activations, name, turned = null) {
  const { layers, said } = layersOf({ weights: weights.map(matrixOf), biases: biases.map(asVector), passed: [], turned, within: false });
  return finished(layers, activations, said, name);
}

function finished(layers, activations, said, name) {
  const names = activationsFrom(activations, layers.length);
  if (names && /log_?softmax/i.test(String(activations))) said.push(noteOf("log_softmax"));
  return { layers, activations: names, said, name: named(name) };
}

/** A network of arrays by name. @param {Map<string, Entry>} entries @param {unknown} activations where no text among them names them @param {string} name @returns {Found} */
export function networkNamed(entries, activations, name) {
  const { found, said: texts, texts: those } = readings(entries);
  let reading = found.find((one) => fitting(one).length) ?? found[0], own = texts;
  if (those.length > 1 && !those.some((one) => one.name === "activations") && own.length !== reading.weights.length) {
    const more = [...reading.passed, ...those.map((one) => one.name)];
    [reading, own] = [{ ...reading, passed: [...entries.keys()].filter((one) => more.includes(one)) }, null];
  }
  const { layers, said } = layersOf(reading);
  if (fitting(reading).length > 1 && Math.max(layers[0].rows, layers[0].columns) > 1) said.unshift(noteOf("ambiguous"));
  return finished(layers, activations ?? own, said, name);
}

/** The names of activations as a file gives them: a list, or one text. @param {unknown} said @param {number} count @returns {string[] | null} */
export function activationsFrom(said, count) {
  if (said === null) return null;
  const names = typeof said !== "string" ? said : said.trim().startsWith("[") ? readJson(new TextEncoder().encode(said)) : said.split(",");
  if (!Array.isArray(names) || names.length !== count) {
    refuse(`it names ${Array.isArray(names) ? names.length : "no list of"} activations for ${counted(count, "layer", "layers")}`);
  }
  return names.map((name) => {
    const [, spelling, number = ""] = /^([^:]*)(:.*)?$/s.exec(typeof name === "string" ? name.trim().toLowerCase() : "");
    const known = Object.hasOwn(NAMES.activations, spelling) ? NAMES.activations[spelling] : null;
    if (known && (!number || (NAMES.with_number.includes(known) && /^:[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(number) && Number.isFinite(Number(number.slice(1)))))) return known + number;
    return refuse(`its activation ${named(name)} is not known here; there are ${Object.keys(NAMES.activations).join(", ")}`);
  });
}
