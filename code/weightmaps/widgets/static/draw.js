// The drawing pad: what a mouse, a finger, a pen or the keyboard draws becomes what the network sees.

import { ink, paint } from "./paint.js";
import { announcer, button, canvas, element, formatNumber, note, panel, setText, text } from "./parts.js";
import { CELL, enlarge, prepare, press, shrink } from "./pen.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View */

const KEYS = "By keyboard: arrow keys move the pen (with Shift by 4), Space puts it down and lifts it, " +
  "Backspace takes back a stroke, Delete clears.";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether two lists of pixels are the same; either may be null. */
function same(a, b) {
  return a === b || (a && b ? a.every((v, i) => v === b[i]) : false);
}

/** @param {Data} data @param {(change: object) => void} update */
export function drawPanel(data, update) {
  const [rows, columns] = data.shape, width = columns * CELL;
  const likeMnist = rows === 28 && columns === 28;
  const paper = new Float64Array(rows * columns * CELL * CELL);
  let marks = []; // for undo: a stroke is a list of points; {pixels} replace all that was before
  let stroke = null, pointer = null; // the stroke being drawn, and its pointer: null is the keyboard
  let at = [columns >> 1, rows >> 1]; // the keyboard's pen, in pixels
  let sent = null, frame = 0, view;

  const picture = canvas(""), seen = canvas("What the network sees"), words = note(), answer = text("drawing-answer");
  const cursor = element("div", { class: "wm-cursor" }), hint = element("div", { class: "wm-hint" }, "Draw here");
  const say = announcer();
  // ARIA's application: no pattern of the APG moves a pen, and a reader in browse mode would keep the arrow keys.
  const pad = element("div", {
    class: "wm-grid wm-pad", role: "application", tabindex: "0", "aria-label": `Drawing pad. ${KEYS}`, "data-part": "pad",
  }, picture, hint, cursor);
  const box = element("input", { type: "checkbox", "data-part": "prepare" });
  box.checked = likeMnist;
  box.addEventListener("change", changed);

  function lay(mark, from = 0) {
    if (mark.pixels) paper.set(enlarge(mark.pixels, columns));
    else for (let i = from; i < mark.length; i++) press(paper, width, mark[Math.max(0, i - 1)], mark[i]);
  }

  function show() {
    paint(picture, paper, width, ink());
    hint.hidden = paper.some(Boolean);
    cursor.style.left = `${(100 * (at[0] + 0.5)) / columns}%`;
    cursor.style.top = `${(100 * (at[1] + 0.5)) / rows}%`;
    cursor.classList.toggle("wm-down", stroke !== null);
  }

  /** Show and tell, once a frame. */
  function changed() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      show();
      sent = paper.some(Boolean) ? Array.from((box.checked ? prepare : shrink)(paper, width)) : null;
      update({ pixels: sent });
    });
  }

  function add(mark) {
    marks.push(mark);
    lay(mark);
    changed();
  }

  function extend(point) {
    stroke.push(point);
    lay(stroke, stroke.length - 1);
    changed();
  }

  function lift() {
    stroke = pointer = null;
  }

  /** End a stroke, so that the answer to it is said. */
  function finish() {
    lift();
    changed();
  }

  function undo() {
    lift();
    marks.pop();
    paper.fill(0);
    for (const mark of marks) lay(mark);
    changed();
  }

  function replace(pixels) {
    lift();
    add({ pixels });
  }

  function clear() {
    if (paper.some(Boolean)) replace(new Float64Array(rows * columns));
  }

  function pointOf({ clientX, clientY }) {
    const area = picture.getBoundingClientRect();
    return [((clientX - area.left) / area.width) * width, ((clientY - area.top) / area.height) * rows * CELL];
  }

  pad.addEventListener("pointerdown", (event) => {
    if (event.button || pointer !== null) return; // another button, or a second finger
    pad.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    add((stroke = [pointOf(event)]));
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) extend(pointOf(one));
  });
  pad.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId === pointer) finish();
  });

  const penWords = () => `Pen ${stroke ? "down" : "up"}, row ${at[1]}, column ${at[0]}`;
  // Orca is silent about an application.
  pad.addEventListener("focus", () => pointer === null && say(`Drawing pad. ${penWords()}`));
  const penAt = () => at.map((place) => (place + 0.5) * CELL);
  const toggle = () => (stroke ? finish() : add((stroke = [penAt()])));
  const actions = { " ": toggle, Enter: toggle, Escape: () => stroke && finish(), Backspace: undo, Delete: clear };
  pad.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const arrow = !control && ARROWS[event.key], action = control ? event.key === "z" && undo : actions[event.key];
    if (event.altKey || pointer !== null || !(arrow || action)) return;
    event.preventDefault();
    if (arrow) {
      const step = event.shiftKey ? 4 : 1, last = [columns - 1, rows - 1];
      at = at.map((place, i) => Math.max(0, Math.min(last[i], place + step * arrow[i])));
      if (stroke) extend(penAt());
    } else action();
    show();
    say(penWords());
  });

  const buttons = Object.entries({
    Undo: undo, Clear: clear, "Start from this image": () => replace(data.images[view.sample]),
  }).map(([label, act]) => button(label.split(" ")[0].toLowerCase(), label, act));
  const preparation = element("label", { class: "wm-look" }, box,
    "Centre and scale as MNIST does: the ink fits 20 × 20 pixels, its centre of mass in the middle.");
  show();
  return {
    isDrawing: () => stroke !== null,
    /** The pixels are set from elsewhere: what was drawn since the last frame must not take their place. */
    overrule() {
      if (!frame) return;
      cancelAnimationFrame(frame);
      frame = 0;
      sent = undefined;
    },
    element: panel(
      "draw", likeMnist ? "Draw a digit" : "Draw an image",
      element("div", { class: "wm-pads" }, pad, element("div", {}, seen, words, answer)),
      element("div", { class: "wm-buttons" }, ...buttons), ...(likeMnist ? [preparation] : []),
      note(KEYS),
    ),
    draw(now) {
      view = now;
      paint(seen, view.x, columns, ink());
      setText(words, "The network sees: " + (view.pixels ? "the drawing" : `image ${view.sample}`));
      setText(answer, `It says ${data.singleOutput ? formatNumber(view.y[0]) : data.outputs[view.answer]}.`);
      if (frame || same(view.pixels, sent)) return;
      sent = view.pixels; // from elsewhere: Python, a link, or another image was chosen
      lift();
      if (sent) {
        marks = [];
        box.checked = false;
      }
      marks.push({ pixels: sent ?? new Float64Array(rows * columns) });
      lay(marks.at(-1));
      show();
    },
  };
}
