// Maps of images: a numeral a dot, one image marked in every map, by pointer, touch and keyboard.

import { inflate } from "./codec.js";
import { ink, paint } from "./paint.js";
import { announcer, canvas, element, keepKeys, listen, meaningOf, newId, slider, svgElement, setText, widgetRoot } from "./parts.js";

const EDGE = 40; // free around the dots, of 1,000
const PICTURE = 220; // the side of the marked image's picture, in a corner, of 1,000
const NEAR = 28; // CSS pixels from which a mouse finds a dot
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * The dot to go to: of those that lie more in that direction than beside it, the nearest.
 * @param {number[]} points x and y in turn @param {number} from @param {[number, number]} direction
 * @param {(index: number) => boolean} open which dots may be gone to @returns {number} `from` where there is none
 */
export function nextDot(points, from, [dx, dy], open) {
  let best = from, least = Infinity;
  for (let i = 0; i < points.length / 2; i++) {
    const x = points[2 * i] - points[2 * from], y = points[2 * i + 1] - points[2 * from + 1];
    const ahead = x * dx + y * dy, far = x * x + y * y;
    if (ahead > 0 && 2 * ahead * ahead >= far && far < least && open(i)) [best, least] = [i, far];
  }
  return best;
}

/** The open dot nearest to a place, and its distance. @returns {[number, number]} */
export function nearestDot(points, x, y, open) {
  let best = -1, least = Infinity;
  for (let i = 0; i < points.length / 2; i++) {
    const far = Math.hypot(points[2 * i] - x, points[2 * i + 1] - y);
    if (far < least && open(i)) [best, least] = [i, far];
  }
  return [best, least];
}

/** The corner where a picture covers the fewest dots, "left top" or the like. */
function freeCorner(points) {
  let best = "", least = Infinity;
  for (const across of ["left", "right"]) {
    for (const down of ["top", "bottom"]) {
      const covers = (value, low) => (low ? value : 1000 - value) < PICTURE;
      let count = 0;
      for (let i = 0; i < points.length; i += 2) {
        count += covers(points[i], across === "left") && covers(points[i + 1], down === "top");
      }
      if (count < least) [best, least] = [`wm-${across} wm-${down}`, count];
    }
  }
  return best;
}

/** One map: APG's listbox, whose one option is the marked dot, with its picture in a corner. */
function dotMap(title, points, labels, picked, open) {
  const id = newId(), size = 1000 + 2 * EDGE, svg = svgElement("svg");
  const groups = new Map();
  svg.setAttribute("viewBox", `${-EDGE} ${-EDGE} ${size} ${size}`);
  svg.setAttribute("aria-hidden", "true");
  // One text for all numerals of a kind, each in its place: a text for each takes three times as long to lay out.
  for (const label of labels) {
    if (groups.has(label)) continue;
    const own = Array.from(labels.keys()).filter((i) => labels[i] === label), at = (axis) => own.map((i) => points[2 * i + axis]).join(" ");
    groups.set(label, svgElement("text", { class: `wm-kind wm-kind-${label}`, x: at(0), y: at(1) }, String(label).repeat(own.length)));
  }
  svg.append(...groups.values());
  const picture = canvas("");
  picture.classList.add("wm-picture", ...freeCorner(points).split(" "));
  const anotherOption = () => element("div", { class: "wm-dot", role: "option", "aria-selected": "true" });
  let option = anotherOption(); // another dot is another element, so that it is said at once
  const box = element(
    "div", { class: "wm-field", role: "listbox", tabindex: "0", "aria-labelledby": id, "data-part": "map" }, svg, picture, option,
  );
  let chosen = 0;
  function point(event, within) {
    const area = svg.getBoundingClientRect(), scale = size / area.width;
    const [index, far] = nearestDot(
      points, (event.clientX - area.left) * scale - EDGE, (event.clientY - area.top) * scale - EDGE, open,
    );
    if (index >= 0 && far <= within * scale) picked(index);
  }
  box.addEventListener("pointermove", (event) => event.pointerType !== "touch" && point(event, NEAR)); // a finger may be scrolling
  box.addEventListener("click", (event) => point(event, Infinity));
  box.addEventListener("keydown", (event) => {
    const direction = meaningOf(event, DIRECTIONS);
    if (direction) picked(nextDot(points, chosen, direction, open));
  });
  return {
    element: element("div", { class: "wm-map" }, element("p", { class: "wm-title", id }, title), box),
    set(index, pixels, words, kinds) {
      if (index !== chosen) {
        const next = anotherOption();
        option.remove();
        box.append(next);
        option = next;
      }
      chosen = index;
      paint(picture, pixels, 28, ink());
      const [x, y] = [points[2 * index], points[2 * index + 1]];
      option.id = `${id}-${index}`;
      option.setAttribute("aria-label", words);
      box.setAttribute("aria-activedescendant", option.id);
      option.style.left = `${(100 * (x + EDGE)) / size}%`;
      option.style.top = `${(100 * (y + EDGE)) / size}%`;
      for (const [label, group] of groups) group.classList.toggle("wm-faint", !kinds.has(label));
    },
  };
}

