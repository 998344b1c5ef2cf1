// Train a network of one hidden layer, skipping blank pixels. No page: it runs in a worker, in Node, and in the build's engine.

import { gather, workspace } from "./kernel.js";
import { normal, permutation } from "./random.js";

/**
 * What determines a run, as `weightmaps.training.Setup` in Python.
 * @typedef {{seed: number, digits: number[], images: number, shuffled: boolean, hidden: number, hidden_scale: number, output_scale: number,
 *   activation: "sigmoid" | "tanh" | "relu", outputs: "sigmoid" | "softmax", cost: "quadratic" | "cross_entropy",
 *   optimizer: "sgd" | "momentum" | "adam" | "adamw", learning_rate: number, batch_size: number, weight_decay: number}} Setup
 * Images by their inked pixels: those of image i are at `from[i]` to `from[i + 1]`.
 * @typedef {{from: Uint32Array, pixel: Uint16Array, ink: Float64Array, labels: Uint8Array}} Sparse
 * `W1` holds a pixel's weights to all neurons side by side; `W2` a neuron's from all neurons below.
 * @typedef {{W1: Float64Array, b1: Float64Array, W2: Float64Array, b2: Float64Array}} Weights
 */

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
const WEIGHTS1 = 20, BIASES1 = 21, WEIGHTS2 = 22, BIASES2 = 23, LABELS = 24, ORDER = 1000; // streams of random numbers
const MOMENTUM = 0.9, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

/** One picture of those that follow one another. @template {Float32Array | Float64Array | Uint8Array} T @param {T} all @param {number} i @returns {T} */
export const pictureAt = (all, i) => all.subarray(i * PIXELS, (i + 1) * PIXELS);

/** Only the ink of some images. @param {Uint8Array} bytes 784 an image @param {Uint8Array} labels @returns {Sparse} */
export function sparse(bytes, labels) {
  const from = new Uint32Array(labels.length + 1), pixel = [], ink = [];
  for (let i = 0; i < labels.length; i++) {
    for (let p = 0; p < PIXELS; p++) {
      const value = bytes[i * PIXELS + p];
      if (!value) continue;
      pixel.push(p);
      ink.push(Math.fround(value / 255)); // as Python's images are
    }
    from[i + 1] = pixel.length;
  }
  return { from, pixel: Uint16Array.from(pixel), ink: Float64Array.from(ink), labels };
}

/** The random start: the same numbers at every scale, and for a neuron however many there are. @param {Setup} setup @returns {Weights} */
export function startOf({ seed, hidden, digits, hidden_scale, output_scale }) {
  const drawn = normal(seed, WEIGHTS1, hidden * PIXELS), W1 = new Float64Array(drawn.length);
  for (let h = 0; h < hidden; h++) for (let p = 0; p < PIXELS; p++) W1[p * hidden + h] = hidden_scale * drawn[h * PIXELS + p];
  const scaled = (stream, n, scale) => normal(seed, stream, n).map((v) => scale * v);
  return {
    W1, b1: normal(seed, BIASES1, hidden),
    W2: scaled(WEIGHTS2, digits.length * hidden, output_scale), b2: normal(seed, BIASES2, digits.length),
  };
}

/** The weights into the hidden layer, a row a neuron. @param {Float64Array} W1 */
export function mapsOf(W1, hidden) {
  const rows = new Float32Array(W1.length);
  for (let p = 0; p < PIXELS; p++) for (let h = 0; h < hidden; h++) rows[h * PIXELS + p] = W1[p * hidden + h];
  return rows;
}

/** Weights of a moment, with these maps, a row a neuron. */
export function weightsOf({ b1, W2, b2 }, maps) {
  const hidden = b1.length, W1 = new Float64Array(maps.length);
  for (let h = 0; h < hidden; h++) for (let p = 0; p < PIXELS; p++) W1[p * hidden + h] = maps[h * PIXELS + p];
  return { W1, b1, W2, b2 };
}

