// The explorer's panels: what each shows, and which sliders it depends on.

import { column, products, rankOrder, reach, row, runningTotal } from "./maths.js";
import { canvas, ink, paint, paintTiles, signed } from "./paint.js";
import { bars, cellGrid, choice, curve, element, numberPlace, panel, plain, scale, slider, waterfall,
  withSign } from "./parts.js";

/** @typedef {import("./explorer.js").Data} Data @typedef {import("./explorer.js").View} View */

const STRIP = 8;
const ENDS = 4; // entries shown from either end of the ledger

/** A name with its article, for "This is an 8". */
export function withArticle(name) {
  return /^(8|11$|18$|[aeiou])/i.test(name) ? `an ${name}` : `a ${name}`;
}

function note(...words) {
  return element("p", { class: "wm-note" }, ...words);
}

function text(part) {
  return element("p", { class: "wm-text", "data-part": part });
}

/** How many cells lie side by side in a grid that is nearly square. */
function acrossOf(count) {
  return Math.ceil(Math.sqrt(count));
}

function inputPanel(data) {
  const picture = canvas("The image"), words = text("label");
  return {
    element: panel("input", "The image", picture, words),
    draw(view) {
      paint(picture, view.x, data.shape[1], ink());
      words.textContent =
        `This is ${withArticle(view.label)} (image ${view.sample} of ${data.images.length}, counted from 0).`;
      picture.setAttribute("aria-label", words.textContent);
    },
  };
}

function hiddenPanel(data, pick) {
  const count = data.sizes[1], across = acrossOf(count);
  const grid = cellGrid("hidden-grid", "Hidden neurons", count, across, (neuron) => pick({ neuron }));
  const activation = numberPlace("activation"), name = element("span");
  const bounded = ["sigmoid", "softmax"].includes(data.activations[0]);
  const span = element("span");
  return {
    element: panel(
      "hidden", count === 1 ? "The hidden neuron" : `${count} hidden neurons`, grid.element,
      element("p", { class: "wm-text" }, name, activation.element),
      note(span, count > 1 ? " Position in the grid means nothing: neurons in order of their number." : ""),
    ),
    draw(view) {
      const low = bounded ? 0 : Math.min(0, ...view.a1), high = bounded ? 1 : Math.max(0, ...view.a1) || 1;
      paint(grid.canvas, view.a1, across, ink(low, high));
      const value = view.a1[view.neuron];
      grid.set(view.neuron, `neuron ${view.neuron}, activation ${plain(value)}`);
      name.textContent = `Neuron ${view.neuron}: activation `;
      activation.set(value);
      span.textContent = bounded ? "White is 0, black is 1."
        : `White is ${plain(low)}, black is ${plain(high)}.`;
    },
  };
}

function outputsPanel(data, pick) {
  const chart = bars("output", data.outputs, (output) => pick({ output }));
  const words = text("verdict");
  return {
    element: panel("outputs", "The outputs", chart.element, words, note("Choose a bar: the sentence above speaks of it.")),
    draw(view) {
      chart.set(view.a2, view.output, view.answer);
      const answer = data.outputs[view.answer];
      words.textContent = view.right ? `Right: the network says ${answer}.`
        : `Wrong: the network says ${answer}, but this is ${withArticle(view.label)}.`;
      words.classList.toggle("wm-wrong", !view.right);
    },
  };
}

function weightMapPanel(data) {
  const picture = canvas("Weights"), colours = scale(), words = note();
  const share = data.steps.length > 1 ? " The scale is the same at every step." : "";
  return {
    element: panel("weight_map", "The neuron’s weights", picture, colours.element, words),
    draw(view) {
      const limit = data.reachOf(view.neuron);
      paint(picture, view.weights, data.shape[1], signed(limit));
      picture.setAttribute("aria-label", `The ${view.weights.length} weights of neuron ${view.neuron} as a picture.`);
      colours.set(limit);
      words.textContent =
        `Neuron ${view.neuron}: ink on red raises its z, ink on blue lowers it.${share}`;
    },
  };
}

const FORMULA = { sigmoid: "σ(z)", identity: "unchanged", softmax: "softmax of every z" };

function formula(name) {
  return FORMULA[name] ?? `${name}(z)`;
}

