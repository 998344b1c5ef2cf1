// The network's arithmetic: a forward pass and what it is made of. No page, no drawing.

/**
 * One layer: `weights` is row-major, a row a neuron.
 * @typedef {{rows: number, columns: number, weights: Float32Array, biases: Float32Array, activation: string}} Layer
 * `z[0]`, `a[0]` and `sent[0]` are the first layer's; `sent` is what the next layer receives, `a` times its factors.
 * @typedef {{z: Float64Array[], a: Float64Array[], sent: Float64Array[]}} Trace
 * What each hidden layer's activations are multiplied by: null for all layers, or for one, means 1.
 * @typedef {(Float64Array | null)[] | null} Factors
 */

/** 1 / (1 + exp(-z)), written so that no z overflows. */
export function sigmoid(z) {
  return 0.5 * (1 + Math.tanh(0.5 * z));
}

/** The error function, by a series whose terms are all of one sign; as in network.py. */
function erf(z) {
  const x = Math.min(Math.abs(z), 6); // from there on it is 1
  let term = x, total = x;
  for (let n = 1; n < 120; n++) total += term *= (2 * x * x) / (2 * n + 1);
  return Math.sign(z) * Math.min((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total, 1);
}

const normalShare = (z) => 0.5 * (1 + erf(z / Math.SQRT2));

/** An activation's name, and its number: a leaky ReLU's slope, an ELU's alpha. @param {string} name @returns {[string, number]} */
export function parsedActivation(name) {
  const [plain, number] = name.split(":");
  return [plain, number === undefined ? { leaky_relu: 0.01, elu: 1 }[plain] : Number(number)];
}

/** @param {string} called @param {Float64Array} z */
export function activate(called, z) {
  const [name, number] = parsedActivation(called);
  switch (name) {
    case "leaky_relu": return z.map((v) => (v > 0 ? v : number * v));
    case "elu": return z.map((v) => (v > 0 ? v : number * Math.expm1(v)));
    case "gelu": return z.map((v) => v * normalShare(v));
    case "silu": return z.map((v) => v * sigmoid(v));
    case "sigmoid": return z.map(sigmoid);
    case "relu": return z.map((v) => Math.max(v, 0));
    case "tanh": return z.map(Math.tanh);
    case "identity": return z.slice();
    case "softmax": {
      const top = z.reduce((a, b) => Math.max(a, b));
      const e = z.map((v) => Math.exp(v - top));
      const total = e.reduce((a, b) => a + b);
      return e.map((v) => v / total);
    }
  }
  throw new Error(`its activation ${name} is unknown`);
}

/** One neuron's incoming weights. @param {Layer} layer @param {number} j */
export function row(layer, j) {
  return layer.weights.subarray(j * layer.columns, (j + 1) * layer.columns);
}

/** One input's outgoing weights, to every neuron of the layer. @param {Layer} layer @param {number} i */
export function column(layer, i) {
  return Float64Array.from({ length: layer.rows }, (_, j) => layer.weights[j * layer.columns + i]);
}

/**
 * z = W x + b. Blank pixels, most of an image, are skipped; two neurons at a time take two thirds of the time.
 * @param {Layer} layer @param {ArrayLike<number>} x
 */
export function dense(layer, x) {
  const { rows, columns, weights, biases } = layer;
  const inked = [];
  for (let i = 0; i < columns; i++) if (x[i] !== 0) inked.push(i);
  const z = new Float64Array(rows);
  for (let j = 0; j < rows; j += 2) {
    const k = Math.min(j + 1, rows - 1), first = j * columns, second = k * columns;
    let one = biases[j], two = biases[k];
    for (const i of inked) {
      const v = x[i];
      one += weights[first + i] * v;
      two += weights[second + i] * v;
    }
    z[j] = one;
    z[k] = two;
  }
  return z;
}

/** A layer's z and a. @param {Layer} layer @param {ArrayLike<number>} x */
export function answerOf(layer, x) {
  const z = dense(layer, x);
  return { z, a: activate(layer.activation, z) };
}

/**
 * Every z and a of every layer.
 * @param {Layer[]} layers @param {ArrayLike<number>} x @param {Factors} factors
 * @param {{z: Float64Array, a: Float64Array}} first what the first layer answers, where it is known already @returns {Trace}
 */
export function forward(layers, x, factors = null, first = answerOf(layers[0], x)) {
  const z = [], a = [], sent = [];
  layers.forEach((layer, l) => {
    const now = l ? answerOf(layer, sent[l - 1]) : first;
    z.push(now.z);
    a.push(now.a);
    sent.push(scaled(a[l], factors?.[l]));
  });
  return { z, a, sent };
}

/** Activations times their factors. */
export function scaled(values, factors) {
  return factors ? products(factors, values) : values;
}

/** The factors of each hidden layer. @param {[number, number, number][]} ablated layer (from 1), neuron, factor @param {number[]} sizes @returns {Factors} */
export function factorsOf(ablated, sizes) {
  if (!ablated.length) return null;
  const factors = sizes.slice(1, -1).map(() => null);
  for (const [layer, neuron, factor] of ablated) {
    (factors[layer - 1] ??= new Float64Array(sizes[layer]).fill(1))[neuron] = factor;
  }
  return factors;
}

/** From d/da of a layer to d/dz of it, by its z and its activations. */
export function back(called, z, a, d) {
  const [name, number] = parsedActivation(called), total = name === "softmax" ? products(a, d).reduce((sum, v) => sum + v) : 0;
  const slope = {
    sigmoid: (_, v) => v * (1 - v), relu: (_, v) => (v > 0 ? 1 : 0), tanh: (_, v) => 1 - v * v, identity: () => 1, softmax: (_, v) => v,
    leaky_relu: (x) => (x > 0 ? 1 : number), elu: (x, v) => (x > 0 ? 1 : v + number),
    gelu: (x) => normalShare(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI), silu: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  }[name];
  return d.map((v, i) => slope(z[i], a[i]) * (v - total));
}

/**
 * How a neuron's z changes with each input at this image: its weights, taken back through the layers below.
 * @param {Layer[]} layers @param {Trace} trace @param {Factors} factors @param {number} layer from 1 @param {number} neuron
 */
export function gradientOf(layers, { z, a }, factors, layer, neuron) {
  let d = Float64Array.from(row(layers[layer - 1], neuron));
  for (let l = layer - 2; l >= 0; l--) {
    const slopes = back(layers[l].activation, z[l], a[l], scaled(d, factors?.[l]));
    d = new Float64Array(layers[l].columns);
    slopes.forEach((slope, j) => slope && row(layers[l], j).forEach((w, i) => (d[i] += slope * w)));
  }
  return d;
}

/** Element by element: weight × input, or weight × activation. */
export function products(weights, values) {
  const all = new Float64Array(weights.length); // Float64Array.from takes ten times as long
  for (let i = 0; i < all.length; i++) all[i] = weights[i] * values[i];
  return all;
}

/**
 * A total that runs down the rows of a picture, whose last may not be full: it starts at `start` and ends at start + the sum of all.
 * @param {ArrayLike<number>} values @param {number} columns @param {number} start
 */
export function runningTotal(values, columns, start) {
  const totals = [start];
  let total = start;
  for (let i = 0; i < values.length; i++) {
    total += values[i];
    if ((i + 1) % columns === 0 || i + 1 === values.length) totals.push(total);
  }
  return totals;
}

/** Indices from the largest value to the smallest; equal values by `ties`, the larger first, then by index. */
export function rankOrder(values, ties = values) {
  return Array.from(values.keys()).sort((i, j) => values[j] - values[i] || ties[j] - ties[i] || i - j);
}

/** The index of the largest value, the first of equals. */
export function argmax(values) {
  return values.reduce((best, v, i) => (v > values[best] ? i : best), 0);
}

/** The largest magnitude, which a scale symmetric about zero must reach; 1 where all is zero. */
export function maxAbs(values) {
  let limit = 0;
  for (let i = 0; i < values.length; i++) limit = Math.max(limit, Math.abs(values[i]));
  return limit || 1;
}

/** The median, as NumPy takes it. @param {ArrayLike<number>} values */
export function median(values) {
  const sorted = Float64Array.from(values).sort(), middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** A function that remembers its last result, for as long as its arguments are the same. */
export function memoize(make) {
  let before = null, result;
  return (...now) => {
    if (!before || now.some((one, i) => one !== before[i])) [before, result] = [now, make(...now)];
    return result;
  };
}
