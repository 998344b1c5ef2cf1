// What Python sent, unpacked and checked once; and everything that one state of the explorer shows.

import { inflate, unpack } from "./codec.js";
import { factorsOf, forward, largest, products, rankOrder, reach, row } from "./maths.js";
import { confusion, firstAnswers, meanActivations, removalCosts, survey } from "./survey.js";

/** @typedef {import("./maths.js").Layer} Layer */

/**
 * What never changes. `networks` holds one list of layers a step (one in all without checkpoints), then the others;
 * `titles` are their names in words and `keys` what `step` and `other` call them.
 * @typedef {{sizes: number[], activations: string[], outputs: string[], steps: number[], networks: Layer[][], memory: object[],
 *   titles: string[], keys: (number | string | null)[], shape: [number, number], images: Float64Array[], labels: number[],
 *   shapeOf: (layer: number) => [number, number], targetsOf: (layer: number) => string[],
 *   reachOf: (layer: number, neuron: number, one?: number) => number, reachOfAll: (layer: number, one?: number) => number}} Data
 * Neurons are those of hidden layer `layer` (the first is 1); `output` is one of the layer after it.
 * @typedef {{neuron: number, output: number, sample: number, layer: number, step: number | null, other: number | string | null,
 *   view: string, scales: string, rank_by: string, colour_by: string, sorted: boolean,
 *   ablated: [number, number, number][], pixels: number[] | null}} State
 * What one state shows of one network: the state, and all that follows from it. `answers` are the neurons' activations and
 * `a` what they send on, 0 where a neuron is switched off; `peers` are the views on screen, this one among them.
 * @typedef {State & {index: number, layers: Layer[], hidden: Layer, next: Layer, last: boolean, x: ArrayLike<number>,
 *   inputs: ArrayLike<number>, z: Float64Array, answers: Float64Array, a: Float64Array, zNext: Float64Array, aNext: Float64Array, zOut: Float64Array, y: Float64Array,
 *   answer: number, label: string | null, right: boolean | null, weights: Float32Array, bias: number, factor: number,
 *   outgoing: Float32Array, contributions: Float64Array, digit: number, factors: import("./maths.js").Factors, peers: View[],
 *   traces: () => import("./maths.js").Trace[], confusion: () => number[][], untouched: () => number[][],
 *   measure: (name: string) => ArrayLike<number>, order: () => number[]}} View
 */

export const STATE = [
  "neuron", "output", "sample", "layer", "step", "other", "view", "scales", "rank_by", "colour_by", "sorted", "ablated", "pixels",
];
export const MEASURES = ["weight", "activation", "contribution", "mean", "removal"];

/** A function that remembers its last result, for as long as its arguments are the same. */
export function remember(make) {
  let before = null, result;
  return (...now) => {
    if (!before || now.some((one, i) => one !== before[i])) [before, result] = [now, make(...now)];
    return result;
  };
}

/** How many cells lie side by side in a grid that is nearly square. */
export function acrossOf(count) {
  return Math.ceil(Math.sqrt(count));
}

/** Unpack and check both payloads. @returns {Promise<Data>} */
export async function load(network, images) {
  const [weightBytes, imageBytes] = await Promise.all([inflate(network.data), inflate(images.data)]);
  const pixels = images.dtype === "uint8"
    ? Float64Array.from(new Uint8Array(imageBytes), (v) => v / 255) : Float64Array.from(new Float32Array(imageBytes));
  return dataOf({ ...network, ...images, networks: unpack(network, weightBytes), pixels });
}

/**
 * What an explorer shows, from plain numbers: `pixels` are those of all images, one after the other.
 * @param {{sizes: number[], activations: string[], steps: number[], others: string[], outputs: string[],
 *   networks: Layer[][], shape: [number, number], labels: number[], pixels: Float64Array}} parts @returns {Data}
 */
