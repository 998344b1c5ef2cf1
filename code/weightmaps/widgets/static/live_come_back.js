// Do they come back: a neuron beside its partners in two other networks, and what is lost without those that have a double.

import { isAmong, isBelow, live } from "./live.js";
import { addedBy, arraysOf, hiddenOf, imagesFrom, networkOf } from "./live_data.js";
import { dense, maxAbs, median, memoize } from "./maths.js";
import { paint, paintTiles, signed } from "./paint.js";
import { button, canvas, cellGrid, choice, element, note, setText, slider } from "./parts.js";
import { permutation } from "./random.js";
import { SIDE, pictureAt } from "./sgd.js";

const DRAWS = 50; // of as many other neurons
const ACROSS = 10; // maps in a row
const PALE = 4; // how many times the scale of a map is, of a neuron without a double
const LEAST = 80, MOST = 99; // how alike a double is, in hundredths
const BESIDE = [["random", "loss, beside random ones"], ["largest", "loss, beside the loudest"], ["again", "how many come back"]];
const AGAINST = { random: `at random (the median of ${DRAWS})`, largest: "that move the outputs most" };
const CARDS = ["Neuron", "In a second network neuron", "In a third network neuron"];

/** How far the right output is ahead of the largest other, on average over all images. @param {Float64Array} z a row an image */
function meanLead(z, labels, rows) {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const right = i * rows + labels[i];
    let other = -Infinity;
    for (let at = i * rows; at < (i + 1) * rows; at++) if (at !== right && z[at] > other) other = z[at];
    sum += z[right] - other;
  }
  return sum / labels.length;
}

/** A function that gives this lead with a team of neurons frozen. @param {Float64Array} atRest z with all of them frozen */
function leadWithout(atRest, steps, labels) {
  const rows = atRest.length, whole = Float64Array.from({ length: rows * labels.length }, (_, at) => atRest[at % rows]);
  for (const step of steps) for (let at = 0; at < whole.length; at++) whole[at] += step[at];
  return (team) => {
    const z = whole.slice();
    for (const j of team) for (let at = 0, step = steps[j]; at < z.length; at++) z[at] -= step[at];
    return meanLead(z, labels, rows);
  };
}

const { render } = live(["neuron", "alike", "beside", "draw"], open);

async function open({ get, update }) {
  const [layers, found, images] = await Promise.all([networkOf(get("_network")), arraysOf(get("_others")), imagesFrom(get("_images"))]);
  const count = layers[0].rows, every = Array.from({ length: count }, (_, j) => j), others = [0, 1];
  const [likeness, partners, rest, swing] = ["alike", "partners", "rest", "swing"].map((name) => found[name].values);
  const steps = addedBy(layers[1], hiddenOf(layers[0], images.ink), rest);
  const lead = leadWithout(dense(layers[1], rest), steps, images.labels), whole = lead([]);
  const alikeTo = (other, j) => likeness[other * count + j], most = (j) => Math.max(...others.map((k) => alikeTo(k, j)));
  const order = every.slice().sort((i, j) => most(j) - most(i) || i - j);
  const map = (j) => pictureAt(layers[0].weights, j);
  const partnerMap = (other, j) => pictureAt(found.maps.values, other * count + j);

  const alike = slider("alike", "A double is alike above", LEAST, MOST, (value) => update({ alike: value / 100 }));
  const beside = choice("Measure", BESIDE, (value) => update({ beside: value }));
  let draws = 0;
  const again = button("again", "Draw the random ones again", () => update({ draw: draws + 1 }));
  const grid = cellGrid("maps", "The maps of all neurons, the most alike first", count, ACROSS, (place) => update({ neuron: order[place] }));
  const cards = CARDS.map(() => {
    const picture = canvas("A weight map"), words = element("p", { class: "wm-note" });
    return { picture, words, element: element("div", {}, picture, words) };
  });

  const doublesOf = memoize((limit) => every.map((j) => others.filter((k) => alikeTo(k, j) > limit).length));
  const measured = memoize((limit, against, draw) => {
    const doubles = doublesOf(limit), back = every.filter((j) => doubles[j]), left = every.filter((j) => !doubles[j]);
    const lost = (team) => whole - lead(team.slice(0, back.length));
    if (against === "again") return { effect: doubles.filter((n) => n === 2).length, control: back.length };
    if (against === "largest") return { effect: lost(back), control: lost(left.slice().sort((i, j) => swing[j] - swing[i] || i - j)) };
    const luck = Array.from({ length: DRAWS }, (_, k) => lost(Array.from(permutation(draw, k, left.length), (at) => left[at])));
    return { effect: lost(back), control: median(luck) };
  });
  const [pale, bright] = [PALE, 1].map((less) => every.map((j) => {
    const limit = less * maxAbs(map(j));
    return map(j).map((v) => v / limit);
  }));
  const painted = memoize((limit) => {
    const doubles = doublesOf(limit);
    paintTiles(grid.canvas, order.map((j) => (doubles[j] ? bright : pale)[j]), [SIDE, SIDE], ACROSS, signed(1));
  });

  return {
    controls: [alike.element],
    choose: [beside.element, again],
    pictures: [
      element("div", {}, grid.element, note("Each map has its own scale; the most alike come first. Pale: no double in the two others.")),
      element("div", { class: "wm-live-cards" }, ...cards.map((one) => one.element)),
    ],
    isValid: (state) => isBelow(state.neuron, count) && state.alike >= LEAST / 100 && state.alike <= MOST / 100 &&
      isAmong(BESIDE, state.beside) && isBelow(state.draw, 2 ** 31),
    show({ neuron: j, alike: limit, beside: against, draw }) {
      const doubles = doublesOf(limit), back = doubles.filter(Boolean).length;
      draws = draw;
      alike.set(Math.round(100 * limit), limit.toFixed(2));
      beside.set(against);
      again.disabled = against !== "random";
      painted(limit);
      grid.set(order.indexOf(j), (at) => `neuron ${order[at]}, alike by ${most(order[at]).toFixed(2)}`);
      [map(j), ...others.map((k) => partnerMap(k, j))].forEach((values, at) => {
        const { picture, words } = cards[at];
        paint(picture, values, SIDE, signed(maxAbs(values)));
        const name = at ? `${CARDS[at]} ${partners[(at - 1) * count + j]}, alike by ${alikeTo(at - 1, j).toFixed(2)}` : `${CARDS[0]} ${j}`;
        setText(words, name);
        picture.setAttribute("aria-label", `Weight map. ${name}`);
      });
      const has = ["no double", "a double in one of the two other networks", "a double in both other networks"][doubles[j]];
      const words = `Neuron ${j} has ${has}. Of ${count} neurons ${back} have one, ${doubles.filter((n) => n === 2).length} of them in both.`;
      return {
        ...measured(limit, against, draw), words,
        ...(against === "again" ? { names: ["Neurons with a double in both others", "With a double in one or both"], high: count, format: String } : {
          names: [`Lead lost, of ${whole.toFixed(2)}, with all ${back} frozen that have a double`, `With as many others frozen, ${AGAINST[against]}`],
          high: whole, format: (v) => v.toFixed(2),
        }),
      };
    },
  };
}

export default { render };
