// Methods and controls: one image as four methods colour it, for a trained network, its start and another seed.

import { correlation } from "./lab_run.js";
import { isAmong, isBelow, live } from "./live.js";
import { imagesFrom, networkOf } from "./live_data.js";
import { activate, back, dense, maxAbs, products, row } from "./maths.js";
import { ink, paint, paintTiles, signed } from "./paint.js";
import { canvas, cellGrid, choice, element, formatNumber, note, percent, setText } from "./parts.js";
import { PIXELS, SIDE, pictureAt } from "./sgd.js";

const EVERY = 20, ACROSS = 5; // of the images that are shown: which, and how many in a row
const TENTH = Math.floor(PIXELS / 10);
const PATCH = 4, STRIDE = 2; // of occlusion
const METHODS = [["integrated", "integrated gradients"], ["product", "input × gradient"], ["gradient", "gradient"], ["occlusion", "occlusion"]];
const BESIDE = [["start", "its own start"], ["other", "another seed"]];
const MEASURES = [["signs", "signs, over ink"], ["strengths", "strengths, everywhere"], ["focus", "share of the top tenth"]];
const LIKENESS = { start: "Likeness to its own start’s", other: "Likeness to another seed’s" };

/** The layer's Σ slope × weight for every pixel. */
function pullBack(layer, slopes) {
  const picture = new Float64Array(PIXELS);
  for (let j = 0; j < slopes.length; j++) {
    const slope = slopes[j], weights = row(layer, j);
    for (let p = 0; p < PIXELS; p++) picture[p] += slope * weights[p];
  }
  return picture;
}

/**
 * The picture that a method makes of an image, for one output.
 * @param {string} method @param {import("./maths.js").Layer[]} layers one hidden layer @param {Float64Array} x @param {number} output
 * @param {{places: number[], weights: number[]}} rule where on the way from blank paper gradients are taken, and how much each counts
 */
function pictureOf(method, layers, x, output, rule) {
  const [first, last] = layers, outgoing = Float64Array.from(row(last, output));
  const slopesAt = (z) => back(first.activation, z, activate(first.activation, z), outgoing);
  const z = dense(first, x), inked = (picture) => products(picture, x);
  if (method === "gradient") return pullBack(first, slopesAt(z));
  if (method === "product") return inked(pullBack(first, slopesAt(z)));
  if (method === "integrated") {
    const slopes = new Float64Array(first.rows);
    rule.places.forEach((t, k) => {
      const there = slopesAt(z.map((v, j) => first.biases[j] + t * (v - first.biases[j])));
      there.forEach((v, j) => (slopes[j] += rule.weights[k] * v));
    });
    return inked(pullBack(first, slopes));
  }
  const total = new Float64Array(PIXELS), times = new Float64Array(PIXELS);
  const sum = (some) => activate(first.activation, some).reduce((all, a, j) => all + outgoing[j] * a, 0), whole = sum(z);
  for (let top = 0; top <= SIDE - PATCH; top += STRIDE) {
    for (let left = 0; left <= SIDE - PATCH; left += STRIDE) {
      const covered = Array.from({ length: PATCH * PATCH }, (_, i) => (top + Math.floor(i / PATCH)) * SIDE + left + (i % PATCH));
      const lit = covered.filter((p) => x[p]);
      const without = z.slice(), { rows, weights } = first;
      for (let j = 0; j < rows; j++) {
        for (let i = 0; i < lit.length; i++) without[j] -= x[lit[i]] * weights[j * PIXELS + lit[i]];
      }
      const drop = lit.length ? whole - sum(without) : 0;
      for (const p of covered) {
        total[p] += drop;
        times[p]++;
      }
    }
  }
  return total.map((v, p) => v / times[p]);
}

/** The ranks of some numbers; equals share the mean of the ranks they take. */
function ranksOf(values) {
  const order = Float64Array.from(values).sort(), places = new Map();
  for (let from = 0, to; from < order.length; from = to) {
    for (to = from + 1; order[to] === order[from];) to++;
    places.set(order[from], (from + to - 1) / 2);
  }
  return Float64Array.from(values, (v) => places.get(v));
}

const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

const { render } = live(["method", "beside", "measure", "image"], open);

