// Operate on the maps: change the maps of a network, and of one beside it, and count the answers that this costs.

import { blurred, standardDeviation } from "./lab_run.js";
import { isAmong, live } from "./live.js";
import { arraysOf, imagesFrom, networkOf, shareRight, weightedSums } from "./live_data.js";
import { memoize } from "./maths.js";
import { paintTiles, signed } from "./paint.js";
import { canvas, choice, element, percent, select, setText, slider } from "./parts.js";
import { normal, permutation } from "./random.js";
import { PIXELS, SIDE, pictureAt } from "./sgd.js";

const ACROSS = 4, SHOWN = 16; // maps that are shown of a network
const VIVID = 3; // standard deviations at which their colours end
const PAIRS = [["blur", "grain_only"], ["learned", "start"], ["outside", "inside"], ["grain", "rest"], ["blank", "inked"], ["paint_grain", "paint_coarse"]];
const OPPOSITES = Object.fromEntries([...PAIRS, ...PAIRS.map(([one, other]) => [other, one])]);
/** Each operation on the list, and in a sentence. */
const WORDS = {
  blur: ["Blur the maps", "its maps blurred"],
  grain_only: ["Keep only what a blur takes out", "only what a blur takes out of its maps left"],
  learned: ["Keep only what was learned", "its start taken away"],
  start: ["Keep only the start", "nothing but the start in its maps"],
  outside: ["Exchange the start outside the images’ directions", "its start exchanged outside the images’ directions"],
  inside: ["Exchange the start inside the images’ directions", "its start exchanged inside the images’ directions"],
  grain: ["Exchange the start’s fine grain", "the fine grain of its start exchanged"],
  rest: ["Exchange the start but for its grain", "its start exchanged but for the fine grain"],
  blank: ["Erase pixels that are always blank", "the weights of pixels that are always blank erased"],
  inked: ["Erase as many pixels with ink", "the weights of as many pixels with ink erased"],
  paint_grain: ["Paint grain over the maps", "grain painted over its maps"],
  paint_coarse: ["Paint a coarse pattern over the maps", "a coarse pattern painted over its maps"],
};
const BESIDE = [["opposite", "the opposite operation"], ["other", "the other network"]];

const plus = (one, other, factor = 1) => one.map((v, i) => v + factor * other[i]);

/** The part of each map that lies in these directions, which are at right angles. */
function inDirections(maps, directions) {
  const part = new Float64Array(maps.length);
  for (let m = 0; m < maps.length; m += PIXELS) {
    for (let d = 0; d < directions.length; d += PIXELS) {
      let along = 0;
      for (let p = 0; p < PIXELS; p++) along += maps[m + p] * directions[d + p];
      for (let p = 0; p < PIXELS; p++) part[m + p] += along * directions[d + p];
    }
  }
  return part;
}

/** What can be done to one network: its maps after an operation. */
function surgeon(layers, start, { inside: { values: directions }, blank: { values: blank } }) {
  const maps = Float64Array.from(layers[0].weights), noise = normal(0, 1, maps.length);
  const swap = memoize(() => plus(start.map((v) => -v), noise, standardDeviation(start)));
  const inner = memoize(() => inDirections(swap(), directions)), rest = memoize(() => blurred(swap()));
  const erased = (gone) => maps.map((v, i) => (gone[i % PIXELS] ? 0 : v));
  const painted = (paint, strength) => plus(maps, paint, (strength * standardDeviation(maps)) / standardDeviation(paint));
  const inked = () => {
    const gone = new Uint8Array(PIXELS), order = Array.from(permutation(0, 2, PIXELS)).filter((p) => !blank[p]);
    for (const p of order.slice(0, PIXELS - order.length)) gone[p] = 1;
    return gone;
  };
  return (operation, strength) => ({
    blur: () => blurred(maps), grain_only: () => plus(maps, blurred(maps), -1),
    learned: () => plus(maps, start, -1), start: () => Float64Array.from(start),
    inside: () => plus(maps, inner()), outside: () => plus(plus(maps, swap()), inner(), -1),
    rest: () => plus(maps, rest()), grain: () => plus(plus(maps, swap()), rest(), -1),
    blank: () => erased(blank), inked: () => erased(inked()),
    paint_coarse: () => painted(blurred(noise), strength), paint_grain: () => painted(plus(noise, blurred(noise), -1), strength),
  })[operation]();
}

