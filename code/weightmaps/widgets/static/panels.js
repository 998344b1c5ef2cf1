// The panels of one image and one neuron: what comes in, what the neuron makes of it, what goes out.

import { column, products, maxAbs, runningTotal } from "./maths.js";
import { paint, signed } from "./paint.js";
import { curve } from "./charts.js";
import { listOf, paintInput, signedPicture } from "./inputs.js";
import { bars, canvas, cellGrid, element, note, numberPlace, panel, peek, formatNumber, isWide, text, formatSigned, setText } from "./parts.js";
import { gridColumns } from "./view.js";

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
  const known = { sigmoid: "σ(z)", identity: "unchanged", softmax: "softmax of every z" };
  return known[name] ?? `${name.replace("_", " ").replace(/:(.*)/, " of $1")}(z)`;
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
  const { thing, features } = data, picture = canvas(`The ${thing}`), words = text("label");
  const table = features && signedPicture(data, 1, "feature");
  const whole = panel("input", `The ${thing}`, ...(table ? [table.element, table.scale] : [picture]), words);
  let x;
  peekAtPixels(whole, picture, data, (i) => `ink ${formatNumber(x[i])}`);
  return {
    element: whole,
    draw(view) {
      ({ x } = view);
      const which = `${thing} ${view.sample} of ${data.images.length}, counted from 0`;
      if (table) table.set(x, Math.max(data.maxAbsOfInputs, maxAbs(x)));
      else paintInput(picture, data, x);
      setText(words, view.pixels ? `This is your ${data.drawing}.`
        : view.label === null ? `This is ${which}.` : `This is ${withArticle(view.label)} (${which}).`);
      picture.setAttribute("aria-label", words.textContent);
    },
  };
}

/** What the network answers, and whether that is right. @param {Data} data @param {View} view */
export function verdict(data, view) {
  const answer = data.singleOutput ? formatNumber(view.y[0]) : data.outputs[view.answer];
  return view.label === null ? `The network says ${answer}.`
    : view.right ? `Right: the network says ${answer}.` : `Wrong: the network says ${answer}, but this is ${withArticle(view.label)}.`;
}

export function outputsPanel(data, update) {
  const last = data.sizes.length - 2;
  // From an earlier layer the neuron chosen there means nothing in the last.
  const chart = bars("output", data.outputs, (output) => update(({ layer }) => (layer === last ? { output } : { output, layer: last })));
  const words = text("verdict");
  return {
    element: panel("outputs", "The outputs", chart.element, words, note("Click a bar to read about that output.")),
    draw(view) {
      const [low, high] = spanOf(view, ({ y }) => y);
      chart.set(view.y, view.last ? view.output : -1, data.singleOutput ? -1 : view.answer, low, Math.max(1, high));
      setText(words, verdict(data, view));
      words.classList.toggle("wm-wrong", view.right === false);
    },
  };
}

/** Where a picture of a deeper layer's weights has its cells. @param {State} state */
function cellWords(data, { layer }) {
  return layer === 1 ? "" : ` A cell for each of the ${data.sizes[layer - 1]} neurons of layer ${layer - 1}, in order of their number.`;
}

/** Frame a pixel in each picture of an explorer that shows pixels; with −1 none. */
function framePixel(whole, [rows, columns], i) {
  for (const picture of whole.closest(".wm").querySelectorAll("[data-pixels]")) {
    if (!picture.nextElementSibling?.matches(".wm-frame")) picture.after(element("div", { class: "wm-frame" }));
    const { style } = picture.nextElementSibling, { offsetLeft, offsetTop, offsetWidth, offsetHeight } = picture;
    picture.nextElementSibling.hidden = i < 0;
    style.left = `${offsetLeft + ((i % columns) * offsetWidth) / columns}px`;
    style.top = `${offsetTop + (Math.floor(i / columns) * offsetHeight) / rows}px`;
    style.width = `${offsetWidth / columns}px`;
    style.height = `${offsetHeight / rows}px`;
  }
}

/** Say of each pixel what it holds, and frame it in the other pictures. @param {(index: number) => string} words */
function peekAtPixels(whole, picture, data, words) {
  if (data.features || data.channels) return;
  const shape = data.shapeOf(1);
  picture.dataset.pixels = "";
  peek(whole, picture, () => shape, data.sizes[0], (i) => {
    framePixel(whole, shape, i);
    return [`Row ${Math.floor(i / shape[1])}, column ${i % shape[1]}: ${words(i)}`];
  });
  picture.addEventListener("pointerleave", () => framePixel(whole, shape, -1));
}

/** Say of each cell of a picture of weights or products what it holds; bars and channels say it themselves. */
function peekAtProducts(whole, picture, data, layer, shown) {
  const words = (i, what) => {
    const { weights, inputs } = shown();
    return `weight ${formatSigned(weights[i])} × ${what} ${formatNumber(inputs[i])} = ${formatSigned(weights[i] * inputs[i])}`;
  };
  if (layer === 1) peekAtPixels(whole, picture, data, (i) => words(i, "ink"));
  else peek(whole, picture, () => data.shapeOf(layer), data.sizes[layer - 1], (i) => [`Neuron ${i}: ${words(i, "activation")}`]);
}

