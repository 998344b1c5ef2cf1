// Pictures of the plane: values as colours, and over them lines, an arrow and dots in the plane's own coordinates.

import { forward } from "./maths.js";
import { canvas, element, svgElement } from "./parts.js";
import { REACH } from "./plane.js";

export const PLANE_SIDE = 40; // samples in each direction

/** The sampled points, row by row from the top left. */
const SAMPLES = Array.from({ length: PLANE_SIDE * PLANE_SIDE }, (_, i) => [at(i % PLANE_SIDE), -at(Math.floor(i / PLANE_SIDE))]);

/** Where a column lies, also between two. */
function at(column) {
  return ((2 * column + 1) / PLANE_SIDE - 1) * REACH;
}

/**
 * What the network makes of the whole plane: each hidden neuron's activations, one after the other, and the output's z.
 * @param {import("./maths.js").Layer[]} layers
 */
export function acrossThePlane(layers) {
  const count = SAMPLES.length, z = new Float64Array(count);
  const activations = Array.from(layers[0].biases, () => new Float64Array(count));
  SAMPLES.forEach((point, i) => {
    const trace = forward(layers, point);
    z[i] = trace.z[1][0];
    activations.forEach((one, j) => { one[i] = trace.a[0][j]; });
  });
  return { activations, z };
}

/** The line where sampled values change their sign, as an SVG path. @param {ArrayLike<number>} z */
export function border(z) {
  let path = "";
  for (let r = 0; r + 1 < PLANE_SIDE; r++) {
    for (let c = 0; c + 1 < PLANE_SIDE; c++) {
      const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]].map(([x, y]) => [x, y, z[y * PLANE_SIDE + x]]);
      const ends = [];
      corners.forEach(([x, y, v], k) => {
        const [x2, y2, v2] = corners[(k + 1) % 4];
        if (v > 0 === v2 > 0) return;
        const share = v / (v - v2);
        ends.push(`${at(x + share * (x2 - x)).toFixed(3)} ${at(y + share * (y2 - y)).toFixed(3)}`);
      });
      for (let k = 0; k + 1 < ends.length; k += 2) path += `M${ends[k]}L${ends[k + 1]}`;
    }
  }
  return path;
}

/** A neuron's direction, unit length, its steepness, and the point of the line z = `level` that is nearest to the centre. */
export function lineOf([w1, w2, b], level = 0) {
  const steep = Math.hypot(w1, w2), [u, v] = steep ? [w1 / steep, w2 / steep] : [0, 0];
  const far = steep ? (level - b) / steep : Infinity;
  return { steep, u, v, far, x: far * u, y: far * v };
}

/** The line z = `level` of a neuron as an SVG path; none where its weights are zero. */
export function linePath(row, level = 0) {
  const { u, v, x, y, far } = lineOf(row, level);
  if (!(Math.abs(far) < 2 * REACH)) return "";
  const end = (t) => `${(x - t * v).toFixed(3)} ${(-y - t * u).toFixed(3)}`;
  return `M${end(-9)}L${end(9)}`;
}

/** An arrow from a neuron's line to the side where it answers more. */
export function arrowPath(row) {
  const { u, v, x, y, steep } = lineOf(row);
  if (!steep) return "";
  const point = (along, across) => `${(x + along * u - across * v).toFixed(3)} ${(-y - along * v - across * u).toFixed(3)}`;
  return `M${point(0, 0)}L${point(0.9, 0)}M${point(0.65, 0.2)}L${point(0.95, 0)}L${point(0.65, -0.2)}`;
}

/** A path for each name, in the plane's coordinates with y downwards. @param {string[]} names their classes */
export function overlay(names) {
  const svg = svgElement("svg", { class: "wm-over" });
  svg.setAttribute("viewBox", [-REACH, -REACH, 2 * REACH, 2 * REACH].join(" "));
  svg.setAttribute("aria-hidden", "true");
  const paths = names.map((name) => svg.appendChild(svgElement("path", { class: name })));
  return { svg, set: (...ways) => paths.forEach((one, i) => one.setAttribute("d", ways[i])) };
}

/** A picture of the plane with paths over it. @param {string} words @param {string[]} names */
export function planePicture(words, names) {
  const picture = canvas(words), over = overlay(names);
  return { element: element("div", { class: "wm-plane" }, picture, over.svg), canvas: picture, lines: over.set };
}

/** Dots of one class as an SVG path. @param {{X: number[][], y: number[]}} points @param {number} which */
export function dots({ X, y }, which) {
  return X.filter((_, i) => y[i] === which).map(([a, b]) => `M${a.toFixed(3)} ${(-b).toFixed(3)}h.001`).join("");
}
