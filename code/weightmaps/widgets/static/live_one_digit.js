// A digit of one's own: for which digits each neuron is on, above a threshold that moves, after training and before.

import { isAmong, live } from "./live.js";
import { arraysOf } from "./live_data.js";
import { paint, signed } from "./paint.js";
import { canvas, choice, element, note, percent, setText, slider } from "./parts.js";

const RULES = [["same", "the same for all"], ["own", "each its own"]];
const WIDTH = 2; // of the table, in heights
const ALONE = 0.75, SHARED = -0.45; // on the scale of colours from −1 to 1

/**
 * For which digits each neuron is on.
 * @param {{shape: number[], values: ArrayLike<number>}} means a digit a row, a neuron a column
 * @param {ArrayLike<number> | null} ends the least of each neuron's means, then the largest: its own range
 * @returns {number[][]} a list of digits for each neuron
 */
function onFor({ shape: [digits, count], values }, ends, threshold) {
  return Array.from({ length: count }, (_, j) => {
    const [low, high] = ends ? [ends[j], ends[count + j]] : [0, 1], above = low + threshold * (high - low);
    return Array.from({ length: digits }, (_, d) => d).filter((d) => values[d * count + j] > above);
  });
}

/** A table of digits and neurons: those on for one digit first, then those on for several, then those on for none. */
function onTable(title, digits, ...notes) {
  const picture = canvas(title), found = element("p", { class: "wm-note" });
  const names = Array.from({ length: digits }, (_, d) => element("span", {}, String(d)));
  return {
    element: element("div", {}, element("p", { class: "wm-title" }, title),
      element("div", { class: "wm-live-table" }, element("div", { "aria-hidden": "true" }, ...names), picture), found, ...notes),
    set(on) {
      const rank = ({ length }) => (length === 1 ? 0 : length ? 1 : 2), count = on.length;
      const order = on.slice().sort((a, b) => rank(a) - rank(b) || a.length - b.length || a[0] - b[0]);
      const row = (d) => order.map((own) => (own.includes(d) ? (own.length === 1 ? ALONE : SHARED) : 0)), high = Math.max(1, Math.round(count / (WIDTH * digits)));
      const cells = names.flatMap((_, d) => new Array(high).fill(row(d)).flat());
      const [one, several, none] = [0, 1, 2].map((kind) => on.filter((own) => rank(own) === kind).length);
      paint(picture, cells, count, signed(1));
      setText(found, `Red, on for one digit: ${one} of ${count}. Blue, on for several: ${several}. On for none: ${none}.`);
      picture.setAttribute("aria-label", `${title}. ${found.textContent}`);
      return one / count;
    },
  };
}

const { render } = live(["threshold", "rule"], open);

async function open({ get, update }) {
  const found = await arraysOf(get("_means")), digits = found.after.shape[0];
  const threshold = slider("threshold", "Threshold", 0, 100, (value) => update({ threshold: value / 100 }));
  const rule = choice("Threshold for each neuron", RULES, (value) => update({ rule: value }));
  const tables = [
    onTable("After training", digits, note("A column is a neuron, a row a digit: on where its mean activation over images of that digit is above the threshold. The neurons are sorted anew each time.")),
    onTable("Before training", digits, note("A neuron’s range is from its mean over the digit that drives it least to that over the digit that drives it most.")),
  ];

  return {
    controls: [threshold.element, rule.element],
    pictures: tables.map((one) => one.element),
    isValid: (state) => state.threshold >= 0 && state.threshold <= 1 && isAmong(RULES, state.rule),
    show({ threshold: t, rule: by }) {
      const own = by === "own", words = own ? `${Math.round(100 * t)}% of its range` : t.toFixed(2);
      threshold.set(Math.round(100 * t), words);
      rule.set(by);
      const [effect, control] = ["after", "before"].map((name, k) => tables[k].set(onFor(found[name], own ? found[`${name}_ends`].values : null, t)));
      return {
        effect, control, format: (v) => percent(v, 0), names: ["On for exactly one digit, trained", "The same before training"],
        words: `With the threshold at ${words}, ${percent(effect, 0)} of the neurons are on for exactly one digit; before training ${percent(control, 0)} were.`,
      };
    },
  };
}

export default { render };
