// The explorer's controls and small pictures: each builds its elements once and returns a way to update them.

import { paint, signed } from "./paint.js";

const SVG = "http://www.w3.org/2000/svg";

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
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a picture of lines. */
export function svgElement(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(one, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) one.setAttribute(name, value);
  }
  one.append(...children);
  return one;
}

/** An empty canvas that a page may scale without blurring. @param {string} words what it shows */
export function canvas(words) {
  return element("canvas", { class: "wm-canvas", ...(words ? { role: "img", "aria-label": words } : { "aria-hidden": "true" }) });
}

/**
 * Set the text of an element that holds nothing else. Its text node serves again, since a new one would cost twice the
 * layout; a browser's translation puts elements in its place.
 */
export function setText(place, words) {
  const node = place.firstChild ?? place.appendChild(new Text());
  if (node.data === undefined) place.textContent = words;
  else if (node.data !== words) node.data = words;
}

/** Two decimals, with a minus sign only where they are not all zero. */
export function formatNumber(value) {
  const size = Math.abs(value).toFixed(2);
  return value < 0 && Number(size) ? `−${size}` : size;
}

/** A number with its sign and two decimals, as in "+1.10" and "−0.25". */
export function formatSigned(value) {
  const words = formatNumber(value);
  return value > 0 && Number(words) ? `+${words}` : words;
}

/** A share as in "97.0%". */
export function percent(share, decimals = 1) {
  return `${(100 * share).toFixed(decimals).replace("-", "−")}%`;
}

/**
 * The one place on a page that screen readers listen to; what is said is what the reader's own hand has changed.
 * @returns {(words: string) => void}
 */
export function announcer() {
  const place = document.body.querySelector(".wm-announcer") ?? element("div", { class: "wm-spoken wm-announcer", role: "status" });
  if (!place.parentNode) document.body.append(place); // it must be there before it speaks
  return (words) => setText(place, words);
}

/** A paragraph that is said whenever its words change. @param {string} part @param {string} look its classes */
export function spokenText(part, look) {
  const place = element("p", { class: look, "data-part": part }), say = announcer();
  return {
    element: place,
    set(words) {
      if (words && words !== place.textContent) say(words);
      setText(place, words);
    },
  };
}

/** Hear of changes to parts of a model's state. @param {(name: string) => void} heard @returns {() => void} what ends it */
export function listen(model, names, heard) {
  const callbacks = names.map((name) => [`change:${name}`, () => heard(name)]);
  for (const [event, callback] of callbacks) model.on(event, callback);
  return () => callbacks.forEach(([event, callback]) => model.off(event, callback));
}

/** JupyterLab would else take the arrow keys, and some others, for itself. @param {Element} root */
export function keepKeys(root) {
  for (const one of root.querySelectorAll("input, button, select, [tabindex]")) one.dataset.lmSuppressShortcuts = "true";
}

/** What a key means by a table, and then nothing else; with Ctrl, Meta or Alt it is the browser's. @param {KeyboardEvent} event */
export function meaningOf(event, table) {
  const meaning = event.ctrlKey || event.metaKey || event.altKey ? undefined : table[event.key];
  if (meaning !== undefined) event.preventDefault();
  return meaning;
}

/** What a picture of signed numbers shows, in a clause. @param {ArrayLike<number>} values @param {number} columns */
export function mapWords(values, columns) {
  let least = 0, most = 0, above = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > 0) above++;
    if (values[i] > values[most]) most = i;
    if (values[i] < values[least]) least = i;
  }
  const at = (i) => `row ${Math.floor(i / columns)}, column ${i % columns}`;
  const ends = [values[most] > 0 && `strongest red at ${at(most)}`, values[least] < 0 && `strongest blue at ${at(least)}`].filter(Boolean);
  return `${ends.join(", ") || "all zero"}; ${percent(above / values.length, 0)} above zero`;
}

/** A widget's place, a region with a name of its own on the page. @param {HTMLElement} el @param {string} name @param {string} look its classes */
export function widgetRoot(el, name, look = "wm") {
  const root = element("div", { class: look, role: "region", "aria-label": `${name} ${el.dataset.explorer ?? ""}`.trim() });
  el.append(root);
  return root;
}