function productPanel(data) {
  const picture = canvas("Weight times input"), colours = scale(), line = curve();
  const bias = numberPlace("bias", withSign), sum = numberPlace("sum", withSign), z = numberPlace("z", withSign);
  const a = numberPlace("product-activation");
  return {
    element: panel(
      "product", "Weight × input, and its running total",
      element("div", { class: "wm-side" }, picture, line.element, colours.element, line.axis),
      element(
        "p", { class: "wm-text wm-equation" }, "bias ", bias.element, ` + sum of ${data.sizes[0]} products `, sum.element,
        " = z ", z.element, ` → ${formula(data.activations[0])} `, a.element,
      ),
      note("Where the image is blank the product is zero, whatever the weight. ",
        "The line starts at the bias, adds up row by row, and ends at z."),
    ),
    draw(view) {
      const values = products(view.weights, view.x);
      const totals = runningTotal(values, data.shape[1], view.bias);
      const limit = reach(values);
      paint(picture, values, data.shape[1], signed(limit));
      picture.setAttribute("aria-label", `Weight times input of neuron ${view.neuron} as a picture.`);
      colours.set(limit);
      line.set(totals);
      bias.set(view.bias);
      sum.set(view.z1[view.neuron] - view.bias);
      z.set(view.z1[view.neuron]);
      a.set(view.a1[view.neuron]);
    },
  };
}

function topPanel(data, pick) {
  const count = data.sizes[1];
  const by = choice(
    "Rank neurons by", [["weight", ""], ["activation", "activation now"], ["contribution", "weight × activation now"]],
    (rank_by) => pick({ rank_by }),
  );
  const rank = slider("rank", "Rank", 1, count, (place) => pick((view) => ({ neuron: view.order[place - 1] })));
  const strip = Array.from({ length: Math.min(STRIP, count) }, (_, i) => {
    const picture = canvas(""), name = element("span", { class: "wm-name" }), value = numberPlace("rank-value", withSign);
    const button = element(
      "button", { type: "button", class: "wm-card", "data-part": "rank", "data-index": String(i) },
      picture, element("span", { class: "wm-place" }, `${i + 1}.`), name, value.element,
    );
    button.addEventListener("click", () => pick((view) => ({ neuron: view.order[i] })));
    return { picture, name, value, button };
  });
  const words = note();
  return {
    element: panel(
      "top", "The top neurons", by.element, ...(count > 1 ? [rank.element] : []),
      element("div", { class: "wm-strip" }, ...strip.map((one) => one.button)), words,
    ),
    draw(view) {
      const output = data.outputs[view.output];
      by.set(view.rank_by, { weight: `weight to output ${output}` });
      rank.set(view.rank + 1, `${view.rank + 1} of ${count}: neuron ${view.neuron}`);
      strip.forEach(({ picture, name, value, button }, i) => {
        const j = view.order[i];
        paint(picture, row(view.layers[0], j), data.shape[1], signed(data.reachOfAll()));
        name.textContent = `neuron ${j}`;
        value.set(view.ranked[j]);
        button.setAttribute("aria-pressed", String(j === view.neuron));
      });
      words.textContent = `The maps share one scale, ±${plain(data.reachOfAll())}. ` +
        (view.rank_by === "activation" ? "" : `The order is that of output ${output}.`);
    },
  };
}

function mapsPanel(data, pick) {
  const count = data.sizes[1], across = acrossOf(count);
  const grid = cellGrid("maps-grid", "Weight maps of all neurons", count, across, (neuron) => pick({ neuron }));
  let painted = null;
  return {
    element: panel(
      "maps", count === 1 ? "The weight map" : `All ${count} weight maps`, grid.element,
      note(`All share one scale, ±${plain(data.reachOfAll())}, so a pale map has small weights.`),
    ),
    draw(view) {
      if (painted !== view.layers) {
        paintTiles(grid.canvas, view.layers[0].weights, data.shape, across, signed(data.reachOfAll()));
        painted = view.layers;
      }
      grid.set(view.neuron, `neuron ${view.neuron}, weight map`);
    },
  };
}

/** Where each neuron stands in the ledger: from the largest contribution to the smallest. */
function entries(view) {
  return rankOrder(view.contributions);
}

