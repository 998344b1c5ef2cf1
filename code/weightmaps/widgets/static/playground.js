// The playground of two inputs: keeps one state in step with the model, trains, and draws it.

import { descend, measure } from "./descent.js";
import { forward, maxAbs } from "./maths.js";
import { ink, paint, paintTiles, signed } from "./paint.js";
import { announcer, button, cellGrid, choice, element, keepKeys, listen, numberPlace, panel, formatNumber, percent, scale, slider, svgElement, formatSigned, setText, widgetRoot } from "./parts.js";
import { acrossThePlane, arrowPath, border, dots, lineOf, linePath, overlay, planePicture, PLANE_SIDE } from "./pictures.js";
import { layersOf, points, randomStart } from "./plane.js";

const STATE = ["data", "noise", "seed", "hidden", "scale", "l2", "neuron", "weights", "bias", "step"];
const AFRESH = ["data", "noise", "seed", "hidden", "scale"]; // a change of these starts again
const DATA = [["blobs", "two blobs"], ["xor", "XOR"], ["ring", "ring"], ["spiral", "spiral"]];
const SCALES = [0, 0.01, 0.03, 0.1, 0.3, 1, 2, 3, 5, 10];
const WEIGHTS = [["w1", "Weight to x₁", 0], ["w2", "Weight to x₂", 1], ["b", "Bias", 2], ["v", "Outgoing weight", 3]];
const LAST = 1000; // steps, after which training stops by itself
const PER_FRAME = 5;
const STILL = 1e-9; // a step that moves nothing further than this is the last
const SAY_AFTER = 500; // milliseconds without a change before screen readers are told
const SIDES = ["right", "upper right", "top", "upper left", "left", "lower left", "bottom", "lower right"];

