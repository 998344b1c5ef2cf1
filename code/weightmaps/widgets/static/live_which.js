// Which: one image times the weights of several networks; the reader finds the network that has learned nothing.

import { correlation, smoothness } from "./lab_run.js";
import { isAmong, isBelow, live } from "./live.js";
import { arraysOf, imagesFrom } from "./live_data.js";
import { maxAbs } from "./maths.js";
import { paint, signed } from "./paint.js";
import { button, canvas, choice, element, note, percent, setText } from "./parts.js";
import { permutation } from "./random.js";
import { PIXELS, SIDE, pictureAt } from "./sgd.js";

const OF = [["neuron", "one neuron"], ["output", "the output"]];
const RULES = { shape: "the picture whose strengths are least like the image’s ink", grain: "the roughest picture" };
const BY = [["you", "you"], ["shape", "a rule: least like the image"], ["grain", "a rule: the roughest"]];

const { render } = live(["of", "round", "answers", "by"], open);

async function open({ get, update }) {
  const names = get("_names"), [weights, images] = await Promise.all([arraysOf(get("_weights")), imagesFrom(get("_images"))]);
  const count = names.length, rounds = images.labels.length, first = Array.from({ length: count }, (_, k) => k);
  const image = (k) => Float64Array.from(pictureAt(images.bytes, k), (v) => v / 255);
  const weightsOf = (of, network, k) => pictureAt(weights[of].values, network * rounds + k);
  const timesImage = (w, x) => Float64Array.from(w, (v, p) => v * x[p]);
  const order = (k) => permutation(0, k, count);
  const scores = {
    shape: (w, x) => correlation(timesImage(w, x).map(Math.abs), x),
    grain: (w, x) => smoothness(w, Uint8Array.from(x, (v) => (v > 0 ? 1 : 0))),
  };
  const foundBy = (rule, of) => images.labels.filter((_, k) => {
    const all = first.map((network) => scores[rule](weightsOf(of, network, k), image(k)));
    return all.indexOf(Math.min(...all)) === 0;
  }).length;

  let now; // the state on screen
  const isOpen = () => now.answers.length > now.round;
  const of = choice("Weights of", OF, (value) => update({ of: value, round: 0, answers: [] }));
  const next = button("next", "", () => {
    const over = now.round + 1 === rounds;
    update({ round: over ? 0 : now.round + 1, answers: over ? [] : now.answers });
    cards[0].place.focus();
  });
  const by = choice("Who guesses", BY, (value) => update({ by: value }));
  const cards = first.map((at) => {
    const product = canvas(""), whole = canvas("The weights alone"), name = note();
    const place = button(`guess-${at}`, "", () => {
      if (!isOpen()) update({ answers: [...now.answers, at], by: "you" });
    });
    place.append(product);
    return { product, whole, name, place, element: element("div", {}, place, whole, name) };
  });

  return {
    controls: [of.element, next],
    pictures: [
      element("div", { class: "wm-live-which" }, ...cards.map((one) => one.element)),
      note("Above, image × weights; below, once you have guessed, the weights alone. Each picture has its own scale: red is above zero, blue below."),
    ],
    choose: [by.element],
    isValid: (state) => isAmong(OF, state.of) && isAmong(BY, state.by) && isBelow(state.round, rounds) && Array.isArray(state.answers) &&
      [0, 1].includes(state.answers.length - state.round) && state.answers.every((at) => first.includes(at)),
    show(state) {
      now = state;
      const { round, answers, by: who } = state, shown = isOpen(), places = order(round), x = image(round), told = images.labels[round];
      const right = answers.filter((at, k) => order(k)[at] === 0).length, home = places.indexOf(0);
      of.set(state.of);
      by.set(who);
      next.disabled = !shown;
      setText(next, round + 1 < rounds ? "Next image" : "Start again");
      cards.forEach((card, at) => {
        const w = weightsOf(state.of, places[at], round), product = timesImage(w, x);
        paint(card.product, product, SIDE, signed(maxAbs(product)));
        paint(card.whole, shown ? w : new Float32Array(PIXELS), SIDE, signed(maxAbs(w)));
        card.whole.setAttribute("aria-label", shown ? "The weights alone" : "Its weights are shown once you have guessed");
        card.place.setAttribute("aria-label", `Picture ${at + 1}${shown ? "" : ": guess that this network has learned nothing"}`);
        card.place.setAttribute("aria-pressed", String(shown && answers[round] === at));
        setText(card.name, shown ? `${at + 1}: ${names[places[at]]}.` : `${at + 1}`);
      });
      const ask = `One ${told}, times the weights of ${count} networks. Which network has learned nothing? Press its picture.`;
      const answer = `${answers[round] === home ? "Right" : "Wrong"}: it is picture ${home + 1}. Below are the weights with no image in the way.`;
      const chance = { control: 1 / count, format: percent };
      if (who === "you") return { ...chance, effect: answers.length ? right / answers.length : 0, words: `Image ${round + 1} of ${rounds}. ${shown ? answer : ask}`, names: [`Found by you, ${right} of ${answers.length}`, "By blind guessing"] };
      const found = foundBy(who, state.of);
      return {
        ...chance, effect: found / rounds, names: ["Found by this rule", "By blind guessing"],
        words: `Whoever always takes ${RULES[who]} finds the network that has learned nothing in ${found} of ${rounds} rounds.`,
      };
    },
  };
}

export default { render };
