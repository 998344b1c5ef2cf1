// The explorer's controls and small pictures: each builds its elements once and returns a way to update them.

import { canvas, paint, signed } from "./paint.js";

let made = 0;

/** An id of its own on the page. */
export function newId() {
  return `wm-${Date.now().toString(36)}-${made++}`;
}

/**
 * An element: attributes (a null one is left out), then children; text is text, never HTML.
 * @param {string} tag @param {Record<string, string | null>} [attributes] @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) one.setAttribute(name, value);
  }
  one.append(...children);
  return one;
}

/** Three decimals, with a minus sign only where they are not all zero. */
export function plain(value) {
  const size = Math.abs(value).toFixed(3);
  return value < 0 && Number(size) ? `−${size}` : size;
}

/** A number with its sign and three decimals, as in "+1.100" and "−0.250". */
export function withSign(value) {
  const words = plain(value);
  return value > 0 && Number(words) ? `+${words}` : words;
}

/** A place for one number; its full precision stands in `data-value`. */
export function numberPlace(part, format = plain) {
  const place = element("span", { class: "wm-number", "data-part": part });
  return {
    element: place,
    set(value) {
      place.textContent = format(value);
      place.dataset.value = String(value);
    },
  };
}

/**
 * A labelled slider with its value in words.
 * @param {string} name the state it moves @param {string} label
 * @param {number} first @param {number} last @param {(value: number) => void} moved
 */
export function slider(name, label, first, last, moved) {
  const id = newId();
  const input = element("input", {
    type: "range", id, min: String(first), max: String(last), step: "1", "data-part": `slider-${name}`,
  });
  const words = element("output", { for: id, class: "wm-slider-words", "aria-live": "off" });
  input.addEventListener("input", () => moved(Number(input.value)));
  return {
    element: element("div", { class: "wm-slider" }, element("label", { for: id }, label), words, input),
    set(value, text) {
      input.value = String(value);
      input.setAttribute("aria-valuetext", text);
      words.textContent = text;
    },
  };
}

/** A titled place for one picture. @param {string} name @param {string} title @param {...Node} children */
export function panel(name, title, ...children) {
  const id = newId();
  return element(
    "div", { class: `wm-panel wm-${name}`, role: "group", "aria-labelledby": id, "data-part": `panel-${name}` },
    element("p", { class: "wm-title", id }, title), ...children,
  );
}

/** A colour scale from −limit to +limit, zero in the middle. */
export function scale() {
  const bar = canvas("Colour scale: blue is negative, white is zero, red is positive.");
  const low = element("span"), high = element("span");
  paint(bar, Array.from({ length: 101 }, (_, i) => i - 50), 101, signed(50));
  bar.style.aspectRatio = "";
  return {
    element: element(
      "div", { class: "wm-scale" }, bar, element("div", { class: "wm-ends" }, low, element("span", {}, "0"), high),
    ),
    set(limit) {
      low.textContent = withSign(-limit);
      high.textContent = withSign(limit);
    },
  };
}

/**
 * A grid of cells painted on one canvas, of which one is chosen: a list box for the keyboard and screen readers.
 * Its one option is the chosen cell, laid over the canvas.
 * @param {string} part @param {string} label @param {number} count @param {number} across
 * @param {(index: number) => void} picked
 */
