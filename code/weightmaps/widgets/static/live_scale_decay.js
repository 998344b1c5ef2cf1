// Scale and decay: a table of recipes, some seeds each; the maps of one, beside its smoothness and accuracy among all.

import { isAmong, isBelow, live } from "./live.js";
import { arraysOf } from "./live_data.js";
import { median } from "./maths.js";
import { paintTiles, signed } from "./paint.js";
import { canvas, cellGrid, choice, element, formatNumber, note, percent, select, svgElement } from "./parts.js";
import { SIDE, pictureAt } from "./sgd.js";

const ACROSS = 4; // maps in a row
const VIVID = 4; // root mean squares at which the colours of a map end
const MEASURES = [["smoothness", "smoothness"], ["accuracy", "right answers"]];
const ALIKE = 0.001; // a difference in right answers too small to speak of
const WIDE = 240, HIGH = 170, EDGE = 8; // of the chart

const rootMeanSquare = (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length) || 1;

/** From the least to the largest, in the words of a format. */
function spanOf(values, format) {
  const [low, high] = [Math.min, Math.max].map((end) => format(end(...values)));
  return low === high ? low : `${low} to ${high}`;
}

/** A dot a network, smoothness across and accuracy up; large and filled those of the chosen cell, rings those of the one beside it. */
function dotChart(across, up, seeds) {
  const [left, right] = [Math.min(0, ...across), 1], [low, high] = [Math.floor(100 * Math.min(...up)) / 100, Math.ceil(100 * Math.max(...up)) / 100];
  const place = (v, from, to, length) => EDGE + ((v - from) / (to - from || 1)) * (length - 2 * EDGE);
  const dots = Array.from(across, (v, i) => svgElement("circle", {
    cx: place(v, left, right, WIDE).toFixed(1), cy: (HIGH - place(up[i], low, high, HIGH)).toFixed(1),
  }));
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" }, ...dots);
  const ends = (...words) => element("div", { class: "wm-ends" }, ...words.map((one) => element("span", {}, one)));
  return {
    element: element("div", { class: "wm-live-dots" }, ends(`↑ ${percent(high, 0)} right`), svg, ends(`${percent(low, 0)} right; smoothness ${formatNumber(left).slice(0, -1)}`, `${right} →`),
      note("A dot is a network. Filled: this recipe, the seed shown the largest. Ring: the one beside it.")),
    set(cell, beside, seed, words) {
      dots.forEach((dot, i) => {
        const k = Math.floor(i / seeds), own = k === cell;
        dot.setAttribute("class", own ? "wm-own" : k === beside ? "wm-other" : "wm-rest");
        dot.setAttribute("r", own ? (i % seeds === seed ? "6" : "4") : "3.5");
      });
      svg.append(...dots.slice(cell * seeds, (cell + 1) * seeds));
      svg.setAttribute("aria-label", words);
    },
  };
}

const { render } = live(["cell", "beside", "seed", "measure"], open);

async function open({ get, update }) {
  const { rows, columns } = get("_cells"), found = await arraysOf(get("_cells"));
  const names = rows.flatMap((row) => columns.map((column) => `${row} and ${column}`)), count = names.length;
  const { shape: [, seeds] } = found.smoothness, each = found.maps0.shape[0] / seeds;
  const valuesOf = (what, k) => found[what].values.subarray(k * seeds, (k + 1) * seeds);
  const bright = names.map((_, k) => {
    const { values } = found[`maps${k}`], limit = VIVID * rootMeanSquare(values);
    return values.map((v) => v / limit);
  });
  const mapOf = (k, seed, j) => pictureAt(bright[k], seed * each + j);

  const cells = cellGrid("cells", "The recipes: how it starts, and its weight decay", count, columns.length, (cell) => update({ cell }));
  const maps = canvas("Weight maps"), said = note("");
  const chart = dotChart(found.smoothness.values, found.accuracy.values, seeds);
  const seed = choice("Seed", Array.from({ length: seeds }, (_, k) => [String(k), String(k)]), (value) => update({ seed: Number(value) }));
  const measure = choice("Measure", MEASURES, (value) => update({ measure: value }));
  const beside = select("beside", "Beside", names.map((_, k) => String(k)), (value) => update({ beside: Number(value) }));
  const table = element("div", { class: "wm-live-cells" },
    element("div", {}), element("div", {}, ...columns.map((name) => element("span", {}, name))),
    element("div", {}, ...rows.map((name) => element("span", {}, name))), cells.element);

  return {
    controls: [seed.element, beside.element],
    choose: [measure.element],
    pictures: [
      element("div", {}, table, note("Pick a recipe. Each picture is the first map of one such network.")),
      element("div", {}, maps, said),
      chart.element,
    ],
    isValid: (state) => isBelow(state.cell, count) && isBelow(state.beside, count) && isBelow(state.seed, seeds) && isAmong(MEASURES, state.measure),
    show(state) {
      const { cell } = state, title = names[cell];
      seed.set(String(state.seed));
      measure.set(state.measure);
      beside.set(String(state.beside), names);
      paintTiles(cells.canvas, names.map((_, k) => mapOf(k, state.seed, 0)), [SIDE, SIDE], columns.length, signed(1));
      cells.set(cell, (k) => names[k]);
      paintTiles(maps, Array.from({ length: each }, (_, j) => mapOf(cell, state.seed, j)), [SIDE, SIDE], ACROSS, signed(1));
      const shown = `The first ${each} maps: ${title}, seed ${state.seed}`;
      maps.setAttribute("aria-label", shown);
      said.textContent = `${shown}. The darkest colours stand for ${VIVID} times the recipe’s spread.`;
      const of = (what, k) => median(valuesOf(what, k));
      const smooth = (v) => v.toFixed(2), right = (v) => percent(v), more = (what) => of(what, cell) - of(what, state.beside);
      const often = Math.abs(more("accuracy")) < ALIKE ? "about as often" : more("accuracy") > 0 ? "more often" : "less often";
      const words = `A ${title}: smoothness ${spanOf(valuesOf("smoothness", cell), smooth)}, right on ${spanOf(valuesOf("accuracy", cell), right)} of the images.` +
        (cell === state.beside ? "" : ` Beside a ${names[state.beside]}, its maps are ${more("smoothness") > 0 ? "smoother" : "rougher"}, and it is right ${often}.`);
      chart.set(cell, state.beside, state.seed, words);
      return {
        words, format: state.measure === "accuracy" ? (v) => percent(v, 2) : formatNumber,
        effect: of(state.measure, cell), control: of(state.measure, state.beside),
        names: [cell, state.beside].map((k) => `${names[k][0].toUpperCase()}${names[k].slice(1)}, median`),
      };
    },
  };
}

export default { render };
