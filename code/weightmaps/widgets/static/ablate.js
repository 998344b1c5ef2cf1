// The panel that switches neurons off, or scales them, and shows what that costs over all images.

import { memoize } from "./maths.js";
import { correctCount } from "./survey.js";
import { button, element, note, numberPlace, panel, percent, slider, text, formatSigned, setText } from "./parts.js";
import { measureWords } from "./ranks.js";
import { viewsOf } from "./view.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View */

const NAMED = 6; // more neurons than this are counted, not named

const times = (factor) => `× ${Number(factor.toFixed(2))}`;

/** Those of the explorer's factors that a test on layer and neuron keeps. @param {(layer: number, neuron: number) => boolean} test */
function kept(view, test) {
  return view.ablated.filter(([layer, neuron, factor]) => factor !== 1 && test(layer, neuron));
}

/** The neurons of the chosen layer as they rank when all of it is on. @param {Data} data @param {View} view */
function rankedWhole(data, view) {
  return viewsOf(data, { ...view, ablated: kept(view, (layer) => layer !== view.layer) })[0].order();
}

/** What is switched off or scaled, in words. @param {Data} data @param {View} view */
function ablatedWords(data, view) {
  const all = kept(view, () => true), off = all.filter(([, , factor]) => !factor).length;
  if (!all.length) return "Every neuron is on, as trained.";
  if (all.length > NAMED) {
    const count = data.sizes.slice(1, -1).reduce((sum, n) => sum + n);
    return `${off} of ${count} neurons are off` + (all.length > off ? `, ${all.length - off} scaled.` : ".");
  }
  const words = all.map(([layer, neuron, factor]) =>
    `neuron ${neuron} ` + (data.sizes.length > 3 ? `of layer ${layer} ` : "") + (factor ? times(factor) : "is off"));
  return `N${words.join("; ").slice(1)}.`;
}

/** Which neurons are off, and what is left of the network. @param {Data} data @param {View} view */
export function switchedWords(data, view) {
  const words = ablatedWords(data, view), n = data.images.length;
  return data.singleOutput ? words : `${words} Right on ${correctCount(view.confusion())} of ${n}.`;
}

/** The mistake that became most frequent, in words. @param {Data} data @param {number[][]} counts @param {number[][]} before */
function newMistake({ thing, outputs: names }, counts, before) {
  let most = 0, words = "No mistake is made more often than with every neuron on.";
  counts.forEach((line, i) => line.forEach((count, k) => {
    const more = count - before[i][k];
    if (i === k || more <= most) return;
    most = more;
    words = `Most new mistakes: ${more} more ${thing}${more > 1 ? "s" : ""} of ${names[i]} ${more > 1 ? "are" : "is"} taken for ${names[k]}.`;
  }));
  return words;
}

/** A table of what each label was taken for. @param {Data} data */
function confusionTable({ thing, outputs: names }) {
  const head = (scope, words) => element("th", { scope }, words);
  const lines = names.map((name) => {
    const cells = names.map(() => element("td", { "data-part": "confused" })), right = element("td", { "data-part": "right" });
    return { cells, right, element: element("tr", {}, head("row", name), ...cells, right) };
  });
  const caption = element(
    "caption", { class: "wm-note" },
    `A row for what the ${thing} is, a column for what the network says; red: more often than with every neuron on, blue: less often.`,
  );
  const area = element(
    "div", { class: "wm-scroll", tabindex: "0", role: "group", "aria-label": "Table of answers" },
    element(
      "table", { class: "wm-confusion" }, caption,
      element("thead", {}, element("tr", {}, element("td"), ...[...names, "% right"].map((name) => head("col", name)))),
      element("tbody", {}, ...lines.map((one) => one.element)),
    ),
  );
  return {
    element: area,
    set(counts, before) {
      const changes = counts.map((line, i) => line.map((count, k) => count - before[i][k]));
      const most = Math.max(1, ...changes.flat().map(Math.abs));
      // Only what changes is written: with more than fifty changes to hear of, Orca drops what is announced too.
      lines.forEach(({ cells, right }, i) => {
        const total = counts[i].reduce((sum, count) => sum + count), change = (100 * changes[i][i]) / total;
        cells.forEach((cell, k) => {
          const more = changes[i][k], title = more ? `${Math.abs(more)} ${more > 0 ? "more" : "fewer"} than with every neuron on` : "";
          setText(cell, String(counts[i][k] || "·"));
          cell.className = more > 0 ? "wm-plus" : more < 0 ? "wm-minus" : "";
          cell.style.setProperty("--wm-tint", `${(50 * Math.abs(more)) / most}%`);
          if (cell.title !== title) cell.title = title;
        });
        setText(right, total ? percent(counts[i][i] / total).slice(0, -1) + (change ? ` (${formatSigned(change).slice(0, -2)})` : "") : "–");
      });
    },
  };
}

