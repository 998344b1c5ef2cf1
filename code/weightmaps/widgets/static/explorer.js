// The explorer: keeps one state in step with the model, and draws it.

import { ablatePanel, switchedWords } from "./ablate.js";
import { drawPanel } from "./draw.js";
import { pieces, unhurried } from "./frames.js";
import { ledgerPanel } from "./ledger.js";
import { effectivePanel, inputPanel, outgoingPanel, outputsPanel, productPanel, targetOf, verdict, weightMapPanel, withArticle } from "./panels.js";
import { argmax } from "./maths.js";
import { announcer, button, choice, element, formatNumber, formatSigned, keepKeys, listen, select, setText, slider, widgetRoot } from "./parts.js";
import { findPanel, hiddenPanel, mapsPanel, topPanel } from "./ranks.js";
import { responsesPanel } from "./responses.js";
import { share } from "./share.js";
import { isValidState, load, viewsOf, STATE } from "./view.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View @typedef {import("./view.js").State} State */

const SAY_AFTER = 500; // milliseconds without a change before screen readers are told
const REST = 100; // milliseconds without a change before the panels off screen follow
const NEAR = "100px 0px"; // beyond the screen's edges
const SURE = 0.9; // an answer from which on, with no other half as active, the network is called sure
const STEP_LASTS = 600; // milliseconds that each step is shown while playing

/**
 * `needs` are the states that a panel's picture depends on: their controls are shown. A panel that needs `step` shows a
 * network, and stands twice where two are compared. One that `surveys` shows what the network does to all images.
 * @type {Record<string, {needs: (view: View) => string[], surveys?: boolean,
 *   build: (data: Data, update: Function, view: View) => {element: HTMLElement, draw: (view: View) => Iterable<void> | void}}>}
 */
const PANELS = {
  draw: { needs: () => ["sample"], build: drawPanel },
  input: { needs: () => ["sample"], build: inputPanel },
  hidden: { needs: () => ["sample", "neuron", "step"], build: hiddenPanel },
  find: { needs: () => ["sample", "neuron", "output", "step"], build: findPanel },
  outputs: { needs: () => ["sample", "output", "step"], build: outputsPanel },
  weight_map: { needs: () => ["neuron", "step"], build: weightMapPanel },
  effective: { needs: () => ["sample", "neuron", "step"], build: effectivePanel },
  product: { needs: () => ["sample", "neuron", "step"], build: productPanel },
  top: { needs: ranked, build: topPanel },
  maps: { needs: () => ["neuron", "step"], build: mapsPanel },
  ledger: { needs: () => ["sample", "neuron", "output", "step"], build: ledgerPanel },
  outgoing: { needs: () => ["neuron", "output", "step"], build: outgoingPanel },
  responses: { needs: () => ["neuron", "step"], surveys: true, build: responsesPanel },
  ablate: { needs: ranked, surveys: true, build: ablatePanel },
};

/** What a ranking depends on. @param {View} view */
function ranked({ rank_by }) {
  return ["neuron", "output", "step", ...(["weight", "removal"].includes(rank_by) ? [] : ["sample"])];
}

/** "the largest", "the 2nd largest", … */
function ordinal(place) {
  const ending = { 1: "st", 2: "nd", 3: "rd" }[place % 100 > 10 && place % 100 < 14 ? 0 : place % 10] ?? "th";
  return place === 1 ? "the largest" : `the ${place}${ending} largest`;
}

/** What the network makes of a drawing, where neuron and output are those that its answer rests on most; else nothing. @param {Data} data @param {View} view */
function drawingWords(data, { pixels, last, neuron, output, answer, contributions, y }) {
  if (!pixels || !last || data.singleOutput || output !== answer || neuron !== argmax(contributions)) return null;
  const sure = y[answer] >= SURE && y.every((v, k) => k === answer || v < y[answer] / 2);
  return `The network ${sure ? "is sure" : "guesses"}: you drew ${withArticle(data.outputs[answer])}. Neuron ${neuron} pushed hardest for it.`;
}

