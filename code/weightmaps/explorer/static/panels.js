// The panels of one image and one neuron: what comes in, what the neuron makes of it, what goes out.

import { column, products, reach, runningTotal } from "./maths.js";
import { ink, paint, signed } from "./paint.js";
import { curve } from "./charts.js";
import { bars, canvas, cellGrid, element, note, numberPlace, panel, plain, scale, text, withSign, write } from "./parts.js";
import { acrossOf } from "./view.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View @typedef {import("./view.js").State} State */

const MOST_BARS = 20; // a layer of more neurons than this is shown as a grid

/** A name with its article, for "This is an 8". */
export function withArticle(name) {
  return /^(8|11$|18$|[aeiou])/i.test(name) ? `an ${name}` : `a ${name}`;
}

/** Whether `output` is an output or, before the last hidden layer, a neuron of the next: its name in words. */
export function targetOf(data, view) {
  return (view.last ? "output " : "") + data.targetsOf(view.layer)[view.output];
}

/** How one number goes through an activation function, in words. */
export function formula(name) {
  return { sigmoid: "σ(z)", identity: "unchanged", softmax: "softmax of every z" }[name] ?? `${name}(z)`;
}

/** The network whose own scale a picture has; none where all networks share one. */
export function ownScale(view) {
  return view.scales === "separate" ? view.index : undefined;
}

/** The largest of a number over the views that share a scale. @param {View} view @param {(view: View) => number} number */
export function overPeers(view, number) {
  return Math.max(...(view.scales === "separate" ? [view] : view.peers).map(number));
}

/** Zero, the least and the largest of all numbers of the views that share a scale. @param {View} view @param {(view: View) => ArrayLike<number>} numbers */
export function spanOf(view, numbers) {
  return [-overPeers(view, (one) => Math.max(0, ...numbers(one).map((v) => -v))), overPeers(view, (one) => Math.max(0, ...numbers(one)))];
}

/** What the reader must know of a scale where there are several networks. @param {Data} data @param {View} view */
export function scaleWords(data, view) {
  if (data.networks.length < 2) return "";
  if (view.scales === "separate") return " The scale is this network’s own.";
  return data.networks.length === data.steps.length ? " The scale is the same at every step." : " All networks share the scale.";
}

export function inputPanel(data) {
  const picture = canvas("The image"), words = text("label");
  return {
    element: panel("input", "The image", picture, words),
    draw(view) {
      paint(picture, view.x, data.shape[1], ink());
      write(words, view.label === null ? "This is your drawing."
        : `This is ${withArticle(view.label)} (image ${view.sample} of ${data.images.length}, counted from 0).`);
      picture.setAttribute("aria-label", words.textContent);
    },
  };
}

export function outputsPanel(data, pick) {
  const last = data.sizes.length - 2;
  // From an earlier layer the neuron chosen there means nothing in the last.
  const chart = bars("output", data.outputs, (output) => pick(({ layer }) => (layer === last ? { output } : { output, layer: last })));
  const words = text("verdict");
  return {
    element: panel("outputs", "The outputs", chart.element, words, note("Choose a bar: the sentence above speaks of it.")),
    draw(view) {
      const [low, high] = spanOf(view, ({ y }) => y);
      chart.set(view.y, view.last ? view.output : -1, view.answer, low, Math.max(1, high));
      const answer = data.outputs[view.answer];
      write(words, view.label === null ? `The network says ${answer}.`
        : view.right ? `Right: the network says ${answer}.`
        : `Wrong: the network says ${answer}, but this is ${withArticle(view.label)}.`);
      words.classList.toggle("wm-wrong", view.right === false);
    },
  };
}

/** Where a picture of a deeper layer's weights has its cells. @param {State} state */
function cellWords(data, { layer }) {
  return layer === 1 ? "" : ` A cell for each of the ${data.sizes[layer - 1]} neurons of layer ${layer - 1}, in order of their number.`;
}

