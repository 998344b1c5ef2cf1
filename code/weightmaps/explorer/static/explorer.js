// The explorer: reads what Python sent, keeps one state in step with the model, and draws it.

import { inflate, unpack } from "./codec.js";
import { forward, largest, products, rankOrder, reach, row } from "./maths.js";
import { PANELS } from "./panels.js";
import { element, slider, withSign, plain } from "./parts.js";

/** @typedef {import("./maths.js").Layer} Layer */

/**
 * What never changes: `networks` holds one list of layers a step (one in all without checkpoints).
 * @typedef {{sizes: number[], activations: string[], outputs: string[], steps: number[], networks: Layer[][],
 *   shape: [number, number], images: Float64Array[], labels: number[],
 *   reachOf: (neuron: number) => number, reachOfAll: () => number}} Data
 * @typedef {{neuron: number, output: number, sample: number, step: number | null, rank_by: string}} State
 * What one state shows: the state itself and everything computed from it.
 * @typedef {State & {layers: Layer[], x: Float64Array, label: string, weights: Float32Array, bias: number,
 *   z1: Float64Array, a1: Float64Array, z2: Float64Array, a2: Float64Array, answer: number,
 *   right: boolean, outgoing: Float32Array, contributions: Float64Array, ranked: ArrayLike<number>, order: number[], rank: number}} View
 */

const STATE = ["neuron", "output", "sample", "step", "rank_by"];
const SAY_AFTER = 500; // milliseconds without a change before screen readers are told

/** Unpack and check both payloads. @returns {Promise<Data>} */
async function load(network, images) {
  const [weightBytes, imageBytes] = await Promise.all([inflate(network.data), inflate(images.data)]);
  const { sizes, activations, steps, outputs } = network;
  const networks = unpack(network, weightBytes);
  const pixels = images.dtype === "uint8"
    ? Float64Array.from(new Uint8Array(imageBytes), (v) => v / 255) : Float64Array.from(new Float32Array(imageBytes));
  const [rows, columns] = images.shape;
  if (rows * columns !== sizes[0] || pixels.length !== sizes[0] * images.labels.length) {
    throw new Error("its images are not complete");
  }
  const reaches = new Map();
  let whole = 0;
  return {
    sizes, activations, outputs, steps, networks, shape: [rows, columns], labels: images.labels,
    images: images.labels.map((_, i) => pixels.subarray(i * sizes[0], (i + 1) * sizes[0])),
    reachOf(neuron) {
      if (!reaches.has(neuron)) {
        reaches.set(neuron, Math.max(...networks.map((layers) => reach(row(layers[0], neuron)))));
      }
      return reaches.get(neuron);
    },
    reachOfAll: () => (whole ||= Math.max(...networks.map((layers) => reach(layers[0].weights)))),
  };
}

/** Everything that one state shows. @param {Data} data @param {State} state @returns {View} */
function look(data, state) {
  const layers = data.networks[Math.max(0, data.steps.indexOf(state.step))];
  const x = data.images[state.sample];
  const { z: [z1, z2], a: [a1, a2] } = forward(layers, x);
  const outgoing = row(layers[1], state.output);
  const contributions = products(outgoing, a1);
  const ranked = { weight: outgoing, activation: a1, contribution: contributions }[state.rank_by];
  // A sigmoid is 1 for many neurons at once; their z tells them apart.
  const order = rankOrder(ranked, state.rank_by === "activation" ? z1 : ranked);
  const answer = largest(a2);
  return {
    ...state, layers, x, z1, a1, z2, a2, outgoing, contributions, ranked, order, rank: order.indexOf(state.neuron), answer,
    weights: row(layers[0], state.neuron), bias: layers[0].biases[state.neuron],
    label: data.outputs[data.labels[state.sample]], right: answer === data.labels[state.sample],
  };
}