/** The state in sentences. @param {Data} data @param {View} view @param {Set<string>} needs */
function sentences(data, view, needs) {
  const { neuron, contributions } = view, target = targetOf(data, view);
  const w = view.outgoing[neuron], own = contributions[neuron], count = contributions.length;
  const parts = [], whose = view.peers.length > 1 ? `${data.titles[view.index]}: neuron` : "Neuron";
  const off = view.factor === 1 ? "" : view.factor ? `, which is multiplied by ${view.factor}` : ", but is switched off";
  const drawn = view.peers.length < 2 && needs.has("sample") && needs.has("output") && drawingWords(data, view);
  if (needs.has("sample")) {
    parts.push(drawn || `${whose} ${neuron} answers ${formatNumber(view.answers[neuron])} to this ${view.label ?? (view.pixels ? data.drawing : data.thing)}${off}.`);
  }
  if (needs.has("output")) {
    const place = contributions.reduce((sum, v) => sum + (v > own), 1);
    const adds = needs.has("sample") ? `, so it adds ${formatSigned(own)} to the sum z of ${target}` : "";
    const among = adds && own && count > 1 && !drawn ? `: ${ordinal(place)} of ${count}` : "";
    parts.push((adds ? "Its weight" : `The weight of neuron ${neuron}`) + ` to ${target} is ${formatSigned(w)}${adds}${among}.`);
  }
  if (!parts.length) parts.push(`${whose} ${neuron}: ${view.weights.length} weights, bias ${formatSigned(view.bias)}.`);
  return parts;
}

