// What an experiment of the laboratory measures of the book's claims: effect beside control.

import { chosen, correlation, inkCounts } from "./lab_run.js";
import { median } from "./maths.js";
import { percent } from "./parts.js";
import { PIXELS, evaluate, labelsFor, mapsOf, sparse, startOf, weightsOf } from "./sgd.js";

/**
 * One network at a moment: its set-up, its maps and its start's, the images that it learned, and the pixels that count as inked.
 * @typedef {{setup: import("./sgd.js").Setup, moment: import("./lab_run.js").Moment, maps: Float32Array, start: Float32Array,
 *   learned: import("./lab_run.js").Images, where: Uint8Array, epoch: number}} Side
 * A claim by the name of its replication, what its two numbers are, and how they follow from the two networks.
 * @typedef {{replication: string, names: [string, string], format?: (v: number) => string, of: (a: Side, b: Side) => [number, number]}} Measure
 */

const RARE = 0.01; // a pixel of the rim has ink, and in a smaller share of the images

const minus = (one, other) => one.map((v, i) => v - other[i]);

/** The weights of pixels without ink in any image, end over start, in the middle; and what the formula says of them. */
function leftOfStart({ setup, moment, maps, start, learned, epoch }) {
  const counts = inkCounts(learned.bytes), shares = [];
  for (let i = 0; i < maps.length; i++) if (!counts[i % PIXELS]) shares.push(maps[i] / start[i]);
  const { learning_rate: rate, weight_decay: decay, batch_size: batch } = setup;
  return [median(shares), Math.exp((-rate * decay * moment.step) / epoch / batch)];
}

/** Root mean square of what was learned on the rim, over that on inked pixels: `weightmaps.analysis.loudness`. */
function loudness({ maps, start, learned, where }) {
  const counts = inkCounts(learned.bytes), most = (RARE * learned.bytes.length) / PIXELS;
  const size = (pixels) => {
    const part = chosen(minus(maps, start), pixels);
    return Math.sqrt(part.reduce((sum, v) => sum + v * v, 0) / part.length);
  };
  return size(Uint8Array.from(counts, (n) => (n && n < most ? 1 : 0))) / size(where);
}

/** Right on the images that were learned, by these labels. */
function rightOnLearned({ setup, moment, maps, learned }, labels) {
  return evaluate(setup, weightsOf(moment, maps), sparse(learned.bytes, labels)).right;
}

/** The one neuron's map over inked pixels, turned so that it stands for the second digit. */
function turned({ moment: { W2 }, where }, maps) {
  return chosen(maps, where).map((v) => (W2[1] > W2[0] ? v : -v));
}

/** The start that another seed would have had. */
function otherStart({ setup }) {
  return mapsOf(startOf({ ...setup, seed: (setup.seed + 1) % 100 }).W1, setup.hidden);
}

/** The correlation of a list of numbers with the best mixture of two others and a constant. */
function mixture(one, other, wanted) {
  const [a, b, c] = [correlation(one, wanted), correlation(other, wanted), correlation(one, other)];
  return Math.sqrt((a * a + b * b - 2 * a * b * c) / (1 - c * c));
}

/** By experiment, the claims that it repeats. @type {Record<string, Measure[]>} */
export const MEASURES = {
  decay: [
    { replication: "decay_makes_maps_smooth", names: ["Smoothness of B, with decay", "of A, without"], of: (a, b) => [b.moment.smooth, a.moment.smooth] },
    { replication: "start_fades_as_computed", format: (v) => v.toPrecision(3), names: ["Left of B’s start at blank pixels", "exp(−ηλ · epochs / batch)"], of: (_, b) => leftOfStart(b) },
  ],
  start: [
    { replication: "small_start_makes_maps_smooth", names: ["Smoothness of B, small start", "of A, large start"], of: (a, b) => [b.moment.smooth, a.moment.smooth] },
  ],
  stuck: [
    { replication: "slope_holds_dead_outputs_down", format: percent, names: ["Right with the cross-entropy (B)", "with the quadratic cost (A)"], of: (a, b) => [b.moment.right, a.moment.right] },
  ],
  shuffled: [
    {
      replication: "shuffled_labels_are_learned_by_heart", format: percent, names: ["B, by the labels it was dealt", "by the true ones"],
      of: (_, b) => [labelsFor(b.setup, b.learned.labels), b.learned.labels].map((labels) => rightOnLearned(b, labels)),
    },
  ],
  adam: [
    { replication: "adam_learns_the_rim", names: ["Loudness of the rim, Adam (B)", "SGD (A)"], of: (a, b) => [loudness(b), loudness(a)] },
  ],
  logistic: [
    {
      replication: "minus_its_start_the_neuron_is_logistic_regression", names: ["A minus its start, like B", "A minus another seed’s start"],
      of: (a, b) => [a.start, otherStart(a)].map((start) => correlation(turned(a, minus(a.maps, start)), turned(b, b.maps))),
    },
  ],
  puzzle: [
    {
      replication: "neuron_is_logistic_regression_plus_its_start", names: ["A’s map, as a mixture of B’s and A’s start", "of B’s and another seed’s start"],
      of: (a, b) => [a.start, otherStart(a)].map((start) => mixture(turned(b, b.maps), turned(a, start), turned(a, a.maps))),
    },
  ],
};
