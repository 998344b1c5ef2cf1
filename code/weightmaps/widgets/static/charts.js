// Running totals as SVG: one down a picture's rows, one from left to right, a bar for each value.

import { element, svgElement, formatSigned } from "./parts.js";

const pathOf = (name) => svgElement("path", { class: `wm-${name}` });

/** The running total beside a picture: down the picture's rows, to the right of zero where it is positive. */
export function curve() {
  const zero = pathOf("zero"), line = pathOf("line");
  const svg = svgElement("svg", { preserveAspectRatio: "none", role: "img" }, zero, line);
  const zeroWords = element("span", {}, "0");
  return {
    element: element("div", { class: "wm-curve" }, svg),
    axis: element("div", { class: "wm-axis", "aria-hidden": "true" }, zeroWords),
    /** @param {number[]} totals one more than the picture has rows @param {number[]} span the least and the largest to show */
    set(totals, [low, high]) {
      const rows = totals.length - 1, at = (v) => 4 + (92 * (v - low)) / (high - low || 1);
      svg.setAttribute("viewBox", `0 0 100 ${rows}`);
      line.setAttribute("d", `M${totals.map((v, i) => [at(v).toFixed(3), i]).join("L")}`);
      zero.setAttribute("d", `M${at(0)} 0V${rows}`);
      svg.setAttribute("aria-label", `The total starts at ${formatSigned(totals[0])} and ends at ${formatSigned(totals[rows])}.`);
      svg.dataset.totals = totals.join(" ");
      zeroWords.style.left = `${at(0)}%`;
    },
  };
}

/** A running total from left to right: a bar for each value, from the total before it to the total after it. */
export function waterfall() {
  const [zero, line, plus, minus, ends] = ["zero", "steps", "plus", "minus", "dots"].map(pathOf);
  const svg = svgElement(
    "svg", { class: "wm-waterfall", preserveAspectRatio: "none", "aria-hidden": "true" }, zero, line, plus, minus, ends,
  );
  return {
    element: svg,
    /**
     * @param {number[]} totals one more than there are values @param {number[]} span the least and the largest to show
     * @returns {number} where zero lies, in % from the top
     */
    set(totals, [low, high]) {
      const count = totals.length - 1;
      const height = (v) => 4 + (92 * (high - v)) / (high - low || 1);
      const at = totals.map((v) => height(v).toFixed(2)), nought = height(0);
      const bar = (i) => `M${i} ${at[i]}H${i + 1}V${at[i + 1]}H${i}Z`;
      const all = Array.from({ length: count }, (_, i) => i);
      svg.setAttribute("viewBox", `0 0 ${count} 100`);
      zero.setAttribute("d", `M0 ${nought}H${count}`);
      line.setAttribute("d", `M0 ${at[0]}` + all.map((i) => `V${at[i + 1]}H${i + 1}`).join(""));
      plus.setAttribute("d", all.filter((i) => totals[i + 1] > totals[i]).map(bar).join(""));
      minus.setAttribute("d", all.filter((i) => totals[i + 1] < totals[i]).map(bar).join(""));
      ends.setAttribute("d", `M0 ${at[0]}h.001M${count} ${at[count]}h.001`);
      svg.dataset.totals = totals.join(" ");
      return nought;
    },
  };
}
