// Runs in a page of the book, in any engine: what its reader would miss there. benchmarks/pages.mjs and webkit.py read it.

const CONTROLS = 12; // of a widget, tried until one answers
const places = () => [...document.querySelectorAll(".weightmaps-explorer")];
const area = (one) => { const { width, height } = one.getBoundingClientRect(); return width * height; };

/** Scroll to number k of what waits until it is near; whether there is one. */
function approach(k) {
  const one = document.querySelectorAll(".weightmaps-explorer, img")[k];
  one?.scrollIntoView({ behavior: "instant" });
  return Boolean(one);
}

/** Whether every widget has taken its still's place, or has said why not; the first that has not is scrolled to. */
function ready() {
  const late = places().find((place) => place.querySelector(".wm-still") && !place.querySelector("[data-part=trouble]"));
  late?.scrollIntoView({ behavior: "instant" });
  return !late;
}

/** What the page lacks, and of each widget its name, whether it is a still, and what is wrong with it. */
function look() {
  const { clientWidth, scrollWidth } = document.documentElement, wrong = [...(window.wrong ?? [])];
  if (scrollWidth > clientWidth) wrong.push(`scrolls sideways by ${scrollWidth - clientWidth} px`);
  if (!document.querySelector("article, main, body").innerText.trim()) wrong.push("no text");
  for (const one of document.images) if (one.complete && !one.naturalWidth) wrong.push(`no picture: ${one.src.slice(0, 100)}`);
  return [wrong, places().map((place) => {
    const still = place.querySelector(".wm-still"), trouble = place.querySelector("[data-part=trouble]")?.textContent ?? "";
    const name = place.querySelector("[role=region]")?.getAttribute("aria-label") ?? "";
    const faults = unpainted(place);
    if (!place.innerText.trim() || area(place) < 10000) faults.push("an empty box");
    if (!still && !place.querySelector("button, input")) faults.push("not mounted");
    return { name, still: Boolean(still), trouble, faults };
  })];
}

/** What has a size in a widget, but no colour of its own. */
function unpainted(place) {
  const clear = ["none", "transparent", "rgba(0, 0, 0, 0)", getComputedStyle(document.body).backgroundColor];
  const without = (kind, has, some) => {
    const all = [...place.querySelectorAll(some)].filter(area), bare = all.filter((one) => !has(one, getComputedStyle(one)));
    return bare.length ? [`${bare.length} of ${all.length} ${kind} cannot be seen`] : [];
  };
  return [
    ...without("bars", (_, style) => !clear.includes(style.backgroundColor), ".wm-fill"),
    ...without("marks", (_, { fill, stroke }) => !clear.includes(fill) || !clear.includes(stroke), "svg :is(path, line, circle, rect, polyline):not(.wm-halo)"),
    ...without("canvases", painted, "canvas"),
  ];
}

function painted(canvas) {
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, copy.width, copy.height).data.some((value, i) => i % 4 === 3 && value);
}

/** What widget i says, but for the values beside its sliders, and what is chosen in it. */
function said(i) {
  const copy = places()[i].cloneNode(true);
  for (const own of copy.querySelectorAll("output, noscript, template")) own.remove();
  const chosen = [...copy.querySelectorAll("[aria-checked], [aria-pressed], [aria-selected]")].map((one) =>
    ["aria-checked", "aria-pressed", "aria-selected"].map((name) => one.getAttribute(name)));
  return copy.textContent + chosen;
}

/** Focus control k of widget i, sliders first: the key that changes it, or null where no more are tried. */
function reach(i, k) {
  window.before = said(i);
  const kinds = ["input[type=range]", ".wm-end", "[role=listbox]", "[role=radio]", "input[type=radio]:checked", "input[type=checkbox]", "button:not([data-part=copy-link])"];
  const all = kinds.flatMap((kind) => [...places()[i].querySelectorAll(kind)]);
  const control = all.filter((one) => !one.disabled && area(one))[k];
  if (!control || k >= CONTROLS) return null;
  control.focus();
  if (control.type === "range") return control.value === control.max ? "ArrowLeft" : "ArrowRight";
  return control.matches("[role], [type=radio], .wm-end") ? "ArrowDown" : control.type === "checkbox" ? " " : "Enter";
}

/** Whether widget i says something else than before the last control was reached. */
const answered = (i) => said(i) !== window.before;
