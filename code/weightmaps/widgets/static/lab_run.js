// A run of the laboratory: train in slices, and say what came of it. No page: a worker runs it, or the page itself.

import { PIXELS, SIDE, mapsOf, sparse, stepsOf, trainer } from "./sgd.js";

/**
 * What is kept of a moment: `maps` a row a neuron; `right` and `cost` on held-out images, and the outputs that are `never` the
 * answer to one; `smooth` of the maps and `like`, their correlation with the start, over inked pixels.
 * @typedef {{step: number, maps: Float32Array, b1: Float64Array, W2: Float64Array, b2: Float64Array, right: number, cost: number,
 *   never: number[], smooth: number, like: number}} Moment
 * @typedef {{bytes: Uint8Array, labels: Uint8Array}} Images
 */

const EARLY = [1, 3, 10, 30, 100, 200]; // steps at which a moment is kept, beside the start and the end of each epoch
const INKED = 0.1; // share of the images in which a pixel that counts has ink

/** In how many of the images each pixel has ink. @param {Uint8Array} bytes */
export function inkCounts(bytes) {
  const counts = new Uint32Array(PIXELS);
  for (let i = 0; i < bytes.length; i++) if (bytes[i]) counts[i % PIXELS]++;
  return counts;
}

/** Whether each pixel has ink in a tenth of the images or more. @param {Uint8Array} bytes */
export function inkedPixels(bytes) {
  const count = bytes.length / PIXELS;
  return Uint8Array.from(inkCounts(bytes), (n) => (n >= INKED * count ? 1 : 0));
}

/** The correlation of two lists of numbers; 0 where one of them does not vary. */
export function correlation(one, other) {
  const n = one.length;
  let a = 0, b = 0;
  for (let i = 0; i < n; i++) {
    a += one[i] / n;
    b += other[i] / n;
  }
  let aa = 0, bb = 0, ab = 0;
  for (let i = 0; i < n; i++) {
    aa += (one[i] - a) ** 2;
    bb += (other[i] - b) ** 2;
    ab += (one[i] - a) * (other[i] - b);
  }
  return aa && bb ? ab / Math.sqrt(aa * bb) : 0;
}

/** The correlation of each weight with its neighbours', as `weightmaps.analysis.smoothness`. @param {ArrayLike<number>} maps @param {Uint8Array} where */
export function smoothness(maps, where) {
  const here = [], there = [];
  for (let p = 0; p < PIXELS; p++) {
    if (!where[p]) continue;
    for (const q of [p % SIDE < SIDE - 1 ? p + 1 : -1, p + SIDE]) {
      if (q < 0 || q >= PIXELS || !where[q]) continue;
      here.push(p);
      there.push(q);
    }
  }
  return correlation(picked(maps, here), picked(maps, there));
}

/** Each map averaged with its eight neighbours, as `weightmaps.analysis.blur`. */
export function blurred(maps) {
  const soft = maps.slice(), near = (at) => Math.max(0, Math.min(SIDE - 1, at));
  for (let from = 0; from < maps.length; from += PIXELS) {
    for (let r = 0; r < SIDE; r++) {
      for (let c = 0; c < SIDE; c++) {
        let sum = 0;
        for (const i of [-1, 0, 1]) for (const j of [-1, 0, 1]) sum += ((2 - Math.abs(i)) * (2 - Math.abs(j)) * maps[from + near(r + i) * SIDE + near(c + j)]) / 16;
        soft[from + r * SIDE + c] = sum;
      }
    }
  }
  return soft;
}

/** The standard deviation of all numbers, as NumPy takes it; 1 where they do not vary. */
export function standardDeviation(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) || 1;
}

/** The maps at the chosen pixels only, one after the other. */
export function chosen(maps, where) {
  return picked(maps, Array.from(where.keys()).filter((p) => where[p]));
}

/** Each map at some pixels. */
function picked(maps, pixels) {
  const some = new Float64Array((maps.length / PIXELS) * pixels.length);
  for (let from = 0, i = 0; from < maps.length; from += PIXELS) for (const p of pixels) some[i++] = maps[from + p];
  return some;
}

/**
 * @param {import("./sgd.js").Setup} setup @param {Images} learned @param {Images} held
 * @returns {{advance: (until: number, enough: () => boolean) => Moment[], now: () => Float32Array, steps: () => number, epoch: number}}
 */
export function session(setup, learned, held) {
  const training = trainer(setup, ...[learned, held].map(({ bytes, labels }) => sparse(bytes, labels)));
  const { weights } = training, { hidden } = setup, where = inkedPixels(learned.bytes);
  const epoch = stepsOf(setup), start = chosen(mapsOf(weights.W1, hidden), where);

  const maps = () => mapsOf(weights.W1, hidden);

  function moment() {
    const rows = maps(), { b1, W2, b2 } = weights;
    return {
      step: training.steps(), maps: rows, b1: b1.slice(), W2: W2.slice(), b2: b2.slice(), ...training.test(),
      smooth: smoothness(rows, where), like: correlation(chosen(rows, where), start),
    };
  }

  const due = (step) => step % epoch === 0 || EARLY.includes(step);
  const finite = () => [weights.b2, weights.W2, weights.b1].every((part) => part.every(Number.isFinite));
  let begun = false;
  return {
    epoch, now: maps, steps: training.steps,
    /** Train up to a step, or until it is enough for now; the moments that were passed. A step that overflows is an error. */
    advance(until, enough) {
      const passed = begun ? [] : [moment()];
      begun = true;
      while (training.steps() < until && !enough()) {
        training.step();
        const step = training.steps();
        if (!finite()) throw new RangeError(String(step));
        if (due(step) || step === until) passed.push(moment());
      }
      return passed;
    },
  };
}

/**
 * Somebody to talk to, in a worker or on the page: say `{setup, learned, held}` to begin, `{until}` to go on up to that step,
 * `{pause: true}` to stop. It answers `{moments, maps, step, epoch, resting}`, or `{overflow: step}`.
 * @param {(answer: object) => void} say @param {number} slice milliseconds of work at a time
 */
export function conversation(say, slice) {
  let run = null, until = 0, working = false;

  function work() {
    const end = Date.now() + slice;
    try {
      const moments = run.advance(until, () => Date.now() > end);
      working = run.steps() < until;
      say({ moments, maps: run.now(), step: run.steps(), epoch: run.epoch, resting: !working });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      working = false;
      say({ overflow: Number(error.message) });
    }
    if (working) setTimeout(work);
  }

  return ({ setup, learned, held, until: next, pause }) => {
    if (setup) run = session(setup, learned, held);
    if (pause) until = run.steps();
    else if (next !== undefined) until = next;
    if (!working && !pause) {
      working = true;
      setTimeout(work);
    }
  };
}