/** A place for one number; its full precision stands in `data-value`. */
export function numberPlace(part, format = formatNumber) {
  const place = element("span", { class: "wm-number", "data-part": part });
  return {
    element: place,
    set(value, words = format(value)) {
      setText(place, words);
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
  const words = element("output", { for: id, class: "wm-slider-words", "aria-hidden": "true" }); // the slider says it
  input.addEventListener("input", () => moved(Number(input.value)));
  // A finger that turns out to scroll changes nothing.
  let before = input.value;
  input.addEventListener("pointerdown", () => { before = input.value; });
  input.addEventListener("pointercancel", () => {
    if (input.value === before) return;
    input.value = before;
    moved(Number(before));
  });
  return {
    element: element("div", { class: "wm-slider" }, element("label", { for: id }, label), words, input),
    set(value, text) {
      input.value = String(value);
      input.setAttribute("aria-valuetext", text);
      setText(words, text);
    },
    setLast(value) {
      input.max = String(value);
      input.disabled = value <= first; // there is nothing to choose from
    },
  };
}

/** A labelled list to choose from. @param {string[]} values @param {(value: string) => void} picked */
export function select(name, label, values, picked) {
  const id = newId();
  const options = values.map((value) => element("option", { value }, value));
  const list = element("select", { id, "data-part": `select-${name}` }, ...options);
  list.addEventListener("change", () => picked(list.value));
  return {
    element: element("div", { class: "wm-select" }, element("label", { for: id }, label), list),
    set(value, labels = {}) {
      for (const one of options) if (labels[one.value]) setText(one, labels[one.value]);
      list.value = value;
    },
  };
}

/** A paragraph of small print. @param {...(Node | string)} words */
export function note(...words) {
  return element("p", { class: "wm-note" }, ...words);
}

/** A paragraph. @param {string | null} [part] @param {...(Node | string)} words */
export function text(part = null, ...words) {
  return element("p", { class: "wm-text", "data-part": part }, ...words);
}

/** A button. @param {string} part @param {string} words @param {() => void} pressed */
export function button(part, words, pressed) {
  const one = element("button", { type: "button", class: "wm-button", "data-part": part }, words);
  one.addEventListener("click", pressed);
  return one;
}

/** Whether a picture needs the room of two: a list, or three channels. @param {Element} picture */
export function isWide(picture) {
  return picture.localName === "ul" || picture.classList.contains("wm-channels");
}

/** A titled place for one picture. @param {string} name @param {string} title @param {...Node} children */
export function panel(name, title, ...children) {
  const id = newId();
  return element(
    "div", { class: `wm-panel wm-${name}` + (children.some(isWide) ? " wm-wide" : ""), role: "group", "aria-labelledby": id, "data-part": `panel-${name}` },
    element("p", { class: "wm-title", id, role: "heading", "aria-level": "2" }, title), ...children,
  );
}

/**
 * A card beside the mouse that says what it points at; for the keyboard there is what the grid or the sentence says.
 * @param {HTMLElement} panel that holds the picture @param {HTMLElement} picture @param {() => [number, number]} size its rows and columns
 * @param {number} count of cells that are filled @param {(index: number) => (Node | string)[]} found what a card has to say
 */
export function peek(panel, picture, size, count, found) {
  const card = element("div", { class: "wm-peek", "aria-hidden": "true", hidden: "" });
  picture.addEventListener("pointermove", ({ clientX, clientY, pointerType }) => {
    const [rows, columns] = size(), area = picture.getBoundingClientRect(), place = panel.getBoundingClientRect();
    const column = Math.floor(((clientX - area.left) / area.width) * columns), row = Math.floor(((clientY - area.top) / area.height) * rows);
    const index = row * columns + column;
    card.hidden = pointerType !== "mouse" || column < 0 || column >= columns || row < 0 || index >= count;
    if (card.hidden) return;
    card.replaceChildren(...found(index));
    card.style.left = `${clientX - place.left}px`;
    card.style.top = `${clientY - place.top}px`;
    card.classList.toggle("wm-peek-left", clientX > innerWidth / 2);
  });
  picture.addEventListener("pointerleave", () => { card.hidden = true; });
  panel.append(card);
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
      setText(low, formatSigned(-limit));
      setText(high, formatSigned(limit));
    },
  };
}

/**
 * A grid of cells painted on one canvas, of which one is chosen: APG's listbox. The box keeps the focus, and
 * aria-activedescendant names the chosen of its options, which lie over the cells, where a finger finds them too.
 * @param {string} part @param {string} label @param {number} count @param {number} across
 * @param {(index: number) => void} picked @param {Element} picture by default a canvas to paint the cells on
 */
