// How many neurons: keep the first of a ranking, all others off, beside random orders drawn again at a press.

import { isAmong, isBelow, live } from "./live.js";
import { addedBy, arraysOf, hiddenOf, imagesFrom, networkOf } from "./live_data.js";
import { median, memoize } from "./maths.js";
import { button, choice, element, note, percent, select, slider, svgElement } from "./parts.js";
import { permutation } from "./random.js";

const DRAWS = 30; // random orders
const ENOUGH = 0.95; // the share of the whole accuracy that the needed neurons keep
const RANKINGS = {
  greedy: "greedy choice", weight: "weights to the outputs", contribution: "contribution to a digit",
  alone: "answers lost without it", lead: "lead lost without it", frozen: "lead lost, held at its mean",
};
const MEASURES = [["accuracy", "accuracy kept"], ["needed", "neurons needed"]];

/** The share of images whose right output is ahead of all others. @param {Float64Array} z a row an image */
function shareAhead(z, labels, rows) {
  let ahead = 0;
  for (let i = 0; i < labels.length; i++) {
    const right = i * rows + labels[i], end = (i + 1) * rows;
    let at = end - rows;
    while (at < end && (at === right || z[at] < z[right])) at++;
    ahead += at === end;
  }
  return ahead / labels.length;
}

/** The share of right answers with the first 0, 1, 2, … neurons of an order, as `kept_accuracy` in Python. */
function keptShares({ rows, biases }, steps, labels, order) {
  const z = Float64Array.from({ length: rows * labels.length }, (_, at) => biases[at % rows]);
  const shares = [shareAhead(z, labels, rows)];
  for (const j of order) {
    const step = steps[j];
    for (let at = 0; at < z.length; at++) z[at] += step[at];
    shares.push(shareAhead(z, labels, rows));
  }
  return shares;
}

/** From how many neurons on enough of the accuracy is kept. @param {number[]} shares */
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
  const pathOf = (shares) => "M" + shares.map((v, k) => `${k},${(1 - v).toFixed(3)}`).join("L");
  const drawLuck = memoize((others) => luck.setAttribute("d", others.map(pathOf).join("")));
  const ends = ["no neuron kept", `all ${count} kept`].map((words) => element("span", {}, words));
  return {
    element: element("div", { class: "wm-live-chart" }, svg, element("div", { class: "wm-ends" }, ...ends),
      note(`How often it is right, from 0% to 100%: this order in colour, ${DRAWS} random orders in grey. Dashed: ${percent(ENOUGH, 0)} of what all neurons reach.`)),
    set(shares, others, kept, words) {
      drawLuck(others);
      line.setAttribute("d", pathOf(shares));
      enough.setAttribute("d", `M0 ${1 - ENOUGH * shares[count]}H${count}`);
      mark.setAttribute("d", `M${kept} 0V1`);
      svg.setAttribute("aria-label", words);
    },
  };
}

const { render } = live(["kept", "ranking", "measure", "draw"], open);

async function open({ get, update }) {
  const [layers, orders, images] = await Promise.all([networkOf(get("_network")), arraysOf(get("_orders")), imagesFrom(get("_images"))]);
  const count = layers[0].rows, { labels } = images, steps = addedBy(layers[1], hiddenOf(layers[0], images.ink));
  const curveOf = (order) => keptShares(layers[1], steps, labels, order);
  const ranked = memoize((ranking) => curveOf(orders[ranking].values));
  const drawn = memoize((draw) => Array.from({ length: DRAWS }, (_, k) => curveOf(permutation(draw, k, count))));

  const kept = slider("kept", "Neurons kept", 0, count, (value) => update({ kept: value }));
  const ranking = select("ranking", "Who comes first, by", Object.keys(RANKINGS), (value) => update({ ranking: value }));
  const measure = choice("Measure", MEASURES, (value) => update({ measure: value }));
  let draws = 0;
  const again = button("again", "Draw the random orders again", () => update({ draw: draws + 1 }));
  const chart = keptChart(count, (value) => update({ kept: value }));

  return {
    controls: [kept.element, ranking.element],
    choose: [measure.element, again],
    pictures: [chart.element],
    isValid: (state) => isBelow(state.kept, count + 1) && Object.hasOwn(RANKINGS, state.ranking) && isAmong(MEASURES, state.measure) && isBelow(state.draw, 2 ** 31),
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

export default { render };
