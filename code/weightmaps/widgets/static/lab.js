// The laboratory: two networks that differ in what the reader chose, trained side by side in the page.

import { inflate, workerFrom } from "./codec.js";
import { pieces, unhurried } from "./frames.js";
import { stored } from "./inflate.js";
import { MEASURES } from "./lab_claims.js";
import { blurred, chosen, conversation, correlation, inkedPixels, smoothness } from "./lab_run.js";
import { about, anyOf, curves, isGuess, seedStrip, setupTable, two } from "./lab_parts.js";
import { FIELDS, PRESETS, differences, exactly, trouble } from "./lab_setup.js";
import { linkTo, saveFile } from "./link.js";
import { maxAbs, memoize } from "./maths.js";
import { paint, paintTiles, signed } from "./paint.js";
import { announcer, bars, button, canvas, cellGrid, element, formatNumber, formatSigned, keepKeys, listen, mapWords, note, panel, percent, select, setText, slider, widgetRoot } from "./parts.js";
import { npz } from "./save_npz.js";
import { PIXELS, SIDE, evaluate, mapsOf, pictureAt, sparse, startOf, stepsOf, weightsOf } from "./sgd.js";

const STATE = ["a", "b", "epochs", "neuron", "without_start", "inked", "blurred"];
const EACH = 500, HELD = 100; // images of a digit, and the last of them that are held out
const PAGE_SLICE = 10; // milliseconds of training between two frames, where there is no worker
const SEEDS = 5;
const SOON = 5000; // milliseconds that nobody has to be warned of
const WORDS_LAST = 400; // milliseconds for which words and numbers stand while the maps move
const PANELS = ["input", "hidden", "outputs", "weight_map", "product", "ledger"];

