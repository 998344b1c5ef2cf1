// Half-planes: the lines of one to three hidden neurons, dragged by hand, and the best output for what they say.

import { live } from "./live.js";
import { arraysOf } from "./live_data.js";
import { dragging } from "./live_drag.js";
import { memoize } from "./maths.js";
import { paint, signed } from "./paint.js";
import { choice, element, meaningOf, note, percent } from "./parts.js";
import { dots, linePath, planePicture } from "./pictures.js";
import { REACH } from "./plane.js";

const MOST = 3, NUMBERS = ["One", "Two", "Three"];
const FINE = 120; // samples in each direction
const NEAR = 0.5; // how far from an end a press still takes hold of it
const STEP = 0.1; // by a key
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PALE = 3; // the colour scale's end, where the regions are ±1

/** The neuron whose line goes through two points: its weights and its bias. */
const rowOf = ([ax, ay, bx, by]) => [by - ay, ax - bx, ay * bx - ax * by];

/** On which sides of the lines a point lies, a bit a line. */
function regionOf(rows, [x, y]) {
  return rows.reduce((bits, [u, v, b], k) => bits | (u * x + v * y + b > 0 ? 1 << k : 0), 0);
}

/** The answer to each region, of all outputs that a weighted sum of so many neurons can give; whole weights up to 2 are enough. */
const outputs = [1, 2, 3].map((count) => {
  const found = new Map(), regions = Array.from({ length: 1 << count }, (_, region) => region);
  for (let code = 0; code < 5 ** count; code++) {
    const weights = Array.from({ length: count }, (_, k) => (Math.floor(code / 5 ** k) % 5) - 2);
    const sums = regions.map((region) => weights.reduce((sum, w, k) => sum + (region >> k & 1) * w, 0));
    for (let cut = -6.5; cut < 7; cut++) found.set(String(sums.map((sum) => +(sum > cut))), sums.map((sum) => sum > cut));
  }
  return [...found.values()];
});

/** As `weightmaps.plane.best_line`: the share of points that the best of all straight lines has on their right sides. */
function bestLine({ X, y }) {
  let most = 0;
  for (const [ax, ay] of X) {
    for (const [bx, by] of X) {
      const u = bx - ax, v = by - ay, right = [0, 0];
      X.forEach(([x, z], i) => {
        const side = u * (z - ay) - v * (x - ax);
        if (side !== 0) right[+(side > 0 === (y[i] === 1))]++;
      });
      most = Math.max(most, ...right);
    }
  }
  return (most + 2) / y.length;
}

const { render } = live(["puzzle", "count", "ends"], open);

