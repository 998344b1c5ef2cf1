// A widget's state in the page's address: written whenever it has come to rest, read when the page is opened.

import { button, element, spokenText } from "./parts.js";

/** @typedef {{element: HTMLElement, set: (words: string) => void}} SpokenText */

/** Have the browser keep a file. @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/**
 * The link to what a widget shows; host.js scrolls to the widget that it names.
 * @param {{place: HTMLElement, own: object, state: object, set: (state: object) => void, isValid: (state: object) => boolean,
 *   toText?: (name: string, value: any, own: any) => string, fromText?: (name: string, text: string, own: any) => any}} widget
 *   `own` is the state that the page set, and `set` shows another one; a damaged text throws, or does not fit
 * @returns {{note: SpokenText, buttons: HTMLElement[], status: SpokenText, byHand: HTMLElement, write: () => void, read: () => void, stop: () => void}}
 *   `note` is for the widget's head, the others for its foot; `status` says what was done
 */
export function linkTo({ place, own, state, set, isValid, toText = (_, value) => JSON.stringify(value), fromText = (_, text) => JSON.parse(text) }) {
  const linked = "explorer" in place.dataset; // a page says which of its widgets this is; a notebook does not
  const note = spokenText("link-note", "wm-note wm-link");

  function fragment() {
    const parts = Object.keys(own).map((name) => [name, ...[state, own].map((one) => toText(name, one[name], own[name]))])
      .filter(([, now, first]) => now !== first)
      .map(([name, now]) => `&${name}=${encodeURIComponent(now).replace(/%2C|%3B/g, decodeURIComponent)}`);
    return `#explorer=${place.dataset.explorer}${parts.join("")}`;
  }
  const link = () => location.href.split("#")[0] + fragment();

  let written = fragment();
  function write() {
    if (!linked || fragment() === written) return;
    written = fragment();
    note.set("");
    try {
      history.replaceState(history.state, "", link());
    } catch {
      // The browser guards its address bar; the buttons still work.
    }
  }

  function read() {
    if (!linked || !location.hash.startsWith("#explorer=")) return;
    const [[, number], ...parts] = new URLSearchParams(location.hash.slice(1));
    const places = [...document.querySelectorAll("[data-explorer]")];
    const meant = places.find((one) => one.dataset.explorer === number);
    if ((meant ?? places[0]) !== place) return;
    let next = { ...own }, good = Boolean(meant) && new Set(parts.map(([name]) => name)).size === parts.length;
    try {
      for (const [name, text] of parts) {
        good &&= Object.hasOwn(own, name);
        next[name] = fromText(name, text, own[name]);
      }
      good &&= isValid(next);
    } catch {
      good = false;
    }
    if (!good) next = own;
    set(next);
    written = fragment();
    note.set(good ? "" : "The link's settings could not be read, so this shows the page's own.");
  }

  const status = spokenText("done", "wm-note");
  const field = element("input", { readonly: "", "data-part": "link" });
  const byHand = element("label", { class: "wm-note", hidden: "" }, "Copy this link: ", field);

  async function copy() {
    write();
    byHand.hidden = true;
    try {
      await navigator.clipboard.writeText(link());
      status.set("Link copied.");
    } catch {
      status.set("");
      byHand.hidden = false;
      field.value = link();
      field.select();
    }
  }

  if (linked) addEventListener("hashchange", read);
  return { note, buttons: linked ? [button("copy-link", "Copy link", copy)] : [], status, byHand, write, read, stop: () => removeEventListener("hashchange", read) };
}
