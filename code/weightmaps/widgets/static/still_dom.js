// As much of a page as the widgets build on, so that they run in an engine without one, and a way to write it as HTML.

/* Nodes */

class Node {
  childNodes = [];
  parentElement = null;

  get children() {
    return this.childNodes.filter((one) => one instanceof Element);
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }
  get textContent() {
    return this.childNodes.map((one) => one.textContent).join("");
  }
  set textContent(words) {
    this.replaceChildren(...(words === "" ? [] : [words]));
  }
  append(...some) {
    for (const one of some.map((each) => (each instanceof Node ? each : new Text(each)))) {
      one.remove();
      one.parentElement = this;
      this.childNodes.push(one);
    }
  }
  appendChild(one) {
    this.append(one);
    return one;
  }
  prepend(...some) {
    this.replaceChildren(...some, ...this.childNodes);
  }
  replaceChildren(...some) {
    for (const one of this.childNodes) one.parentElement = null;
    this.childNodes = [];
    this.append(...some);
  }
  remove() {
    if (this.parentElement) this.parentElement.childNodes = this.parentElement.childNodes.filter((one) => one !== this);
    this.parentElement = null;
  }
  contains(other) {
    for (let one = other; one; one = one.parentElement) if (one === this) return true;
    return false;
  }
}

class Text extends Node {
  constructor(data = "") {
    super();
    this.data = String(data);
  }
  get textContent() {
    return this.data;
  }
  set textContent(words) {
    this.data = String(words);
  }
}

const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** An object whose properties are kept in another under names of its own. */
function mapped(store, keyOf, more = {}) {
  return new Proxy(more, {
    get: (_, name) => more[name] ?? store[keyOf(name)],
    set: (_, name, value) => ((store[keyOf(name)] = String(value)), true),
    has: (_, name) => keyOf(name) in store,
    deleteProperty: (_, name) => delete store[keyOf(name)],
  });
}

class Element extends Node {
  attributes = {};
  styles = {};
  listeners = {};

  constructor(name) {
    super();
    this.localName = name;
    this.dataset = mapped(this.attributes, (key) => `data-${kebab(key)}`);
    this.style = mapped(this.styles, kebab, { setProperty: (key, value) => (this.styles[key] = String(value)) });
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === "value") this.value = String(value);
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  get id() {
    return this.attributes.id ?? "";
  }
  set id(value) {
    this.attributes.id = value;
  }
  get className() {
    return this.attributes.class ?? "";
  }
  set className(value) {
    this.attributes.class = value;
  }
  get hidden() {
    return "hidden" in this.attributes;
  }
  set hidden(value) {
    if (value) this.attributes.hidden = "";
    else delete this.attributes.hidden;
  }
  get classList() {
    const names = this.className.split(" ").filter(Boolean), put = (all) => (this.className = all.join(" "));
    return {
      contains: (name) => names.includes(name),
      add: (...more) => put([...new Set([...names, ...more])]),
      remove: (...less) => put(names.filter((name) => !less.includes(name))),
      toggle: (name, on = !names.includes(name)) => put([...names.filter((one) => one !== name), ...(on ? [name] : [])]),
    };
  }
  *[Symbol.iterator]() {
    for (const one of this.children) {
      yield one;
      yield* one;
    }
  }
  querySelectorAll(selectors) {
    const tests = selectors.split(",").map(matcherOf);
    return [...this].filter((one) => tests.some((test) => test(one)));
  }
  querySelector(selectors) {
    return this.querySelectorAll(selectors)[0] ?? null;
  }
  addEventListener(type, heard) {
    (this.listeners[type] ??= []).push(heard);
  }
  removeEventListener(type, heard) {
    this.listeners[type] = this.listeners[type]?.filter((one) => one !== heard);
  }
  /** @param {{type: string}} event told to this element alone */
  dispatchEvent(event) {
    for (const heard of this.listeners[event.type] ?? []) heard(event);
  }
  click() {
    this.dispatchEvent({ type: "click" });
  }
  focus() {
    document.activeElement = this;
  }
  getContext() {
    return { putImageData: (picture) => (this.picture = picture) };
  }
}

/** Whether an element is what a selector names: tag, .class, [attribute] or [attribute="value"], joined without spaces. */
function matcherOf(selector) {
  const parts = selector.trim().match(/\.[\w-]+|\[[^\]]+\]|[\w-]+/g).map((part) => {
    const [, name, value] = /^\[([\w-]+)(?:="?([^"\]]*)"?)?\]$/.exec(part) ?? [];
    if (name) return (one) => (value === undefined ? name in one.attributes : one.attributes[name] === value);
    return part[0] === "." ? (one) => one.classList.contains(part.slice(1)) : (one) => one.localName === part;
  });
  return (one) => parts.every((test) => test(one));
}

/* What else a page offers */

class ImageData {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
}

// Bytes come inflated, so a stream is its bytes.
class Blob {
  constructor(parts) {
    [this.bytes] = parts;
  }
  stream() {
    return { pipeThrough: () => this.bytes };
  }
}
class DecompressionStream {}
class Response {
  constructor(bytes) {
    this.bytes = bytes;
  }
  async arrayBuffer() {
    return this.bytes.slice().buffer;
  }
}

class TextEncoder {
  encode(text) {
    return Uint8Array.from(unescape(encodeURIComponent(text)), (letter) => letter.charCodeAt(0));
  }
}
class TextDecoder {
  decode(bytes) {
    return decodeURIComponent(escape(atob(bytes.toBase64())));
  }
}
const atob = (text) => Array.from(Uint8Array.fromBase64(text), (code) => String.fromCharCode(code)).join("");
const btoa = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)).toBase64();

