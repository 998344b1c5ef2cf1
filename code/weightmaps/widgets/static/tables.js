// Tables as text: what separates and names the columns, and which one holds the labels. The rules are those of interop/tables.py.

import { MOST, named, refuse, spread } from "./bytes.js";

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;
const LABEL = /^\s*(labels?|class|digit|target|y)\s*$/i, PIXEL = /^\s*(pixel[ _]?\d+|\d+x\d+|\d+)\s*$/i;
const MOST_LABELS = 1000; // a column of larger numbers holds no labels

/** @typedef {{rows: string[], mark: string | null, names: string[] | null, columns: number, words: number[]}} Table */

/** A line's fields; quotes are taken off. */
function fieldsOf(line, mark) {
  if (mark === null) return line.trim().split(/\s+/).map((field) => field.replace(/^"(.*)"$/, "$1"));
  if (!line.includes('"')) return line.split(mark);
  const fields = [];
  let field = "", quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter === mark && !quoted) {
      fields.push(field);
      field = "";
    } else field += letter;
  }
  return [...fields, field];
}

const wordsIn = (fields) => fields.flatMap((field, i) => (NUMBER.test(field) ? [] : [i]));

/** The lines of a text that are not blank. @param {Uint8Array} bytes */
function linesOf(bytes) {
  if (bytes.length > MOST.json) refuse(`it is a text of more than ${MOST.json / 2 ** 20} MB; save its numbers with np.savez`);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    refuse("it is no text in UTF-8");
  }
  return text.split(/\r?\n/).filter((line) => line.trim());
}

/** What a text holds, its numbers not read yet. @param {Uint8Array} bytes @returns {Table} */
export function readTable(bytes) {
  const lines = linesOf(bytes), start = lines.findIndex((line) => !line.startsWith("#"));
  if (start < 0) refuse("it is a table without rows");
  const comment = start ? lines[start - 1].replace(/^[# ]+/, "") : "";
  const mark = [...",;\t"].find((one) => lines[start].includes(one)) ?? null;
  const first = fieldsOf(lines[start], mark), second = lines[start + 1] === undefined ? null : fieldsOf(lines[start + 1], mark);
  const headed = wordsIn(first).length && (!second || String(wordsIn(first)) !== String(wordsIn(second)));
  const rows = lines.slice(start + (headed ? 1 : 0));
  if (!rows.length) refuse("it is a table without rows");
  const said = comment ? fieldsOf(comment, mark) : [];
  const names = headed ? first : said.length === first.length && wordsIn(said).length ? said : null;
  const sample = fieldsOf(rows[0], mark), words = wordsIn(sample);
  if (names && names.length !== sample.length) refuse(`it has ${names.length} names for ${sample.length} columns`);
  if (words.length > 1) refuse("a table is numbers, with one column of words at most: the labels");
  return { rows, mark, names, columns: sample.length, words };
}

/** Which column holds the labels, or -1. @param {Table} table @param {Float64Array} values of the kept rows */
function labelColumn({ names, columns, words }, values, inputs) {
  if (words.length) return words[0];
  for (const is of [(name) => LABEL.test(name), (name) => !PIXEL.test(name)]) {
    const found = (names ?? []).flatMap((name, i) => (is(name) ? [i] : []));
    if (found.length === 1 && columns > 2) return found[0];
  }
  if (columns !== inputs + 1) return -1;
  const may = (at) => {
    let most = 0;
    for (let i = at; i < values.length; i += columns) {
      if (!Number.isInteger(values[i]) || values[i] < 0) return false;
      most = Math.max(most, values[i]);
    }
    return most > 0 && most < MOST_LABELS;
  };
  const [first, last] = [may(0), may(inputs)];
  if (first && last) refuse("its first and its last column could both be the labels; name one of them label, in a first line with a name for each column");
  return first ? 0 : last ? inputs : -1;
}

/**
 * The images and labels of a table, once the network is known; of very many rows some, evenly spaced.
 * @param {Table} table @param {number} inputs how many numbers the network takes
 * @returns {{values: Float64Array, count: number, each: number, labels: (number | string)[] | null, features: string[] | null, said: string[]}}
 */
export function tableFor(table, inputs) {
  const { rows, mark, columns, words } = table, kept = spread(rows.length, MOST.images);
  const values = new Float64Array(kept.length * columns), texts = [];
  kept.forEach((row, k) => {
    const fields = fieldsOf(rows[row], mark);
    if (fields.length !== columns) refuse(`a table has as many numbers in each row; row ${row + 1} has ${fields.length}, not ${columns}`);
    fields.forEach((field, i) => {
      if (i === words[0]) texts.push(field.trim());
      else if (!NUMBER.test(field)) refuse(`a table is numbers; row ${row + 1} holds ${named(field)}`);
      else values[k * columns + i] = Number(field);
    });
  });
  const at = labelColumn(table, values, inputs), names = table.names?.filter((_, i) => i !== at) ?? null;
  const features = names && !names.every((name) => PIXEL.test(name)) ? names : null;
  if (at < 0) return { values, count: rows.length, each: columns, labels: null, features, said: [] };
  const called = table.names ? `“${named(table.names[at].trim())}”` : at === 0 ? "first" : "last";
  return {
    values: values.filter((_, i) => i % columns !== at), count: rows.length, each: columns - 1, features,
    labels: words.length ? texts : kept.map((_, k) => values[k * columns + at]), said: [`labels are its ${called} column`],
  };
}

/** Labels alone: a name or number a line, or a row of numbers each. @param {Uint8Array} bytes @returns {import("./npy.js").Entry} */
export function readLabels(bytes) {
  const lines = linesOf(bytes).filter((line) => !line.startsWith("#")).map((line) => line.trim().replace(/^"(.*)"$/, "$1"));
  const numbers = (some) => some.length && some.every((one) => NUMBER.test(one));
  if (!NUMBER.test(lines[0] ?? "") && numbers(lines.slice(1))) lines.shift();
  if (!lines.length) refuse("it holds no labels");
  if (numbers(lines)) return { shape: [lines.length], kind: "f8", values: lines.map(Number) };
  const rows = lines.map((line) => line.split(/[,;\s]+/)), many = rows[0].length;
  if (many > 1 && rows.every((row) => row.length === many && numbers(row))) return { shape: [lines.length, many], kind: "f8", values: rows.flat().map(Number) };
  return { shape: [lines.length], kind: "U", values: [], texts: lines };
}