/** What of the shipped images a set-up learns, and what it is tested on. @param {Record<number, Uint8Array>} digits 500 images each */
export function imagesOf({ digits: wanted, images_per_digit: count }, digits) {
  const part = (first, last) => {
    const bytes = new Uint8Array((last - first) * wanted.length * PIXELS), labels = new Uint8Array((last - first) * wanted.length);
    for (let j = first, i = 0; j < last; j++) {
      wanted.forEach((digit, label) => {
        bytes.set(pictureAt(digits[digit], j), i * PIXELS);
        labels[i++] = label;
      });
    }
    return { bytes, labels };
  };
  return { learned: part(0, count), held: part(EACH - HELD, EACH) };
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
async function render({ model, el }) {
  const root = widgetRoot(el, "Laboratory", "wm wm-lab");
  const state = Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  const setups = () => [state.a, { ...state.a, ...state.b }];
  const digits = {}; // loaded so far
  const alive = new Set(); // every run there is, those with other seeds too
  const drawn = pieces(), stale = new Set(); // what waits to be drawn
  let runs = null, shown = null, said = "", latest = "", away = false; // `shown` is a moment's number, null the latest
  let written = -Infinity; // when words were drawn
  let strip = null, asked = null; // what came of several seeds, and the set-ups whose seeds are being tried
  let began = null, pace = 0; // when training went on, and from which step; milliseconds an epoch, once it is known

  /** A link names an experiment of the book, and tells of any other in full. */
  const known = () => Object.keys(PRESETS).find((name) => JSON.stringify(exactly(PRESETS[name].state)) === JSON.stringify(exactly(state))) ?? "";
  /** The experiment that is trained, whatever is done to its maps. */
  const experiment = () => Object.keys(PRESETS).find((name) => ["a", "b"].every((key) => (
    JSON.stringify(exactly(PRESETS[name].state)[key]) === JSON.stringify(exactly(state)[key])))) ?? "";
  const own = { preset: known(), ...state };
  const told = Object.defineProperties({}, Object.fromEntries(Object.keys(own).map((name) => [name, {
    get: () => (name === "preset" ? known() : known() ? own[name] : state[name]), enumerable: true,
  }])));
  const link = linkTo({
    place: el, own, state: told, set: (next) => change(exactly(PRESETS[next.preset]?.state ?? next)),
    toText: (name, value) => (name === "preset" ? value : JSON.stringify(value)),
    fromText: (name, text) => (name === "preset" ? text : JSON.parse(text)),
    isValid: (next) => (next.preset !== own.preset ? Object.hasOwn(PRESETS, next.preset)
      : [next.a, { ...next.a, ...next.b }].every((setup) => !trouble(setup)) && Number.isInteger(next.epochs) && next.epochs > 0 &&
        Number.isInteger(next.neuron) && next.neuron >= 0 && next.neuron < Math.min(next.a.hidden, next.b.hidden ?? next.a.hidden)),
  });
  const { status } = link;

  /* Data and runs */

  /** What a page fetches when it is asked for, and a kernel has sent. */
  async function fetched(name) {
    const late = model.get(name);
    return typeof late === "function" ? late() : late;
  }

  async function load(wanted) {
    await Promise.all(wanted.filter((digit) => !digits[digit]).map(async (digit) => {
      const { data } = await fetched(`_late_digit${digit}`), bytes = new Uint8Array(await inflate(data));
      if (bytes.length !== EACH * PIXELS) throw new Error("the images are not complete");
      digits[digit] = bytes;
    }));
  }

  /** A network that trains elsewhere up to its goal, a step; where no worker can be had, on the page, a little between frames. */
  function runOf(setup, heard) {
    const { learned, held } = imagesOf(setup, digits);
    const run = { setup, learned, moments: [], maps: null, step: 0, epoch: 0, goal: 0, resting: true, where: inkedPixels(learned.bytes), test: sparse(held.bytes, held.labels) };
    const take = ({ moments = [], maps, overflow, ...rest }) => {
      if (overflow) {
        Object.assign(run, { overflow, goal: 0, resting: true });
      } else {
        run.moments.push(...moments);
        Object.assign(run, rest, { maps });
      }
      heard(run);
    };
    try {
      const worker = workerFrom(model.get("_worker"));
      worker.onmessage = ({ data }) => take(data);
      run.tell = (message) => worker.postMessage(message);
      run.end = () => worker.terminate();
    } catch {
      let stopped = false;
      const hear = conversation((answer) => stopped || take(answer), PAGE_SLICE);
      run.tell = hear;
      run.end = () => {
        stopped = true;
        hear({ pause: true });
      };
    }
    run.tell({ setup, learned, held, until: 0 });
    alive.add(run);
    return run;
  }

  function stop(run) {
    alive.delete(run);
    run.end();
  }

  const unseen = () => away || document.visibilityState === "hidden";
  const under = (run) => run.step < run.goal;
  const working = () => Boolean(runs?.some(under));

  function train(run, goal) {
    Object.assign(run, { goal, resting: false });
    if (!unseen()) run.tell({ until: goal });
  }

  /** Nothing is trained that nobody sees; it goes on when it is seen again. */
  function attend() {
    for (const run of alive) {
      if (unseen()) run.tell({ pause: true });
      else if (under(run)) run.tell({ until: run.goal });
    }
  }

  /** Whether the images are there; if not, it is said why. */
  async function ready() {
    const wrong = setups().map(trouble).find(Boolean);
    if (wrong) return tell(wrong);
    try {
      tell("Loading the images …");
      await load([...new Set(setups().flatMap((setup) => setup.digits))]);
    } catch {
      return tell("The images could not be loaded, so nothing can be trained. Reload the page to try again.");
    }
    tell("");
    return true;
  }

  /** Train both on, from where they are, up to a step that `until` makes of a run. */
  async function go(until) {
    root.classList.add("wm-begun");
    if (!(await ready())) return;
    runs ??= setups().map((setup) => runOf(setup, update));
    shown = null;
    began = { at: performance.now(), step: runs[0].step };
    for (const run of runs) train(run, until(run, stepsOf(run.setup)));
    redraw();
  }

  function pause() {
    for (const run of runs ?? []) {
      run.goal = 0;
      run.tell({ pause: true });
    }
    redraw();
  }

  function reset() {
    alive.forEach(stop);
    root.classList.remove("wm-begun");
    if (asked) status.set("");
    runs = strip = shown = asked = began = null;
    pace = 0;
    tell("");
  }

  function tell(words) {
    said = words;
    redraw();
  }

  const toEnd = (run, epoch) => Math.max(state.epochs * epoch, run.step + epoch);

  /* State */

  function change(parts) {
    Object.assign(state, parts);
    if ("a" in parts || "b" in parts) {
      reset();
      state.neuron = Math.min(state.neuron, fewest() - 1);
      parts = { ...parts, neuron: state.neuron };
    }
    for (const [name, value] of Object.entries(parts)) model.set(name, value);
    model.save_changes();
    link.write();
    redraw();
  }

  const fewest = () => Math.min(...setups().map(({ hidden }) => hidden));

  /* Controls */

  const preset = select("preset", "Experiment", ["", ...Object.keys(PRESETS)], (name) => {
    if (name) change(exactly(PRESETS[name].state));
  });
  const table = setupTable(FIELDS, (which, field, value) => {
    if (which === "a") return change({ a: { ...state.a, [field]: value } });
    const { [field]: _, ...rest } = state.b;
    change({ b: value === undefined ? rest : { ...rest, [field]: value } });
  });
  const start = button("start", "Start", () => (working() ? pause() : go(toEnd)));
  const once = button("step", "One step", () => go((run) => run.step + 1));
  const epoch = button("epoch", "One epoch", () => go((run, steps) => (Math.floor(run.step / steps) + 1) * steps));
  const again = button("again", "Again with the next seed", () => {
    change({ a: { ...state.a, seed: (state.a.seed + 1) % 100 } });
    go(toEnd);
  });
  const five = button("five", "", () => (asked ? stopSeeds() : manySeeds()));
  const moment = slider("moment", "Moment", 0, 1, (k) => {
    shown = k === (runs?.[0].moments.length ?? 1) - 1 && working() ? null : k;
    redraw();
  });
  const looks = [["without_start", "Take away the start"], ["inked", "Only inked pixels"], ["blurred", "Blur"]].map(([name, label]) => {
    const box = element("input", { type: "checkbox", "data-part": `look-${name}` });
    box.addEventListener("change", () => change({ [name]: box.checked }));
    return { name, box, element: element("label", { class: "wm-look" }, box, ` ${label}`) };
  });

  const difference = element("p", { class: "wm-text", "data-part": "difference" });
  const sentence = element("p", { class: "wm-sentence", "data-part": "sentence" }), say = announcer();
  const places = ["A", "B"].map((name, k) => {
    const words = element("span"), neuron = element("span"), maps = element("div"), large = canvas(`The chosen neuron's map in network ${name}.`);
    const out = element("div"), all = panel(`maps${name}`, `${name}: `, maps), one = panel(`neuron${name}`, `${name}, neuron `, large, out);
    all.querySelector(".wm-title").append(words);
    one.querySelector(".wm-title").append(neuron);
    return { name, words, neuron, maps, large, out, all, one, grid: null, pictures: [() => drawMaps(k), () => drawNeuron(k)], numbers: () => drawNumbers(k) };
  });
  const charts = curves([["right", "Right on held-out images"], ["cost", "Cost on held-out images"], ["smooth", "Smoothness of the maps"], ["like", "Likeness to the start"]]);
  const claims = element("div", { class: "wm-claims" }), stripPlace = element("div", { "data-part": "strip" });
  const code = element("pre", { class: "wm-code", hidden: "", tabindex: "0", "data-part": "code" });
  const explorer = element("div", { "data-part": "explorer" });

  root.append(
    element("div", { class: "wm-selects" }, preset.element), difference,
    element("details", { class: "wm-setup" }, element("summary", {}, "Change the set-up"), table.element),
    element("div", { class: "wm-buttons" }, start, once, epoch, again),
    sentence, claims,
    element("div", { class: "wm-lab-pair" }, ...places.map(({ all }) => all)),
    note("The maps of each network have a colour scale of their own, so faint ones look as strong as others."),
    moment.element, element("div", { class: "wm-looks" }, ...looks.map((one) => one.element)),
    element("div", { class: "wm-lab-pair" }, ...places.map(({ one }) => one)),
    charts.element, element("div", { class: "wm-buttons" }, five), stripPlace,
    element("div", { class: "wm-foot" },
      ...link.buttons,
      button("save-a", "Download A", () => download(0)), button("save-b", "Download B", () => download(1)),
      button("open", "Open in the explorer", openExplorer), button("python", "The same in Python", showCode), status.element, link.byHand, code),
    explorer,
  );
  /* Pictures */

  const starts = setups().map(() => memoize((text) => {
    const setup = JSON.parse(text), { W1, ...rest } = startOf(setup);
    return { ...rest, step: 0, maps: mapsOf(W1, setup.hidden) };
  }));

  /** What is on screen of a run: a moment that was kept, or the latest maps; before any, the start. */
  function viewed(run, k) {
    if (!run?.moments.length) return starts[k](JSON.stringify(setups()[k]));
    if (shown === null) return { ...run.moments.at(-1), maps: run.maps ?? run.moments[0].maps, step: run.step, live: true };
    const lead = runs[0], at = lead.moments[Math.min(shown, lead.moments.length - 1)];
    if (k === 0) return at;
    const when = at.step / lead.epoch;
    return run.moments.filter(({ step }) => step / run.epoch <= when).at(-1) ?? run.moments[0];
  }

  function looked(run, view) {
    let { maps } = view;
    const begun = run?.moments.length, start = begun ? run.moments[0].maps : maps;
    if (state.without_start) maps = maps.map((w, i) => w - start[i]);
    if (state.inked && begun) maps = maps.map((w, i) => (run.where[i % PIXELS] ? w : 0));
    return state.blurred ? blurred(maps) : maps;
  }

  const now = (k) => viewed(runs?.[k], k);

  function* drawing() {
    for (const part of stale) {
      stale.delete(part);
      part();
      yield;
    }
  }

  function drawWords() {
    preset.set(experiment(), {
      "": "a set-up of your own", ...Object.fromEntries(Object.entries(PRESETS).map(([name, { title }]) => [name, title])),
    });
    table.set(state.a, state.b);
    setText(difference, differences(state.a, state.b));
    setText(start, working() ? "Pause" : runs ? "Go on" : "Start");
    const whole = SEEDS * state.epochs * pace;
    setText(five, asked ? "Stop" : `Again with ${SEEDS} seeds` + (whole > SOON ? ` (${about(whole)})` : ""));
    for (const { name, box } of looks) box.checked = state[name];
    const lead = runs?.[0].moments.length ? runs[0] : null, last = lead ? lead.moments.length - 1 : 0;
    moment.setLast(last);
    moment.set(shown ?? last, lead ? when(lead, shown === null ? lead.step : lead.moments[Math.min(shown, last)].step) : "not started");
    const words = said || outcome([now(0), now(1)]);
    if (!working()) {
      if (latest && words !== latest) say(words); // not while it trains, and not on opening
      latest = words;
    }
    setText(sentence, words);
    written = performance.now();
  }

  const drawCurves = memoize(() => charts.set(runs ?? [], state.epochs));

  /** Curves are other ones after an epoch, claims once both rest. */
  function drawResults() {
    drawCurves(runs, state.epochs, ...(runs ?? []).map(({ moments }) => moments.length));
    drawClaims(experiment(), [now(0), now(1)]);
    stripPlace.replaceChildren(...(strip ? [strip] : []));
  }

  function drawMaps(k) {
    const place = places[k], run = runs?.[k], view = now(k), { hidden } = setups()[k];
    const maps = looked(run, view), across = hidden === 1 ? 1 : Math.ceil(Math.sqrt(hidden));
    if (place.grid?.count !== hidden) {
      const focus = place.maps.contains(document.activeElement);
      place.grid = { count: hidden, ...cellGrid(`maps-${place.name}`, `Maps of network ${place.name}`, hidden, across, (neuron) => change({ neuron: Math.min(neuron, fewest() - 1) })) };
      place.maps.replaceChildren(place.grid.element);
      keepKeys(place.maps);
      if (focus) place.grid.element.focus();
    }
    const tiles = Array.from({ length: hidden }, (_, h) => pictureAt(maps, h));
    paintTiles(place.grid.canvas, tiles, [SIDE, SIDE], across, signed(maxAbs(maps)));
    place.grid.set(state.neuron, (j) => `neuron ${j}`);
  }

  function drawNeuron(k) {
    const own = pictureAt(looked(runs?.[k], now(k)), state.neuron);
    paint(places[k].large, own, SIDE, signed(maxAbs(own)));
  }

  function drawNumbers(k) {
    const place = places[k], run = runs?.[k], view = now(k), { hidden, digits: of } = setups()[k];
    const found = run?.moments.length ? measured(run, view) : null;
    setText(place.words, found ? `${percent(found.right)} right, smoothness ${two(found.smooth)}` : "before training");
    const own = pictureAt(looked(run, view), state.neuron);
    place.large.setAttribute("aria-label", `The map of neuron ${state.neuron} in network ${place.name}: ${mapWords(own, SIDE)}.`);
    setText(place.neuron, String(state.neuron));
    const outgoing = of.map((_, c) => view.W2[c * hidden + state.neuron]), names = of.map(String);
    if (place.names !== names.join()) {
      place.names = names.join();
      place.bars = bars(`outgoing-${place.name}`, names, null, formatSigned);
      place.out.replaceChildren(note("Its weights to the outputs"), place.bars.element);
    }
    const most = maxAbs(outgoing);
    place.bars.set(outgoing, state.neuron, -1, -most, most);
  }

  /** Accuracy and smoothness of what is on screen: without its start, or masked, a network is another one. */
  function measured(run, view) {
    if ((view.live && !run.resting) || !(state.without_start || state.inked || state.blurred)) return view;
    const key = `${view.step} ${state.without_start} ${state.inked} ${state.blurred}`;
    run.known ??= new Map();
    if (!run.known.has(key)) {
      const maps = looked(run, view);
      run.known.set(key, { ...evaluate(run.setup, weightsOf(view, maps), run.test), smooth: smoothness(maps, run.where) });
    }
    return run.known.get(key);
  }

  /** What the book claims of this experiment, measured of what is on screen; while it trains there is no time for it. */
  function drawClaims(name, views) {
    const ready = !working() && runs?.every((run) => run.moments.length), key = `${name} ${ready ? views.map(({ step }) => step) : ""}`;
    if (key === claims.dataset.key) return;
    claims.dataset.key = key;
    claims.style.visibility = ready ? "" : "hidden"; // it has its room already
    const sides = ready ? runs.map(({ setup, moments, learned, where, epoch }, k) => (
      { setup, moment: views[k], maps: views[k].maps, start: moments[0].maps, learned, where, epoch })) : [];
    claims.replaceChildren(...(MEASURES[name] ?? []).map(({ replication, names, format = formatNumber, of }) => {
      const found = ready ? of(...sides) : [0, 0], one = bars("measure", names, null, format);
      one.element.dataset.replication = replication;
      one.set(found, 0, -1, Math.min(0, ...found), Math.max(format === percent ? 1 : 0, ...found));
      return one.element;
    }));
  }

  const when = (run, step) => (step < run.epoch || !run.epoch ? `step ${step}` : `epoch ${(step / run.epoch).toFixed(step % run.epoch ? 1 : 0)}`);

  function outcome(views) {
    const lost = runs?.findIndex((run) => run.overflow) ?? -1;
    if (lost >= 0) return `The weights of ${"AB"[lost]} overflowed at step ${runs[lost].overflow}, so it stopped there. What is shown is its last good moment. Try a smaller learning rate η.`;
    if (!runs?.every((run) => run.moments.length)) return "Press Start: two networks learn side by side, from the same images in the same order.";
    const [a, b] = views, [one, other] = views.map((view, k) => measured(runs[k], view)), start = runs[0].moments[0];
    const seen = [state.without_start && "without the start", state.inked && "on inked pixels only", state.blurred && "blurred"].filter(Boolean).join(", ");
    const how = seen ? ", with maps " + seen : "";
    const alike = fewest() === 1 ? ` The maps of the first neurons correlate ${two(likeness(views))} over inked pixels.` : "";
    return `At ${when(runs[0], a.step)}${how}, A is right on ${percent(one.right)} and B on ${percent(other.right)} of the held-out images. ` +
      `Smoothness of the maps: ${two(one.smooth)} and ${two(other.smooth)}; A’s was ${two(start.smooth)} before training. ` +
      `Likeness of the trained maps to their start: ${liked(0, a)} and ${liked(1, b)}.${alike}${caveats([one, other])}`;
  }

  /** What a share of right answers hides: that guessing reaches it, and digits that are never the answer. */
  function caveats(found) {
    const guess = found.map(({ right }, k) => isGuess(right, setups()[k].digits.length, runs[k].test.labels.length));
    const never = found.map((one, k) => (guess[k] || !one.never.length ? "" : ` ${"AB"[k]} never answers ${anyOf(one.never.map((c) => setups()[k].digits[c]))}.`));
    const who = guess.every(Boolean) ? " Neither is" : guess[0] ? " A is no" : " B is no";
    return (guess.some(Boolean) ? `${who} better than guessing.` : "") + never.join("");
  }

  /** How alike maps are to their start; from zero there is nothing to be like. */
  function liked(k, { like }) {
    return setups()[k].hidden_scale ? two(like) : "none, for it had none";
  }

  function likeness(views) {
    const [one, other] = views.map((view, k) => chosen(pictureAt(looked(runs[k], view), 0), runs[0].where));
    return correlation(one, other);
  }

  /* Once more with other seeds */

  async function manySeeds() {
    pause();
    if (asked || !(await ready())) return;
    const found = [], first = state.a.seed, both = (asked = setups()), at = performance.now();
    redraw();
    for (let k = 1; k <= SEEDS; k++) {
      const each = k > 1 ? (performance.now() - at) / (k - 1) : state.epochs * pace, left = (SEEDS + 1 - k) * each;
      status.set(`Seed ${k} of ${SEEDS} …` + (left > SOON ? ` ${about(left)} left.` : ""));
      found.push(await Promise.all(both.map((setup) => lastOf({ ...setup, seed: (first + k) % 100 }))));
      if (asked !== both) return;
    }
    status.set("");
    asked = null;
    strip = seedStrip(found, first);
    redraw();
  }

  function stopSeeds() {
    [...alive].filter((run) => !runs?.includes(run)).forEach(stop);
    asked = null;
    status.set("Stopped.");
    redraw();
  }

  /** The last moment of a run from start to end. */
  function lastOf(setup) {
    return new Promise((done) => {
      const run = runOf(setup, () => {
        if (under(run) || !run.resting) return;
        stop(run);
        done({ ...run.moments.at(-1), overflow: run.overflow });
      });
      train(run, state.epochs * stepsOf(setup));
    });
  }

  /* Go on from there */

  const kept = (k) => {
    if (runs?.[k].moments.length) return viewed(runs[k], k);
    status.set("Train first: there is no network yet.");
    return null;
  };

  function download(k) {
    const view = kept(k);
    if (!view) return;
    const { hidden, digits: of, activation, outputs } = setups()[k];
    const bytes = npz({
      W1: { shape: [hidden, PIXELS], values: view.maps }, b1: { shape: [hidden], values: view.b1 },
      W2: { shape: [of.length, hidden], values: view.W2 }, b2: { shape: [of.length], values: view.b2 },
      activations: { shape: [2], values: [activation, outputs] },
    });
    const name = `lab-${"ab"[k]}-step-${view.step}.npz`;
    saveFile(new Blob([bytes]), name);
    status.set(`Downloaded ${name}. The workbench’s drop zone and weightmaps.interop.read open it.`);
  }

  function showCode() {
    code.hidden = false;
    const words = (setup) => Object.entries(setup).map(([name, value]) => `${name}=${pythonOf(value)}`).join(", ");
    const other = Object.keys(state.b).length ? `replace(a, ${words(state.b)})` : "a";
    setText(code, `from dataclasses import replace\n\nfrom weightmaps import training\n\na = training.Setup(${words(state.a)})\nb = ${other}\n` +
      `network_a, network_b = (training.lab(setup, epochs=${state.epochs}) for setup in (a, b))`);
    navigator.clipboard?.writeText(code.textContent).then(() => status.set("Copied."), () => {});
  }

  async function openExplorer() {
    const views = [kept(0), kept(1)], both = setups();
    if (!views.every(Boolean)) return;
    const same = both[0].hidden === both[1].hidden && both[0].activation === both[1].activation && both[0].outputs === both[1].outputs && String(both[0].digits) === String(both[1].digits);
    const setup = both[0], { held } = imagesOf(setup, digits), count = held.labels.length;
    const numbers = (same ? views : views.slice(0, 1)).flatMap((view) => [view.maps, view.b1, view.W2, view.b2]).map((part) => Float32Array.from(part));
    const url = URL.createObjectURL(new Blob([await fetched("_late_explorer")], { type: "text/javascript" }));
    const { default: widget } = await import(url).finally(() => URL.revokeObjectURL(url));
    const own = {
      _network: { sizes: [PIXELS, setup.hidden, setup.digits.length], activations: [setup.activation, setup.outputs], steps: [], name: "A", others: same ? ["B"] : [],
        outputs: setup.digits.map(String), unit: null, data: await deflated(numbers) },
      _images: { dtype: "uint8", shape: [SIDE, SIDE], labels: Array.from(held.labels), data: await deflated([held.bytes]) },
      neuron: state.neuron, output: 0, sample: 0, layer: 1, step: null, other: same ? "B" : null, view: same ? "compare" : "one",
      scales: "separate", rank_by: "weight", colour_by: "activation", sorted: false, ablated: [], pixels: null, panels: PANELS,
    };
    const inner = element("div");
    explorer.replaceChildren(inner);
    await widget.render({ model: { get: (name) => own[name], set: (name, value) => (own[name] = value), on() {}, off() {}, save_changes() {} }, el: inner });
    status.set(`${same ? "A and B, side by side, are" : "A is"} in the explorer below, with ${count.toLocaleString("en")} held-out images.`);
    inner.scrollIntoView({ block: "nearest" });
  }

  /* Life */

  function update(run) {
    redraw([runs.indexOf(run)], !working() || performance.now() > written + WORDS_LAST);
    if (working() || !runs.every(({ maps, resting }) => maps && resting)) return;
    const epochs = (runs[0].step - began.step) / runs[0].epoch;
    if (epochs) pace = (performance.now() - began.at) / epochs;
    // A kernel, where there is one, is told what came out.
    const parts = runs.flatMap(({ maps, moments }) => [maps, ...["b1", "W2", "b2"].map((name) => Float32Array.from(moments.at(-1)[name]))]);
    const history = runs.map(({ moments }) => moments.map(({ step, right, cost, smooth, like }) => ({ step, right, cost, smooth, like })));
    model.send?.({ history }, undefined, parts.map((part) => part.buffer));
  }

  /** Draw some networks' pictures anew as there is time, and unless they only move on, words, controls, numbers, curves and claims. */
  function redraw(which = [0, 1], words = true) {
    const pictures = which.flatMap((k) => places[k].pictures);
    for (const part of words ? [drawWords, ...pictures, ...places.map(({ numbers }) => numbers), drawResults] : pictures) stale.add(part);
    drawn.start(drawing());
  }

  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    away = !isIntersecting;
    attend();
  });
  observer.observe(root);
  document.addEventListener("visibilitychange", attend);

  const deafen = listen(model, STATE, (name) => {
    if (JSON.stringify(state[name]) === JSON.stringify(model.get(name))) return;
    state[name] = model.get(name);
    if (name === "a" || name === "b") reset();
    redraw();
  });
  root.prepend(link.note.element);
  link.read();
  keepKeys(root);
  redraw();
  drawn.stop(); // here it need not wait for frames
  await unhurried(drawing());
  return () => {
    reset();
    drawn.stop();
    observer.disconnect();
    document.removeEventListener("visibilitychange", attend);
    link.stop();
    deafen();
    root.remove();
  };
}

/** A value as Python writes it. */
function pythonOf(value) {
  if (Array.isArray(value)) return `(${value.join(", ")},)`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
}

/** Bytes as a widget's payload has them. @param {ArrayBufferView[]} parts */
async function deflated(parts) {
  const whole = new Blob(parts);
  if (typeof CompressionStream === "undefined") return stored(new Uint8Array(await whole.arrayBuffer()));
  const stream = whole.stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export default { render };