/** The labels that are learned: true ones, or the same dealt out anew. @param {Setup} setup @param {Uint8Array} labels */
export function labelsFor({ seed, shuffled }, labels) {
  return shuffled ? Uint8Array.from(permutation(seed, LABELS, labels.length), (i) => labels[i]) : labels;
}

/** Steps of an epoch, the last of which takes the images that are left. @param {Setup} setup */
export function stepsOf({ digits, images_per_digit, batch_size }) {
  return Math.ceil((digits.length * images_per_digit) / batch_size);
}

const APPLY = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  relu: (z) => (z > 0 ? z : 0),
};
const SLOPE = { sigmoid: (a) => a * (1 - a), tanh: (a) => 1 - a * a, relu: (a) => (a > 0 ? 1 : 0) };

/** z of the hidden layer for one image, into `z`. */
function weighted({ W1, b1 }, { from, pixel, ink }, image, z, add = gather) {
  z.set(b1);
  add(z, W1, pixel, ink, from[image], from[image + 1]);
}

/** Outputs for hidden activations, into `y`; softmax by its largest z. */
function answered({ W2, b2 }, a, outputs, y) {
  const hidden = a.length;
  let top = -Infinity, total = 0;
  for (let c = 0; c < y.length; c++) {
    let z = b2[c];
    const w = c * hidden;
    for (let h = 0; h < hidden; h++) z += W2[w + h] * a[h];
    y[c] = z;
    if (z > top) top = z;
  }
  for (let c = 0; c < y.length; c++) {
    if (outputs === "sigmoid") y[c] = 1 / (1 + Math.exp(-y[c]));
    else total += y[c] = Math.exp(y[c] - top);
  }
  if (outputs === "softmax") for (let c = 0; c < y.length; c++) y[c] /= total;
}

/**
 * A network, and a way to train it one batch at a time.
 * @param {Setup} setup @param {Sparse} data whose labels are places in `digits` @param {Sparse} held those of which `test` tells
 * @returns {{weights: Weights, steps: () => number, step: () => void, test: () => ReturnType<typeof evaluate>}} `weights` is changed in place
 */
