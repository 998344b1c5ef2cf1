// The game: one map after another, which of two digits drives the neuron more, and the score at the end.

import { inflate } from "./codec.js";
import { paint, signed } from "./paint.js";
import { button, canvas, element, numberPlace, percent, setText } from "./parts.js";

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

/** Which of a round's two digits drives the neuron more, 0 or 1. */
const truthOf = ({ pair, means }) => (means[pair[1]] > means[pair[0]] ? 1 : 0);

/** The neuron's mean activation for each digit: rows that are shown once the guess is made. */
function truthRows() {
  const rows = Array.from({ length: 10 }, (_, k) => {
    const name = element("span", { class: "wm-name" }, String(k)), fill = element("span", { class: "wm-fill" });
    const value = numberPlace("game-mean");
    return { name, fill, value, parts: [name, element("span", { class: "wm-track" }, fill), value.element] };
  });
  const place = element("div", { class: "wm-game-side", "data-part": "truth" },
    element("p", { class: "wm-title" }, "Mean activation for each digit"),
    element("div", { class: "wm-rows" }, ...rows.flatMap((row) => row.parts)));
  return {
    element: place,
    set({ means, pair }) {
      rows.forEach(({ name, fill, value }, k) => {
        name.classList.toggle("wm-asked", pair.includes(k));
        fill.style.width = `${100 * means[k]}%`;
        value.set(means[k]);
      });
    },
  };
}

/** The score, a row a network and one for all. */
function scoreTable(names, rounds, answers) {
  const row = (tag, ...cells) => element("tr", {}, ...cells.map((words) => element(tag, {}, words)));
  const line = (name, some) => {
    const right = some.filter((i) => answers[i] === truthOf(rounds[i])).length;
    return row("td", name, `${right} of ${some.length}`, percent(byChance(right, some.length), 0));
  };
  const all = rounds.map((_, i) => i);
  return element("table", { "data-part": "score" },
    element("thead", {}, row("th", "maps", "right", "blind guessing does as well in*")),
    element("tbody", {}, ...names.map((name) => line(name, all.filter((i) => rounds[i].name === name))), line("all", all)));
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
async function render({ model, el }) {
  const root = element("div", { class: "wm wm-game" });
  el.append(root);
  const { names, levels, rounds, data } = model.get("_rounds");
  const maps = new Int8Array(await inflate(data));
  if (maps.length !== 784 * rounds.length) {
    root.append(element("p", { class: "wm-trouble", "data-part": "trouble" }, "This game cannot be played: its maps are not complete."));
    return () => root.remove();
  }
  let open = false; // whether the last answer's truth is on screen
  const sentence = element("p", { class: "wm-sentence", "data-part": "sentence", role: "status" });
  const picture = canvas("A neuron's weight map: red weights are above zero, blue ones below.");
  const guesses = [0, 1].map((which) => button(`guess-${which}`, "", () => answer(which)));
  const next = button("next", "Next map", () => {
    open = false;
    draw();
    (again.hidden ? guesses[0] : again).focus();
  });
  const again = button("again", "Play again, with other maps", () => {
    model.set("game", model.get("game") + 1);
    save([]);
    guesses[0].focus();
  });
  const truth = truthRows(), score = element("div", { class: "wm-game-side" });
  const buttons = element("div", { class: "wm-game-buttons" }, ...guesses, next, again);
  const left = element("div", { class: "wm-game-side" }, picture);
  root.append(sentence, buttons, element("div", { class: "wm-game-board" }, left, truth.element, score));
  for (const one of root.querySelectorAll("button")) one.dataset.lmSuppressShortcuts = "true";

  function save(answers) {
    model.set("answers", answers);
    model.save_changes();
    draw();
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
    truth.element.hidden = !open;
    left.hidden = over;
    score.hidden = !over;
    if (over) {
      score.replaceChildren(scoreTable(names, dealt, answers), element("p", { class: "wm-note" },
        "* How often blind guessing does at least as well. With so few maps, only a small share means anything."));
      return setText(sentence, "The game is over. Here is whose maps they were, and how you did on each.");
    }
    const question = dealt[at], [a, b] = question.pair;
    paint(picture, maps.subarray(784 * (first + at), 784 * (first + at + 1)), 28, signed(levels));
    guesses.forEach((one, which) => setText(one, `Digit ${question.pair[which]}`));
    truth.set(question);
    const best = question.pair[truthOf(question)];
    setText(next, at + 1 < ROUNDS ? "Next map" : "The score");
    setText(sentence, open
      ? `${answers[at] === truthOf(question) ? "Right" : "Wrong"}: of ${a} and ${b} it is ${best} that drives this neuron more.`
      : `Map ${at + 1} of ${ROUNDS}. Which digit drives this neuron more, ${a} or ${b}?`);
  }
  for (const name of ["answers", "game"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["answers", "game"]) model.off(`change:${name}`, draw);
    root.remove();
  };
}

export default { render };
