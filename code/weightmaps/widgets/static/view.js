// What Python sent, unpacked and checked once; and everything that one state of the explorer shows.

import { inflate, unpack } from "./codec.js";
import { factorsOf, forward, gradientOf, argmax, memoize, products, rankOrder, maxAbs, row } from "./maths.js";
import { confusion, firstAnswers, meanActivations, removalCosts, survey } from "./survey.js";

/** @typedef {import("./maths.js").Layer} Layer */

/**
 * What never changes. `networks` holds one list of layers a step (one in all without checkpoints), then the others;
 * `titles` are their names in words and `keys` what `step` and `other` call them.
 * @typedef {{sizes: number[], activations: string[], outputs: string[], steps: number[], networks: Layer[][], memory: object[],
 *   titles: string[], keys: (number | string | null)[], shape: [number, number] | null, images: Float64Array[], labels: number[] | null,
 *   channels: "first" | "last" | null, features: string[] | null, thing: string, drawing: string, singleOutput: boolean,
 *   planesOf: (values: ArrayLike<number>) => Float64Array[], maxAbsOfInputs: number,
 *   shapeOf: (layer: number) => [number, number], targetsOf: (layer: number) => string[],
 *   maxAbsOf: (layer: number, neuron: number, one?: number) => number, maxAbsOfLayer: (layer: number, one?: number) => number}} Data
 * `thing` is what the network is given, in words, and `drawing` one that is not among the images; `singleOutput` is whether there is
 * one output, which answers by its size. Without labels, right is what the network answers with every neuron on.
 * Neurons are those of hidden layer `layer` (the first is 1); `output` is one of the layer after it.
 * @typedef {{neuron: number, output: number, sample: number, layer: number, step: number | null, other: number | string | null,
 *   view: string, scales: string, rank_by: string, colour_by: string, sorted: boolean,
 *   ablated: [number, number, number][], pixels: number[] | null}} State
 * What one state shows of one network: the state, and all that follows from it. `answers` are the neurons' activations and
 * `a` what they send on, 0 where a neuron is switched off; `peers` are the views on screen, this one among them.
 * `precomputeFirstLayer` does the longest part of `traces` and `whole` in steps, for who has not the time for all at once.
 * @typedef {State & {index: number, layers: Layer[], hidden: Layer, next: Layer, last: boolean, x: ArrayLike<number>,
 *   inputs: ArrayLike<number>, z: Float64Array, answers: Float64Array, a: Float64Array, zNext: Float64Array, aNext: Float64Array, zOut: Float64Array, y: Float64Array,
 *   answer: number, label: string | null, right: boolean | null, weights: Float32Array, bias: number, factor: number,
 *   outgoing: Float32Array, contributions: Float64Array, digit: number, factors: import("./maths.js").Factors, peers: View[],
 *   precomputeFirstLayer: () => Iterable<void>, traces: () => import("./maths.js").Trace[], whole: () => import("./maths.js").Trace[], labels: () => number[],
 *   effective: () => ArrayLike<number>, confusion: () => number[][], untouched: () => number[][],
 *   measure: (name: string) => ArrayLike<number>, order: () => number[]}} View
 */

export const STATE = [
  "neuron", "output", "sample", "layer", "step", "other", "view", "scales", "rank_by", "colour_by", "sorted", "ablated", "pixels",
];
export const MEASURES = ["weight", "activation", "contribution", "mean", "removal"];

/** How many cells lie side by side in a grid that is nearly square. */
export function gridColumns(count) {
  return Math.ceil(Math.sqrt(count));
}

/** Unpack and check both payloads. @returns {Promise<Data>} */
export async function load(network, images) {
  const [weightBytes, imageBytes] = await Promise.all([inflate(network.data), inflate(images.data)]);
  const pixels = new Float64Array(images.dtype === "uint8" ? new Uint8Array(imageBytes) : new Float32Array(imageBytes));
  if (images.dtype === "uint8") for (let i = 0; i < pixels.length; i++) pixels[i] /= 255;
  return dataOf({ ...network, ...images, networks: unpack(network, weightBytes), pixels });
}