export function trainer(setup, data, held = data) {
  const { hidden, batch_size: batch, optimizer, outputs, seed } = setup, { from } = data;
  const count = data.labels.length, labels = labelsFor(setup, data.labels), n = setup.digits.length;
  const start = startOf(setup), { b1, b2 } = start, zeros = (length) => new Float64Array(length), plain = optimizer === "sgd";
  const { gather, spread, moved: [W1, W2, pixel, ink, heldPixel, heldInk, outputRows, z, error, a, back, gradient1, gradient2] } = workspace([
    start.W1, start.W2, data.pixel, data.ink, held.pixel, held.ink, Uint16Array.from({ length: n }, (_, c) => c),
    ...[hidden, batch * n, batch * hidden, batch * hidden, plain ? 0 : start.W1.length, plain ? 0 : start.W2.length].map(zeros),
  ]);
  const weights = { W1, b1, W2, b2 }, own = { from, pixel, ink }, y = zeros(n), of = (all, i) => all.subarray(i * hidden, (i + 1) * hidden);
  const apply = APPLY[setup.activation], slope = SLOPE[setup.activation], direct = setup.cost === "cross_entropy";
  const tuned = plain ? null : [[W1, gradient1, true], [b1, zeros(hidden), false], [W2, gradient2, true], [b2, zeros(n), false]].map(([w, gradient, decays]) => (
    { w, gradient, decays, first: zeros(w.length), second: optimizer === "momentum" ? null : zeros(w.length) }));
  const target = tuned ? tuned.map((one) => one.gradient) : [W1, b1, W2, b2];
  let done = 0, order = null, at = count;

  /** Errors of the images, back to the hidden layer. */
  function backward(images) {
    const m = images.length, factor = (tuned ? 1 : -setup.learning_rate) / m;
    for (let i = 0; i < m; i++) {
      const hid = of(a, i), share = of(back, i), wanted = labels[images[i]];
      weighted(weights, own, images[i], z, gather);
      for (let h = 0; h < hidden; h++) hid[h] = apply(z[h]);
      answered(weights, hid, outputs, y);
      for (let c = 0; c < n; c++) {
        const wrong = y[c] - (c === wanted ? 1 : 0);
        error[i * n + c] = factor * (direct ? wrong : wrong * y[c] * (1 - y[c]));
      }
      share.fill(0);
      gather(share, W2, outputRows, error.subarray(i * n), 0, n);
      for (let h = 0; h < hidden; h++) share[h] *= slope(hid[h]);
    }
  }

  /** Add each image's share to the gradients; or, in plain descent, to the weights themselves. */
  function teach(images) {
    const [g1, c1, g2, c2] = target;
    for (let i = 0; i < images.length; i++) {
      const share = of(back, i), wrong = error.subarray(i * n);
      for (let c = 0; c < n; c++) c2[c] += wrong[c];
      spread(of(a, i), g2, outputRows, wrong, 0, n);
      for (let h = 0; h < hidden; h++) c1[h] += share[h];
      spread(share, g1, pixel, ink, from[images[i]], from[images[i] + 1]);
    }
  }

  function shrink(factor) {
    for (const w of [W1, W2]) for (let i = 0; i < w.length; i++) w[i] *= factor;
  }

  /** One step of momentum, Adam or AdamW, as PyTorch takes it; λ / n is its `weight_decay`. */
  function tune() {
    const rate = setup.learning_rate, decay = setup.weight_decay / count;
    const keep1 = 1 - BETA1 ** done, root2 = Math.sqrt(1 - BETA2 ** done);
    if (optimizer === "adamw" && decay) shrink(1 - rate * decay);
    for (const { w, decays, gradient, first, second } of tuned) {
      const pull = decays && optimizer !== "adamw" ? decay : 0;
      for (let i = 0; i < w.length; i++) {
        const g = gradient[i] + pull * w[i];
        if (!second) {
          first[i] = MOMENTUM * first[i] + g;
          w[i] -= rate * first[i];
        } else {
          first[i] = BETA1 * first[i] + (1 - BETA1) * g;
          second[i] = BETA2 * second[i] + (1 - BETA2) * g * g;
          w[i] -= ((rate / keep1) * first[i]) / (Math.sqrt(second[i]) / root2 + EPSILON);
        }
      }
      gradient.fill(0);
    }
  }

  return {
    weights,
    steps: () => done,
    test: () => evaluate(setup, weights, { ...held, pixel: heldPixel, ink: heldInk }, gather, z),
    step() {
      if (at >= count) {
        order = permutation(seed, ORDER + Math.round(done / Math.ceil(count / batch)), count);
        at = 0;
      }
      const images = order.subarray(at, Math.min(at + batch, count));
      at += batch;
      done++;
      backward(images);
      if (tuned) {
        teach(images);
        tune();
      } else {
        if (setup.weight_decay) shrink(1 - (setup.learning_rate * setup.weight_decay) / count);
        teach(images);
      }
    },
  };
}

/** Share of images that are answered rightly, and the mean cost. @param {Setup} setup @param {Weights} weights @param {Sparse} data */
export function evaluate({ activation, outputs, cost, digits, hidden }, weights, data, add = gather, z = new Float64Array(hidden)) {
  const y = new Float64Array(digits.length), apply = APPLY[activation];
  let right = 0, total = 0;
  const { labels } = data, never = new Set(y.keys());
  for (let i = 0; i < labels.length; i++) {
    weighted(weights, data, i, z, add);
    for (let h = 0; h < hidden; h++) z[h] = apply(z[h]);
    answered(weights, z, outputs, y);
    let best = 0;
    for (let c = 0; c < y.length; c++) {
      if (y[c] > y[best]) best = c;
      const wanted = c === labels[i] ? 1 : 0, sure = Math.max(wanted ? y[c] : 1 - y[c], 1e-300);
      if (cost === "quadratic") total += 0.5 * (y[c] - wanted) ** 2;
      else if (outputs === "sigmoid" || wanted) total -= Math.log(sure);
    }
    right += best === labels[i];
    never.delete(best);
  }
  return { right: right / labels.length, cost: total / labels.length, never: [...never] };
}