/** A row of boxes to tick, one a digit. @param {number[]} kinds @param {(kinds: number[]) => void} picked */
function ticks(legend, kinds, picked) {
  const inputs = kinds.map((kind) => element("input", { type: "checkbox", value: String(kind), "data-part": `show-${kind}` }));
  for (const one of inputs) one.addEventListener("change", () => picked(kinds.filter((_, i) => inputs[i].checked)));
  return {
    element: element(
      "fieldset", { class: "wm-choice" }, element("legend", {}, legend),
      element("div", { class: "wm-segments wm-ticks" }, ...inputs.map((one) => element("label", {}, one, element("span", {}, one.value)))),
    ),
    set(shown) {
      inputs.forEach((one, i) => { one.checked = shown.has(kinds[i]); });
    },
  };
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
async function render({ model, el }) {
  const root = widgetRoot(el, "Maps of images", "wm wm-scatter");
  const { names, points, notes } = model.get("_maps"), { labels, data } = model.get("_images");
  const pixels = new Float32Array(new Uint8Array(await inflate(data))).map((v) => v / 255);
  if (pixels.length !== 784 * labels.length || points.some((one) => one.length !== 2 * labels.length)) {
    root.append(element("p", { class: "wm-trouble", "data-part": "trouble" }, "These maps cannot be shown: their data is not complete."));
    return () => root.remove();
  }
  const kinds = [...new Set(labels)].sort((a, b) => a - b);
  const open = (index) => model.get("shown").includes(labels[index]);
  function update(name, value) {
    if (model.get(name) === value) return;
    asked = true;
    model.set(name, value);
    model.save_changes();
    draw();
  }
  const maps = names.map((name, k) => dotMap(name, points[k], labels, (index) => update("chosen", index), open));
  const image = slider("chosen", "Image", 0, labels.length - 1, (index) => update("chosen", index));
  const shown = ticks("Digits shown", kinds, (values) => update("shown", values));
  const sentence = element("p", { class: "wm-sentence", "data-part": "sentence" });
  const say = announcer();
  root.append(
    element("div", { class: "wm-sliders" }, image.element, shown.element), sentence,
    element("div", { class: "wm-dotmaps" }, ...maps.map((one) => one.element)),
  );
  keepKeys(root);
  let timer = 0, asked = false;

  function draw() {
    const index = model.get("chosen"), now = new Set(model.get("shown"));
    const note = notes.length ? `; ${notes[index]}` : "";
    const words = `Image ${index}: a ${labels[index]}${note}.`;
    image.set(index, `${index}, label ${labels[index]}`);
    shown.set(now);
    setText(sentence, words);
    for (const one of maps) one.set(index, pixels.subarray(784 * index, 784 * (index + 1)), words, now);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (asked && !root.contains(document.activeElement?.closest?.(".wm-field") ?? null)) say(words); // a map has said its dot
      asked = false;
    }, 500);
  }
  const stop = listen(model, ["chosen", "shown"], draw);
  draw();
  return () => {
    clearTimeout(timer);
    stop();
    root.remove();
  };
}

export default { render };