/**
 * What an explorer shows, from plain numbers: `pixels` are those of all images, one after the other.
 * @param {{sizes: number[], activations: string[], steps: number[], name?: string | null, others: string[], outputs: string[],
 *   networks: Layer[][], shape: [number, number] | null, channels?: "first" | "last" | null, features?: string[] | null,
 *   labels: number[] | null, pixels: Float64Array}} parts `features` name the inputs of a table, which has no shape @returns {Data}
 */
export function dataOf({
  sizes, activations, steps, name, others, outputs, networks, shape, channels = null, features = null, labels, pixels,
}) {
  const count = pixels.length / sizes[0], places = channels ? sizes[0] / 3 : sizes[0];
  const given = features ? !shape && !channels && features.length : shape[0] * shape[1];
  if (given !== places || !count || count % 1 || (labels && labels.length !== count)) {
    throw new Error("its images are not complete");
  }
  const [next, apart] = channels === "last" ? [3, 1] : [1, places];
  const maxima = new Map();
  const knownMaxAbs = (key, weights, one) => {
    const name = `${key} ${one}`;
    const some = () => (one === undefined ? networks : [networks[one]]);
    if (!maxima.has(name)) maxima.set(name, Math.max(...some().map((layers) => maxAbs(weights(layers)))));
    return maxima.get(name);
  };
  return {
    sizes, activations, outputs, steps, networks, shape, labels, channels, features, singleOutput: outputs.length === 1,
    thing: features ? "sample" : "image", drawing: features ? "sample" : channels ? "image" : "drawing",
    planesOf: (values) => [0, 1, 2].map((c) => Float64Array.from({ length: places }, (_, i) => values[i * next + c * apart])),
    maxAbsOfInputs: maxAbs(pixels),
    keys: [...(steps.length ? steps : [null]), ...others],
    titles: [...(steps.length ? steps.map((step) => `Step ${step.toLocaleString("en")}`) : [name ?? "This network"]), ...others],
    images: Array.from({ length: count }, (_, i) => pixels.subarray(i * sizes[0], (i + 1) * sizes[0])),
    memory: networks.map(() => ({
      forward: memoize(forward), first: [], survey: memoize(survey), whole: memoize(survey),
      answers: memoize((traces) => traces.map(({ a }) => argmax(a.at(-1)))),
      confusion: memoize(confusion), untouched: memoize(confusion), gradient: memoize(gradientOf),
      means: memoize(meanActivations), costs: memoize(removalCosts), order: memoize(rankOrder),
    })),
    factorsOf: memoize(factorsOf), drawn: memoize(Float64Array.from.bind(Float64Array)),
    shapeOf: (layer) => {
      const across = gridColumns(sizes[layer - 1]);
      return layer === 1 && shape ? shape : [Math.ceil(sizes[layer - 1] / across), across];
    },
    targetsOf: (layer) => (layer === sizes.length - 2 ? outputs
      : Array.from({ length: sizes[layer + 1] }, (_, k) => `neuron ${k} of layer ${layer + 1}`)),
    maxAbsOf: (layer, neuron, one) => knownMaxAbs(`${layer} ${neuron}`, (layers) => row(layers[layer - 1], neuron), one),
    maxAbsOfLayer: (layer, one) => knownMaxAbs(layer, (layers) => layers[layer - 1].weights, one),
  };
}