export function ablatePanel(data, update, { layer }) {
  const count = data.sizes[layer], n = data.images.length, { singleOutput, thing } = data;
  const scaled = (view, factor) => {
    const others = kept(view, (l, j) => l !== layer || j !== view.neuron);
    return { ablated: factor === 1 ? others : [...others, [layer, view.neuron, factor]] };
  };
  let k = Math.min(10, count);
  const factor = slider("factor", "Factor", 0, 20, (tenths) => update((view) => scaled(view, tenths / 10)));
  const toggle = button("switch", "", () => update((view) => scaled(view, view.factor ? 0 : 1)));
  const top = slider("keep", "Keep only the top", 0, count, (value) => {
    k = value;
    top.set(k, `${k} of ${count}`);
  });
  const keep = button("keep", "Switch off all others", () => update((view) => ({
    ablated: [...kept(view, (l) => l !== layer), ...rankedWhole(data, view).slice(k).map((j) => [layer, j, 0])],
  })));
  const on = button("all-on", "Switch all on", () => update({ ablated: [] }));
  const ranking = note(), ablated = element("span", { "data-part": "ablated" }), mistake = text("mistake"), table = confusionTable(data);
  const [now, before] = ["accuracy", "accuracy-untouched"].map((part) =>
    numberPlace(part, (share) => `${Math.round(share * n)} (${percent(share)})`));
  const shift = numberPlace("shift"), moved = (traces, whole) => traces.reduce((sum, { a }, i) => sum + Math.abs(a.at(-1)[0] - whole[i].a.at(-1)[0]), 0);
  const tell = memoize((counts, untouched) => {
    now.set(correctCount(counts) / n);
    before.set(correctCount(untouched) / n);
    setText(mistake, newMistake(data, counts, untouched));
    table.set(counts, untouched);
  });
  return {
    element: panel(
      "ablate", "Switch neurons off",
      element(
        "div", { class: "wm-halves wm-switches" },
        element("div", {}, factor.element, toggle), element("div", {}, top.element, keep, ranking),
      ),
      text(null, ablated, " ", on),
      ...(singleOutput ? [text(null, "With every neuron on the output differs by ", shift.element, `, on average over these ${n} ${thing}s.`)] : [
        text(null, "Right on ", now.element, ` of these ${n} ${thing}s; on `, before.element, " with every neuron on.",
          data.labels ? "" : " There are no labels: right is what the network says with every neuron on."),
        mistake, table.element,
      ]),
    ),
    draw(view) {
      const words = view.factor === 1 ? "as trained" : view.factor ? times(view.factor) : "switched off";
      factor.set(10 * view.factor, `neuron ${view.neuron}: ${words}`);
      setText(toggle, `Switch ${view.factor ? "off" : "on"} neuron ${view.neuron}`);
      top.set(k, `${k} of ${count}`);
      setText(ranking, `In the order of: ${measureWords(view.rank_by, data, view)}.`);
      setText(ablated, ablatedWords(data, view));
      on.disabled = !view.ablated.length;
      if (singleOutput) shift.set(moved(view.traces(), view.whole()) / n);
      else tell(view.confusion(), view.untouched());
    },
  };
}
