// Gradient descent for two inputs, some hidden sigmoid neurons and one output. No page, no drawing.

import { sigmoid } from "./maths.js";

export const RATE = 3; // the learning rate η

/**
 * One step down the gradient of the cross-entropy over all points; nothing is changed in place.
 * @param {{rows: number[][], bias: number}} network a row a hidden neuron: two weights, bias, outgoing weight
 * @param {{X: number[][], y: number[]}} data @param {number} l2 λ: weights, not biases, shrink by 1 − ηλ/n first
 */
export function descend({ rows, bias }, { X, y }, l2) {
  const slopes = rows.map(() => [0, 0, 0, 0]), a = new Float64Array(rows.length);
  let slope = 0;
  X.forEach(([x1, x2], i) => {
    let z = bias;
    rows.forEach(([w1, w2, b, v], j) => {
      a[j] = sigmoid(w1 * x1 + w2 * x2 + b);
      z += v * a[j];
    });
    const delta = sigmoid(z) - y[i];
    slope += delta;
    rows.forEach(([, , , v], j) => {
      const below = delta * v * a[j] * (1 - a[j]), s = slopes[j];
      s[0] += below * x1;
      s[1] += below * x2;
      s[2] += below;
      s[3] += delta * a[j];
    });
  });
  const step = RATE / X.length, keep = 1 - step * l2;
  return {
    bias: bias - step * slope,
    rows: rows.map((r, j) => r.map((w, k) => (k === 2 ? w : keep * w) - step * slopes[j][k])),
  };
}

/** The mean cross-entropy and the share on the right side. @param {number[]} z the output's, one a point @param {number[]} y */
export function measure(z, y) {
  let cost = 0, right = 0;
  z.forEach((v, i) => {
    cost += Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))) - y[i] * v;
    right += (v > 0) === (y[i] === 1);
  });
  return { cost: cost / z.length, right: right / z.length };
}
