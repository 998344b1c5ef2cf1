// The laboratory's parts: the table of settings, the curves, the strip of seeds.

import { median, memoize } from "./maths.js";
import { element, newId, note, percent, setText, svgElement } from "./parts.js";

/** Two decimals. */
export const two = (value) => value.toFixed(2).replace("-", "−").replace("−0.00", "0.00");

/** Whether a share of right answers is one that guessing reaches, too: within two standard errors. */
export function isGuess(right, classes, count) {
  const chance = 1 / classes;
  return right <= chance + 2 * Math.sqrt((chance * (1 - chance)) / count);
}

/** How long something takes, in words. */
export function about(milliseconds) {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 90 ? `about ${seconds} second${seconds > 1 ? "s" : ""}` : `about ${Math.round(seconds / 60)} minutes`;
}

/** "3", "3 or 8", "1, 3 or 8". */
export function anyOf(values) {
  return values.length > 1 ? `${values.slice(0, -1).join(", ")} or ${values.at(-1)}` : String(values[0]);
}

const WIDE = 300, HIGH = 100, ROW = 14, DOT = 4;

/**
 * A table of settings, a list to choose from for A and for B; B's begins with "as A".
 * @param {[string, string, [any, string][]][]} fields @param {(which: "a" | "b", field: string, value: any) => void} chosen
 */
export function setupTable(fields, chosen) {
  const lists = fields.map(([key, name, values]) => {
    const made = ["a", "b"].map((which) => {
      const list = element("select", { "aria-label": `${name}, network ${which.toUpperCase()}`, "data-part": `set-${which}-${key}` });
      list.addEventListener("change", () => chosen(which, key, list.value === "same" ? undefined : JSON.parse(list.value)));
      return list;
    });
    return { key, name, values, made };
  });
  const fill = (list, values, now, first) => {
    const text = JSON.stringify(now), known = values.some(([value]) => JSON.stringify(value) === text);
    const all = [...first, ...values.map(([value, label]) => [JSON.stringify(value), label]), ...(known || now === undefined ? [] : [[text, String(now)]])];
    if (list.children.length !== all.length) list.replaceChildren(...all.map(([value, label]) => element("option", { value }, label)));
    list.value = now === undefined ? "same" : text;
  };
  return {
    element: element("table", { class: "wm-settings" },
      element("thead", {}, element("tr", {}, ...["setting", "A", "B"].map((words) => element("th", { scope: "col" }, words)))),
      element("tbody", {}, ...lists.map(({ name, made }) => element("tr", {}, element("th", { scope: "row" }, name), ...made.map((list) => element("td", {}, list)))))),
    set: memoize((a, b) => {
      for (const { key, values, made } of lists) {
        fill(made[0], values, a[key], []);
        fill(made[1], values, b[key], [["same", "as A"]]);
      }
    }),
  };
}

/**
 * A small chart a measure: A and B over training, and the untrained A as a dotted line.
 * @param {[string, string][]} measures
 */
export function curves(measures) {
  const charts = measures.map(([key, name]) => {
    const lines = ["wm-line", "wm-line wm-other", "wm-zero"].map((kind) => svgElement("polyline", { class: kind, fill: "none" }));
    const svg = svgElement("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img" }, ...lines);
    const ends = [element("span"), element("span")];
    const title = element("p", { class: "wm-title", id: newId() }, name);
    return { key, name, title, lines, svg, ends, element: element("div", {}, title, svg, element("div", { class: "wm-ends" }, ...ends)) };
  });
  return {
    element: element("div", {}, element("div", { class: "wm-curves" }, ...charts.map((one) => one.element)),
      note("A is the full line, B the dashed one; the dotted line is A before it learned anything. Time runs to the right, the early steps spread out.")),
    /** @param {{setup: import("./sgd.js").Setup, moments: import("./lab_run.js").Moment[], epoch: number}[]} runs */
    set(runs, epochs) {
      const apart = new Set(runs.map(({ setup }) => setup.cost)).size > 1;
      for (const { key, name, title, lines, svg, ends } of charts) {
        setText(title, name + (key === "cost" && apart ? ": two costs, not to be compared" : ""));
        const format = key === "right" ? percent : two, values = runs.flatMap(({ moments }) => moments.map((one) => one[key]));
        const low = Math.min(0, ...values), high = Math.max(key === "right" ? 1 : 0.001, ...values);
        const last = Math.max(epochs, ...runs.map(({ moments, epoch }) => (moments.at(-1)?.step ?? 0) / (epoch || 1)));
        const y = (v) => (HIGH * (high - v)) / (high - low);
        const path = ({ moments, epoch }) => moments.map((one) => `${(WIDE * Math.sqrt(one.step / (epoch || 1) / last)).toFixed(1)},${y(one[key]).toFixed(1)}`).join(" ");
        [0, 1].forEach((k) => lines[k].setAttribute("points", runs[k] ? path(runs[k]) : ""));
        const first = runs[0]?.moments[0]?.[key];
        lines[2].setAttribute("points", first === undefined ? "" : `0,${y(first).toFixed(1)} ${WIDE},${y(first).toFixed(1)}`);
        const now = runs.map(({ moments }) => moments.at(-1)).filter(Boolean).map((one) => format(one[key]));
        svg.setAttribute("aria-label", now.length ? `${name}: A ${now[0]}, B ${now[1] ?? "not yet"}` : `${name}: not started`);
        setText(ends[0], now.length ? `from ${format(low)} to ${format(high)}` : "not started");
        setText(ends[1], now.length ? `now ${now.join(" and ")}` : "");
      }
    },
  };
}

/** What several seeds gave: a dot a seed, A above and B below. @param {import("./lab_run.js").Moment[][]} found pairs */
export function seedStrip(found, first) {
  const rows = [["right", "Right on held-out images", percent], ["smooth", "Smoothness of the maps", two]];
  return element("div", { class: "wm-seeds" }, ...rows.map(([key, name, format]) => {
    const values = found.map((pair) => pair.map((one) => one[key])), all = values.flat();
    const low = Math.min(...all), high = Math.max(...all), ahead = values.filter(([a, b]) => b > a).length;
    const at = (v) => DOT + 1 + ((v - low) / (high - low || 1)) * (WIDE - 2 * DOT - 2);
    const dots = values.flatMap((pair) => pair.map((v, k) => svgElement("circle", { class: k ? "wm-b" : "wm-a", cx: at(v).toFixed(1), cy: String(ROW * (k + 0.5)), r: String(DOT) })));
    const medians = [0, 1].map((k) => median(values.map((pair) => pair[k])));
    const gaps = values.map(([a, b]) => b - a), words = `B is above A in ${ahead} of ${values.length} seeds; medians ${medians.map((v) => format(v)).join(" and ")}. ` +
      `The difference B − A lies between ${format(Math.min(...gaps))} and ${format(Math.max(...gaps))}.`;
    return element("div", {}, element("p", { class: "wm-title" }, `${name}, seeds ${first + 1} to ${first + values.length}`),
      svgElement("svg", { viewBox: `0 0 ${WIDE} ${2 * ROW}`, role: "img", "aria-label": words }, ...dots),
      element("div", { class: "wm-ends" }, element("span", {}, format(low)), element("span", {}, format(high))), note(words));
  }));
}
