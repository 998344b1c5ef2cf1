// How little it takes: two digits told apart by one pixel's ink, or by one random map.

import { isAmong, isBelow, live } from "./live.js";
import { imagesFrom, networkOf, shareRight, weightedSums } from "./live_data.js";
import { dragging } from "./live_drag.js";
import { maxAbs, rankOrder } from "./maths.js";
import { ink, paint, signed } from "./paint.js";
import { canvas, cellGrid, choice, element, note, percent, scale, setText, slider } from "./parts.js";
import { normal } from "./random.js";
import { PIXELS, SIDE, pictureAt } from "./sgd.js";

const MAPS = 1000;
const SCORES = [["pixel", "one pixel’s ink"], ["shares", "one pixel’s, all shares shown"], ["map", "a random map"]];

/**
 * Scores cut halfway between the means of the two digits over every second image: how far each is beyond its cut,
 * positive where it says 1, and the shares right of the images that set the cuts and of the others.
 * @param {ArrayLike<number>} scores an image a row @param {number[]} labels
 */
function cutHalfway(scores, labels) {
  const count = scores.length / labels.length, n = [0, 0], sums = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < labels.length; i += 2) {
    n[labels[i]]++;
    for (let j = 0; j < count; j++) sums[labels[i]][j] += scores[i * count + j];
  }
  const [zero, one] = sums.map((sum, digit) => sum.map((v) => v / n[digit])), set = new Float64Array(count), others = new Float64Array(count);
  const beyond = (i, j) => (one[j] > zero[j] ? 1 : -1) * (scores[i * count + j] - (zero[j] + one[j]) / 2);
  const saysOne = (i, j) => scores[i * count + j] > (zero[j] + one[j]) / 2 === one[j] > zero[j];
  for (let i = 0; i < labels.length; i++) {
    const right = i % 2 ? others : set;
    for (let j = 0; j < count; j++) right[j] += saysOne(i, j) === (labels[i] === 1);
  }
  const shareOf = (right, all) => right.map((v) => v / all);
  return { zero, one, beyond, saysOne, set: shareOf(set, Math.ceil(labels.length / 2)), others: shareOf(others, labels.length >> 1) };
}

const { render } = live(["by", "pixel", "rank"], open);

async function open({ get, update }) {
  const [layers, images] = await Promise.all([networkOf(get("_network")), imagesFrom(get("_images"))]);
  const { labels } = images, byPixel = cutHalfway(images.bytes, labels), difference = byPixel.one.map((v, p) => (v - byPixel.zero[p]) / 255);
  const ofNetwork = weightedSums(layers[0].weights, images.ink), count = layers[0].rows, checked = [...labels.keys()].filter((i) => i % 2);
  const control = shareRight(layers, Float64Array.from(checked.flatMap((i) => [...ofNetwork.subarray(i * count, (i + 1) * count)])), checked.map((i) => labels[i]));
  let maps = null, byMap, order;

  /** A thousand random maps, drawn when they are first asked for. */
  function draw() {
    maps = new Float32Array(normal(0, 1, MAPS * PIXELS));
    byMap = cutHalfway(weightedSums(maps, images.ink), labels);
    order = rankOrder(byMap.set);
  }

  const by = choice("Score each image by", SCORES, (value) => update({ by: value }));
  const rank = slider("rank", "Which of 1,000 random maps, the luckiest first", 1, MAPS, (value) => update({ rank: value }));
  const grid = cellGrid("pixels", "Pixels", PIXELS, SIDE, (pixel) => update({ pixel }));
  const colours = scale(), words = note(), within = (share) => Math.max(0, Math.min(SIDE - 1, Math.floor(share * SIDE)));
  grid.element.classList.add("wm-dragged");
  dragging(grid.element, (x, y) => update({ pixel: within(y) * SIDE + within(x) }));
  const strips = [0, 1].map((digit) => ({ digit, picture: canvas(`The scores of all images of a ${digit}`), words: note() }));

  return {
    controls: [by.element, rank.element],
    pictures: [
      element("div", {}, words, grid.element, colours.element),
      element("div", { class: "wm-strips" }, ...strips.flatMap((one) => [one.words, one.picture]),
        note("Each image is a stripe: red where the score says 1, blue where it says 0, pale near the cut.")),
    ],
    isValid: ({ by: what, pixel, rank: place }) => isAmong(SCORES, what) && isBelow(pixel, PIXELS) && place > 0 && isBelow(place, MAPS + 1),
    show({ by: what, pixel, rank: place }) {
      const random = what === "map", line = Math.floor(pixel / SIDE), column = pixel % SIDE;
      if (random && !maps) draw();
      const found = random ? byMap : byPixel, j = random ? order[place - 1] : pixel, effect = found.others[j];
      by.set(what);
      rank.element.hidden = !random;
      rank.set(place, `${place} of ${MAPS}`);
      grid.element.classList.toggle("wm-unpicked", random);
      grid.set(pixel, (i) => `row ${Math.floor(i / SIDE)}, column ${i % SIDE}, alone right on ${percent(byPixel.others[i])}`);
      const picture = random ? pictureAt(maps, j) : difference, limit = maxAbs(picture);
      if (what === "shares") paint(grid.canvas, byPixel.others, SIDE, ink(0.5, 1));
      else paint(grid.canvas, picture, SIDE, signed(limit));
      colours.element.hidden = what === "shares";
      colours.set(limit);
      setText(words, random ? "A map of random numbers, in place of the trained one." : `Choose a pixel: press, drag, or use the arrow keys. ${what === "shares"
        ? "White is right on half, as a coin is; black is right on all." : "Red is where a mean 1 has more ink than a mean 0."}`);

      const far = checked.map((i) => Math.abs(found.beyond(i, j))), most = maxAbs(far);
      for (const one of strips) {
        const mine = checked.filter((i) => labels[i] === one.digit), right = mine.filter((i) => found.saysOne(i, j) === (one.digit === 1)).length;
        paint(one.picture, mine.map((i) => found.beyond(i, j)).sort((a, b) => a - b), mine.length, signed(most));
        setText(one.words, `Of ${mine.length} images of a ${one.digit}: ${right} right.`);
      }
      const [ofZero, ofOne] = [found.zero[j], found.one[j]], where = `row ${line}, column ${column}`;
      const says = random ? `Random numbers, place ${place} of ${MAPS} on the images that set the cuts`
        : ofZero === 0 && ofOne === 0 ? `At ${where} none of the images that set the cut has ink`
          : `Mean ink at ${where}: ${(ofZero / 255).toFixed(2)} in a 0, ${(ofOne / 255).toFixed(2)} in a 1. So ink there says ${ofOne > ofZero ? 1 : 0}`;
      return {
        effect, control, format: percent, names: [random ? "Right by this random map" : "Right by this one pixel", "Right by the trained network"],
        words: `${says}. That alone, cut halfway, is right on ${percent(effect)} of ${checked.length} other images, where a coin is right on half.`,
      };
    },
  };
}

export default { render };
