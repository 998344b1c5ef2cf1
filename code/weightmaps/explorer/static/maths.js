// The network's arithmetic: a forward pass and what it is made of. No page, no drawing.

/**
 * One layer: `weights` is row-major, a row a neuron.
 * @typedef {{rows: number, columns: number, weights: Float32Array, biases: Float32Array, activation: string}} Layer
 * @typedef {{z: Float64Array[], a: Float64Array[]}} Trace  `z[0]` and `a[0]` are the first layer's.
 */

/** 1 / (1 + exp(-z)), written so that no z overflows. */
export function sigmoid(z) {
  return 0.5 * (1 + Math.tanh(0.5 * z));
}

/** @param {string} name @param {Float64Array} z */
export function activate(name, z) {
  switch (name) {
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

/** z = W x + b. @param {Layer} layer @param {ArrayLike<number>} x */
export function dense(layer, x) {
  const { rows, columns, weights, biases } = layer;
  const z = new Float64Array(rows);
  for (let j = 0, k = 0; j < rows; j++) {
    let total = biases[j];
    for (let i = 0; i < columns; i++, k++) total += weights[k] * x[i];
    z[j] = total;
  }
  return z;
}

/** Every z and a of every layer. @param {Layer[]} layers @param {ArrayLike<number>} x @returns {Trace} */
export function forward(layers, x) {
  const z = [], a = [];
  for (const layer of layers) {
    z.push(dense(layer, a.length ? a[a.length - 1] : x));
    a.push(activate(layer.activation, z[z.length - 1]));
  }
  return { z, a };
}

/** Element by element: weight × input, or weight × activation. */
export function products(weights, values) {
  return Float64Array.from(weights, (w, i) => w * values[i]);
}

/**
 * A total that runs down the rows of a picture: it starts at `start` and ends at start + the sum of all.
 * @param {ArrayLike<number>} values @param {number} columns @param {number} start
 */
export function runningTotal(values, columns, start) {
  const totals = [start];
  let total = start;
  for (let i = 0; i < values.length; i++) {
    total += values[i];
    if ((i + 1) % columns === 0) totals.push(total);
  }
  return totals;
}

/** Indices from the largest value to the smallest; equal values by `ties`, the larger first, then by index. */
export function rankOrder(values, ties = values) {
  return Array.from(values.keys()).sort((i, j) => values[j] - values[i] || ties[j] - ties[i] || i - j);
}

/** The index of the largest value, the first of equals. */
export function largest(values) {
  return values.reduce((best, v, i) => (v > values[best] ? i : best), 0);
}

/** The largest magnitude, which a scale symmetric about zero must reach; 1 where all is zero. */
export function reach(values) {
  let limit = 0;
  for (let i = 0; i < values.length; i++) limit = Math.max(limit, Math.abs(values[i]));
  return limit || 1;
}
