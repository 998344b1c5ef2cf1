// Running totals as SVG: one down a picture's rows, one from left to right, a bar for each value.

import { element, withSign, write } from "./parts.js";

const SVG = "http://www.w3.org/2000/svg";

export function svgElement(tag, name) {
  const one = document.createElementNS(SVG, tag);
  if (name) one.setAttribute("class", name);
  return one;
}

/** The running total beside a picture: down the picture's rows, to the right of zero where it is positive. */
export function curve() {
  const svg = svgElement("svg"), zero = svgElement("line", "wm-zero"), line = svgElement("polyline", "wm-line");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
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
      write(start, `bias ${withSign(totals[0])}`);
      write(end, `z ${withSign(totals[rows])}`);
      beside(start, at(totals[0]));
      beside(end, at(totals[rows]));
    },
  };
}

/** A running total from left to right: a bar for each value, from the total before it to the total after it. */
export function waterfall() {
  const svg = svgElement("svg", "wm-waterfall"), zero = svgElement("path", "wm-zero"), line = svgElement("path", "wm-steps");
  const plus = svgElement("path", "wm-plus"), minus = svgElement("path", "wm-minus"), ends = svgElement("path", "wm-dots");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(zero, line, plus, minus, ends);
  return {
    element: svg,
    /** @param {number[]} totals one more than there are values @returns {number} where zero lies, in % from the top */
    set(totals) {
      const low = Math.min(0, ...totals), high = Math.max(0, ...totals), count = totals.length - 1;
      const height = (v) => 4 + (92 * (high - v)) / (high - low || 1);
      const at = totals.map((v) => height(v).toFixed(2)), nought = height(0);
      const bar = (i) => `M${i} ${at[i]}H${i + 1}V${at[i + 1]}H${i}Z`;
      const all = Array.from({ length: count }, (_, i) => i);
      svg.setAttribute("viewBox", `0 0 ${count} 100`);
      zero.setAttribute("d", `M0 ${nought}H${count}`);
      line.setAttribute("d", `M0 ${at[0]}` + all.map((i) => `V${at[i + 1]}H${i + 1}`).join(""));
      plus.setAttribute("d", all.filter((i) => totals[i + 1] > totals[i]).map(bar).join(""));
      minus.setAttribute("d", all.filter((i) => totals[i + 1] < totals[i]).map(bar).join(""));
      ends.setAttribute("d", `M0 ${at[0]}h0M${count} ${at[count]}h0`);
      svg.dataset.totals = totals.join(" ");
      return nought;
    },
  };
}