export function dataOf({ sizes, activations, steps, others, outputs, networks, shape, labels, pixels }) {
  const [rows, columns] = shape;
  if (rows * columns !== sizes[0] || pixels.length !== sizes[0] * labels.length) {
    throw new Error("its images are not complete");
  }
  const reaches = new Map();
  const knownReach = (key, weights, one) => {
    const name = `${key} ${one}`;
    const some = () => (one === undefined ? networks : [networks[one]]);
    if (!reaches.has(name)) reaches.set(name, Math.max(...some().map((layers) => reach(weights(layers)))));
    return reaches.get(name);
  };
  return {
    sizes, activations, outputs, steps, networks, shape, labels,
    keys: [...(steps.length ? steps : [null]), ...others],
    titles: [...(steps.length ? steps.map((step) => `Step ${step.toLocaleString("en")}`) : ["This network"]), ...others],
    images: labels.map((_, i) => pixels.subarray(i * sizes[0], (i + 1) * sizes[0])),
    memory: networks.map(() => ({
      forward: remember(forward), first: remember(firstAnswers), survey: remember(survey), confusion: remember(confusion),
      untouched: remember((layers, these, first) => confusion(survey(layers, these, null, first), labels)),
      means: remember(meanActivations), costs: remember(removalCosts), order: remember(rankOrder),
    })),
    factorsOf: remember(factorsOf), drawn: remember(Float64Array.from.bind(Float64Array)),
    shapeOf: (layer) => {
      const across = acrossOf(sizes[layer - 1]);
      return layer === 1 ? shape : [Math.ceil(sizes[layer - 1] / across), across];
    },
    targetsOf: (layer) => (layer === sizes.length - 2 ? outputs
      : Array.from({ length: sizes[layer + 1] }, (_, k) => `neuron ${k} of layer ${layer + 1}`)),
    reachOf: (layer, neuron, one) => knownReach(`${layer} ${neuron}`, (layers) => row(layers[layer - 1], neuron), one),
    reachOfAll: (layer, one) => knownReach(layer, (layers) => layers[layer - 1].weights, one),
  };
}

/** Whether a state can be shown. @param {Data} data @param {State} state */
export function fits(data, state) {
  const { sizes, keys } = data;
  const within = (value, count, first = 0) => Number.isInteger(value) && value >= first && value < first + count;
  const hidden = (layer) => within(layer, sizes.length - 2, 1);
  return hidden(state.layer) && within(state.neuron, sizes[state.layer]) && within(state.output, sizes[state.layer + 1])
    && within(state.sample, data.images.length) && keys.slice(0, data.steps.length || 1).includes(state.step)
    && (state.other === null || keys.includes(state.other)) && ["one", "compare"].includes(state.view)
    && (state.view === "one" || state.other !== null)
    && ["shared", "separate"].includes(state.scales) && MEASURES.includes(state.rank_by)
    && MEASURES.includes(state.colour_by) && typeof state.sorted === "boolean"
    && state.ablated.every(([layer, neuron, factor]) => hidden(layer) && within(neuron, sizes[layer]) && factor >= 0 && factor <= 2)
    && (state.pixels === null || (state.pixels.length === sizes[0] && state.pixels.every((v) => v >= 0 && v <= 1)));
}

/** The networks on screen, one or two, each with everything that the state shows of it. @returns {View[]} */
export function look(data, state) {
  const keys = state.view === "compare" ? [state.step, state.other] : [state.step];
  const peers = keys.map((key) => lookAt(data, state, data.keys.indexOf(key)));
  for (const one of peers) one.peers = peers;
  return peers;
}

/** @param {Data} data @param {State} state @param {number} index which network @returns {View} */
function lookAt(data, state, index) {
  const { layer, output, neuron, sample, pixels, rank_by } = state;
  const layers = data.networks[index], hidden = layers[layer - 1], next = layers[layer];
  const factors = data.factorsOf(state.ablated, data.sizes);
  const x = pixels ? data.drawn(pixels) : data.images[sample];
  const memory = data.memory[index];
  const trace = memory.forward(layers, x, factors);
  const a = trace.sent[layer - 1], y = trace.a.at(-1), answer = largest(y);
  const outgoing = row(next, output);
  const traces = () => memory.survey(layers, data.images, factors, memory.first(layers, data.images));
  const last = layer === layers.length - 1;
  const digit = last && output < data.outputs.length ? output : data.labels[sample];
  const view = {
    ...state, index, layers, hidden, next, last, x, a, y, answer, digit, factors, outgoing,
    inputs: layer === 1 ? x : trace.sent[layer - 2], answers: trace.a[layer - 1],
    z: trace.z[layer - 1], zNext: trace.z[layer], aNext: trace.a[layer], zOut: trace.z.at(-1),
    weights: row(hidden, neuron), bias: hidden.biases[neuron], factor: factors?.[layer - 1]?.[neuron] ?? 1,
    label: pixels ? null : data.outputs[data.labels[sample]],
    right: pixels ? null : answer === data.labels[sample],
    contributions: products(outgoing, a),
    /** A trace for every image; how often each label got each answer, now and with every neuron on. */
    traces,
    confusion: () => memory.confusion(traces(), data.labels),
    untouched: () => memory.untouched(layers, data.images, memory.first(layers, data.images)),
    /** One number a neuron. @param {string} name one of MEASURES */
    measure(name) {
      switch (name) {
        case "weight": return outgoing;
        case "activation": return a;
        case "contribution": return view.contributions;
        case "mean": return memory.means(traces(), data.labels, layer, digit);
        default: return memory.costs(layers, traces(), data.labels, layer, factors);
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
