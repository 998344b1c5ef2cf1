// Random numbers that Python draws too, number for number: mulberry32, and what is made of it.

/**
 * Random numbers in [0, 1): mulberry32.
 * @param {number} seed @param {number} stream what for @param {number} n @returns {Float64Array}
 */
export function uniform(seed, stream, n) {
  let a = (Math.imul(seed, 0x9e3779b9) + Math.imul(stream, 0x85ebca6b)) | 0;
  const numbers = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    numbers[i] = ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  return numbers;
}

/** Random numbers from N(0, 1), by Box and Muller's method. */
export function normal(seed, stream, n) {
  const u = uniform(seed, stream, 2 * n);
  return Float64Array.from({ length: n }, (_, i) => Math.sqrt(-2 * Math.log(1 - u[2 * i])) * Math.cos(2 * Math.PI * u[2 * i + 1]));
}

/** The numbers 0 to n − 1 in a random order, by Fisher and Yates' method. */
export function permutation(seed, stream, n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i), u = uniform(seed, stream, n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(u[i] * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