export function cellGrid(part, label, count, across, picked, picture = canvas("")) {
  const id = newId();
  const down = Math.ceil(count / across);
  const outline = element("div", { class: "wm-chosen" }), names = new Array(count);
  const options = Array.from({ length: count }, (_, i) => element("div", { role: "option", id: `${id}-${i}` }));
  const cells = element("div", { class: "wm-cells" }, ...options);
  cells.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
  const box = element(
    "div", { class: "wm-grid", role: "listbox", tabindex: "0", "aria-label": label, "data-part": part },
    picture, outline, cells,
  );
  let chosen = 0, marked = null;
  const unmark = () => marked?.removeAttribute("aria-selected");
  /** Say which option is chosen; only where the reader is, else Orca speaks of lists elsewhere that follow. */
  function tell() {
    if (marked !== options[chosen]) unmark();
    marked = options[chosen];
    marked.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", marked.id);
  }
  box.addEventListener("focus", tell);
  box.addEventListener("blur", unmark); // what is chosen may change from elsewhere
  box.addEventListener("click", (event) => {
    const area = picture.getBoundingClientRect();
    const column = Math.floor(((event.clientX - area.left) / area.width) * across);
    const line = Math.floor(((event.clientY - area.top) / area.height) * down);
    const index = line * across + column;
    if (column >= 0 && column < across && index >= 0 && index < count) picked(index);
  });
  box.addEventListener("keydown", (event) => {
    const to = meaningOf(event, {
      ArrowRight: chosen + 1, ArrowLeft: chosen - 1,
      ArrowDown: chosen + across < count ? chosen + across : chosen,
      ArrowUp: chosen >= across ? chosen - across : chosen, Home: 0, End: count - 1,
    });
    if (to !== undefined) picked(Math.max(0, Math.min(count - 1, to)));
  });
  return {
    element: box,
    canvas: picture,
    /** @param {number} index the chosen cell @param {(index: number) => string} nameOf what a sighted reader sees there */
    set(index, nameOf) {
      options.forEach((one, i) => {
        const name = nameOf(i);
        if (name !== names[i]) one.setAttribute("aria-label", (names[i] = name));
      });
      chosen = index;
      box.dataset.chosen = String(index);
      if (document.activeElement === box) tell();
      outline.style.left = `${((index % across) / across) * 100}%`;
      outline.style.top = `${(Math.floor(index / across) / down) * 100}%`;
      outline.style.width = `${100 / across}%`;
      outline.style.height = `${100 / down}%`;
    },
  };
}

/**
 * Buttons with one stop for the Tab key, from which arrows lead to the others: APG's roving tabindex.
 * @param {HTMLElement[]} buttons @param {(index: number) => void} [reached] what an arrow does there; in a radio group it chooses
 */
export function oneStop(buttons, reached) {
  const stopAt = (index) => buttons.forEach((one, i) => one.setAttribute("tabindex", i === index ? "0" : "-1"));
  buttons.forEach((one, i) => {
    one.addEventListener("focus", () => stopAt(i));
    one.addEventListener("keydown", (event) => {
      const step = meaningOf(event, { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });
      if (!step) return;
      const to = (i + step + buttons.length) % buttons.length;
      buttons[to].focus();
      reached?.(to);
    });
  });
  stopAt(0);
  return stopAt;
}

/**
 * Horizontal bars, APG's radio group, or a list where there is nothing to pick; those with signs have zero in the middle.
 * @param {string} part @param {string[]} names @param {((index: number) => void) | null} picked @param {(v: number) => string} format
 */
export function bars(part, names, picked, format = formatNumber) {
  const rows = names.map((_, index) => {
    const [name, fill, mark] = ["name", "fill", "mark"].map((kind) => element("span", { class: `wm-${kind}` }));
    const value = numberPlace(`${part}-value`, format);
    value.element.dataset.index = String(index);
    const button = element(
      picked ? "button" : "li", { type: picked && "button", role: picked && "radio", class: "wm-bar", "data-part": part, "data-index": String(index) },
      name, element("span", { class: "wm-track" }, fill), value.element, mark,
    );
    if (picked) button.addEventListener("click", () => picked(index));
    return { name, button, fill, value, mark };
  });
  const stopAt = picked && oneStop(rows.map((one) => one.button), picked);
  return {
    element: element(
      picked ? "div" : "ul", { role: picked && "radiogroup", class: "wm-bars" + (format === formatSigned ? " wm-signed" : "") }, ...rows.map((one) => one.button),
    ),
    /** The bars start at zero, wherever it lies between `low` and `high`; `answer` may be no bar's index. */
    set(values, chosen, answer, low, high, now = names) {
      const place = (v) => `${((100 * v) / (high - low)).toFixed(2)}%`; // what looks the same stays the same text
      stopAt?.(Math.max(0, chosen));
      rows.forEach(({ name, button, fill, value, mark }, i) => {
        setText(name, now[i]);
        if (picked) button.setAttribute("aria-checked", String(i === chosen));
        button.classList.toggle("wm-answer", i === answer);
        fill.style.left = place(Math.min(values[i], 0) - low);
        fill.style.width = place(Math.abs(values[i]));
        fill.classList.toggle("wm-minus", values[i] < 0);
        value.set(values[i]);
        setText(mark, i === answer ? "answer" : "");
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
    input.addEventListener("change", () => picked(value));
    return { value, input, label: element("label", {}, input, element("span", {}, label)) };
  });
  return {
    element: element(
      "fieldset", { class: "wm-choice" }, element("legend", {}, legend),
      element("div", { class: "wm-segments" }, ...parts.map((one) => one.label)),
    ),
    set(value) {
      for (const one of parts) one.input.checked = one.value === value;
    },
  };
}
