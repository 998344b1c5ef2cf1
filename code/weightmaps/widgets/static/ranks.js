// The panels of all neurons at once: the grid, coloured and sorted by what the reader asks; the top few; every map.

import { maxAbs, row } from "./maths.js";
import { overPeers, ownScale, scaleWords, spanOf, targetOf } from "./panels.js";
import { ink, paint, paintTiles, signed } from "./paint.js";
import { thumbnail, thumbnailWords } from "./inputs.js";
import { button, canvas, cellGrid, element, mapWords, note, numberPlace, oneStop, panel, peek, formatNumber, select, slider, svgElement, text, formatSigned, setText } from "./parts.js";
import { gridColumns, MEASURES } from "./view.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View */

const STRIP = 8;
const MOST_AT_ONCE = 2e6; // weights that are painted unasked

/** What a measure is, in words. @param {string} name one of MEASURES */
export function measureWords(name, data, view) {
  return {
    weight: `weight to ${targetOf(data, view)}`,
    activation: "activation now",
    contribution: `contribution to ${targetOf(data, view)} now`,
    mean: `mean activation over ${data.thing}s` + (data.singleOutput ? "" : ` ${data.labels ? "of" : "answered"} ${data.outputs[view.digit]}`),
    removal: `${data.thing}s lost without it`,
  }[name];
}

/** A value of a measure in words: images are counted. @param {(v: number) => string} format */
function valueWords(name, value, format = formatSigned) {
  return format(value).replace(name === "removal" ? ".00" : "", "");
}

/** Whether no activation of a layer leaves the range 0 to 1. @param {Data} data */
export function boundedIn(data, layer) {
  return ["sigmoid", "softmax"].includes(data.activations[layer - 1]);
}

/** The colour of each value of a measure, and what it means. @returns {[(v: number) => number, string]} */
function colouring(name, data, view) {
  if (name === "activation" || name === "mean") {
    const bounded = boundedIn(data, view.layer);
    const [low, high] = bounded ? [0, 1] : spanOf(view, (one) => one.measure(name));
    return [ink(low, high), bounded ? "White is 0, black is 1." : `White is ${formatNumber(low)}, black is ${formatNumber(high)}.`];
  }
  const limit = overPeers(view, (one) => maxAbs(one.measure(name)));
  return [signed(limit), `Blue is ${valueWords(name, -limit)}, white is 0, red is ${valueWords(name, limit)}.`];
}

/** The hidden layer as a grid of cells. @param {HTMLElement[]} controls that choose colour and order, if it has any */
function gridPanel(name, controls, data, update, { layer }) {
  const count = data.sizes[layer], across = gridColumns(count);
  const whose = data.sizes.length > 3 ? ` of layer ${layer}` : "";
  const open = (place) => update((view) => ({ neuron: controls.length && view.sorted ? view.order()[place] : place }));
  const grid = cellGrid(`${name}-grid`, `Hidden neurons${whose}`, count, across, open);
  const value = numberPlace(name === "hidden" ? "activation" : "measure"), words = element("span"), notes = note();
  const path = svgElement("path");
  grid.element.append(svgElement("svg", { class: "wm-crosses", viewBox: `0 0 ${across} ${Math.ceil(count / across)}` }, path));
  const whole = panel(
    name, count === 1 ? "The hidden neuron" : `${count} hidden neurons${whose}`, ...controls, grid.element,
    text(null, words, value.element), notes,
  );
  const map = canvas("");
  let latest;
  peek(whole, grid.element, () => [Math.ceil(count / across), across], count, (place) => {
    const { order, view, said } = latest, j = order ? order[place] : place;
    const [values, paintedBy] = thumbnail(data, layer, row(view.hidden, j), data.maxAbsOf(layer, j, ownScale(view)));
    paint(map, values, data.shapeOf(layer)[1], paintedBy);
    return [map, `Neuron ${j}: ${said(j)}`];
  });
  return {
    element: whole,
    draw(view) {
      const measure = controls.length ? view.colour_by : "activation", values = view.measure(measure);
      const order = controls.length && view.sorted ? view.order() : null;
      const [colour, scaleNote] = colouring(measure, data, view);
      paint(grid.canvas, order ? order.map((j) => values[j]) : values, across, colour);
      const factors = view.factors?.[layer - 1];
      path.setAttribute("d", factors ? (order ?? [...factors.keys()]).map((j, i) =>
        (factors[j] ? "" : `M${(i % across) + 0.25} ${Math.floor(i / across) + 0.25}l.5 .5m-.5 0l.5-.5`)).join("") : "");
      const own = values[view.neuron], what = measure === "activation" ? "activation" : measureWords(measure, data, view);
      const valueOf = (j) => valueWords(measure, values[j], formatNumber), shown = valueOf(view.neuron);
      latest = { order, view, said: (j) => `${what} ${valueOf(j)}` };
      grid.set(order ? order.indexOf(view.neuron) : view.neuron, (at) => {
        const j = order ? order[at] : at;
        return `neuron ${j}, ${what} ${valueOf(j)}${factors?.[j] === 0 ? ", switched off" : ""}`;
      });
      setText(words, `Neuron ${view.neuron}: ${what} `);
      value.set(own, shown);
      setText(notes, scaleNote + (factors?.includes(0) ? " A cross: switched off." : "") + (count === 1 ? "" : order
        ? ` In order, the first at the top left: ${measureWords(view.rank_by, data, view)}.`
        : " Position in the grid means nothing: neurons in order of their number."));
    },
  };
}

