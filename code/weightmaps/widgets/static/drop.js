// The place to drop a network: reads it in a worker, asks what the file does not say, and rebuilds the explorer with it.

import { workerFrom } from "./codec.js";
import { isPicture, picturesIn, unpackAll } from "./decode.js";
import { render, start } from "./explorer.js";
import { announcer, button, element, keepKeys, note, percent, select, text, setText } from "./parts.js";
import { dataOf, load, STATE } from "./view.js";

/** @typedef {import("./worker.js").Parts} Parts */

const PATIENCE = 20000; // milliseconds that a file may take
const MOST_READ = 2 ** 28; // bytes of a file
const PICTURE = 1000; // more for each picture
const INTRODUCTION = "A .npz, .json, .safetensors, .pt, .pth or .pkl file with weights and biases; with it, or by themselves, images: pictures of digits (PNG, JPEG, a folder for each class), a table (.csv), a .npz with images and labels, MNIST’s own files. Choose them together. Nothing leaves this page.";
const OUTPUTS = ["softmax", "sigmoid", "identity"];
const FIRST = { neuron: 0, output: 0, sample: 0, layer: 1, step: null, other: null, view: "one", ablated: [], pixels: null };

/** The state of a network that only the page knows: no kernel hears of it. */
function detached(model, panels) {
  const state = { ...Object.fromEntries(STATE.map((name) => [name, model.get(name)])), ...FIRST, panels };
  return { get: (name) => state[name], set: (name, value) => (state[name] = value), on() {}, off() {}, save_changes() {} };
}

