// Pictures of what comes into a layer: in ink or in signs, in three colour channels, or bars where it is a table.

import { rankOrder } from "./maths.js";
import { ink, mixed, paint, signed } from "./paint.js";
import { bars, canvas, element, note, formatNumber, mapWords, scale, formatSigned, setText } from "./parts.js";

/** @typedef {import("./view.js").Data} Data */

const MOST_FEATURES = 30; // of a longer table only the largest values are listed
const CHANNELS = ["Red", "Green", "Blue"];

/** Names and values of a table, in its order or, of a long one, the largest; `rest` adds up what is left out. */
export function listOf({ features }, values, rest = false) {
  const order = rankOrder(Array.from(values, Math.abs)), left = order.splice(MOST_FEATURES);
  if (!left.length) order.sort((i, j) => i - j);
  const list = order.map((i) => [features[i], values[i]]);
  return rest && left.length ? [...list, [`the other ${left.length} together`, left.reduce((sum, i) => sum + values[i], 0)]] : list;
}

/** A number for each input of a layer: bars of a table, a picture of each channel, or one picture, about zero on one scale. */
export function signedPicture(data, layer, part, rest = false) {
  if (layer === 1 && data.features) {
    const words = note(), list = (values) => listOf(data, values, rest);
    const chart = bars(part, list(data.images[0]).map(String), null, formatSigned);
    return {
      element: chart.element, scale: words,
      set(values, limit) {
        const shown = list(values);
        chart.set(shown.map(([, v]) => v), -1, -1, -limit, limit, shown.map(([name]) => name));
        setText(words, `A full bar is ±${formatNumber(limit)}.` + (data.features.length > MOST_FEATURES
          ? ` The ${MOST_FEATURES} largest of ${data.features.length}, in order of size.` : ""));
      },
    };
  }
  const colours = scale(), columns = data.shapeOf(layer)[1], split = layer === 1 && data.channels;
  const pictures = (split ? CHANNELS : [""]).map(() => canvas("Weights"));
  const three = (...parts) => element("div", { class: "wm-channels" }, ...parts);
  return {
    element: split ? three(...pictures) : pictures[0],
    scale: split ? element("div", {}, three(...CHANNELS.map((name) => element("span", {}, name))), colours.element) : colours.element,
    set(values, limit, words) {
      const planes = split ? data.planesOf(values) : [values];
      pictures.forEach((picture, c) => {
        paint(picture, planes[c], columns, signed(limit));
        picture.setAttribute("aria-label", (split ? `${CHANNELS[c]}: ` : "") + `${words}: ${mapWords(planes[c], columns)}.`);
      });
      colours.set(limit);
    },
  };
}

/** The colours of a small picture of weights, and how to paint them: three channels become one. */
export function thumbnail(data, layer, values, limit) {
  return data.channels && layer === 1
    ? [mixed(data.planesOf(values), (v) => (v / limit + 1) / 2), (c) => c] : [values, signed(limit)];
}

/** What a small picture of weights is, where that needs words. */
export function thumbnailWords({ channels, features }, layer) {
  if (layer > 1) return "";
  return channels ? " Each map is one colour picture: grey is 0, a channel’s light is positive, its lack negative."
    : features ? ` A cell for each of the ${features.length} features, in their order.` : "";
}

/** Paint what the network is given. */
export function paintInput(picture, data, x) {
  const [values, colour] = data.channels ? [mixed(data.planesOf(x), (v) => v), (c) => c]
    : [x, data.features ? signed(data.maxAbsOfInputs) : ink()];
  paint(picture, values, data.shapeOf(1)[1], colour);
}
