// Keep and share: the state in the page's address, a link to it, a picture of it, its numbers as a table.

import { linkTo, saveFile } from "./link.js";
import { button, element } from "./parts.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").State} State @typedef {import("./view.js").View} View */

// What a picture has no use for.
const TOOLS = ".wm-choices, .wm-sliders, .wm-slider, .wm-choice, .wm-selects, .wm-button, .wm-foot, .wm-pads ~ *, .wm-spoken, .wm-link, [hidden]";

/** Multiples of 1/255 as base64 for links; a run of zeros is a zero and its length. @param {number[]} pixels */
export function packPixels(pixels) {
  const bytes = [];
  for (let i = 0; i < pixels.length; i++) {
    const byte = Math.round(255 * pixels[i]) & 255, last = bytes.length - 1;
    if (byte) bytes.push(byte);
    else if (i && !Math.round(255 * pixels[i - 1]) && bytes[last] < 255) bytes[last]++;
    else bytes.push(0, 1);
  }
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text @returns {number[]} */
export function unpackPixels(text) {
  const codes = atob(text.replaceAll("-", "+").replaceAll("_", "/")), pixels = [];
  for (let i = 0; i < codes.length; i++) {
    const byte = codes.charCodeAt(i);
    if (byte) pixels.push(byte / 255);
    else pixels.push(...Array(codes.charCodeAt(++i)).fill(0));
  }
  return pixels;
}

/** One part of the state from a link; `own` is what the page set. A damaged one throws or does not fit. */
function fromText(name, text, own) {
  if (name === "pixels") return text === "null" ? null : unpackPixels(text);
  if (Array.isArray(own)) return text ? JSON.parse(`[[${text.replaceAll(";", "],[")}]]`) : [];
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One part of the state for a link: 42, weight, true, null, "1,42,0;1,7,0.5" for a list of lists. */
function toText(name, value, own) {
  if (name === "pixels" && value) return packPixels(value);
  if (Array.isArray(value)) return value.map(String).join(";");
  // A name that reads as something else, such as "7" or "null", stands in quotes.
  return typeof value === "string" && fromText(name, value, own) === value ? value : JSON.stringify(value);
}

/**
 * Every neuron of the layer on screen and every output as a table, in full precision. A contribution is
 * factor × weight × activation; the factor is 0 for a neuron that is switched off.
 * @param {Data} data @param {View} view @returns {string}
 */
export function csvOf(data, view) {
  const { layer, hidden, z, outgoing, contributions, factors } = view, last = view.layers.at(-1);
  const rows = [["layer", "unit", "bias", "z", "activation", "factor", "weight", "contribution"]];
  view.answers.forEach((a, j) => {
    rows.push([layer, j, hidden.biases[j], z[j], a, factors?.[layer - 1]?.[j] ?? 1, outgoing[j], contributions[j]]);
  });
  view.y.forEach((a, k) => rows.push([view.layers.length, data.outputs[k], last.biases[k], view.zOut[k], a, "", "", ""]));
  const quoted = (value) => (/[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value);
  return rows.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

/** The explorer without its controls as a PNG, two dots a pixel. @param {HTMLElement} root @returns {Promise<Blob>} */
async function pictureOf(root) {
  const { colorScheme, backgroundColor, fontFamily, fontSize } = getComputedStyle(root);
  const copy = root.cloneNode(true), width = root.offsetWidth;
  const canvases = root.querySelectorAll("canvas");
  copy.querySelectorAll("canvas").forEach((one, i) => {
    const { className, style } = canvases[i];
    one.replaceWith(element("img", { src: canvases[i].toDataURL(), class: className, style: style.cssText }));
  });
  for (const one of copy.querySelectorAll(TOOLS)) one.remove();
  for (const one of copy.querySelectorAll(".wm-hint")) one.parentElement.remove(); // an empty pad; else its hint is hidden
  const address = location.protocol.startsWith("http") ? ` · ${location.href.replace(location.hash, "")}` : "";
  copy.append(element("p", { class: "wm-note wm-source" }, document.title + address));
  const scheme = colorScheme === "dark" ? "--wm-light: var(--wm-nothing,); --wm-dark: initial; " : "";
  const look = `${scheme}color-scheme: ${colorScheme}; font-family: ${fontFamily}; font-size: ${fontSize}; width: ${width}px; ` +
    "max-width: none; margin: 0; border: 0;";
  copy.setAttribute("style", `${look} position: absolute; visibility: hidden;`);
  root.after(copy);
  const height = copy.offsetHeight;
  copy.remove();
  copy.setAttribute("style", look);

  // As written: a browser's own listing of the rules loses some that use variables.
  const styles = [...document.querySelectorAll("style")].map((one) => one.textContent).filter((text) => text.includes(".wm-"));
  const svg = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    '<foreignObject width="100%" height="100%"/></svg>', "image/svg+xml").documentElement;
  svg.firstChild.append(element("style", {}, styles.join("\n")), copy);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const target = element("canvas", { width: String(2 * width), height: String(2 * height) });
  const brush = target.getContext("2d");
  brush.fillStyle = backgroundColor;
  brush.fillRect(0, 0, target.width, target.height);
  brush.drawImage(image, 0, 0, target.width, target.height); // a viewBox that doubles would be scrambled in WebKit
  return new Promise((done, failed) => target.toBlob((blob) => (blob ? done(blob) : failed()), "image/png"));
}

/**
 * The row at the explorer's foot, and the link in the page's address.
 * @param {{data: Data, state: State, root: HTMLElement, view: () => View, set: (state: State) => void,
 *   isValidState: (data: Data, state: State) => boolean, complete: () => void}} explorer `set` shows another state, `complete` draws
 *   what is off screen
 * @returns {{write: () => void, stop: () => void}} `write` is for whenever the state has come to rest
 */
export function share({ data, state, root, view, set, isValidState, complete }) {
  const { note, buttons, status, byHand, write, read, stop } = linkTo({
    place: root.parentElement, own: { ...state }, state, set, isValid: (next) => isValidState(data, next), toText, fromText,
  });

  function download(blob, ending) {
    const { neuron, sample, step, pixels } = state;
    const name = `neuron-${neuron}-` + (pixels ? "drawing" : `image-${sample}`) + (step === null ? "." : `-step-${step}.`) + ending;
    saveFile(blob, name);
    status.set(`Downloaded ${name}.`);
  }

  async function save() {
    try {
      complete();
      download(await pictureOf(root), "png");
    } catch {
      status.set("The browser refused to draw the picture.");
    }
  }

  root.prepend(note.element);
  root.append(element(
    "div", { class: "wm-foot" }, ...buttons,
    button("save-picture", "Save picture", save),
    button("download-numbers", "Download numbers", () => download(new Blob([csvOf(data, view())], { type: "text/csv" }), "csv")),
    status.element, byHand,
  ));
  read();
  return { write, stop };
}