export function cellGrid(part, label, count, across, picked) {
  const id = newId();
  const down = Math.ceil(count / across);
  const picture = canvas("");
  const option = element("div", { class: "wm-chosen", role: "option", "aria-selected": "true" });
  const box = element(
    "div", { class: "wm-grid", role: "listbox", tabindex: "0", "aria-label": label, "data-part": part },
    picture, option,
  );
  let chosen = 0;
  const pick = (index) => picked(Math.max(0, Math.min(count - 1, index)));
  box.addEventListener("click", (event) => {
    const area = picture.getBoundingClientRect();
    const column = Math.floor(((event.clientX - area.left) / area.width) * across);
    const line = Math.floor(((event.clientY - area.top) / area.height) * down);
    const index = line * across + column;
    if (column >= 0 && column < across && index >= 0 && index < count) picked(index);
  });
  box.addEventListener("keydown", (event) => {
    const to = {
      ArrowRight: chosen + 1, ArrowLeft: chosen - 1,
      ArrowDown: chosen + across < count ? chosen + across : chosen,
      ArrowUp: chosen >= across ? chosen - across : chosen, Home: 0, End: count - 1,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    pick(to);
  });
  return {
    element: box,
    canvas: picture,
    set(index, words) {
      chosen = index;
      option.id = `${id}-${index}`; // a new id makes screen readers say the new cell
      option.setAttribute("aria-label", words);
      option.setAttribute("aria-posinset", String(index + 1));
      option.setAttribute("aria-setsize", String(count));
      box.setAttribute("aria-activedescendant", option.id);
      option.style.left = `${((index % across) / across) * 100}%`;
      option.style.top = `${(Math.floor(index / across) / down) * 100}%`;
      option.style.width = `${100 / across}%`;
      option.style.height = `${100 / down}%`;
    },
  };
}

/**
 * Horizontal bars, each a button.
 * @param {string[]} names @param {(index: number) => void} picked
 */
export function bars(names, picked) {
  const rows = names.map((name, index) => {
    const fill = element("span", { class: "wm-fill" });
    const value = numberPlace("output-value");
    const mark = element("span", { class: "wm-mark" });
    value.element.dataset.index = String(index);
    const button = element(
      "button", { type: "button", class: "wm-bar", "data-part": "output", "data-index": String(index) },
      element("span", { class: "wm-name" }, name), element("span", { class: "wm-track" }, fill), value.element, mark,
    );
    button.addEventListener("click", () => picked(index));
    return { button, fill, value, mark };
  });
  return {
    element: element("div", { class: "wm-bars" }, ...rows.map((one) => one.button)),
    set(values, chosen, answer) {
      const low = Math.min(0, ...values), high = Math.max(1, ...values);
      const percent = (v) => `${(100 * v) / (high - low)}%`;
      rows.forEach(({ button, fill, value, mark }, i) => {
        button.setAttribute("aria-pressed", String(i === chosen));
        button.classList.toggle("wm-answer", i === answer);
        fill.style.left = percent(Math.min(values[i], 0) - low);
        fill.style.width = percent(Math.abs(values[i]));
        value.set(values[i]);
        mark.textContent = i === answer ? "answer" : "";
      });
    },
  };
}

/**
 * Radio buttons that look like one control.
 * @param {string} legend @param {[string, string][]} choices value and label @param {(value: string) => void} picked
 */
export function choice(legend, choices, picked) {
  const name = newId();
  const parts = choices.map(([value, label]) => {
    const input = element("input", { type: "radio", name, value, "data-part": `choice-${value}` });
    const text = element("span", {}, label);
    input.addEventListener("change", () => picked(value));
    return { value, input, text, label: element("label", {}, input, text) };
  });
  return {
    element: element(
      "fieldset", { class: "wm-choice" }, element("legend", {}, legend),
      element("div", { class: "wm-segments" }, ...parts.map((one) => one.label)),
    ),
    set(value, labels = {}) {
      for (const one of parts) {
        one.input.checked = one.value === value;
        if (labels[one.value]) one.text.textContent = labels[one.value];
      }
    },
  };
}

const SVG = "http://www.w3.org/2000/svg";

/** The running total beside a picture: down the picture's rows, to the right of zero where it is positive. */
export function curve() {
  const svg = document.createElementNS(SVG, "svg");
  const zero = document.createElementNS(SVG, "line");
  const line = document.createElementNS(SVG, "polyline");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  zero.setAttribute("class", "wm-zero");
  line.setAttribute("class", "wm-line");
  svg.append(zero, line);
  const zeroWords = element("span", {}, "0"), start = element("span"), end = element("span");
  const beside = (words, at) => {
    words.style.left = at < 50 ? `${at}%` : "";
    words.style.right = at < 50 ? "" : `${100 - at}%`;
  };
  return {
    element: element("div", { class: "wm-curve" }, svg, element("div", { class: "wm-start" }, start),
      element("div", { class: "wm-end" }, end)),
    axis: element("div", { class: "wm-axis", "aria-hidden": "true" }, zeroWords),
    /** @param {number[]} totals one more than the picture has rows */
    set(totals) {
      const low = Math.min(0, ...totals), high = Math.max(0, ...totals);
      const width = high - low || 1, rows = totals.length - 1;
      const at = (v) => 4 + (92 * (v - low)) / width;
      svg.setAttribute("viewBox", `0 0 100 ${rows}`);
      line.setAttribute("points", totals.map((v, i) => `${at(v).toFixed(3)},${i}`).join(" "));
      for (const [name, value] of Object.entries({ x1: at(0), x2: at(0), y1: 0, y2: rows })) {
        zero.setAttribute(name, String(value));
      }
      svg.setAttribute("aria-label", `The total starts at ${withSign(totals[0])} and ends at ${withSign(totals[rows])}.`);
      svg.dataset.totals = totals.join(" ");
      zeroWords.style.left = `${at(0)}%`;
      start.textContent = `bias ${withSign(totals[0])}`;
      end.textContent = `z ${withSign(totals[rows])}`;
      beside(start, at(totals[0]));
      beside(end, at(totals[rows]));
    },
  };
}
