// How many neurons: keep the first of a ranking, all others off, beside random orders drawn again at a press.

import { live } from "./live.js";
import { arraysOf, hiddenOf, imagesFrom, median, networkOf } from "./live_data.js";
import { memoize } from "./maths.js";
import { button, choice, element, note, percent, select, slider, svgElement } from "./parts.js";
import { permutation } from "./random.js";

const DRAWS = 30; // random orders
const ENOUGH = 0.95; // the share of the whole accuracy that the needed neurons keep
const RANKINGS = {
  greedy: "greedy choice", weight: "weights to the outputs", contribution: "contribution to a digit",
  alone: "answers lost without it", lead: "lead lost without it", frozen: "lead lost, held at its mean",
};
const MEASURES = [["accuracy", "accuracy kept"], ["needed", "neurons needed"]];

/** The share of right answers with the first 0, 1, 2, … neurons of an order, as `kept_accuracy` in Python. */
function keptShares([hidden, outputs], activations, labels, order) {
  const n = labels.length, { rows, weights, biases } = outputs, shares = new Float64Array(order.length + 1);
  const z = new Float64Array(n * rows);
  for (let at = 0; at < z.length; at++) z[at] = biases[at % rows];
  for (let k = 0; k <= order.length; k++) {
    const j = order[k - 1];
    let right = 0;
    for (let i = 0; i < n; i++) {
      const from = i * rows, own = from + labels[i];
      if (k) for (let o = 0; o < rows; o++) z[from + o] += activations[i * hidden.rows + j] * weights[o * hidden.rows + j];
      let ahead = true;
      for (let o = from; o < from + rows; o++) ahead &&= o === own || z[own] > z[o];
      right += ahead;
    }
    shares[k] = right / n;
  }
  return shares;
}

/** From how many neurons on enough of the accuracy is kept. @param {Float64Array} shares */
function neededOf(shares) {
  let k = shares.length;
  while (k && shares[k - 1] >= ENOUGH * shares[shares.length - 1]) k--;
  return k;
}

/** The curves over the neurons kept: one, those of random orders, and a mark where it is read. @param {(kept: number) => void} picked */
function keptChart(count, picked) {
  const [luck, enough, line, mark] = ["chance", "zero", "line", "mark"].map((name) => svgElement("path", { class: `wm-${name}` }));
  const svg = svgElement("svg", { viewBox: `0 0 ${count} 1`, preserveAspectRatio: "none", role: "img" }, luck, enough, line, mark);
  const pick = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const { left, width } = svg.getBoundingClientRect();
    picked(Math.max(0, Math.min(count, Math.round((count * (event.clientX - left)) / width))));
  };
  for (const type of ["pointerdown", "pointermove"]) svg.addEventListener(type, pick);
  const pathOf = (shares) => "M" + Array.from(shares, (v, k) => `${k},${(1 - v).toFixed(3)}`).join("L");
  const ends = ["no neuron kept", `all ${count} kept`].map((words) => element("span", {}, words));
  return {
    element: element("div", { class: "wm-live-chart" }, svg, element("div", { class: "wm-ends" }, ...ends),
      note(`How often it is right, from 0% to 100%: this order in colour, ${DRAWS} random orders in grey. Dashed: ${percent(ENOUGH, 0)} of what all neurons reach.`)),
    set(shares, others, kept, words) {
      luck.setAttribute("d", others.map(pathOf).join(""));
      line.setAttribute("d", pathOf(shares));
      enough.setAttribute("d", `M0 ${1 - ENOUGH * shares[count]}H${count}`);
      mark.setAttribute("d", `M${kept} 0V1`);
      svg.setAttribute("aria-label", words);
    },
  };
}

async function open({ get, update }) {
  const [layers, orders, images] = await Promise.all([networkOf(get("_network")), arraysOf(get("_orders")), imagesFrom(get("_images"))]);
  const count = layers[0].rows, { labels } = images, activations = hiddenOf(layers[0], images.ink);
  const curveOf = (order) => keptShares(layers, activations, labels, order);
  const ranked = memoize((ranking) => curveOf(orders[ranking].values));
  const drawn = memoize((draw) => Array.from({ length: DRAWS }, (_, k) => curveOf(permutation(draw, k, count))));

  const kept = slider("kept", "Neurons kept", 0, count, (value) => update({ kept: value }));
  const ranking = select("ranking", "Who comes first, by", Object.keys(RANKINGS), (value) => update({ ranking: value }));
  const measure = choice("Measure", MEASURES, (value) => update({ measure: value }));
  let draws = 0;
  const again = button("again", "Draw the random orders again", () => update({ draw: draws + 1 }));
  const chart = keptChart(count, (value) => update({ kept: value }));

  return {
    controls: [kept.element, ranking.element, measure.element, again],
    pictures: [chart.element],
    isValid: (state) => Number.isInteger(state.kept) && state.kept >= 0 && state.kept <= count && Object.hasOwn(RANKINGS, state.ranking) &&
      MEASURES.some(([value]) => value === state.measure) && Number.isInteger(state.draw) && state.draw >= 0 && state.draw < 2 ** 31,
    show({ kept: k, ranking: by, measure: what, draw }) {
      const shares = ranked(by), luck = drawn(draw), whole = shares[count], needed = neededOf(shares);
      draws = draw;
      kept.set(k, `${k} of ${count}`);
      ranking.set(by, RANKINGS);
      measure.set(what);
      const words = `With the first ${k} of ${count} neurons and all others off, the network is right on ${percent(shares[k])} of ${labels.length} images; ` +
        `with all, on ${percent(whole)}. In this order ${percent(ENOUGH, 0)} of that takes ${needed} neurons.`;
      chart.set(shares, luck, k, words);
      return {
        words,
        ...(what === "needed" ? {
          names: [`Neurons for ${percent(ENOUGH, 0)} of the accuracy, in this order`, `In random order, the median of ${DRAWS}`],
          effect: needed, control: median(luck.map(neededOf)), high: count, format: (v) => String(v),
        } : {
          names: ["Share of the accuracy that they keep", `That as many at random keep, the mean of ${DRAWS} orders`],
          effect: shares[k] / whole, control: luck.reduce((sum, one) => sum + one[k], 0) / DRAWS / whole, format: percent,
        }),
      };
    },
  };
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
function render(place) {
  return live(place, ["kept", "ranking", "measure", "draw"], open);
}

export default { render };