async function open({ get, update }) {
  const names = ["network", "start", "other"], rule = get("_rule");
  const [images, ...nets] = await Promise.all([imagesFrom(get("_images")), ...names.map((name) => networkOf(get(`_${name}`)))]);
  const labels = images.labels.filter((_, i) => i % EVERY === 0), count = labels.length;
  const shown = labels.map((_, i) => Float64Array.from(pictureAt(images.bytes, i * EVERY), (v) => Math.fround(v / 255)));
  const kept = new Map();

  /** What a method makes of every image, computed once. */
  function picturesOf(method, name) {
    const key = `${method} ${name}`, layers = nets[names.indexOf(name)];
    if (!kept.has(key)) kept.set(key, shown.map((x, i) => pictureOf(method, layers, x, labels[i], rule)));
    return kept.get(key);
  }

  for (const name of names) { // a network at a time, so that the page stays responsive
    picturesOf(get("method"), name);
    await new Promise((done) => setTimeout(done));
  }

  function alike(method, measure, name) {
    const [own, others] = ["network", name].map((one) => picturesOf(method, one));
    return shown.map((x, i) => {
      const counted = (picture) => ranksOf(measure === "signs" ? picture.filter((_, p) => x[p]) : picture.map(Math.abs));
      return correlation(counted(own[i]), counted(others[i]));
    });
  }

  function topTenth(method, name) {
    return picturesOf(method, name).map((picture) => {
      const strengths = picture.map(Math.abs).sort().reverse(), sum = (all, v) => all + v;
      return strengths.subarray(0, TENTH).reduce(sum, 0) / strengths.reduce(sum, 0);
    });
  }

  const grid = cellGrid("images", "Images", count, ACROSS, (image) => update({ image }));
  paintTiles(grid.canvas, shown, [SIDE, SIDE], ACROSS, ink());
  const two = [0, 1].map(() => ({ title: note(), picture: canvas("") }));
  const method = choice("Method", METHODS, (value) => update({ method: value }));
  const beside = choice("Beside the trained network", BESIDE, (value) => update({ beside: value }));
  const measure = choice("Compare", MEASURES, (value) => update({ measure: value }));

  return {
    controls: [method.element, beside.element, measure.element],
    pictures: [
      element("div", {}, note("Choose an image."), grid.element),
      element("div", { class: "wm-two" }, ...two.map((one) => element("div", {}, one.title, one.picture))),
    ],
    lines: 5,
    isValid: (state) => isAmong(METHODS, state.method) && isAmong(BESIDE, state.beside) && isAmong(MEASURES, state.measure) && isBelow(state.image, count),
    show({ method: how, beside: which, measure: what, image }) {
      const wordsOf = (all, value) => all.find(([one]) => one === value)[1], rest = which === "start" ? "other" : "start";
      method.set(how);
      beside.set(which);
      measure.set(what);
      grid.set(image, (i) => `image ${i}, a ${labels[i]}`);
      ["network", which].forEach((name, k) => {
        const picture = picturesOf(how, name)[image], limit = maxAbs(picture);
        setText(two[k].title, k ? wordsOf(BESIDE, which) : "trained");
        if (what === "signs") paint(two[k].picture, picture, SIDE, signed(limit));
        else paint(two[k].picture, picture.map(Math.abs), SIDE, ink(0, limit));
        two[k].picture.setAttribute("aria-label", `What ${wordsOf(METHODS, how)} shows, ${k ? wordsOf(BESIDE, which) : "trained network"}`);
      });
      if (what === "focus") {
        const [own, others] = ["network", which].map((name) => topTenth(how, name)), [effect, control] = [mean(own), mean(others)];
        return {
          effect, control, format: percent, names: ["In the trained network’s pictures", `In those of ${wordsOf(BESIDE, which)}`],
          words: `Here the strongest tenth of the pixels holds ${percent(own[image], 0)} of the strength, and ${percent(others[image], 0)} in the picture beside. ` +
            `On ${count} images it is ${percent(effect)} and ${percent(control)} on average.`,
        };
      }
      const all = alike(how, what, which), effect = mean(all), control = mean(alike(how, what, rest));
      const found = which === "start"
        ? effect > 0.5 ? "A network that has learned nothing draws much the same picture." : "So this is not what the network began with."
        : effect > 0.5 ? "So two trainings point at much the same pixels." : "So two trainings point at different pixels.";
      return {
        effect, control, low: Math.min(0, effect, control), names: [LIKENESS[which], LIKENESS[rest]],
        words: `The pictures for output ${labels[image]}: here their rank correlation is ${formatNumber(all[image])}, on ${count} images ${formatNumber(effect)} on average. ${found}`,
      };
    },
  };
}

export default { render };