function ledgerPanel(data, pick) {
  const count = data.sizes[1], chart = waterfall();
  const open = (place) => pick((view) => ({ neuron: entries(view)[place] }));
  const grid = cellGrid("ledger-grid", "Neurons in the order of the ledger", count, count, open, chart.element);
  const start = element("span"), end = element("span"), zero = element("span", { class: "wm-nought" }, "0");
  const [bias, sum, z] = ["bias", "sum", "z"].map((name) => numberPlace(`ledger-${name}`, withSign));
  const a = numberPlace("ledger-output"), own = numberPlace("ledger-own", withSign);
  const whose = element("span"), place = element("span");
  const shown = Array.from({ length: Math.min(count, 2 * ENDS) }, (_, i) => {
    const at = i < ENDS ? i : count - Math.min(count, 2 * ENDS) + i;
    const name = element("span", { class: "wm-name" }), value = numberPlace("entry-value", withSign);
    const button = element(
      "button", { type: "button", class: "wm-entry", "data-part": "entry" },
      element("span", { class: "wm-place" }, `${at + 1}.`), name, value.element,
    );
    button.addEventListener("click", () => open(at));
    return { at, name, value, button };
  });
  const heads = [element("p", { class: "wm-note" }), element("p", { class: "wm-note" })];
  const line = (some) => element("div", { class: "wm-entries" }, ...some.map((one) => one.button));
  const apart = count > 2 * ENDS;
  grid.element.append(zero);
  return {
    element: panel(
      "ledger", "The ledger: what adds up to an output’s z", grid.element,
      element("div", { class: "wm-ends", "aria-hidden": "true" }, start, end),
      element(
        "p", { class: "wm-text" }, "bias ", bias.element,
        count === 1 ? " + one contribution " : ` + sum of ${count} contributions `, sum.element,
        " = z ", z.element, ` → ${formula(data.activations[1])} `, a.element,
      ),
      element("p", { class: "wm-text" }, whose, own.element, place),
      heads[0], line(shown.slice(0, apart ? ENDS : count)), ...(apart ? [heads[1], line(shown.slice(ENDS))] : []),
      note("Each bar is one neuron’s contribution, its weight × its activation now: red adds, blue takes away. ",
        "The total starts at the bias and ends at z. The outline marks the chosen neuron; choose another in the picture or below it."),
    ),
    draw(view) {
      const order = entries(view), values = order.map((j) => view.contributions[j]);
      const first = view.layers[1].biases[view.output], total = view.z2[view.output];
      const rank = order.indexOf(view.neuron), mine = view.contributions[view.neuron];
      zero.style.top = `${chart.set(runningTotal(values, 1, first))}%`;
      start.textContent = `bias ${withSign(first)}`;
      end.textContent = `z of output ${data.outputs[view.output]}: ${withSign(total)}`;
      grid.set(rank, `neuron ${view.neuron}, contribution ${withSign(mine)}`);
      bias.set(first);
      sum.set(total - first);
      z.set(total);
      a.set(view.a2[view.output]);
      whose.textContent = `Neuron ${view.neuron}: weight ${withSign(view.outgoing[view.neuron])} × activation ` +
        `${plain(view.a1[view.neuron])} = `;
      own.set(mine);
      place.textContent = count === 1 ? "." : `, entry ${rank + 1} of ${count}.`;
      heads[0].textContent = !apart ? "All entries, the largest first"
        : `The first entries${values[ENDS - 1] > 0 ? " raise the total most" : ""}:`;
      heads[1].textContent = `The last entries${values[count - ENDS] < 0 ? " lower the total most" : ""}:`;
      for (const { at, name, value, button } of shown) {
        name.textContent = `neuron ${order[at]}`;
        value.set(values[at]);
        button.classList.toggle("wm-plus", withSign(values[at]).startsWith("+"));
        button.classList.toggle("wm-minus", withSign(values[at]).startsWith("−"));
        button.setAttribute("aria-pressed", String(at === rank));
      }
    },
  };
}

function outgoingPanel(data, pick) {
  const limit = Math.max(...data.networks.map((layers) => reach(layers[1].weights)));
  // The neuron stays the one whose weights were clicked, even where a ranking would keep its rank instead.
  const chart = bars("outgoing", data.outputs, (output) => pick(({ neuron }) => ({ output, neuron })), withSign);
  const title = element("p", { class: "wm-text" }), words = note();
  return {
    element: panel("outgoing", "The neuron’s outgoing weights", title, chart.element, words),
    draw(view) {
      title.textContent = `Neuron ${view.neuron} to each output:`;
      chart.set(column(view.layers[1], view.neuron), view.output, -1, -limit, limit);
      words.textContent = "When the neuron is active, red raises the output’s z and blue lowers it. " +
        `A full bar is ±${plain(limit)}, the largest weight of any neuron${data.steps.length > 1 ? " at any step" : ""}.`;
    },
  };
}

/**
 * `needs` are the states that a panel's picture depends on: their sliders are shown.
 * @type {Record<string, {needs: (view: View) => string[], build: (data: Data, pick: Function) => {element: HTMLElement, draw: (view: View) => void}}>}
 */
export const PANELS = {
  input: { needs: () => ["sample"], build: inputPanel },
  hidden: { needs: () => ["sample", "neuron", "step"], build: hiddenPanel },
  outputs: { needs: () => ["sample", "output", "step"], build: outputsPanel },
  weight_map: { needs: () => ["neuron", "step"], build: weightMapPanel },
  product: { needs: () => ["sample", "neuron", "step"], build: productPanel },
  top: {
    needs: ({ rank_by }) => ["neuron", "output", "step", ...(rank_by === "weight" ? [] : ["sample"])],
    build: topPanel,
  },
  maps: { needs: () => ["neuron", "step"], build: mapsPanel },
  ledger: { needs: () => ["sample", "neuron", "output", "step"], build: ledgerPanel },
  outgoing: { needs: () => ["neuron", "output", "step"], build: outgoingPanel },
};