/** @param {{model: any, el: HTMLElement}} place @returns {() => void} */
function render({ model, el }) {
  const root = widgetRoot(el, "Playground", "wm wm-playground");
  const state = Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let net, learn, test, costs, grid, lines, frame = 0, running = 0, timer = 0, why = "", asked = false;

  /** The data and the network that the state tells of. */
  function prepare() {
    learn = points(state.data, state.noise, state.seed);
    test = points(state.data, state.noise, state.seed, true);
    net = state.weights ? { rows: state.weights, bias: state.bias } : randomStart(state.hidden, state.scale, state.seed);
    costs = [];
    why = "";
  }

  /** The reader changed something. @param {Partial<typeof state>} change */
  function update(change) {
    asked = true;
    if (AFRESH.some((name) => name in change)) {
      change = { neuron: Math.min(state.neuron, (change.hidden ?? state.hidden) - 1), ...change, weights: null, bias: 0, step: 0 };
    }
    Object.assign(state, change);
    if ("weights" in change && !change.weights) prepare();
    for (const [name, value] of Object.entries(change)) model.set(name, value);
    model.save_changes();
    redraw();
  }

  /** Tell the model where training has come to. */
  function keep() {
    update({ weights: net.rows, bias: net.bias, step: state.step });
  }

  function advance() {
    const before = net;
    net = descend(net, learn, state.l2);
    state.step++;
    const moved = net.rows.flatMap((row, j) => row.map((w, k) => Math.abs(w - before.rows[j][k])));
    if (Math.max(...moved) < STILL) why = " Nothing moves any more.";
    else if (state.step % LAST === 0) why = ` Training stops every ${LAST} steps.`;
  }

  function run() {
    running = requestAnimationFrame(run);
    for (let i = 0; i < PER_FRAME && !why; i++) advance();
    if (why) pause();
    else if (!calm.matches) draw();
  }

  function pause() {
    if (!running) return;
    cancelAnimationFrame(running);
    running = 0;
    keep();
  }

  const train = button("train", "Train", () => {
    if (running) return pause();
    why = "";
    running = requestAnimationFrame(run);
    redraw();
  });
  const once = button("step", "One step", () => {
    pause();
    why = "";
    advance();
    keep();
  });
  const again = button("again", "Start again", () => {
    pause();
    update({ weights: null, bias: 0, step: 0 });
  });

  const controls = {
    data: choice("Data", DATA, (data) => update({ data })),
    noise: slider("noise", "Noise", 0, 20, (k) => update({ noise: k / 20 })),
    seed: slider("seed", "Seed", 0, 99, (seed) => update({ seed })),
    hidden: slider("hidden", "Hidden neurons", 1, 8, (hidden) => update({ hidden })),
    scale: slider("scale", "Starting scale", 0, SCALES.length - 1, (k) => update({ scale: SCALES[k] })),
    l2: slider("l2", "L2 penalty λ", 0, 20, (k) => update({ l2: k / 20 })),
  };
  const weights = WEIGHTS.map(([name, label, k]) => slider(name, label, -200, 200, (tenths) => {
    pause();
    const rows = net.rows.map((row, j) => (j === state.neuron ? row.map((w, i) => (i === k ? tenths / 10 : w)) : row));
    net = { ...net, rows };
    keep();
  }));

  const shown = element("p", { class: "wm-sentence", "data-part": "sentence" });
  const say = announcer();
  shown.style.setProperty("--wm-said", "2.5");
  const tileScale = scale(), sumScale = scale(), gridPlace = element("div");
  const sum = planePicture("The output’s sum z over the plane, red above zero and blue below, with the dots to learn.", [
    "wm-border wm-halo", "wm-border", "wm-dots0 wm-halo", "wm-dots0", "wm-dots1 wm-halo", "wm-dots1",
  ]);
  const one = planePicture("The chosen neuron’s activation over the plane, dark where it is near 1.", [
    "wm-border wm-halo", "wm-border", "wm-soft", "wm-arrow wm-halo", "wm-arrow",
  ]);
  const title = element("span"), bias = numberPlace("bias", formatSigned), cost = numberPlace("cost");
  const chart = svgElement("svg"), fall = svgElement("polyline", { class: "wm-line" });
  chart.setAttribute("preserveAspectRatio", "none");
  chart.setAttribute("aria-hidden", "true");
  chart.append(fall);
  const lastStep = element("span");
  const chosen = panel("one", "Neuron ", element("div", { class: "wm-card2" },
    element("div", {}, one.element, element("p", { class: "wm-note" }, "Dark: near 1. Line: z = 0. Dashed: z = ±2. The arrow is its weights’ direction.")),
    element("div", { class: "wm-sliders" }, ...weights.map((slide) => slide.element))));
  chosen.querySelector(".wm-title").append(title);
  root.append(
    controls.data.element,
    element("div", { class: "wm-sliders" }, ...Object.values(controls).slice(1).map((control) => control.element)),
    element("div", { class: "wm-buttons" }, train, once, again), shown,
    element("div", { class: "wm-panels" },
      panel("neurons", "What each neuron adds", gridPlace, tileScale.element),
      panel("sum", "Their sum, z", sum.element, sumScale.element,
        element("p", { class: "wm-note" }, "with the output’s bias ", bias.element, "; the line is z = 0")),
      chosen,
      panel("cost", "Cost", chart, element("div", { class: "wm-ends" }, element("span", {}, "0"), lastStep),
        element("p", { class: "wm-note" }, "cross-entropy ", cost.element, ", without the penalty"))),
  );

  /** The grid has as many cells as there are neurons. */
  function build() {
    const across = Math.ceil(Math.sqrt(state.hidden)), down = Math.ceil(state.hidden / across);
    const focus = gridPlace.contains(document.activeElement);
    grid = { across, count: state.hidden, ...cellGrid("neurons", "Hidden neurons", state.hidden, across, (neuron) => update({ neuron })) };
    lines = Array.from({ length: state.hidden }, (_, j) => {
      const over = overlay(["wm-border wm-halo", "wm-border"]);
      over.svg.style.left = `${((j % across) / across) * 100}%`;
      over.svg.style.top = `${(Math.floor(j / across) / down) * 100}%`;
      over.svg.style.width = `${100 / across}%`;
      over.svg.style.height = `${100 / down}%`;
      grid.element.append(over.svg);
      return over.set;
    });
    gridPlace.replaceChildren(grid.element);
    if (focus) grid.element.focus();
    keepKeys(root);
  }

  function draw() {
    frame = 0;
    if (net.rows.length !== state.hidden || state.neuron >= state.hidden) return; // a kernel sends what belongs together one by one
    if (grid?.count !== state.hidden) build();
    const { rows } = net, layers = layersOf(rows, net.bias), view = acrossThePlane(layers), row = rows[state.neuron];
    const shareOf = (data) => measure(data.X.map((x) => forward(layers, x).z[1][0]), data.y);
    const now = shareOf(learn), limit = maxAbs(rows.map((r) => r[3]));
    if (costs.at(-1)?.[0] !== state.step) costs.push([state.step, now.cost]);
    else costs.splice(-1, 1, [state.step, now.cost]);

    controls.data.set(state.data);
    controls.noise.set(Math.round(20 * state.noise), state.noise.toFixed(2));
    controls.seed.set(state.seed, String(state.seed));
    controls.hidden.set(state.hidden, String(state.hidden));
    controls.scale.set(SCALES.filter((s) => s <= state.scale).length - 1, String(state.scale));
    controls.l2.set(Math.round(20 * state.l2), state.l2.toFixed(2));
    weights.forEach((slide, k) => slide.set(Math.round(10 * row[k]), formatSigned(row[k])));
    setText(train, running ? "Pause" : "Train");

    const tiles = rows.map((r, j) => Float64Array.from(view.activations[j], (a) => r[3] * a));
    paintTiles(grid.canvas, tiles, [PLANE_SIDE, PLANE_SIDE], grid.across, signed(limit));
    rows.forEach((r, j) => lines[j](linePath(r), linePath(r)));
    grid.set(state.neuron, (j) => `neuron ${j}, outgoing weight ${formatSigned(rows[j][3])}`);
    tileScale.set(limit);
    const most = maxAbs(view.z), line = border(view.z), zeros = dots(learn, 0), ones = dots(learn, 1);
    paint(sum.canvas, view.z, PLANE_SIDE, signed(most));
    sum.lines(line, line, zeros, zeros, ones, ones);
    sumScale.set(most);
    bias.set(net.bias);
    paint(one.canvas, view.activations[state.neuron], PLANE_SIDE, ink());
    one.lines(linePath(row), linePath(row), linePath(row, 2) + linePath(row, -2), arrowPath(row), arrowPath(row));
    setText(title, String(state.neuron));

    const end = Math.max(LAST, state.step), top = Math.max(...costs.map((c) => c[1]), 0.7);
    chart.setAttribute("viewBox", `0 0 ${end} 100`);
    fall.setAttribute("points", costs.map(([step, v]) => `${step},${(100 * (1 - v / top)).toFixed(2)}`).join(" "));
    setText(lastStep, `step ${end}`);
    cost.set(now.cost);
    shown.dataset.step = String(state.step);
    shown.dataset.rows = JSON.stringify([...rows, net.bias]);
    setText(shown, `Step ${state.step}: ${percent(now.right, 0)} of the ${learn.y.length} dots are right, and ` +
      `${percent(shareOf(test).right, 0)} of ${test.y.length} new ones.${why} ${aboutNeuron(row)}`);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (asked) say(shown.textContent);
      asked = false;
    }, SAY_AFTER);
  }

  function aboutNeuron(row) {
    const { steep, u, v, far } = lineOf(row), name = `Neuron ${state.neuron}`;
    if (steep < 0.005) return `${name} has no direction: it answers the same everywhere.`;
    const way = SIDES[(Math.round((Math.atan2(v, u) / Math.PI) * 4) + 8) % 8];
    return `${name} rises towards the ${way} with steepness ${formatNumber(steep)}; its line is ${formatNumber(Math.abs(far))} from the centre.`;
  }

  function redraw() {
    frame ||= requestAnimationFrame(draw);
  }

  const deafen = listen(model, STATE, (name) => {
    const value = model.get(name);
    if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
    state[name] = value;
    if (name !== "neuron" && name !== "l2" && name !== "step") prepare();
    redraw();
  });

  prepare();
  draw();
  return () => {
    cancelAnimationFrame(running);
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    deafen();
    root.remove();
  };
}

export default { render };
