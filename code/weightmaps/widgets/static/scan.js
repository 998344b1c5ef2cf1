// Digits in a picture, prepared as MNIST prepared its own: the same arithmetic as pictures.py, which says why.

import { average, prepare } from "./pen.js";

const WORKING = 600, FIT = 80, STROKE = 2.2, FAINTEST = 0.04, RULED = 0.7, DIGITS = 500;
const MNIST_SIDE = 28;

/**
 * Grey numbers, row by row; a box is left, top, right and bottom.
 * @typedef {{values: Float64Array, rows: number, columns: number}} Grey @typedef {[number, number, number, number]} Box
 */

const filled = (like, at) => Float64Array.from(like, (_, i) => at(i));
const sum = (values) => values.reduce((a, b) => a + b, 0);
const largest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** The sum over the window that reaches so far from each pixel, as far as it lies inside. @param {Grey} grey */
function windowSums({ values, rows, columns }, reach) {
  const pass = (from, count, length, step, stride) => {
    const to = new Float64Array(from.length), total = new Float64Array(length + 1);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < length; i++) total[i + 1] = total[i] + from[k * stride + i * step];
      for (let i = 0; i < length; i++) {
        to[k * stride + i * step] = total[Math.min(length, i + reach + 1)] - total[Math.max(0, i - reach)];
      }
    }
    return to;
  };
  return pass(pass(values, columns, rows, columns, 1), rows, columns, 1, columns);
}

/** The mean of the window around each pixel; over the chosen pixels, where there are any. */
function means(grey, reach, chosen = filled(grey.values, () => 1)) {
  const counts = windowSums({ ...grey, values: chosen }, reach), total = sum(chosen);
  const weighted = filled(chosen, (i) => grey.values[i] * chosen[i]), sums = windowSums({ ...grey, values: weighted }, reach);
  const overall = total ? sum(weighted) / total : sum(grey.values) / grey.values.length;
  return filled(chosen, (i) => (counts[i] > 0.5 ? sums[i] / Math.max(counts[i], 1) : overall));
}

/** Otsu's: the level that parts the values into two groups with the least variance within. */
function threshold(values) {
  const high = largest(values), low = -largest(values.map((v) => -v));
  if (high <= low) return high;
  const counts = new Float64Array(256), all = values.length;
  for (const v of values) counts[Math.min(255, Math.trunc((v - low) * (256 / (high - low))))]++;
  const mean = counts.reduce((a, n, i) => a + n * i, 0);
  let best = -1, at = 0, below = 0, moment = 0;
  for (let i = 0; i < 256; i++) {
    below += counts[i];
    moment += counts[i] * i;
    const between = below * (all - below) > 0 ? ((mean * below) / all - moment) ** 2 / (below * (all - below)) : -1;
    if (between > best) [best, at] = [between, i];
  }
  return low + ((at + 1) * (high - low)) / 256;
}

/** Ink from 0 to 1 on blank paper, and whether it was darker than the paper. @param {Grey} grey */
function inkOf(grey) {
  const longer = Math.max(grey.rows, grey.columns), about = means(grey, Math.max(2, Math.floor(longer / 4)));
  const away = filled(about, (i) => grey.values[i] - about[i]);
  const dark = away.reduce((a, v) => a + v ** 3, 0) <= 0; // the rarer of the two lies farther from the mean
  const far = dark ? away.map((v) => -v) : away, cut = threshold(far);
  const near = windowSums({ ...grey, values: filled(far, (i) => Number(far[i] > cut)) }, Math.max(1, Math.floor(longer / 150)));
  const blank = filled(near, (i) => Number(!(near[i] > 0.5)));
  const raw = { ...grey, values: dark ? grey.values.map((v) => 1 - v) : grey.values };
  const paper = means(raw, Math.max(3, Math.floor(longer / 8)), blank), level = filled(paper, (i) => raw.values[i] - paper[i]);
  const line = threshold(level), strong = level.filter((v) => v > line), strength = strong.length ? sum(strong) / strong.length : 0;
  if (strength < FAINTEST) return { ink: new Float64Array(level.length), dark };
  const bare = level.filter((_, i) => blank[i]), noise = bare.length ? Math.sqrt(sum(bare.map((v) => v * v)) / bare.length) : 0;
  const low = Math.min(Math.max(0.25 * strength, 3 * noise), 0.6 * strength);
  return { ink: level.map((v) => Math.min(1, Math.max(0, (v - low) / (0.8 * strength - low)))), dark };
}

/** For each marked pixel the length of the upright run that it belongs to. */
function runLengths(marked, rows, columns) {
  const lengths = new Int32Array(marked.length);
  for (let x = 0; x < columns; x++) {
    for (let y = 0, end = 0; y < rows; y = end + 1) {
      for (end = y; end < rows && marked[end * columns + x]; end++);
      for (let k = y; k < end; k++) lengths[k * columns + x] = end - y;
    }
  }
  return lengths;
}

/** @param {Float64Array} ink */
function turned(ink, rows, columns) {
  const other = new Float64Array(ink.length);
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) other[x * rows + y] = ink[y * columns + x];
  return other;
}

