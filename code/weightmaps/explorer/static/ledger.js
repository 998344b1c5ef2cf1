// The ledger: every neuron's contribution to one output, adding up to its z.

import { rankOrder, runningTotal } from "./maths.js";
import { formula, note, targetOf } from "./panels.js";
import { waterfall } from "./charts.js";
import { cellGrid, element, numberPlace, panel, plain, withSign, write } from "./parts.js";

/** @typedef {import("./view.js").Data} Data @typedef {import("./view.js").View} View */

const ENDS = 4; // entries shown from either end of the ledger

/** Where each neuron stands in the ledger: from the largest contribution to the smallest. */
function entries(view) {
  return rankOrder(view.contributions);
}

export function ledgerPanel(data, pick, state) {
  const count = data.sizes[state.layer], chart = waterfall();
  const open = (place) => pick((view) => ({ neuron: entries(view)[place] }));
  const grid = cellGrid("ledger-grid", "Neurons in the order of the ledger", count, count, open, chart.element);
  const start = element("span"), end = element("span"), zero = element("span", { class: "wm-nought" }, "0");
  const [bias, sum, z] = ["bias", "sum", "z"].map((name) => numberPlace(`ledger-${name}`, withSign));
  const a = numberPlace("ledger-output"), own = numberPlace("ledger-own", withSign);
  const whose = element("span"), place = element("span");
  const shown = Array.from({ length: Math.min(count, 2 * ENDS) }, (_, i) => {
    const at = i < ENDS ? i : count - Math.min(count, 2 * ENDS) + i;
    const name = element("span", { class: "wm-name" }), value = numberPlace("entry-value", withSign);
    const button = element(
      "button", { type: "button", class: "wm-entry", "data-part": "entry" },
      element("span", { class: "wm-place" }, `${at + 1}.`), name, value.element,
    );
    button.addEventListener("click", () => open(at));
    return { at, name, value, button };
  });
  const heads = [element("p", { class: "wm-note" }), element("p", { class: "wm-note" })];
  const line = (some) => element("div", { class: "wm-entries" }, ...some.map((one) => one.button));
  const apart = count > 2 * ENDS;
  grid.element.append(zero);
  return {
    element: panel(
      "ledger", `The ledger: what adds up to ${state.layer === data.sizes.length - 2 ? "an output" : "a neuron"}’s z`, grid.element,
      element("div", { class: "wm-ends", "aria-hidden": "true" }, start, end),
      element(
        "p", { class: "wm-text" }, "bias ", bias.element,
        count === 1 ? " + one contribution " : ` + sum of ${count} contributions `, sum.element,
        " = z ", z.element, ` → ${formula(data.activations[state.layer])} `, a.element,
      ),
      element("p", { class: "wm-text" }, whose, own.element, place),
      heads[0], line(shown.slice(0, apart ? ENDS : count)), ...(apart ? [heads[1], line(shown.slice(ENDS))] : []),
      note("Each bar is one neuron’s contribution, its weight × its activation now: red adds, blue takes away. ",
        "The total starts at the bias and ends at z. The outline marks the chosen neuron; choose another in the picture or below it."),
    ),
    draw(view) {
      const order = entries(view), values = order.map((j) => view.contributions[j]);
      const first = view.next.biases[view.output], total = view.zNext[view.output];
      const rank = order.indexOf(view.neuron), mine = view.contributions[view.neuron];
      zero.style.top = `${chart.set(runningTotal(values, 1, first))}%`;
      write(start, `bias ${withSign(first)}`);
      write(end, `z of ${targetOf(data, view)}: ${withSign(total)}`);
      grid.set(rank, `neuron ${view.neuron}, contribution ${withSign(mine)}`);
      bias.set(first);
      sum.set(total - first);
      z.set(total);
      a.set(view.aNext[view.output]);
      write(whose, `Neuron ${view.neuron}: weight ${withSign(view.outgoing[view.neuron])} × activation ` +
        `${plain(view.a[view.neuron])} = `);
      own.set(mine);
      write(place, count === 1 ? "." : `, entry ${rank + 1} of ${count}.`);
      write(heads[0], !apart ? "All entries, the largest first"
        : `The first entries${values[ENDS - 1] > 0 ? " raise the total most" : ""}:`);
      write(heads[1], `The last entries${values[count - ENDS] < 0 ? " lower the total most" : ""}:`);
      for (const { at, name, value, button } of shown) {
        write(name, `neuron ${order[at]}`);
        value.set(values[at]);
        button.classList.toggle("wm-plus", withSign(values[at]).startsWith("+"));
        button.classList.toggle("wm-minus", withSign(values[at]).startsWith("−"));
        button.setAttribute("aria-pressed", String(at === rank));
      }
    },
  };
}
