// The game: one map after another, which of two digits drives the neuron more, and the score at the end.

import { inflate } from "./codec.js";
import { maxAbs, products } from "./maths.js";
import { ink, paint, signed } from "./paint.js";
import { announcer, button, canvas, element, keepKeys, listen, numberPlace, percent, setText, widgetRoot } from "./parts.js";

const ROUNDS = 10;

/** The probability that fair guessing gets at least `right` of `count`. */
export function byChance(right, count) {
  let sum = 0, ways = 1; // ways to choose k of count
  for (let k = 0; k <= count; k++) {
    if (k >= right) sum += ways;
    ways = (ways * (count - k)) / (k + 1);
  }
  return sum / 2 ** count;
}

/** Which of a round's two digits drives the neuron more, 0 or 1; and which of them a perfect reader of the map would say. */
const truthOf = ({ means }) => (means[1] > means[0] ? 1 : 0);
const readOf = ({ sums }) => (sums[1] > sums[0] ? 1 : 0);

/** One of a round's two digits: the mean one in ink and, once the guess is made, over the map, with the sum of the products. */
function card(which) {
  const picture = canvas(""), title = element("p", { class: "wm-title" }), sum = numberPlace("game-sum", (v) => (v > 0 ? "+" : "") + v.toFixed(1).replace("-", "−")), mean = numberPlace("game-mean", (v) => v.toFixed(2));
  const words = element("p", { class: "wm-text", "data-part": `truth-${which}` }, "Sum ", sum.element, ". Mean activation ", mean.element, ".");
  return {
    element: element("div", {}, title, picture, words),
    set({ pair, means, sums }, digit, map, open) {
      setText(title, open ? `${pair[which]} over the map` : `The mean ${pair[which]}`);
      picture.setAttribute("aria-label", open ? `The mean ${pair[which]} times the map, pixel by pixel.` : `The mean ${pair[which]}, in shades of ink.`);
      if (open) {
        const product = products(map, digit);
        paint(picture, product, 28, signed(maxAbs(product)));
      } else paint(picture, digit, 28, ink(0, maxAbs(digit)));
      sum.set(sums[which]);
      mean.set(means[which]);
      words.classList.toggle("wm-later", !open);
      title.classList.toggle("wm-asked", open && truthOf({ means }) === which);
    },
  };
}

/** The score, a row a network and one for all. */
function scoreTable(names, rounds, answers) {
  const row = (tag, ...cells) => element("tr", {}, ...cells.map((words) => element(tag, {}, words)));
  const line = (name, some) => {
    const right = some.filter((i) => answers[i] === truthOf(rounds[i])).length, read = some.filter((i) => readOf(rounds[i]) === truthOf(rounds[i])).length;
    return row("td", name, `${right} of ${some.length}`, `${read} of ${some.length}`, percent(byChance(right, some.length), 0));
  };
  const all = rounds.map((_, i) => i);
  return element("table", { "data-part": "score" },
    element("thead", {}, row("th", "maps", "you", "a perfect reader", "chance of your score by guessing*")),
    element("tbody", {}, ...names.map((name) => line(name, all.filter((i) => rounds[i].name === name))), line("all", all)));
}

/** All maps of a game, each with whose it is, its digit and the answer. */
function gallery(rounds, answers, mapOf, levels) {
  return element("ul", { class: "wm-game-maps", "data-part": "gallery" }, ...rounds.map((one, i) => {
    const best = one.pair[truthOf(one)], right = answers[i] === truthOf(one), picture = canvas(`Map ${i + 1}`);
    paint(picture, mapOf(i), 28, signed(levels));
    return element("li", {}, picture, `${one.name}: ${best}, you said ${right ? "so" : one.pair[answers[i]]} ${right ? "✓" : "✗"}`);
  }));
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
async function render({ model, el }) {
  const root = widgetRoot(el, "Game", "wm wm-game");
  const { names, levels, rounds, data } = model.get("_rounds");
  const bytes = await inflate(data), size = 784 * rounds.length; // the maps, then the mean digits
  if (bytes.byteLength !== size + 7840) {
    root.append(element("p", { class: "wm-trouble", "data-part": "trouble" }, "This game cannot be played: its pictures are not complete."));
    return () => root.remove();
  }
  const maps = new Int8Array(bytes, 0, size), means = Float64Array.from(new Uint8Array(bytes, size));
  let open = false; // whether the last answer's truth is on screen
  const sentence = element("p", { class: "wm-sentence", "data-part": "sentence" }), say = announcer();
  const picture = canvas("A neuron's weight map: red weights are above zero, blue ones below.");
  const guesses = [0, 1].map((which) => button(`guess-${which}`, "", () => answer(which)));
  const next = button("next", "Next map", () => {
    open = false;
    draw();
    say(sentence.textContent);
    (again.hidden ? guesses[0] : again).focus();
  });
  const again = button("again", "Play again, with other maps", () => {
    model.set("game", model.get("game") + 1);
    save([]);
    guesses[0].focus();
  });
  const cards = [0, 1].map(card), score = element("div", { class: "wm-game-side" });
  const buttons = element("div", { class: "wm-game-buttons" }, ...guesses, next, again);
  const board = element("div", { class: "wm-game-board" },
    element("div", {}, element("p", { class: "wm-title" }, "The map"), picture), ...cards.map((one) => one.element));
  root.append(sentence, buttons, board, score);
  keepKeys(root);

  const mapOf = (i) => maps.subarray(784 * i, 784 * (i + 1));

  function save(answers) {
    model.set("answers", answers);
    model.save_changes();
    draw();
    say(sentence.textContent);
  }

  function answer(which) {
    open = true;
    save([...model.get("answers"), which]);
    next.focus();
  }

  function draw() {
    const answers = model.get("answers"), first = (model.get("game") * ROUNDS) % rounds.length;
    const dealt = rounds.slice(first, first + ROUNDS);
    if (!answers.length) open = false;
    const at = answers.length - (open ? 1 : 0), over = at >= ROUNDS;
    for (const one of guesses) one.hidden = open || over;
    next.hidden = !open;
    again.hidden = !over;
    board.hidden = over;
    score.hidden = !over;
    if (over) {
      score.replaceChildren(gallery(dealt, answers, (i) => mapOf(first + i), levels), scoreTable(names, dealt, answers), element("p", { class: "wm-note" },
        "* How often blind guessing does at least as well. With so few maps, only a small share means anything. ",
        "A perfect reader lays both mean digits over the map and takes the larger sum."));
      return setText(sentence, "The game is over. Here are all ten maps, whose they were, and how many you got.");
    }
    const question = dealt[at], [a, b] = question.pair;
    const map = mapOf(first + at);
    paint(picture, map, 28, signed(levels));
    guesses.forEach((one, which) => setText(one, `Digit ${question.pair[which]}`));
    cards.forEach((one, which) => one.set(question, means.subarray(784 * question.pair[which], 784 * (question.pair[which] + 1)), map, open));
    const best = question.pair[truthOf(question)], misled = readOf(question) === truthOf(question) ? "" : " The sums say otherwise: here a perfect reader is wrong.";
    setText(next, at + 1 < ROUNDS ? "Next map" : "The score");
    setText(sentence, open
      ? `${answers[at] === truthOf(question) ? "Right" : "Wrong"}: of ${a} and ${b} it is ${best} that drives this neuron more.${misled}`
      : `Map ${at + 1} of ${ROUNDS}. Which digit drives this neuron more, ${a} or ${b}?`);
  }
  const stop = listen(model, ["answers", "game"], draw);
  draw();
  return () => {
    stop();
    root.remove();
  };
}

export default { render };