export function weightMapPanel(data, update, { layer }) {
  const picture = signedPicture(data, layer, "weight"), words = note();
  const raises = layer > 1 ? "activity" : data.features ? "a positive value" : data.channels ? "light" : "ink";
  const whole = panel("weight_map", "The neuron’s weights", picture.element, picture.scale, words);
  const own = data.sizes[layer] > 1 ? " Each neuron has its own scale." : "";
  let shown;
  peekAtProducts(whole, picture.element, data, layer, () => shown);
  return {
    element: whole,
    draw(view) {
      shown = view;
      picture.set(view.weights, data.maxAbsOf(layer, view.neuron, ownScale(view)),
        `The ${view.weights.length} weights of neuron ${view.neuron} as a picture`);
      setText(words, `Neuron ${view.neuron}: ${raises} on red raises its z, on blue lowers it.${own}` + scaleWords(data, view) + cellWords(data, view));
    },
  };
}

export function effectivePanel(data, update, { layer }) {
  const picture = signedPicture(data, 1, "effect"), words = note();
  return {
    element: panel("effective", `The neuron’s effective map, for this ${data.thing}`, picture.element, picture.scale, words),
    draw(view) {
      picture.set(view.effective(), overPeers(view, (one) => maxAbs(one.effective())),
        `How the z of neuron ${view.neuron} changes with each input, as a picture`);
      setText(words, `The slope of neuron ${view.neuron}’s z: a little more on red raises it, on blue lowers it. ` + (layer === 1
        ? `In layer 1 it is the weight map, for every ${data.thing}.` : `It holds for this ${data.thing} only; another has another map.`));
    },
  };
}

export function productPanel(data, update, { layer }) {
  const picture = signedPicture(data, layer, "product", true), line = curve();
  const bias = numberPlace("bias", formatSigned), sum = numberPlace("sum", formatSigned), z = numberPlace("z", formatSigned);
  const a = numberPlace("product-activation");
  const first = layer === 1, table = first && data.features, what = table ? "value" : first ? "input" : "activation";
  const productsOf = (one) => products(one.weights, one.inputs);
  // What a row of the running total adds: one of the listed, or a line of the picture, of all its channels.
  const added = (one) => {
    const values = productsOf(one);
    if (table) return listOf(data, values, true).map(([, v]) => v);
    return first && data.channels ? data.planesOf(values).reduce((all, plane) => all.map((v, i) => v + plane[i])) : values;
  };
  const totalsOf = (one) => runningTotal(added(one), table ? 1 : data.shapeOf(layer)[1], one.bias);
  const whole = panel(
    "product", `Weight × ${what}, and its running total`,
    element("div", { class: "wm-side" + (isWide(picture.element) ? " wm-wide" : "") }, picture.element, line.element, picture.scale, line.axis),
    element(
      "p", { class: "wm-text wm-equation" }, "bias ", bias.element, ` + sum of ${data.sizes[layer - 1]} products `,
      sum.element, " = z\u00a0", z.element, ` → ${formula(data.activations[layer - 1])}\u00a0`, a.element,
    ),
    note(`Where ${first ? data.drawing === "drawing" ? "the image is blank" : "an input is 0" : "the layer below is silent"} the product is zero, `,
      "whatever the weight. The line starts at the bias, adds up row by row, and ends at z.", data.networks.length < 2 ? " Each picture has its own scale." : ""),
  );
  let shown;
  peekAtProducts(whole, picture.element, data, layer, () => shown);
  return {
    element: whole,
    draw(view) {
      shown = view;
      const limit = overPeers(view, (one) => maxAbs(table ? added(one) : productsOf(one)));
      picture.set(productsOf(view), limit, `Weight times ${what} of neuron ${view.neuron} as a picture`);
      line.set(totalsOf(view), spanOf(view, totalsOf));
      bias.set(view.bias);
      sum.set(view.z[view.neuron] - view.bias);
      z.set(view.z[view.neuron]);
      a.set(view.answers[view.neuron]);
    },
  };
}

export function outgoingPanel(data, update, { layer }) {
  const names = data.targetsOf(layer), across = gridColumns(names.length), few = names.length <= MOST_BARS;
  // The neuron stays the one whose weights were clicked, even where a ranking would keep its rank instead.
  const picked = (output) => update(({ neuron }) => ({ output, neuron }));
  const chart = few ? bars("outgoing", names, picked, formatSigned) : cellGrid("outgoing", "Outgoing weights", names.length, across, picked);
  const title = text(), words = note();
  return {
    element: panel("outgoing", "The neuron’s outgoing weights", title, chart.element, words),
    draw(view) {
      const values = column(view.next, view.neuron), limit = data.maxAbsOfLayer(layer + 1, ownScale(view));
      setText(title, view.last ? `Neuron ${view.neuron} to each output:` : `Neuron ${view.neuron} to each neuron of layer ${layer + 1}:`);
      if (few) chart.set(values, view.output, -1, -limit, limit);
      else {
        paint(chart.canvas, values, across, signed(limit));
        chart.set(view.output, (k) => `${names[k]}, weight ${formatSigned(values[k])}`);
      }
      setText(words, `When the neuron is active, red raises the ${view.last ? "output" : "next neuron"}’s z and blue lowers it. ` +
        `${few ? "A full bar" : "The deepest colour"} is ±${formatNumber(limit)}, the largest weight of any neuron.${scaleWords(data, view)}`);
    },
  };
}