const document = {
  activeElement: null, body: new Element("body"), querySelectorAll: () => [], addEventListener() {}, removeEventListener() {},
  createElement: (name) => new Element(name), createElementNS: (_, name) => new Element(name),
};
const self = globalThis, location = { hash: "", href: "" }, history = { state: null, replaceState() {} };
const matchMedia = () => ({ matches: false });
class IntersectionObserver {
  observe() {}
  disconnect() {}
}
const addEventListener = () => {}, removeEventListener = () => {};

/* A clock that stands still but for timers */

let clock = 0, timers = [], lastTimer = 0;
Date.now = () => clock;
const performance = { now: () => clock };

function setTimer(act, wait, again) {
  timers.push({ id: ++lastTimer, at: clock + wait, act, again });
  return lastTimer;
}
globalThis.setTimeout = (act, wait = 0) => setTimer(act, wait, 0);
globalThis.setInterval = (act, wait) => setTimer(act, wait, wait);
const requestAnimationFrame = (act) => setTimer(act, 16, 0);
globalThis.clearTimeout = globalThis.clearInterval = (id) => (timers = timers.filter((one) => one.id !== id));
const cancelAnimationFrame = clearTimeout;

/** Let the next timer ring. @returns {boolean} whether there was one */
function ring() {
  const next = timers.reduce((least, one) => (least && least.at <= one.at ? least : one), null);
  if (!next) return false;
  clock = next.at;
  if (next.again) next.at += next.again;
  else clearTimeout(next.id);
  next.act(clock);
  return true;
}

/* Answers for Python */

let outcome = null; // of the last run, as JSON

function asJson(value) {
  return JSON.stringify(value, (_, one) => (ArrayBuffer.isView(one) ? Array.from(one)
    : typeof one === "number" && (!Number.isFinite(one) || Object.is(one, -0)) ? { float: Object.is(one, -0) ? "-0" : String(one) } : one));
}

/** Evaluate, and keep what comes of it. @param {() => Promise} body */
function run(body) {
  outcome = null;
  body().then((value) => (outcome = asJson({ value })), (error) => (outcome = asJson({ error: String(error?.stack ?? error) })));
}

/* HTML */

const VOID = ["input", "img"];
const LEFT_OUT = /^(id|for|name|value|min|max|step|tabindex|accept|multiple|readonly|data-.*|aria-(?!label$|hidden$).*)$/;
const LIVE = ["application", "region", "radiogroup", "radio"];

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * An element as HTML that only shows: no script hears of it, and no other page's names can meet its own.
 * What is on its canvases goes to `pictures`, and their numbers stand for them.
 * @param {Element | Text} one @param {Element} root where names are looked up @returns {string}
 */
function htmlOf(one, root = one) {
  if (one instanceof Text) return escaped(one.data);
  if (one.hidden || one.localName === "option" || ["wm-spoken", "wm-cells"].some((name) => one.classList.contains(name))) return "";
  const named = one.attributes["aria-labelledby"], { role } = one.attributes;
  const { ...attributes } = one.attributes;
  let name = one.localName;
  if (named) attributes["aria-label"] = root.querySelector(`[id="${named}"]`).textContent;
  if ([one.attributes["aria-pressed"], one.attributes["aria-checked"]].includes("true")) attributes.class += " wm-pressed";
  if (name === "button") {
    name = "span";
    for (const word of ["type", "aria-label"]) delete attributes[word]; // a span may have no label
  }
  if (name === "canvas") {
    if (!one.picture) return "";
    const { width, height } = one.picture;
    name = "img";
    Object.assign(attributes, { src: `{picture ${pictures.length}}`, alt: attributes["aria-label"] ?? "", width, height });
    for (const word of ["role", "aria-label", "aria-hidden"]) delete attributes[word];
    pictures.push(one.picture);
  } else if (role === "listbox") {
    const option = one.querySelectorAll("[role=option]")[one.dataset.chosen ?? 0];
    Object.assign(attributes, { role: "img", "aria-label": `${attributes["aria-label"]}: ${option.attributes["aria-label"]}` });
  } else if (role === "heading") {
    delete attributes.role;
  } else if (role === "option" || LIVE.includes(role)) {
    delete attributes.role;
    delete attributes["aria-label"];
  }
  const style = Object.entries(one.styles).filter(([, value]) => value).map((pair) => pair.join(": ")).join("; ");
  if (style) attributes.style = style;
  const text = Object.entries(attributes).filter(([key]) => !LEFT_OUT.test(key)).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const open = `<${name}${text.join("")}>`;
  return VOID.includes(name) ? open : `${open}${one.childNodes.map((child) => htmlOf(child, root)).join("")}</${name}>`;
}

let pictures = []; // what is on the canvases of the last drawing

/** Draw a widget. @param {Record<string, unknown>} state its model's @returns {Promise<{html: string, words: string, sizes: [number, number][]}>} */
async function drawn(render, state) {
  const place = new Element("div");
  place.dataset.explorer = "1"; // as on a page, where the foot offers a link
  await render({ model: { get: (name) => state[name], set() {}, on() {}, off() {}, save_changes() {} }, el: place });
  pictures = [];
  const html = place.childNodes.map((one) => htmlOf(one)).join("");
  const words = place.querySelector(".wm-sentence")?.textContent ?? "";
  return { html, words, sizes: pictures.map(({ width, height }) => [width, height]) };
}
