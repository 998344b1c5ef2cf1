// The ledger: every neuron's contribution to one output, adding up to its z.

import { rankOrder, runningTotal } from "./maths.js";
import { formula, spanOf, targetOf } from "./panels.js";
import { waterfall } from "./charts.js";
import { cellGrid, element, note, numberPlace, oneStop, panel, formatNumber, text, formatSigned, setText } from "./parts.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View */

const ENDS = 4; // entries shown from either end of the ledger

/** Where each neuron stands in the ledger: from the largest contribution to the smallest. */
function entries(view) {
  return rankOrder(view.contributions);
}

/** Where the total starts, turns and ends. @param {View} view */
function turns({ contributions, next, output, zNext }) {
  const bias = next.biases[output];
  return [bias, contributions.reduce((sum, v) => sum + Math.max(0, v), bias), zNext[output]];
}

export function ledgerPanel(data, update, state) {
  const count = data.sizes[state.layer], chart = waterfall();
  const open = (place) => update((view) => ({ neuron: entries(view)[place] }));
  const grid = cellGrid("ledger-grid", "Neurons in the order of the ledger", count, count, open, chart.element);
  const start = element("span"), end = element("span"), zero = element("span", { class: "wm-nought" }, "0");
  const [bias, sum, z] = ["bias", "sum", "z"].map((name) => numberPlace(`ledger-${name}`, formatSigned));
  const a = numberPlace("ledger-output"), own = numberPlace("ledger-own", formatSigned);
  const whose = element("span"), place = element("span");
  const shown = Array.from({ length: Math.min(count, 2 * ENDS) }, (_, i) => {
    const at = i < ENDS ? i : count - Math.min(count, 2 * ENDS) + i;
    const name = element("span", { class: "wm-name" }), value = numberPlace("entry-value", formatSigned);
    const button = element(
      "button", { type: "button", class: "wm-entry", "data-part": "entry" },
      element("span", { class: "wm-place" }, `${at + 1}.`), name, value.element,
    );
    button.addEventListener("click", () => open(at));
    return { at, name, value, button };
  });
  oneStop(shown.map((one) => one.button));
  const line = (some) => element("div", { class: "wm-entries" }, ...some.map((one) => one.button));
  const apart = count > 2 * ENDS, first = apart ? ENDS : count;
  grid.element.append(zero);
  return {
    element: panel(
      "ledger", `The ledger: what adds up to ${state.layer === data.sizes.length - 2 ? "an output" : "a neuron"}’s z`, grid.element,
      element("div", { class: "wm-ends", "aria-hidden": "true" }, start, end),
      text(
        null, "bias ", bias.element,
        count === 1 ? " + one contribution " : ` + sum of ${count} contributions `, sum.element,
        " = z\u00a0", z.element, ` → ${formula(data.activations[state.layer])}\u00a0`, a.element,
      ),
      text(null, whose, own.element, place),
      note(apart ? "The first entries:" : "All entries:"), line(shown.slice(0, first)),
      ...(apart ? [note("The last entries:"), line(shown.slice(first))] : []),
      note("Each bar is one neuron’s contribution, its weight × its activation now: red adds, blue takes away. ",
        "The total starts at the bias and ends at z. The outline marks the chosen neuron; choose another in the picture or below it."),
    ),
    draw(view) {
      const order = entries(view), values = order.map((j) => view.contributions[j]);
      const [from, , total] = turns(view);
      const rank = order.indexOf(view.neuron), mine = view.contributions[view.neuron];
      zero.style.top = `${chart.set(runningTotal(values, 1, from), spanOf(view, turns))}%`;
      setText(start, `bias ${formatSigned(from)}`);
      setText(end, `z of ${targetOf(data, view)}: ${formatSigned(total)}`);
      grid.set(rank, (at) => `neuron ${order[at]}, contribution ${formatSigned(values[at])}`);
      bias.set(from);
      sum.set(total - from);
      z.set(total);
      a.set(view.aNext[view.output]);
      setText(whose, `Neuron ${view.neuron}: weight ${formatSigned(view.outgoing[view.neuron])} × activation ` +
        `${formatNumber(view.a[view.neuron])} = `);
      own.set(mine);
      setText(place, count === 1 ? "." : `, entry ${rank + 1} of ${count}.`);
      for (const { at, name, value, button } of shown) {
        setText(name, `neuron ${order[at]}`);
        value.set(values[at]);
        button.classList.toggle("wm-plus", formatSigned(values[at]).startsWith("+"));
        button.classList.toggle("wm-minus", formatSigned(values[at]).startsWith("−"));
        button.setAttribute("aria-pressed", String(at === rank));
      }
    },
  };
}