/** Whether a state can be shown: what Python's ExplorerState takes, and nothing else. @param {Data} data @param {State} state */
export function isValidState(data, state) {
  const { sizes, keys } = data, { ablated, pixels } = state;
  const within = (value, count, first = 0) => Number.isInteger(value) && value >= first && value < first + count;
  const between = (value, low, high) => Number.isFinite(value) && value >= low && value <= high;
  const hidden = (layer) => within(layer, sizes.length - 2, 1);
  const scales = (one) => Array.isArray(one) && one.length === 3 && hidden(one[0]) && within(one[1], sizes[one[0]]) && between(one[2], 0, 2);
  const [low, high] = data.features ? [-Infinity, Infinity] : [0, 1];
  return hidden(state.layer) && within(state.neuron, sizes[state.layer]) && within(state.output, sizes[state.layer + 1])
    && within(state.sample, data.images.length) && keys.slice(0, data.steps.length || 1).includes(state.step)
    && keys.includes(state.other) && (state.other !== null || keys.length < 2)
    && (state.view === "one" || (state.view === "compare" && keys.length > 1))
    && ["shared", "separate"].includes(state.scales) && MEASURES.includes(state.rank_by)
    && MEASURES.includes(state.colour_by) && typeof state.sorted === "boolean"
    && Array.isArray(ablated) && ablated.every(scales) && new Set(ablated.map(([layer, neuron]) => `${layer} ${neuron}`)).size === ablated.length
    && (pixels === null || (Array.isArray(pixels) && pixels.length === sizes[0] && pixels.every((v) => between(v, low, high))));
}

/** The networks on screen, one or two, each with everything that the state shows of it. @returns {View[]} */
export function viewsOf(data, state) {
  const keys = state.view === "compare" ? [state.step, state.other] : [state.step];
  const peers = keys.map((key) => viewOf(data, state, data.keys.indexOf(key)));
  for (const one of peers) one.peers = peers;
  return peers;
}

/** @param {Data} data @param {State} state @param {number} index which network @returns {View} */
function viewOf(data, state, index) {
  const { layer, output, neuron, sample, pixels, rank_by } = state;
  const layers = data.networks[index], hidden = layers[layer - 1], next = layers[layer];
  const factors = data.factorsOf(state.ablated, data.sizes);
  const x = pixels ? data.drawn(pixels) : data.images[sample];
  const memory = data.memory[index];
  const trace = memory.forward(layers, x, factors);
  const a = trace.sent[layer - 1], y = trace.a.at(-1), answer = argmax(y);
  const outgoing = row(next, output);
  const precomputeFirstLayer = () => firstAnswers(layers, data.images, memory.first);
  const over = (remembered, these) => {
    Array.from(precomputeFirstLayer());
    return remembered(layers, data.images, these, memory.first);
  };
  const whole = () => over(memory.whole, null), traces = () => (factors ? over(memory.survey, factors) : whole());
  const labels = () => data.labels ?? memory.answers(whole());
  const last = layer === layers.length - 1;
  const view = {
    ...state, index, layers, hidden, next, last, x, a, y, answer, factors, outgoing, precomputeFirstLayer, traces, whole, labels,
    inputs: layer === 1 ? x : trace.sent[layer - 2], answers: trace.a[layer - 1],
    z: trace.z[layer - 1], zNext: trace.z[layer], aNext: trace.a[layer], zOut: trace.z.at(-1),
    weights: row(hidden, neuron), bias: hidden.biases[neuron], factor: factors?.[layer - 1]?.[neuron] ?? 1,
    label: pixels || !data.labels ? null : data.outputs[data.labels[sample]],
    right: pixels || !data.labels ? null : answer === data.labels[sample],
    contributions: products(outgoing, a),
    /** The label that mean activations are over. */
    get digit() {
      return last ? output : labels()[sample];
    },
    effective: () => memory.gradient(layers, trace, factors, layer, neuron),
    /** How often each label got each answer, now and with every neuron on. */
    confusion: () => memory.confusion(traces(), labels()),
    untouched: () => memory.untouched(whole(), labels()),
    /** One number a neuron. @param {string} name one of MEASURES */
    measure(name) {
      switch (name) {
        case "weight": return outgoing;
        case "activation": return a;
        case "contribution": return view.contributions;
        case "mean": return memory.means(traces(), labels(), layer, view.digit);
        default: return memory.costs(layers, traces(), labels(), layer, factors);
      }
    },
    /** All neurons, the first in the ranking first. A sigmoid is 1 for many at once; their z tells them apart. */
    order() {
      const ranked = view.measure(rank_by);
      return memory.order(ranked, rank_by === "activation" ? view.z : ranked);
    },
  };
  return view;
}
