// Take away the start: a network's maps as their random start leaves them, and how often it is right without.

import { inkedPixels, smoothness, standardDeviation } from "./lab_run.js";
import { isAmong, isBelow, live } from "./live.js";
import { arraysOf, imagesFrom, networkOf, shareRight, weightedSums } from "./live_data.js";
import { maxAbs } from "./maths.js";
import { paint, paintTiles, signed } from "./paint.js";
import { canvas, cellGrid, choice, element, formatNumber, mapWords, note, percent, scale, slider } from "./parts.js";
import { normal } from "./random.js";
import { SIDE, pictureAt } from "./sgd.js";

const ACROSS = 10; // maps in a row
const VIVID = 4; // root mean squares at which the colours of the small maps end
const MEASURES = [["accuracy", "right answers"], ["smoothness", "smoothness of the maps"]];

const { render } = live(["left", "measure", "neuron"], open);

async function open({ get, update }) {
  const [layers, { W1: start }, images] = await Promise.all([networkOf(get("_network")), arraysOf(get("_start")), imagesFrom(get("_images"))]);
  const end = layers[0].weights, count = layers[0].rows, many = count > 1, where = inkedPixels(images.bytes);
  const size = standardDeviation(start.values), other = normal(0, 0, end.length).map((v) => Math.fround(size * v));
  const [ofEnd, ofStart, ofOther] = [end, start.values, other].map((maps) => weightedSums(maps, images.ink));
  const without = (whole, part, gone) => whole.map((v, i) => v - gone * part[i]);

  const large = canvas("A weight map"), colours = scale();
  const grid = many ? cellGrid("maps", "The maps of all neurons", count, ACROSS, (neuron) => update({ neuron })) : null;
  const left = slider("left", "Random start remaining", 0, 100, (value) => update({ left: value / 100 }));
  const measure = choice("Measure", MEASURES, (value) => update({ measure: value }));

  function measured({ left: share, measure: what }, maps) {
    const control = "With other random numbers taken away";
    if (what === "smoothness") {
      return { effect: smoothness(maps, where), control: smoothness(without(end, other, 1 - share), where), names: ["Smoothness", control], format: formatNumber };
    }
    const [right, less] = [ofStart, ofOther].map((part) => shareRight(layers, without(ofEnd, part, 1 - share), images.labels));
    return { effect: right, control: less, names: ["Right answers", control], format: percent };
  }

  return {
    controls: [left.element],
    choose: [measure.element],
    lines: 3,
    pictures: [
      ...(grid ? [element("div", {}, grid.element, note(`Full colour is always ${VIVID} times the spread of the weights.`))] : []),
      element("div", {}, large, colours.element, note("Full colour is always the map’s largest weight.")),
    ],
    isValid: (state) => state.left >= 0 && state.left <= 1 && isBelow(state.neuron, count) && isAmong(MEASURES, state.measure),
    show(state) {
      const maps = without(end, start.values, 1 - state.left), words = `${Math.round(100 * state.left)}%`;
      const tile = (j) => pictureAt(maps, j);
      left.set(Math.round(100 * state.left), words);
      measure.set(state.measure);
      const limit = maxAbs(tile(state.neuron));
      paint(large, tile(state.neuron), SIDE, signed(limit));
      large.setAttribute("aria-label", `The weight map of neuron ${state.neuron}, with ${words} of its random start: ${mapWords(tile(state.neuron), SIDE)}`);
      colours.set(limit);
      if (grid) {
        paintTiles(grid.canvas, Array.from({ length: count }, (_, j) => tile(j)), [SIDE, SIDE], ACROSS, signed(VIVID * standardDeviation(maps)));
        grid.set(state.neuron, (j) => `neuron ${j}`);
      }
      const found = measured(state, maps), one = many ? `${count} maps` : "map";
      const seen = state.left === 1 ? `This is the network’s ${one}, as training left ${many ? "them" : "it"}, random start and all.`
        : state.left === 0 ? `No random start is left: this is what training added to the ${one}.` : `${words} of the random start is left in the ${one}.`;
      const told = state.measure === "accuracy" ? `With ${many ? "them" : "it"} the network is right on ${percent(found.effect)} of ${images.labels.length} images.`
        : "Smoothness is the correlation of neighbouring weights: near 0 for static, near 1 for a soft picture.";
      return { ...found, words: `${seen} ${told}` };
    },
  };
}

export default { render };