/** The state in a sentence or two. @param {Data} data @param {View} view @param {Set<string>} needs */
function sentence(data, view, needs) {
  const output = data.outputs[view.output], w = view.outgoing[view.neuron], a = view.a1[view.neuron];
  const parts = [];
  if (needs.has("sample")) parts.push(`Neuron ${view.neuron} answers ${plain(a)} to this ${view.label}.`);
  if (needs.has("output")) {
    const whose = needs.has("sample") ? "Its weight" : `The weight of neuron ${view.neuron}`;
    const adds = needs.has("sample") ? `, so it adds ${withSign(w * a)} to the sum z of output ${output}` : "";
    parts.push(`${whose} to output ${output} is ${withSign(w)}${adds}.`);
  }
  if (!parts.length) parts.push(`Neuron ${view.neuron}: ${view.weights.length} weights, bias ${withSign(view.bias)}.`);
  return parts.join(" ");
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
async function render({ model, el }) {
  const root = element("div", { class: "wm" });
  el.append(root);
  let data;
  try {
    data = await load(model.get("_network"), model.get("_images"));
  } catch (error) {
    const reason = error.message.startsWith("its ") ? error.message : "its data is damaged";
    root.append(element("p", { class: "wm-trouble", "data-part": "trouble" }, `This explorer cannot be shown: ${reason}.`));
    return () => root.remove();
  }
  const stop = start(data, model, root);
  return () => {
    stop();
    root.remove();
  };
}

/** Build the explorer in `root`; returns what stops it. */
function start(data, model, root) {
  /** @type {State} */
  const state = Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  let view = look(data, state);
  let panels = [], frame = 0, timer = 0;

  const controls = {
    sample: slider("sample", "Image", 0, data.images.length - 1, (sample) => pick({ sample })),
    neuron: slider("neuron", "Neuron", 0, data.sizes[1] - 1, (neuron) => pick({ neuron })),
    output: slider("output", "Output", 0, data.outputs.length - 1, (output) => pick({ output })),
    step: slider("step", "Training", 0, data.steps.length - 1, (i) => pick({ step: data.steps[i] })),
  };
  const choices = {
    sample: data.images.length, neuron: data.sizes[1], output: data.outputs.length, step: data.steps.length,
  };
  const shown = element("p", { class: "wm-sentence", "data-part": "sentence", "aria-hidden": "true" });
  const spoken = element("p", { class: "wm-spoken", role: "status", "aria-live": "polite" });
  const places = element("div", { class: "wm-panels" });
  root.append(
    element("div", { class: "wm-sliders" }, ...Object.values(controls).map((one) => one.element)), shown, spoken, places,
  );

  /** The reader chose something: a part of the state, or a function of the view that returns one. */
  function pick(change) {
    view = look(data, state);
    const next = typeof change === "function" ? change(view) : change;
    if ("output" in next && !("neuron" in next) && panels.some((one) => one.name === "top")) {
      next.neuron = look(data, { ...state, ...next }).order[view.rank]; // stay at the same rank
    }
    for (const [name, value] of Object.entries(next)) {
      state[name] = value;
      model.set(name, value);
    }
    model.save_changes();
    redraw();
  }

  function build() {
    panels = model.get("panels").map((name) => ({ name, needs: PANELS[name].needs, ...PANELS[name].build(data, pick) }));
    places.replaceChildren(...panels.map((one) => one.element));
    for (const one of root.querySelectorAll("input, button, [tabindex]")) {
      one.dataset.lmSuppressShortcuts = "true"; // JupyterLab would else take the arrow keys for itself
    }
  }

  function draw() {
    frame = 0;
    view = look(data, state);
    const needs = new Set(panels.flatMap((one) => one.needs(view)));
    for (const [name, control] of Object.entries(controls)) {
      control.element.hidden = choices[name] < 2 || !needs.has(name);
    }
    controls.sample.set(view.sample, `${view.sample}, label ${view.label}`);
    controls.neuron.set(view.neuron, String(view.neuron));
    controls.output.set(view.output, data.outputs[view.output]);
    if (data.steps.length) controls.step.set(data.steps.indexOf(view.step), `Step ${view.step.toLocaleString("en")}`);
    for (const one of panels) one.draw(view);
    shown.textContent = sentence(data, view, needs);
    clearTimeout(timer);
    timer = setTimeout(() => (spoken.textContent = shown.textContent), SAY_AFTER);
  }

  function redraw() {
    frame ||= requestAnimationFrame(draw);
  }

  const heard = Object.fromEntries(STATE.map((name) => [`change:${name}`, () => {
    if (state[name] === model.get(name)) return;
    state[name] = model.get(name);
    redraw();
  }]));
  heard["change:panels"] = () => {
    build();
    redraw();
  };
  for (const [event, callback] of Object.entries(heard)) model.on(event, callback);

  build();
  draw();
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    for (const [event, callback] of Object.entries(heard)) model.off(event, callback);
  };
}

export default { render };
