"""Widgets without a browser: what an explorer shows as numbers, and what its controls do."""

import re
import zlib
from functools import cache

import numpy as np

from weightmaps.widgets import bundle
from weightmaps.widgets.page import NOT_STATE
from weightmaps.widgets.still import Engine

VIEWS = """
const views = [];

async function mount(state) {
  const el = document.createElement("div"), heard = {}, sent = [];
  const model = {
    get: (name) => state[name], set: (name, value) => { state[name] = value; },
    save_changes: () => sent.push({ ...state }),
    on: (event, callback) => { heard[event] = callback; }, off: (event) => { delete heard[event]; },
  };
  const stop = await render({ model, el });
  return views.push({ state, sent, el, heard, stop }) - 1;
}

const passed = (time) => new Promise((done) => setTimeout(done, time));

async function change({ state, heard }, values) {
  Object.assign(state, values);
  for (const name of Object.keys(values)) heard[`change:${name}`]();
  await passed(20);
}

async function act({ el }, part, nth, type, more) {
  const one = el.querySelectorAll(`[data-part=${part}]`)[nth];
  if ("value" in more) one.value = more.value;
  one.dispatchEvent({ type, preventDefault() {}, ...more });
  await passed(20);
}

function seen({ el }) {
  const parts = {};
  for (const one of el.querySelectorAll("[data-part]")) {
    const { part, value } = one.dataset;
    const pressed = one.getAttribute("aria-pressed") ?? one.getAttribute("aria-checked");
    (parts[part] ??= []).push({ text: one.textContent, value, pressed });
  }
  return parts;
}

function found({ el }, selector) {
  const below = (roots, one) => roots.flatMap((root) => root.querySelectorAll(one));
  return selector.split(" ").reduce(below, [el]).map((one) => ({
    text: one.textContent, max: one.max, attributes: one.attributes, styles: one.styles,
    pixels: one.picture?.data,
  }));
}
"""


@cache
def engine(entry):
    """A function that evaluates an expression of what the files of an entry name, and of values by name."""
    return Engine(bundle.script(entry) + VIEWS).evaluate


def number(text):
    """The first number in words."""
    return float(re.search(r"[+−]?\d+(\.\d+)?", text)[0].replace("−", "-"))


class Shown:
    """A widget in the engine, for somebody who changes its state, works its controls and reads it."""

    def __init__(self, widget, entry="explorer.js"):
        self.run = engine(entry)
        state = {name: value for name, value in widget.get_state().items() if name not in NOT_STATE}
        for name, value in state.items():
            if isinstance(value, dict) and "data" in value:
                state[name] = {**value, "data": zlib.decompress(value["data"])}
        self.id = self.run("mount(state)", state=state)

    def _do(self, call, **values):
        return self.run(call.replace("(", f"(views[{self.id}], ", 1), **values)

    def change(self, **state):
        """Set some of its state, as a kernel would."""
        self._do("change(state)", state=state)

    def act(self, part, type, nth=0, **more):
        self._do("act(part, nth, type, more)", part=part, nth=nth, type=type, more=more)

    def click(self, part, nth=0):
        self.act(part, "click", nth)

    def key(self, part, key, nth=0):
        self.act(part, "keydown", nth, key=key)

    def slide(self, name, value, nth=0):
        self.act(f"slider-{name}", "input", nth, value=str(value))

    def choose(self, part, value=None):
        self.act(part, "change", **({} if value is None else {"value": value}))

    def wait(self, milliseconds):
        self.run("passed(time)", time=milliseconds)

    @property
    def state(self):
        own = "(state) => Object.fromEntries(Object.entries(state).filter(([name]) => name[0] !== '_'))"
        return self.run(f"({own})(views[{self.id}].state)")

    @property
    def sent(self):
        """The state each time a kernel was told of it."""
        return self.run(f"views[{self.id}].sent")

    def stop(self):
        """Remove the view; what is left of it: its elements, and the events that it still hears."""
        me = f"views[{self.id}]"
        return self.run(f"({me}.stop(), [{me}.el.children.length, Object.keys({me}.heard)])")

    def parts(self):
        """What stands in every named place: ``{name: [{"text": …, "value": …, "pressed": …}, …]}``."""
        return self.run(f"seen(views[{self.id}])")

    def text(self, part, nth=0):
        return self.parts()[part][nth]["text"]

    def numbers(self, part):
        return [float(one["value"]) for one in self.parts()[part]]

    def find(self, selector):
        return self._do("found(selector)", selector=selector)

    def pixels(self, selector):
        """The colours of each canvas, a row a pixel."""
        return [np.reshape(one["pixels"], (-1, 4)) for one in self.find(selector)]
