// The frame of a small figure: pictures, up to three controls, a sentence, and an effect beside its control.

import { linkTo } from "./link.js";
import { announcer, bars, element, formatNumber, keepKeys, listen, setText } from "./parts.js";

/**
 * What a figure's file makes; `choose` are controls of what is measured, beside effect and control: `lines` is how many the longest sentence takes, where that is more than four.
 * @typedef {{controls: Node[], pictures: Node[], choose?: Node[], lines?: number, isValid: (state: object) => boolean, show: (state: object) => Shown}} Figure
 * What a figure states once it has drawn a state; `names` are those of effect and control, which are bars from `low` to `high`.
 * @typedef {{words: string, names: [string, string], effect: number, control: number, low?: number, high?: number, format?: (v: number) => string}} Shown
 */

const SAY_AFTER = 500; // milliseconds without a change until it is said, and stands in the address

/**
 * A figure as a widget.
 * @param {string[]} names the figure's state
 * @param {(context: {get: (name: string) => any, update: (parts: object) => void}) => Promise<Figure>} open an error that it throws is shown
 * @returns {{render: (place: {model: any, el: HTMLElement}) => Promise<() => void>}}
 */
export function live(names, open) {
  return { render: (place) => showFigure(place, names, open) };
}

/** Whether a value is one of a choice's. @param {[string, string][]} choices */
export const isAmong = (choices, value) => choices.some(([one]) => one === value);

/** Whether a value is a whole number from 0 on, below `count`. */
export const isBelow = (value, count) => Number.isInteger(value) && value >= 0 && value < count;

async function showFigure({ model, el }, names, open) {
  const root = element("div", { class: "wm wm-live" });
  el.append(root);
  const state = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  let frame = 0, timer = 0, figure;
  try {
    figure = await open({ get: (name) => model.get(name), update });
  } catch (error) {
    root.append(element("p", { class: "wm-trouble", "data-part": "trouble" }, `This figure cannot be shown: ${error.message}.`));
    return () => root.remove();
  }
  const link = linkTo({ place: el, own: { ...state }, state, set: update, isValid: figure.isValid });
  const sentence = element("p", { class: "wm-sentence", "data-part": "sentence" });
  const say = announcer();
  let asked = false; // whether the reader has changed something since the last word
  let format = formatNumber;
  const measures = bars("measure", ["", ""], null, (v) => format(v));
  sentence.style.setProperty("--wm-said", figure.lines ?? 4);
  root.append(
    link.note.element,
    element("div", { class: `wm-live-controls${figure.controls.length < 3 ? " wm-stay" : ""}` }, ...figure.controls), // more would cover the picture
    element("div", { class: "wm-live-body" },
      element("div", { class: "wm-live-pictures", style: `flex-basis: ${15 * figure.pictures.length}rem` }, ...figure.pictures),
      element("div", { class: "wm-live-said" }, sentence, ...(figure.choose ?? []), measures.element)),
    element("div", { class: "wm-foot" }, ...link.buttons, link.status.element, link.byHand),
  );
  keepKeys(root);

  function update(parts) {
    asked = true;
    Object.assign(state, parts);
    for (const [name, value] of Object.entries(parts)) model.set(name, value);
    model.save_changes();
    redraw();
  }

  function draw() {
    frame = 0;
    if (!figure.isValid(state)) return; // a kernel sends what belongs together one by one
    const shown = figure.show(state);
    format = shown.format ?? formatNumber;
    setText(sentence, shown.words);
    measures.set([shown.effect, shown.control], 0, -1, shown.low ?? 0, shown.high ?? 1, shown.names);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (asked) say(`${shown.words} ${shown.names[0]}: ${format(shown.effect)}. ${shown.names[1]}: ${format(shown.control)}.`);
      asked = false;
      link.write();
    }, SAY_AFTER);
  }

  function redraw() {
    frame ||= requestAnimationFrame(draw);
  }

  const deafen = listen(model, names, (name) => {
    if (state[name] === model.get(name)) return;
    state[name] = model.get(name);
    redraw();
  });
  draw();
  link.read();
  asked = false; // a link is no change
  return () => {
    link.stop();
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    deafen();
    root.remove();
  };
}