/** A number rounded as NumPy rounds it, halves to the even one. */
function even(v) {
  const near = Math.round(v);
  return Math.abs(v % 1) === 0.5 && near % 2 ? near - 1 : near;
}

/** Level lines erased: thin ones, to 3 degrees, that cross the whole picture. */
function withoutLevelLines(ink, rows, columns) {
  if (Math.min(rows, columns) < 100) return null;
  const thin = Math.max(2, Math.floor(rows / 80)), marked = ink.map((v) => Number(v > 0.1)), runs = runLengths(marked, rows, columns);
  let best = null;
  for (let slope = -6; slope < 7; slope++) {
    const shift = Int32Array.from({ length: columns }, (_, x) => even((slope / 120) * (x - columns / 2)));
    const at = (y, x) => ((((y + shift[x]) % rows) + rows) % rows) * columns + x;
    const counts = new Float64Array(rows);
    for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) counts[y] += Number(marked[at(y, x)] && runs[at(y, x)] <= thin);
    const share = windowSums({ values: counts, rows, columns: 1 }, 1).map((v) => v / columns), peak = largest(share);
    if (!best || peak > best.peak) best = { peak, share, at };
  }
  const lined = windowSums({ values: best.share.map((v) => Number(v > RULED)), rows, columns: 1 }, 1), left = ink.slice();
  if (!lined.some((v) => v > 0.5)) return null;
  lined.forEach((v, y) => {
    if (!(v > 0.5)) return;
    for (let x = 0; x < columns; x++) if (runs[best.at(y, x)] <= 2 * thin) left[best.at(y, x)] = 0;
  });
  return left;
}

/** What hangs together, corner to corner too: each with its box, its ink and its number, and the number of each pixel's. */
function piecesOf(ink, rows, columns) {
  const numbers = new Int32Array(ink.length), pieces = [], stack = [];
  for (let first = 0; first < ink.length; first++) {
    if (numbers[first] || !(ink[first] > 0.1)) continue;
    const k = pieces.length + 1, box = [columns, rows, 0, 0];
    let mass = 0;
    numbers[first] = k;
    stack.push(first);
    while (stack.length) {
      const i = stack.pop(), x = i % columns, y = (i - x) / columns;
      mass += ink[i];
      [box[0], box[1], box[2], box[3]] = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + 1), Math.max(box[3], y + 1)];
      for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
          const j = v * columns + u;
          if (!numbers[j] && ink[j] > 0.1) {
            numbers[j] = k;
            stack.push(j);
          }
        }
      }
    }
    pieces.push({ box, mass, names: [k] });
  }
  return { pieces, numbers };
}

const sides = ([left, top, right, bottom]) => [right - left, bottom - top];
const tallestOf = (some) => some.reduce((a, { box }) => Math.max(a, ...sides(box)), 0);

/** Whether two pieces are of one digit: one above the other, or nearly within it, and close. */
function belong(one, two, tallest) {
  const across = Math.min(one[2], two[2]) - Math.max(one[0], two[0]), down = Math.min(one[3], two[3]) - Math.max(one[1], two[1]);
  return across >= 0.5 * Math.min(sides(one)[0], sides(two)[0]) && down >= -0.2 * tallest;
}

/** Lines from the top, each from the left: a digit is of a line if its middle lies within it. */
function inOrder(groups) {
  const lines = [], twice = ({ box }) => box[1] + box[3];
  for (const group of [...groups].sort((a, b) => twice(a) - twice(b))) {
    const line = lines.at(-1);
    if (line && twice(group) / 2 <= Math.max(...line.map(({ box }) => box[3]))) line.push(group);
    else lines.push([group]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.box[0] - b.box[0]));
}

/** The digits in reading order, each with its box and its ink alone. */
function groupsOf(ink, rows, columns) {
  const { pieces: all, numbers } = piecesOf(ink, rows, columns), most = all.reduce((a, { mass }) => Math.max(a, mass), 0);
  let pieces = all.filter(({ mass }) => mass >= 0.02 * most);
  const inside = pieces.filter(({ box }) => box[0] && box[1] && box[2] < columns && box[3] < rows);
  if (inside.some(({ box }) => box[3] - box[1] >= 0.15 * rows)) pieces = inside; // what touches an edge is the table, or a shadow
  const tallest = tallestOf(pieces), groups = [];
  for (const { box, mass, names } of pieces.sort((a, b) => b.mass - a.mass)) {
    const group = groups.find((one) => belong(one.box, box, tallest));
    if (!group) groups.push({ box, mass, names: [...names] });
    else {
      group.box = box.map((edge, k) => (k < 2 ? Math.min : Math.max)(edge, group.box[k]));
      group.mass += mass;
      group.names.push(...names);
    }
  }
  return inOrder(groups.filter(({ box }) => Math.max(...sides(box)) >= 0.4 * tallest).slice(0, DIGITS)).map((group) => {
    const [left, top] = group.box, [width, height] = sides(group.box), mine = new Set(group.names);
    const crop = new Float64Array(width * height);
    for (let i = 0; i < crop.length; i++) {
      const at = (top + Math.floor(i / width)) * columns + left + (i % width);
      if (mine.has(numbers[at])) crop[i] = ink[at];
    }
    return { ...group, crop, width, height, total: sum(crop) };
  });
}

