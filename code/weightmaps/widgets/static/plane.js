// The plane of two inputs: random numbers, the four data sets, a random start. As in plane.py, number for number.

export const REACH = 3; // the pictures go from −REACH to +REACH in both directions
const DOTS = 100, NEW_DOTS = 1000; // to learn, and to test on
const LEARN = 0, TEST = 3, START = 6; // which random numbers serve what

/**
 * Random numbers in [0, 1): mulberry32.
 * @param {number} seed @param {number} stream what for @param {number} n @returns {Float64Array}
 */
export function uniform(seed, stream, n) {
  let a = (Math.imul(seed, 0x9e3779b9) + Math.imul(stream, 0x85ebca6b)) | 0;
  return Float64Array.from({ length: n }, () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

/** Random numbers from N(0, 1), by Box and Muller's method. */
export function normal(seed, stream, n) {
  const u = uniform(seed, stream, 2 * n);
  return Float64Array.from({ length: n }, (_, i) => Math.sqrt(-2 * Math.log(1 - u[2 * i])) * Math.cos(2 * Math.PI * u[2 * i + 1]));
}

/**
 * One data set: points and their classes, 0 and 1 in turn.
 * @param {string} data @param {number} noise @param {number} seed @param {boolean} test other points of the same kind
 * @returns {{X: number[][], y: number[]}}
 */
export function points(data, noise, seed, test = false) {
  const [stream, n] = test ? [TEST, NEW_DOTS] : [LEARN, DOTS];
  const random = uniform(seed, stream, 2 * n), jitter = normal(seed, stream + 1, 2 * n);
  const blob = normal(seed, stream + 2, 2 * n);
  const y = Array.from({ length: n }, (_, i) => i % 2);
  const X = y.map((one, i) => {
    const u = random[2 * i], v = random[2 * i + 1], side = 2 * one - 1, half = (i >> 1) % 2 ? 1 : -1;
    const round = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];
    const place = {
      blobs: () => [1.2 * side + 0.45 * blob[2 * i], 1.2 * side + 0.45 * blob[2 * i + 1]],
      xor: () => [half * (0.25 + 2.25 * u), side * half * (0.25 + 2.25 * v)],
      ring: () => round(one ? 1.2 * Math.sqrt(u) : 1.8 + 0.8 * u, 2 * Math.PI * v),
      spiral: () => round(0.3 + 2.3 * u, 2 * Math.PI * u + Math.PI * one),
    }[data]();
    return place.map((at, k) => at + noise * jitter[2 * i + k]);
  });
  return { X, y };
}

/**
 * A random start.
 * @param {number} hidden @param {number} scale @param {number} seed
 * @returns {{rows: number[][], bias: number}} a row a hidden neuron: its two weights, its bias, its outgoing weight
 */
export function randomStart(hidden, scale, seed) {
  const [bias, ...all] = normal(seed, START, 4 * hidden + 1).map((v) => scale * v);
  return { bias, rows: Array.from({ length: hidden }, (_, j) => all.slice(4 * j, 4 * j + 4)) };
}

/** The same network as layers for the forward pass. @returns {import("./maths.js").Layer[]} */
export function layersOf(rows, bias) {
  const activation = "sigmoid";
  return [
    { rows: rows.length, columns: 2, weights: Float64Array.from(rows.flatMap((r) => r.slice(0, 2))), biases: Float64Array.from(rows, (r) => r[2]), activation },
    { rows: 1, columns: rows.length, weights: Float64Array.from(rows, (r) => r[3]), biases: Float64Array.of(bias), activation },
  ];
}