/** What came of the reader's choices, before all else that is said. @param {Data} data @param {View} view @param {Set<string>} asked */
function outcomes(data, view, asked, panels) {
  const said = [], has = (name) => asked.has(name);
  if (has("ablated") && panels.some(({ name }) => name === "ablate")) said.push(switchedWords(data, view));
  if (["sample", "pixels", "ablated", "step"].some(has)) said.push(verdict(data, view));
  return said;
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
export async function render({ model, el }) {
  const root = widgetRoot(el, "Explorer");
  let data;
  try {
    data = await load(model.get("_network"), model.get("_images"));
  } catch (error) {
    const reason = error.message.startsWith("its ") ? error.message : "its data is damaged";
    root.append(element("p", { class: "wm-trouble", "data-part": "trouble" }, `This explorer cannot be shown: ${reason}.`));
    return () => root.remove();
  }
  const stop = await unhurried(start(data, model, root));
  return () => {
    stop();
    root.remove();
  };
}

/** Build the explorer in `root`, part by part, none of which is seen before all are there; returns what stops it. */
export function* start(data, model, root) {
  yield;
  /** @type {State} */
  const state = Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  if (!isValidState(data, state)) throw new Error("its state does not fit its network");
  const layers = data.sizes.length - 2, { steps } = data;
  const lasting = {};
  let views = viewsOf(data, state), panels = [], timer = 0, late = 0, playing = 0, turns = 0, built = "", lines = 0, opening = true, stale = false, chosen = false;

  const play = button("play", "Play", () => {
    if (playing) return pause();
    if (state.step === steps.at(-1)) update({ step: steps[0] });
    setText(play, "Pause");
    playing = setInterval(() => {
      const [next, after] = steps.slice(steps.indexOf(state.step) + 1);
      if (next !== undefined) update({ step: next });
      if (after === undefined) pause();
    }, STEP_LASTS);
  });
  const choices = {
    view: choice("Show", [["one", "one network"], ["compare", "two side by side"]], (view) => update({ view })),
    other: select("other", "Beside it", data.keys.map((_, i) => String(i)).filter((i) => data.keys[i] !== null), (i) => update({ other: data.keys[i] })),
    scales: choice("Scales", [["shared", "the same for all networks"], ["separate", "each its own"]], (scales) => update({ scales })),
  };
  const sliders = {
    sample: slider("sample", data.features ? "Sample" : "Image", 0, data.images.length - 1, (sample) => update({ sample, pixels: null })),
    layer: choice(
      "Hidden layer", Array.from({ length: layers }, (_, i) => [String(i + 1), `${i + 1} (${data.sizes[i + 1]} neurons)`]),
      (layer) => update({ layer: Number(layer) }),
    ),
    neuron: slider("neuron", "Neuron", 0, 0, (neuron) => update({ neuron })),
    output: slider("output", "Output", 0, 0, (output) => update({ output })),
    step: slider("step", "Training step", 0, steps.length - 1, (k) => update({ step: steps[k] })),
  };
  const controls = { ...choices, ...sliders };
  controls.step.element.append(play);
  controls.step.element.classList.add("wm-played");

  function pause() {
    clearInterval(playing);
    playing = 0;
    setText(play, "Play");
  }

  const shown = element("p", { class: "wm-sentence", "data-part": "sentence" });
  const say = announcer(), asked = new Set(); // what the reader has changed since the last word
  const places = element("div", { class: "wm-panels" });
  const row = (name, some) => element("div", { class: name }, ...Object.values(some).map((one) => one.element));
  root.append(row("wm-choices", choices), row("wm-sliders", sliders), shown, places);

  /** Set a part of the state; an equal value counts, too: it may be newer than a stroke that waits for its frame. */
  function set(name, value) {
    if (name === "pixels") lasting.draw?.overrule();
    state[name] = value;
  }

  /** The reader chose something: a part of the state, or a function of the view that returns one; `side` says which view. */
  function update(change, side = 0) {
    const view = viewsOf(data, state)[side]; // what is on screen may be a choice behind
    const next = typeof change === "function" ? change(view) : change;
    if ("layer" in next && next.layer !== state.layer) Object.assign(next, withinLayer({ ...state, ...next }));
    else if ("output" in next && !("neuron" in next) && panels.some((one) => one.name === "top")) {
      // Stay at the same rank.
      next.neuron = viewsOf(data, { ...state, ...next })[side].order()[view.order().indexOf(view.neuron)];
    }
    if (next.pixels === null) chosen = false;
    else if ("neuron" in next || "output" in next) chosen = true;
    else if (next.pixels && !chosen) Object.assign(next, hardest({ ...state, ...next }, side));
    for (const [name, value] of Object.entries(next)) {
      if (state[name] !== value) asked.add(name);
      set(name, value);
      model.set(name, value);
    }
    model.save_changes();
    redraw();
  }

  /** For a drawing, until the reader chooses for themselves: the answer, and the neuron that pushes hardest for it. */
  function hardest(drawn, side) {
    if (drawn.layer !== layers || data.singleOutput) return {};
    const output = viewsOf(data, drawn)[side].answer;
    return { output, neuron: argmax(viewsOf(data, { ...drawn, output })[side].contributions) };
  }

  /** Neuron and output where the layer has them, else the first. */
  function withinLayer({ layer, neuron, output }) {
    return { neuron: neuron < data.sizes[layer] ? neuron : 0, output: output < data.sizes[layer + 1] ? output : 0 };
  }

  /** Two of a kind, side by side, each with the name of its network. */
  function paired(name, made) {
    for (const one of made) {
      one.which = element("span", { class: "wm-which", "data-part": "which" });
      one.element.querySelector(".wm-title").append(one.which);
    }
    return element("div", { class: `wm-pair wm-pair-${name}` }, ...made.map((one) => one.element));
  }

  /** Build all panels, one by one. */
  function* build() {
    const { part, index } = places.contains(document.activeElement) ? document.activeElement.dataset : {};
    const sides = state.view === "compare" ? [0, 1] : [0];
    panels = [];
    places.replaceChildren();
    for (const name of model.get("panels")) {
      yield;
      const { needs, build: make } = PANELS[name];
      if (!needs(views[0]).includes("step")) {
        // A drawing outlives another layer or another view.
        const one = (lasting[name] ??= { name, needs, side: 0, ...make(data, update, views[0]) });
        panels.push(one);
        places.append(one.element);
        continue;
      }
      const made = sides.map((side) => ({ name, needs, side, ...make(data, (change) => update(change, side), views[0]) }));
      panels.push(...made);
      places.append(sides.length > 1 ? paired(name, made) : made[0].element);
    }
    if (part) places.querySelector(`[data-part="${part}"]` + (index ? `[data-index="${index}"]` : ""))?.focus();
    controls.neuron.setLast(data.sizes[state.layer] - 1);
    controls.output.setLast(data.sizes[state.layer + 1] - 1);
    controls.output.element.firstChild.textContent = state.layer === layers ? "Output" : "Neuron of the next layer";
    keepKeys(root);
  }

  const sight = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      const one = panels.find(({ element }) => element === target);
      if (!one) continue;
      one.away = !isIntersecting;
      if (one.behind && isIntersecting) Array.from(bring(one));
    }
  }, { rootMargin: NEAR });

  /** Bring a panel up to the state. */
  function* bring(one) {
    owed = false;
    one.turn = ++turns;
    if (PANELS[one.name].surveys) yield* views[one.side].precomputeFirstLayer();
    yield* one.draw(views[one.side]) ?? [];
    if (one.which) setText(one.which, data.titles[views[one.side].index]);
    one.behind = false;
  }

  /** Bring those up that are behind, one after the other. */
  function* bringAll(some = panels) {
    for (const one of some) {
      if (!one.behind) continue;
      yield* bring(one);
      yield;
    }
  }

  const drawn = pieces();
  let owed = false; // whether the next change took the panels' turn

  function complete() {
    drawn.finish();
    Array.from(bringAll());
  }
  addEventListener("beforeprint", complete);

  const kind = () => `${state.layer} ${state.view} ${model.get("panels")}`;

  /** Draw everything, part by part; of panels that are built already, those on screen, and the others once the reader rests. */
  function* drawing() {
    views = viewsOf(data, state);
    const now = kind(), anew = built !== now;
    if (anew) {
      sight.disconnect();
      yield* build();
    }
    built = now;
    if (anew) yield;
    const [view] = views;
    const needs = new Set(panels.flatMap((one) => one.needs(view)));
    if (needs.has("neuron")) needs.add("layer");
    if (needs.has("step")) needs.add("view");
    if (needs.has("view") && state.view === "compare") needs.add("other").add("scales");
    const counts = {
      sample: data.images.length, layer: layers, neuron: data.sizes[state.layer], output: data.sizes[state.layer + 1], step: steps.length,
    };
    for (const [name, control] of Object.entries(controls)) {
      control.element.hidden = (counts[name] ?? data.keys.length) < 2 || !needs.has(name);
    }
    if (controls.step.element.hidden) pause();
    controls.sample.set(view.sample, view.pixels ? `your ${data.drawing}` : view.sample + (view.label === null ? "" : `, label ${view.label}`));
    controls.layer.set(String(view.layer));
    controls.neuron.set(view.neuron, String(view.neuron));
    controls.output.set(view.output, data.targetsOf(view.layer)[view.output]);
    if (steps.length) controls.step.set(steps.indexOf(view.step), data.titles[view.index]);
    controls.view.set(view.view);
    controls.other.set(String(data.keys.indexOf(view.other)), data.titles);
    controls.scales.set(view.scales);
    const said = views.flatMap((one) => sentences(data, one, needs));
    setText(shown, said.join(" "));
    if (said.length !== lines) shown.style.setProperty("--wm-said", (lines = said.length)); // else all is styled anew
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!lasting.draw?.isDrawing()) { // else the answer is said once the pen is lifted
        if (asked.size) say([...outcomes(data, view, asked, panels), shown.textContent].join(" "));
        asked.clear();
      }
      keep.write();
    }, SAY_AFTER);
    for (const one of panels) one.behind = true;
    if (!owed) {
      owed = true;
      yield;
    }
    // First the panel that is worked, then the one that has waited longest: while a key is held, few have their turn at each change.
    const turn = (one) => (one.element.contains(document.activeElement) ? 0 : one.turn ?? 0);
    yield* bringAll(panels.filter((one) => !one.away).sort((a, b) => turn(a) - turn(b)));
    if (anew) for (const one of panels) sight.observe(one.element);
    late = setTimeout(() => drawn.start(bringAll()), REST);
  }

  function* redrawing() {
    if (!isValidState(data, state)) yield* bringAll(); // a kernel sends what belongs together one by one
    else if (built === kind()) yield* drawing();
    else Array.from(drawing()); // panels that are built anew are seen at once
  }

  function redraw() {
    clearTimeout(late); // else the panels off screen could take the place of this change
    if (opening) stale = true;
    else drawn.start(redrawing());
  }

  const deafen = listen(model, [...STATE, "panels"], (name) => {
    if (name !== "panels") {
      if (state[name] === model.get(name)) return;
      set(name, model.get(name));
    }
    redraw();
  });

  const keep = share({ data, state, root, view: () => viewsOf(data, state)[0], set: update, isValidState, complete });
  function stop() {
    keep.stop();
    drawn.stop();
    clearTimeout(timer);
    clearTimeout(late);
    sight.disconnect();
    removeEventListener("beforeprint", complete);
    pause();
    deafen();
  }
  root.classList.add("wm-opening");
  try {
    yield* drawing();
  } catch (error) {
    stop(); // what cannot be drawn must not come to life by a link
    throw error;
  }
  root.classList.remove("wm-opening");
  opening = false;
  asked.clear();
  if (stale) redraw();
  return stop;
}

export default { render };