/** How wide the strokes are: twice the inked area over the length of its outline. */
function strokeOf(ink, side) {
  const at = (y, x) => (y < 0 || x < 0 || y >= side || x >= side ? 0 : ink[y * side + x]);
  let outline = 0;
  for (let y = -1; y < side; y++) {
    for (let x = -1; x < side; x++) outline += Math.hypot(at(y, x + 1) - at(y, x), at(y + 1, x) - at(y, x));
  }
  return outline ? (2 * sum(ink)) / outline : 0;
}

/** A digit's ink, its longer side FIT, with strokes as wide as MNIST's, and whether they were thin. */
function thickened({ crop, width, height }) {
  const ink = average(crop, width, [0, 0, width, height], FIT, Math.max(width, height), FIT, FIT).map((v) => v / 255);
  const missing = ((STROKE * FIT) / 20 - strokeOf(ink, FIT)) / 2;
  if (missing <= 0) return { ink, side: FIT, thin: false };
  // By the fraction too: whole pixels alone would make a jump of what noise does to an outline.
  const reach = Math.floor(missing), part = missing - reach, side = FIT + 2 * (reach + 1);
  const less = widened(ink, reach, side), more = widened(ink, reach + 1, side);
  return { ink: less.map((v, i) => (1 - part) * v + part * more[i]), side, thin: missing >= 0.5 };
}

/** The most ink within the disc of so many pixels around each, in a square of this side. */
function widened(ink, reach, side) {
  const wide = new Float64Array(side * side), edge = (side - FIT) / 2;
  ink.forEach((v, i) => {
    if (!v) return;
    const y = Math.floor(i / FIT) + edge, x = (i % FIT) + edge;
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const to = (y + dy) * side + x + dx;
        if (dy * dy + dx * dx <= reach * reach + reach && wide[to] < v) wide[to] = v;
      }
    }
  });
  return wide;
}

/** Smaller, so that the work is bounded: each pixel the mean of a square. @param {Grey} grey */
function reduced({ values, rows: tall, columns: wide }) {
  const step = Math.ceil(Math.max(tall, wide) / WORKING), rows = Math.max(1, Math.floor(tall / step)), columns = Math.max(1, Math.floor(wide / step));
  if (step === 1) return { grey: { values, rows, columns }, step };
  const means = new Float64Array(rows * columns), deep = Math.min(step, tall), broad = Math.min(step, wide);
  for (let i = 0; i < means.length; i++) {
    const top = Math.floor(i / columns) * step, left = (i % columns) * step;
    for (let y = top; y < top + deep; y++) for (let x = left; x < left + broad; x++) means[i] += values[y * wide + x];
    means[i] /= deep * broad;
  }
  return { grey: { values: means, rows, columns }, step };
}

/** Whether it is one of MNIST's own: 28 × 28, light ink on a black border. @param {Grey} grey */
function isMnist({ values, rows, columns }) {
  if (rows !== MNIST_SIDE || columns !== MNIST_SIDE) return false;
  const sorted = values.slice().sort(), border = values.filter((_, i) => i < MNIST_SIDE || i >= MNIST_SIDE * (MNIST_SIDE - 1) || i % MNIST_SIDE === 0 || i % MNIST_SIDE === MNIST_SIDE - 1);
  return (sorted[391] + sorted[392]) / 2 < 0.1 && largest(border) < 0.1 && sorted[783] > 0.1;
}

/**
 * Find the digits in a picture, and prepare each as MNIST prepared its own; none, if none can be made out.
 * @param {Grey} picture from 0, black, to 1 @param {boolean} several whether there may be several, or only the one with the most ink
 * @returns {{images: Float64Array[], boxes: Box[], dark: boolean, thickened: number, ruled: boolean}}
 */
export function scan(picture, several = true) {
  if (isMnist(picture)) return { images: [picture.values], boxes: [[0, 0, MNIST_SIDE, MNIST_SIDE]], dark: false, thickened: 0, ruled: false };
  const { grey, step } = reduced(picture), { rows, columns } = grey, { ink, dark } = inkOf(grey);
  const level = withoutLevelLines(ink, rows, columns), upright = withoutLevelLines(turned(level ?? ink, rows, columns), columns, rows);
  let groups = groupsOf(upright ? turned(upright, columns, rows) : level ?? ink, rows, columns);
  if (!several) groups = groups.filter(({ total }) => total === Math.max(...groups.map((one) => one.total))).slice(0, 1);
  const made = groups.map(thickened);
  return {
    images: made.map(({ ink: one, side }) => prepare(one, side)), boxes: groups.map(({ box }) => box.map((edge) => step * edge)),
    dark, thickened: made.filter(({ thin }) => thin).length, ruled: Boolean(level || upright),
  };
}