export function weightMapPanel(data, pick, state) {
  const picture = canvas("Weights"), colours = scale(), words = note();
  const columns = data.shapeOf(state.layer)[1], raises = state.layer === 1 ? "ink on red" : "activity on red";
  return {
    element: panel("weight_map", "The neuron’s weights", picture, colours.element, words),
    draw(view) {
      const limit = data.reachOf(view.layer, view.neuron, ownScale(view));
      paint(picture, view.weights, columns, signed(limit));
      picture.setAttribute("aria-label", `The ${view.weights.length} weights of neuron ${view.neuron} as a picture.`);
      colours.set(limit);
      write(words, `Neuron ${view.neuron}: ${raises} raises its z, on blue lowers it.` +
        scaleWords(data, view) + cellWords(data, view));
    },
  };
}

export function productPanel(data, pick, state) {
  const picture = canvas("Weight times input"), colours = scale(), line = curve();
  const bias = numberPlace("bias", withSign), sum = numberPlace("sum", withSign), z = numberPlace("z", withSign);
  const a = numberPlace("product-activation");
  const columns = data.shapeOf(state.layer)[1], first = state.layer === 1;
  const productsOf = (one) => products(one.weights, one.inputs);
  const totalsOf = (one) => runningTotal(productsOf(one), columns, one.bias);
  return {
    element: panel(
      "product", `Weight × ${first ? "input" : "activation"}, and its running total`,
      element("div", { class: "wm-side" }, picture, line.element, colours.element, line.axis),
      element(
        "p", { class: "wm-text wm-equation" }, "bias ", bias.element, ` + sum of ${data.sizes[state.layer - 1]} products `,
        sum.element, " = z ", z.element, ` → ${formula(data.activations[state.layer - 1])} `, a.element,
      ),
      note(first ? "Where the image is blank the product is zero, whatever the weight. "
        : "Where the layer below is silent the product is zero, whatever the weight. ",
      "The line starts at the bias, adds up row by row, and ends at z."),
    ),
    draw(view) {
      const limit = overPeers(view, (one) => reach(productsOf(one)));
      paint(picture, productsOf(view), columns, signed(limit));
      picture.setAttribute("aria-label", `Weight times input of neuron ${view.neuron} as a picture.`);
      colours.set(limit);
      line.set(totalsOf(view), spanOf(view, totalsOf));
      bias.set(view.bias);
      sum.set(view.z[view.neuron] - view.bias);
      z.set(view.z[view.neuron]);
      a.set(view.answers[view.neuron]);
    },
  };
}

export function outgoingPanel(data, pick, { layer }) {
  const names = data.targetsOf(layer), across = acrossOf(names.length), few = names.length <= MOST_BARS;
  // The neuron stays the one whose weights were clicked, even where a ranking would keep its rank instead.
  const picked = (output) => pick(({ neuron }) => ({ output, neuron }));
  const chart = few ? bars("outgoing", names, picked, withSign) : cellGrid("outgoing", "Outgoing weights", names.length, across, picked);
  const title = text(), words = note();
  return {
    element: panel("outgoing", "The neuron’s outgoing weights", title, chart.element, words),
    draw(view) {
      const values = column(view.next, view.neuron), limit = data.reachOfAll(layer + 1, ownScale(view));
      write(title, view.last ? `Neuron ${view.neuron} to each output:` : `Neuron ${view.neuron} to each neuron of layer ${layer + 1}:`);
      if (few) chart.set(values, view.output, -1, -limit, limit);
      else {
        paint(chart.canvas, values, across, signed(limit));
        chart.set(view.output, `${names[view.output]}, weight ${withSign(values[view.output])}`);
      }
      write(words, `When the neuron is active, red raises the ${view.last ? "output" : "next neuron"}’s z and blue lowers it. ` +
        `${few ? "A full bar" : "The deepest colour"} is ±${plain(limit)}, the largest weight of any neuron.${scaleWords(data, view)}`);
    },
  };
}