const { render } = live(["operation", "strength", "beside"], open);

async function open({ get, update }) {
  const [one, { W1: first }, two, { W1: second }, known, images] = await Promise.all([
    networkOf(get("_network")), arraysOf(get("_start")), networkOf(get("_other_network")), arraysOf(get("_other_start")),
    arraysOf(get("_directions")), imagesFrom(get("_images"))]);
  const patients = [[one, first], [two, second]].map(([layers, start]) => {
    const right = (maps) => shareRight(layers, weightedSums(maps, images.ink), images.labels);
    return { operate: surgeon(layers, start.values, known), right, whole: right(layers[0].weights) };
  });
  const places = [0, 1].map(() => ({ title: element("p", { class: "wm-title" }), picture: canvas("Some weight maps after the operation") }));
  const operation = select("operation", "Operation", Object.keys(WORDS), (value) => update({ operation: value }));
  const strength = slider("strength", "Strength of the paint", 0, 40, (value) => update({ strength: value / 10 }));
  const beside = choice("Beside", BESIDE, (value) => update({ beside: value }));
  const [operated, elsewhere, opposite] = [0, 1, 0].map((k) => memoize((name, size) => {
    const maps = patients[k].operate(name, size);
    return { maps, right: patients[k].right(maps) };
  }));

  return {
    controls: [operation.element, strength.element],
    choose: [beside.element],
    pictures: places.map(({ title, picture }) => element("div", {}, title, picture)),
    lines: 6,
    isValid: (state) => Object.hasOwn(WORDS, state.operation) && state.strength >= 0 && state.strength <= 4 && isAmong(BESIDE, state.beside),
    show({ operation: name, strength: size, beside: what }) {
      const paints = name.startsWith("paint"), factor = paints ? size : 0, other = what === "other";
      operation.set(name, Object.fromEntries(Object.entries(WORDS).map(([key, [words]]) => [key, words])));
      strength.element.hidden = !paints;
      strength.set(Math.round(10 * size), `${size.toFixed(1)} × the maps`);
      beside.set(what);
      const found = [operated(name, factor), other ? elsewhere(name, factor) : opposite(OPPOSITES[name], factor)];
      const whole = [patients[0].whole, patients[other ? 1 : 0].whole];
      const titles = ["This network", other ? "The other network" : "The opposite operation"];
      places.forEach(({ title, picture }, k) => {
        const { maps } = found[k];
        setText(title, titles[k]);
        paintTiles(picture, Array.from({ length: Math.min(SHOWN, maps.length / PIXELS) }, (_, j) => pictureAt(maps, j)), [SIDE, SIDE], ACROSS,
          signed(VIVID * standardDeviation(maps)));
        picture.setAttribute("aria-label", `${titles[k]}: some of its maps after the operation`);
      });
      const then = other ? `The other network, treated so, is right on ${percent(found[1].right)}, and was on ${percent(whole[1])}.`
        : `With ${WORDS[OPPOSITES[name]][1]} it is right on ${percent(found[1].right)}.`;
      return {
        words: `With ${WORDS[name][1]}, this network is right on ${percent(found[0].right)} of ${images.labels.length} images; as trained, on ${percent(whole[0])}. ${then}`,
        effect: whole[0] - found[0].right, control: whole[1] - found[1].right, format: percent,
        low: Math.min(0, ...found.map(({ right }, k) => whole[k] - right)), high: Math.max(0.05, ...found.map(({ right }, k) => whole[k] - right)),
        names: ["Answers lost (− gained) by this operation", other ? "by the other network" : "by the opposite one"],
      };
    },
  };
}

export default { render };