export function hiddenPanel(data, update, state) {
  return gridPanel("hidden", [], data, update, state);
}

/** A list of measures; where one output answers by its size, no answer is right. @param {string[]} others before these */
function measureList(name, label, data, others, picked) {
  const names = MEASURES.filter((one) => !data.singleOutput || one !== "removal"), list = select(name, label, [...others, ...names], picked);
  return {
    element: list.element,
    set: (value, view) => list.set(value, Object.fromEntries(names.map((one) => [one, measureWords(one, data, view)]))),
  };
}

/** The same grid, and the reader chooses what colours and what sorts it. */
export function findPanel(data, update, state) {
  const colour = measureList("colour", "Colour by", data, [], (colour_by) => update({ colour_by }));
  const sort = measureList("sort", "Sort by", data, ["number"], (value) =>
    update(value === "number" ? { sorted: false } : { sorted: true, rank_by: value }));
  const grid = gridPanel("find", [element("div", { class: "wm-selects" }, colour.element, sort.element)], data, update, state);
  return {
    element: grid.element,
    draw(view) {
      colour.set(view.colour_by, view);
      sort.set(view.sorted ? view.rank_by : "number", view);
      grid.draw(view);
    },
  };
}

export function topPanel(data, update, { layer }) {
  const count = data.sizes[layer], columns = data.shapeOf(layer)[1];
  const by = measureList("rank", "Rank neurons by", data, [], (rank_by) => update({ rank_by }));
  const rank = slider("rank", "Rank", 1, count, (place) => update((view) => ({ neuron: view.order()[place - 1] })));
  const strip = Array.from({ length: Math.min(STRIP, count) }, (_, i) => {
    const picture = canvas(""), name = element("span", { class: "wm-name" }), value = numberPlace("rank-value", formatSigned);
    const button = element(
      "button", { type: "button", class: "wm-card", "data-part": "rank", "data-index": String(i) },
      picture, element("span", { class: "wm-place" }, `${i + 1}.`), name, value.element,
    );
    button.addEventListener("click", () => update((view) => ({ neuron: view.order()[i] })));
    return { picture, name, value, button, painted: "" };
  });
  oneStop(strip.map((one) => one.button));
  const words = note();
  return {
    element: panel(
      "top", "The top neurons", element("div", { class: "wm-selects" }, by.element), ...(count > 1 ? [rank.element] : []),
      element("div", { class: "wm-strip" }, ...strip.map((one) => one.button)), words,
    ),
    *draw(view) {
      const order = view.order(), ranked = view.measure(view.rank_by);
      const limit = data.maxAbsOfLayer(layer, ownScale(view));
      by.set(view.rank_by, view);
      rank.set(order.indexOf(view.neuron) + 1, `${order.indexOf(view.neuron) + 1} of ${count}: neuron ${view.neuron}`);
      for (const [i, card] of strip.entries()) {
        const j = order[i], painted = `${view.index} ${j} ${limit}`;
        if (card.painted !== painted) {
          const [values, colour] = thumbnail(data, layer, row(view.hidden, j), limit);
          paint(card.picture, values, columns, colour);
        }
        card.painted = painted;
        setText(card.name, `neuron ${j}`);
        card.value.set(ranked[j], valueWords(view.rank_by, ranked[j]));
        card.button.classList.toggle("wm-off", view.factors?.[layer - 1]?.[j] === 0);
        card.button.setAttribute("aria-pressed", String(j === view.neuron));
        if (i === strip.length / 2 - 1) yield;
      }
      setText(words, `The maps share one scale, ±${formatNumber(limit)}.` + thumbnailWords(data, layer) + scaleWords(data, view));
    },
  };
}

export function mapsPanel(data, update, { layer }) {
  const count = data.sizes[layer], across = gridColumns(count), shape = data.shapeOf(layer), [, columns] = shape;
  const grid = cellGrid("maps-grid", "Weight maps of all neurons", count, across, (neuron) => update({ neuron }));
  const words = note();
  let painted = "", names = [], held = count * data.sizes[layer - 1] > MOST_AT_ONCE, shown;
  const ask = button("draw-maps", `Draw all ${count.toLocaleString("en")} maps`, () => {
    held = grid.element.hidden = false;
    ask.remove();
    grid.element.focus();
    draw(shown);
  });
  grid.element.hidden = held;
  function draw(view) {
    shown = view;
    if (held) return setText(words, "So many are drawn only when you ask.");
    const limit = data.maxAbsOfLayer(layer, ownScale(view)), now = `${view.index} ${limit}`;
    if (painted !== now) {
      const tiles = Array.from({ length: count }, (_, j) => thumbnail(data, layer, row(view.hidden, j), limit));
      paintTiles(grid.canvas, tiles.map(([values]) => values), shape, across, tiles[0][1]);
      names = Array.from({ length: count }, (_, j) => `neuron ${j}: ${mapWords(row(view.hidden, j), columns)}`);
    }
    painted = now;
    grid.set(view.neuron, (j) => names[j]);
    setText(words, `All share one scale, ±${formatNumber(limit)}, so a pale map has small weights.` + thumbnailWords(data, layer) + scaleWords(data, view));
  }
  return { element: panel("maps", count === 1 ? "The weight map" : `All ${count} weight maps`, ...(held ? [ask] : []), grid.element, words), draw };
}