/** Take all parts, one after the other. @returns what `parts` returns */
function atOnce(parts) {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** What came with the page, as parts. @param {import("./view.js").Data} data @returns {Parts} */
function partsOf(data, name) {
  const layers = data.networks[Math.max(0, data.steps.length - 1)], count = data.images.length, inputs = data.sizes[0];
  const pixels = new Float64Array(data.images[0].buffer, data.images[0].byteOffset, count * inputs);
  return {
    layers, activations: data.activations, said: [], name, labels: data.labels, labelled: null, shape: data.features ? null : data.shapeOf(1),
    channels: data.channels ?? null, features: data.features ?? null, outputs: null, applied: [],
    images: { pixels, count, shape: [inputs], name: "", divided: false, own: true, said: [] },
  };
}

/** @param {{model: any, el: HTMLElement}} place @returns {Promise<() => void>} */
async function renderDrop({ model, el }) {
  const trouble = element("p", { class: "wm-wrong", "data-part": "drop-trouble" });
  const status = element("p", { "data-part": "drop-status" }), say = announcer();
  const more = element("div", { class: "wm-drop-more", "data-part": "drop-more" });
  const input = element("input", { type: "file", multiple: "", "data-part": "drop-files" });
  const back = button("drop-back", "Back to this page’s network", goBack);
  const box = element(
    "div", { class: "wm wm-drop", "data-part": "drop" },
    element("label", { class: "wm-drop-label" }, "Open a network of your own: choose files, or drop them anywhere here", input),
    note(INTRODUCTION), trouble, status, more, back,
  );
  back.hidden = true;
  el.append(box);
  const stopFirst = await render({ model, el });
  let page;
  try {
    page = partsOf(await load(model.get("_network"), model.get("_images")), "this page’s network");
  } catch {
    box.remove(); // the explorer says what is wrong
    return stopFirst;
  }
  const first = el.lastElementChild;
  let kept = page, said = [""], place = null, stop = null, worker = null, timer = 0, asked = null;

  /** Back to what the page showed at first; its explorer was only hidden. */
  function goBack() {
    quit();
    close();
    kept = page;
    first.hidden = false;
    back.hidden = true;
    tell("This page’s network is shown again.");
    input.focus();
  }

  function close() {
    stop?.();
    place?.remove();
    stop = place = null;
  }

  function quit() {
    asked = null;
    worker?.terminate();
    clearTimeout(timer);
    worker = null;
  }

  function show(wrong, words, ...places) {
    setText(trouble, wrong);
    setText(status, words);
    say(wrong || words);
    more.replaceChildren(...places);
    keepKeys(box);
  }

  function tell(...words) {
    said = words;
    show("", ...words);
  }

  /** What went wrong, above what was said before: a question stays, and so does what is on screen. */
  function complain(words) {
    quit();
    show(`${words} What was shown stays.`, ...said);
  }

  /** Have the worker read files, or weigh a choice. What is on screen stays until all is well. */
  async function ask(files, choice = {}, folders = []) {
    quit();
    const names = [...files, ...folders].slice(0, 8).map(({ name }) => name.slice(0, 60)).join(", "), me = {};
    asked = me;
    show("", names ? `Reading ${names} …` : "One moment …");
    let pictures = files.filter(isPicture).map((file) => ({ file, folder: "" }));
    try {
      // A page that was opened as a file may not look into folders in every browser.
      for (const folder of folders) pictures.push(...(await picturesIn(folder).catch(() => [])));
      if (folders.length && !pictures.length) throw new Error("That is a folder in which no pictures can be read; drop the files in it");
      pictures = await unpackAll(pictures);
    } catch (error) {
      if (asked === me) complain(sentence(error.message));
      return;
    }
    if (asked !== me) return;
    files = files.filter((file) => !isPicture(file));
    worker = workerFrom(model.get("_worker"));
    const patience = PATIENCE + PICTURE * pictures.length;
    timer = setTimeout(() => complain(`Reading took more than ${patience / 1000} seconds, so it was stopped.`), patience);
    worker.onerror = (event) => {
      event.preventDefault();
      complain("The files could not be read: this browser is too old, or has too little memory.");
    };
    worker.onmessage = ({ data }) => {
      quit();
      try {
        if (data.trouble) complain(sentence(data.trouble));
        else consider(data);
      } catch {
        complain("This cannot be shown: there is too little memory for it.");
      }
    };
    // Read here: where the page is a file itself, WebKit keeps its worker from every other file.
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, size: file.size, bytes: await contentOf(file) })));
    if (asked !== me) return;
    worker.postMessage({ files: read, pictures, kept, page, choice }, [...read.flatMap((one) => one.bytes ?? []), ...pictures.map(({ rgb }) => rgb.buffer)]);
  }

  /** @param {object} found what the worker answered */
  function consider({ parts, notes, ask: wanted, options, given, better, low, high }) {
    const places = notes.map((words) => text("drop-note", words));
    const inputs = parts.layers[0].columns, { name } = parts;
    const sizes = [inputs, ...parts.layers.map((one) => one.rows)].join("-");
    if (better) {
      places.push(text("drop-finding", `Look at this: ${better.looks}. Accuracy on ${better.count} images is ${percent(better.given)} as given, ${percent(better.share)} with ${better.words}. `,
        button("drop-change", `Use ${better.words}`, () => ask([], { change: better.keys }))));
    }
    if (parts !== page && parts.layers.every(({ rows, columns }) => rows === columns)) {
      places.push(button("drop-turn", "Transpose the matrices", () => ask([], { turn: true })));
    }
    if (!wanted) open(parts);
    kept = parts;
    back.hidden = false;
    if (wanted === "images") {
      const more = inputs === page.layers[0].columns + 1 ? " If one input is a constant in place of biases, “python -m weightmaps explore” with the network’s name prints lines that make it biases." : "";
      return tell(`${name} is a network of ${sizes}, but the images here have another number of inputs. Add a .npz with images of ${inputs} numbers each and their labels.${more}`, ...places);
    }
    if (wanted === "activations") return tell(`${name} is a network of ${sizes}. It does not name its activations: choose them.`, ...places, ...activationsAsked(parts, options));
    if (wanted === "shape") return tell(`An image of ${inputs} numbers is no square: choose its rows × columns.`, ...places, ...shapeAsked(options));
    if (wanted === "labels") {
      places.push(button("drop-change", `Use ${options.words}`, () => ask([], { change: options.keys })));
      return tell(`The labels run from ${options.low} to ${options.high}, but the network’s outputs are 0 to ${parts.layers.at(-1).rows - 1}.`, ...places);
    }
    if (wanted === "range") {
      if (!better && low >= 0 && high <= 255) places.push(button("drop-change", "Use images / 255", () => ask([], { change: ["divided"] })));
      places.push(button("drop-ink", "Show them as ink from 0 to 1", () => ask([], { change: ["ink"] })));
      places.push(button("drop-table", "Show the inputs as a table", () => ask([], { shape: null })));
      return tell(`The images hold ${low.toPrecision(3)} to ${high.toPrecision(3)}; pictures are of numbers from 0 to 1.`, ...places);
    }
    const right = given ? ` It answers ${percent(given.share)} of ${given.count} images with their label.` : "";
    tell(`${name}: ${sizes}, ${parts.activations.join(", ")}.${right}`, ...places);
  }

  function activationsAsked({ layers }, options) {
    const chosen = {};
    const go = button("drop-open", "Open", () => {
      ask([], { activations: layers.map((_, i) => (i < layers.length - 1 ? chosen.hidden : chosen.outputs)) });
      input.focus();
    });
    go.disabled = true;
    const lists = [["hidden", "Hidden layers", options.map((one) => one.name)], ["outputs", "Outputs", OUTPUTS]].map(([key, label, names]) => {
      const list = select(`drop-${key}`, label, ["", ...names], (name) => {
        chosen[key] = name;
        go.disabled = !chosen.hidden || !chosen.outputs;
      });
      list.set("", { "": "choose …" });
      return list;
    });
    const shares = options.filter((one) => one.share !== null).map((one) => [one.name, `${one.name}: ${percent(one.share)} right`]);
    lists[0].set("", Object.fromEntries(shares));
    const words = shares.length ? "Beside each choice stands how many images are then answered with their label. The outputs’ activation does not change that." : "";
    return [element("div", { class: "wm-selects" }, ...lists.map((one) => one.element)), note(words), go];
  }

  function shapeAsked(pairs) {
    const names = pairs.map((sides) => sides.join(" × "));
    const list = select("drop-shape", "Rows × columns of an image", ["", ...names, "table"], (name) => {
      if (name) ask([], { shape: name === "table" ? null : pairs[names.indexOf(name)] });
    });
    list.set("", { "": "choose …", table: "no picture: a table" });
    return [element("div", { class: "wm-selects" }, list.element)];
  }

  /** Show these parts in place of what was shown. @param {Parts} parts */
  function open({ layers, activations, images, labels, shape, channels, features, outputs: names }) {
    const outputs = layers.at(-1).rows, own = model.get("_network").outputs;
    const data = dataOf({
      sizes: [layers[0].columns, ...layers.map((one) => one.rows)], activations, steps: [], others: [], networks: [layers],
      outputs: names ?? (images.own && own.length === outputs ? own : Array.from({ length: outputs }, (_, k) => String(k))),
      shape, channels, features, labels, pixels: images.pixels,
    });
    const root = element("div", { class: "wm" }), next = element("div", {}, root);
    const panels = model.get("panels").filter((name) => name !== "draw" || (!features && !channels));
    el.append(next);
    let end;
    try {
      end = atOnce(start(data, detached(model, panels), root));
    } catch (error) {
      next.remove();
      throw error;
    }
    close();
    [place, stop] = [next, end];
    first.hidden = true;
  }

  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    box.classList.toggle("wm-over-drop", event.type === "dragover");
  };
  const dropped = (event) => {
    over(event);
    if (!event.dataTransfer?.types.includes("Files")) return;
    const folders = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry?.isDirectory);
    const names = folders.map(({ name }) => name);
    ask([...event.dataTransfer.files].filter(({ name }) => !names.includes(name)), {}, folders);
  };
  const events = { dragover: over, dragleave: over, drop: dropped };
  for (const [name, heard] of Object.entries(events)) el.addEventListener(name, heard);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // so that the same file may be chosen again
    if (files.length) ask(files);
  });

  return () => {
    quit();
    close();
    for (const [name, heard] of Object.entries(events)) el.removeEventListener(name, heard);
    stopFirst();
    box.remove();
  };
}

/** What a file holds; null where it cannot be read, or is more than the worker takes. @param {File} file */
function contentOf(file) {
  return file.size > MOST_READ ? null : file.arrayBuffer().catch(() => null);
}

/** With a capital, and a full stop. */
function sentence(words) {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

export default { render: renderDrop };
