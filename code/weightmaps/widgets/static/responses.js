// The panel of one neuron over all images: how active it is for each label, and which images drive it most and least.

import { memoize, rankOrder } from "./maths.js";
import { paintInput, thumbnailWords } from "./inputs.js";
import { canvas, element, note, numberPlace, oneStop, panel, formatNumber, setText, svgElement, text } from "./parts.js";
import { overPeers, scaleWords } from "./panels.js";
import { boundedIn } from "./ranks.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View */

const BINS = 20;
const DRIVERS = 8;
const CARDS_AT_ONCE = 4; // cards that are drawn in one piece

/** The chosen neuron's activation (or z) for each image. @param {View} view @param {"a" | "z"} what */
function answersOf(view, what = "a") {
  return view.traces().map((trace) => trace[what][view.layer - 1][view.neuron]);
}

/** For each label the share of its images in each bin. @param {View} view @param {number} count of labels */
function sharesOf(view, count, low, high) {
  const values = answersOf(view), labels = view.labels(), shares = Array.from({ length: count }, () => new Array(BINS).fill(0));
  values.forEach((v, i) => shares[labels[i]][Math.min(BINS - 1, Math.floor((BINS * (v - low)) / (high - low || 1)))]++);
  return shares.map((line) => {
    const total = line.reduce((sum, count) => sum + count);
    return line.map((count) => count / (total || 1));
  });
}

export function responsesPanel(data, update, { layer }) {
  const n = data.images.length, bounded = boundedIn(data, layer), { thing, singleOutput } = data, judged = data.labels ? "label" : "answer";
  const rows = data.outputs.map((output) => {
    const bins = svgElement("path"), tick = svgElement("path", { class: "wm-line" });
    const svg = svgElement(
      "svg", { class: "wm-shares", viewBox: `0 0 ${BINS} 1`, preserveAspectRatio: "none", role: "img" }, bins, tick,
    );
    const mean = numberPlace("response-mean"), name = singleOutput ? `all ${thing}s` : output;
    return { name, svg, bins, tick, mean, parts: [element("span", { class: "wm-name" }, name), svg, mean.element] };
  });
  const low = element("span"), high = element("span"), words = note();
  const cards = Array.from({ length: 2 * Math.min(DRIVERS, Math.ceil(n / 2)) }, () => {
    const picture = canvas(""), name = element("span", { class: "wm-name" }), value = numberPlace("driver-activation");
    const button = element("button", { type: "button", class: "wm-card", "data-part": "driver" }, picture, name, value.element);
    const card = { picture, name, value, button, sample: -1 };
    button.addEventListener("click", () => update({ sample: card.sample, pixels: null }));
    return card;
  });
  oneStop(cards.map((one) => one.button));
  const strip = (label, some) => [
    text(null, label),
    element("div", { class: "wm-strip", role: "group", "aria-label": label }, ...some.map((one) => one.button)),
  ];
  let shown;
  const tellRows = memoize(() => {
    const values = answersOf(shown), labels = shown.labels();
    const from = bounded ? 0 : -overPeers(shown, (one) => -Math.min(...answersOf(one)));
    const to = bounded ? 1 : overPeers(shown, (one) => Math.max(...answersOf(one)));
    const shares = sharesOf(shown, rows.length, from, to);
    const most = overPeers(shown, (one) => Math.max(...sharesOf(one, rows.length, from, to).flat()));
    rows.forEach(({ name, svg, bins, tick, mean }, k) => {
      const mine = values.filter((_, i) => labels[i] === k), count = mine.length;
      const own = mine.reduce((sum, v) => sum + v, 0) / (count || 1);
      const at = (BINS * (own - from)) / (to - from || 1);
      bins.setAttribute("d", shares[k].map((v, i) => (v ? `M${i} 1v${-v / most}h1V1z` : "")).join(""));
      tick.setAttribute("d", count ? `M${at} 0v1` : "");
      mean.set(own, count ? formatNumber(own) : `no ${thing}`);
      svg.setAttribute("aria-label", `${name}: ` + (count ? `mean ${formatNumber(own)} over ${count} ${thing}s` : `no ${thing}`));
    });
    setText(low, formatNumber(from));
    setText(high, formatNumber(to));
    setText(words, `Neuron ${shown.neuron}` + (singleOutput ? "" : `, a row for each ${judged}`) +
      `: where its activations for those ${thing}s lie. The tallest bar is ${Math.round(100 * most)}% of ` +
      (singleOutput ? "" : `one ${judged}’s `) + `${thing}s; the line and the number are the mean.` + scaleWords(data, shown));
  });
  const orderOf = memoize(() => rankOrder(answersOf(shown, "z")));
  const half = cards.length / 2;
  const tellCards = (first) => memoize((...now) => {
    const values = answersOf(shown), labels = shown.labels(), order = orderOf(...now);
    cards.slice(first, first + CARDS_AT_ONCE).forEach((card, k) => {
      const i = first + k, sample = order[i < half ? i : n - 1 - (i - half)];
      if (card.sample !== sample) paintInput(card.picture, data, data.images[sample]);
      card.sample = sample;
      setText(card.name, singleOutput ? `${thing} ${sample}` : data.outputs[labels[sample]]);
      card.value.set(values[sample]);
    });
  });
  const tellAll = [tellRows, ...cards.flatMap((_, i) => (i % CARDS_AT_ONCE ? [] : [tellCards(i)]))];
  return {
    element: panel(
      "responses", `The neuron over these ${n} ${thing}s`,
      element(
        "div", { class: "wm-halves" },
        element(
          "div", {}, element("div", { class: "wm-rows" }, ...rows.flatMap((one) => one.parts),
            element("div", { class: "wm-ends" }, low, element("span", {}, "activation"), high)), words,
        ),
        element(
          "div", {}, ...strip(`These ${thing}s drive it most:`, cards.slice(0, half)),
          ...strip(`These ${thing}s drive it least:`, cards.slice(half)),
          note(`In order of the neuron’s z. Below each ${thing}: its ${singleOutput ? "number" : judged} and the neuron’s activation. Choose one to see it everywhere.` +
            (data.features ? thumbnailWords(data, 1) : "")),
        ),
      ),
    ),
    *draw(view) {
      shown = view;
      const now = [view.neuron, view.scales, ...view.peers.map((one) => one.traces())];
      for (const tell of tellAll) {
        tell(...now);
        yield;
      }
      for (const { sample, button } of cards) {
        button.setAttribute("aria-pressed", String(!view.pixels && sample === view.sample));
      }
    },
  };
}
