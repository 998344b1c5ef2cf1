// Where does this picture come from: weight times input by networks without names, a guess, the names, and the score.

import { live } from "./live.js";
import { arraysOf } from "./live_data.js";
import { maxAbs } from "./maths.js";
import { ink, paint, signed } from "./paint.js";
import { button, canvas, element, note, percent, setText } from "./parts.js";
import { permutation } from "./random.js";
import { PIXELS, SIDE } from "./sgd.js";

const IMAGES = 0, NEURONS = 1, PLACES = 2; // streams of random numbers; each round has its own for the places
const MOST = 999; // rounds

async function open({ get, update }) {
  const { names, learned } = get("_networks"), found = await arraysOf(get("_networks"));
  const count = names.length, able = learned.filter(Boolean).length;
  const drawn = [found.images.shape[0], found.maps0.shape[0]].map((n, stream) => permutation(0, [IMAGES, NEURONS][stream], n));
  const row = ({ values }, k) => values.subarray(k * PIXELS, (k + 1) * PIXELS);
  const placesOf = (round) => permutation(0, PLACES + round, count);
  const isRight = (place, round) => learned[placesOf(round)[place]];
  let now;

  const image = canvas("An image");
  const guesses = names.map((_, place) => {
    const picture = canvas(""), words = element("span");
    const press = button("guess", "", () => now.guesses.length === now.round && update({ guesses: [...now.guesses, place] }));
    press.append(picture, words);
    return { press, picture, words };
  });
  const next = button("next", "Next round", () => update({ round: now.guesses.length }));

  return {
    controls: [element("p", { class: "wm-title" }, `${able} of these ${count} networks learned to read digits. Press the picture of one that did.`), next],
    pictures: [
      element("div", { class: "wm-live-guesses" }, ...guesses.map((one) => one.press)),
      element("div", { class: "wm-live-asked" }, image, note("The image. Each picture is this image times the weights of a neuron, on a scale of its own.")),
    ],
    isValid: ({ round, guesses: made }) => Array.isArray(made) && made.length < MOST && (round === made.length || round === made.length - 1) &&
      made.every((place) => Number.isInteger(place) && place >= 0 && place < count),
    show(state) {
      now = state;
      const { round, guesses: made } = state, answered = made.length > round, order = placesOf(round);
      const [which, neuron] = drawn.map((all) => all[round % all.length]), pixels = row(found.images, which);
      paint(image, pixels, SIDE, ink(0, 255));
      guesses.forEach(({ press, picture, words }, place) => {
        const product = row(found[`maps${order[place]}`], neuron).map((w, p) => (w * pixels[p]) / 255), own = answered && made[round] === place;
        paint(picture, product, SIDE, signed(maxAbs(product) || 1));
        setText(words, answered ? `${learned[order[place]] ? "✓ " : ""}${names[order[place]]}${own ? ", your guess" : ""}` : `Picture ${place + 1}`);
        press.setAttribute("aria-pressed", String(own));
      });
      next.disabled = !answered;
      const right = made.filter(isRight).length, n = made.length;
      const words = !answered ? `Round ${round + 1}: image times weights of neuron ${neuron} in each of ${count} networks.`
        : `${isRight(made[round], round) ? "Right" : "Wrong"}: picture ${made[round] + 1} is of this network: ${names[order[made[round]]]}. The others are named, too.`;
      return {
        words, effect: right / (n || 1), control: able / count, format: (v) => percent(v, 0),
        names: [n ? `Your guesses, ${right} of ${n} right` : "Your guesses, none so far", "Blind guesses, in the long run"],
      };
    },
  };
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
function render(place) {
  return live(place, ["round", "guesses"], open);
}

export default { render };
