// What can be chosen in the laboratory: the settings, in words; the book's experiments; what cannot go together.

const SMALL = 1 / 28; // the standard deviation 1 / sqrt(784) of a small start
const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Each setting: its key, its name, what it may be, and whether each label reads as a number. @type {[string, string, [any, string][]][]} */
export const FIELDS = [
  ["digits", "choice of digits", [[ALL, "all ten"], [[0, 1], "0 and 1"], [[3, 5], "3 and 5"], [[4, 9], "4 and 9"]]],
  ["images_per_digit", "number of images of each digit", [50, 100, 200, 400].map(plain)],
  ["shuffled", "kind of labels", [[false, "true"], [true, "shuffled"]]],
  ["hidden", "number of hidden neurons", [1, 2, 5, 10, 20, 50, 100, 200, 300].map(plain)],
  ["activation", "activation of the hidden layer", [["sigmoid", "sigmoid"], ["tanh", "tanh"], ["relu", "ReLU"]]],
  ["outputs", "activation of the outputs", [["sigmoid", "sigmoid"], ["softmax", "softmax"]]],
  ["hidden_scale", "starting scale of the hidden layer", [[0, "0"], [0.001, "0.001"], [0.01, "0.01"], [SMALL, "1/28, small"], [0.1, "0.1"], [0.3, "0.3"], [1, "1, large"], [2, "2"]]],
  ["output_scale", "starting scale of the outputs", [0, 0.01, 0.1, 0.3, 1, 2].map(plain)],
  ["cost", "cost", [["quadratic", "quadratic"], ["cross_entropy", "cross-entropy"]]],
  ["optimizer", "optimiser", [["sgd", "SGD"], ["momentum", "momentum"], ["adam", "Adam"], ["adamw", "AdamW"]]],
  ["learning_rate", "learning rate η", [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 3, 10].map(plain)],
  ["batch_size", "batch size", [1, 5, 10, 32, 64, 128].map(plain)],
  ["weight_decay", "weight decay λ", [0, 0.1, 0.5, 1, 2, 5, 10, 50].map(plain)],
  ["seed", "seed", Array.from({ length: 100 }, (_, k) => plain(k))],
];

function plain(value) {
  return [value, String(value)];
}

const QUESTION = {
  seed: 0, digits: ALL, images_per_digit: 400, shuffled: false, hidden: 100, hidden_scale: 1, output_scale: 1,
  activation: "sigmoid", outputs: "sigmoid", cost: "quadratic", optimizer: "sgd", learning_rate: 3, batch_size: 10, weight_decay: 0,
};
const STEADY = { ...QUESTION, cost: "cross_entropy", learning_rate: 0.5 };
const TODAY = { ...STEADY, activation: "relu", outputs: "softmax", hidden_scale: SMALL, output_scale: 0.1, learning_rate: 0.1, batch_size: 64 };
const PAIR = { ...STEADY, digits: [0, 1], hidden: 1 };
const look = { epochs: 30, neuron: 0, without_start: false, inked: false, blurred: false };

/** The book's experiments. @type {Record<string, {title: string, state: object}>} */
export const PRESETS = {
  puzzle: { title: "The puzzle: 0 against 1", state: { ...look, a: PAIR, b: { hidden_scale: 0 } } },
  start: { title: "Start large or small", state: { ...look, a: STEADY, b: { hidden_scale: SMALL } } },
  decay: { title: "Weight decay or none", state: { ...look, a: STEADY, b: { weight_decay: 5 } } },
  stuck: { title: "The stuck network and cross-entropy", state: { ...look, a: QUESTION, b: { cost: "cross_entropy" } } },
  shuffled: { title: "Shuffled labels", state: { ...look, a: { ...STEADY, hidden_scale: SMALL }, b: { shuffled: true } } },
  adam: { title: "SGD or Adam", state: { ...look, epochs: 20, a: TODAY, b: { optimizer: "adam", learning_rate: 0.001 } } },
  logistic: {
    title: "One neuron is logistic regression",
    state: { ...look, without_start: true, a: { ...PAIR, outputs: "softmax" }, b: { hidden_scale: 0 } },
  },
};

/** A state without what is the same in B anyway, its keys in one order. */
export function exactly({ a, b, ...rest }) {
  const ordered = (setup) => Object.fromEntries(FIELDS.filter(([key]) => key in setup).map(([key]) => [key, setup[key]]));
  const other = Object.fromEntries(Object.entries(ordered(b)).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(a[key])));
  const { epochs, neuron, without_start, inked, blurred } = rest;
  return { a: ordered(a), b: other, epochs, neuron, without_start, inked, blurred };
}

const whole = (low, high) => [(v) => Number.isInteger(v) && v >= low && v <= high, `a whole number from ${low} to ${high}`];
const real = (low, high) => [(v) => Number.isFinite(v) && v >= low && v <= high, `a number from ${low} to ${high}`];
const oneOf = (...values) => [(v) => values.includes(v), `one of ${values.join(", ")}`];
const RULES = {
  seed: whole(0, 99), images_per_digit: whole(1, 400), hidden: whole(1, 300), batch_size: whole(1, 1000),
  digits: [(v) => Array.isArray(v) && v.length > 1 && new Set(v).size === v.length && v.every((d) => ALL.includes(d)), "two or more digits, each once"],
  shuffled: oneOf(true, false), activation: oneOf("sigmoid", "tanh", "relu"), outputs: oneOf("sigmoid", "softmax"),
  cost: oneOf("quadratic", "cross_entropy"), optimizer: oneOf("sgd", "momentum", "adam", "adamw"),
  hidden_scale: real(0, 10), output_scale: real(0, 10), learning_rate: [(v) => Number.isFinite(v) && v > 0 && v <= 1000, "a number above 0, up to 1000"],
  weight_decay: real(0, 1000),
};

/** Why a set-up cannot be trained, in words; nothing where it can. @param {import("./sgd.js").Setup} setup */
export function trouble(setup) {
  for (const [key, [good, words]] of Object.entries(RULES)) {
    if (!good(setup[key])) return `The setting ${key} is ${JSON.stringify(setup[key])}; it is ${words}.`;
  }
  if (setup.outputs === "softmax" && setup.cost === "quadratic") return "The quadratic cost does not go with softmax outputs here; choose the cross-entropy.";
  const count = setup.digits.length * setup.images_per_digit;
  if (setup.optimizer !== "adam" && setup.learning_rate * setup.weight_decay >= count) return "This λ would wipe out all weights in one step; choose a smaller one.";
  return "";
}

/** What differs, in a sentence. */
export function differences(a, b) {
  const names = FIELDS.filter(([key]) => key in b).map(([key, name]) => [key, name]);
  if (!names.length) return "Nothing differs: A and B will be the same.";
  const words = names.map(([, name]) => `the ${name}`);
  if (words.length === 1) return `Only ${words[0]} differs. All else is the same: seed, random numbers, images and their order.`;
  const list = `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
  const pair = names.every(([key]) => ["optimizer", "learning_rate"].includes(key));
  const cause = pair ? "Each optimiser has a learning rate that suits it, so the two belong together." : "So whatever comes out, its cause is not isolated.";
  return `${list[0].toUpperCase()}${list.slice(1)} differ. ${cause}`;
}