async function open({ get, update }) {
  const payload = get("_dots"), arrays = await arraysOf(payload);
  const puzzles = payload.puzzles.map((name, k) => {
    const { [`X${k}`]: { values }, [`y${k}`]: { values: classes } } = arrays;
    return [name, { X: Array.from(classes, (_, i) => [values[2 * i], values[2 * i + 1]]), y: Array.from(classes) }];
  });
  const dotsOf = memoize((name) => new Map(puzzles).get(name)), best = memoize((points) => bestLine(points));
  let ends, count;

  const puzzle = choice("Dots", puzzles.map(([name]) => [name, name]), (name) => update({ puzzle: name }));
  const many = choice("Lines", NUMBERS.map((name, k) => [String(k + 1), name.toLowerCase()]), (n) => update({ count: Number(n) }));
  const picture = planePicture("The plane: pale red where the output says red, pale blue where it says blue.", [
    ...Array(MOST).fill("wm-border wm-halo"), ...Array(MOST).fill("wm-border"), "wm-dots0 wm-halo", "wm-dots0", "wm-dots1 wm-halo", "wm-dots1",
  ]);
  picture.element.classList.add("wm-lines");
  picture.element.dataset.part = "plane";

  /** Move a line, or one end of it; it stays on the sheet. @param {number} line @param {number[]} by for each of its four numbers */
  function move(line, by) {
    const within = (v) => Math.max(-REACH, Math.min(REACH, Math.round(1000 * v) / 1000));
    update({ ends: ends.map((one, k) => (k === line ? one.map((v, i) => within(v + by[i])) : one)) });
  }
  const endOnly = (end, [x, y]) => (end ? [0, 0, x, y] : [x, y, 0, 0]);

  const handles = Array.from({ length: 2 * MOST }, (_, i) => {
    const one = element("button", { type: "button", class: "wm-end", "data-part": "end" });
    one.addEventListener("keydown", (event) => {
      const way = meaningOf(event, ARROWS);
      if (way) move(i >> 1, endOnly(i % 2, way.map((v) => STEP * v)));
    });
    return one;
  });
  picture.element.append(...handles);

  const place = (x, y) => [(2 * x - 1) * REACH, (1 - 2 * y) * REACH];
  let held, last; // what is dragged: a line and one of its ends, or null for all of it; and where the pointer was
  dragging(picture.element, (x, y, event) => {
    last = place(x, y);
    event.preventDefault(); // the end that is taken gets the focus
    const far = ends.slice(0, count).flatMap(([ax, ay, bx, by]) => [[ax, ay], [bx, by]]).map(([u, v]) => Math.hypot(u - last[0], v - last[1]));
    const end = far.indexOf(Math.min(...far));
    held = [end >> 1, end % 2];
    if (far[end] <= NEAR) return handles[end].focus();
    const off = ends.slice(0, count).map(rowOf).map(([u, v, b]) => Math.abs(u * last[0] + v * last[1] + b) / (Math.hypot(u, v) || 1));
    held = [off.indexOf(Math.min(...off)), null];
  }, (x, y) => {
    const now = place(x, y), by = now.map((v, i) => v - last[i]), [line, end] = held;
    last = now;
    if (end !== null) return move(line, endOnly(end, by));
    const free = by.map((v, i) => { // as far as both ends stay on the sheet, so that the line does not turn
      const two = [ends[line][i], ends[line][i + 2]];
      return Math.max(-REACH - Math.min(...two), Math.min(REACH - Math.max(...two), v));
    });
    move(line, [...free, ...free]);
  });

  return {
    controls: [puzzle.element, many.element],
    pictures: [element("div", {}, note("Drag a line, or a ring at its end. By keyboard: Tab to a ring, then the arrow keys."), picture.element)],
    isValid: ({ puzzle: name, count: n, ends: all }) => payload.puzzles.includes(name) && [1, 2, 3].includes(n) && Array.isArray(all) &&
      all.length === MOST && all.every((one) => Array.isArray(one) && one.length === 4 && one.every((v) => Math.abs(v) <= REACH)),
    show(state) {
      ({ ends, count } = state);
      const points = dotsOf(state.puzzle), rows = ends.slice(0, count).map(rowOf), n = points.y.length;
      const counts = Array.from({ length: 1 << count }, () => [0, 0]);
      points.X.forEach((point, i) => counts[regionOf(rows, point)][points.y[i]]++);
      const rightOf = (output) => counts.reduce((sum, some, region) => sum + some[+output[region]], 0);
      const output = outputs[count - 1].reduce((good, one) => (rightOf(one) > rightOf(good) ? one : good));
      const apart = counts.reduce((sum, some) => sum + Math.max(...some), 0), right = rightOf(output);

      puzzle.set(state.puzzle);
      many.set(String(count));
      const seen = Array.from({ length: FINE * FINE }, (_, i) =>
        regionOf(rows, place(((i % FINE) + 0.5) / FINE, (Math.floor(i / FINE) + 0.5) / FINE)));
      paint(picture.canvas, seen.map((region) => (output[region] ? 1 : -1)), FINE, signed(PALE));
      const paths = Array.from({ length: MOST }, (_, k) => (rows[k] ? linePath(rows[k]) : "")), [zeros, ones] = [0, 1].map((k) => dots(points, k));
      picture.lines(...paths, ...paths, zeros, zeros, ones, ones);
      handles.forEach((one, i) => {
        const [x, y] = ends[i >> 1].slice(2 * (i % 2));
        one.hidden = i >> 1 >= count;
        one.style.left = `${50 + (50 * x) / REACH}%`;
        one.style.top = `${50 - (50 * y) / REACH}%`;
        one.setAttribute("aria-label", `Line ${(i >> 1) + 1}, end ${(i % 2) + 1}, at ${x.toFixed(1)}, ${y.toFixed(1)}`);
      });
      const regions = new Set(seen).size, lines = count === 1 ? "line" : "lines";
      const but = apart > right ? ` Painted one by one the regions would be right on ${apart}, but an output that adds its neurons up cannot paint them so.` : "";
      return {
        effect: right / n, control: best(points), format: percent,
        names: [`Right with your ${lines}`, "Right with the best single line of all"],
        words: `${NUMBERS[count - 1]} ${lines} cut the sheet into ${regions} regions. With the best output for them ${right} of ${n} dots are right.${but}`,
      };
    },
  };
}

export default { render };
