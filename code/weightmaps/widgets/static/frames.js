// Work in pieces, a few milliseconds a frame, so that the page answers in between.

const BUDGET = 2; // milliseconds of a frame after which no piece begins: style, layout and paint come on top
const CALM = 8; // milliseconds of all that a frame takes: after a longer one the next has one piece

/** @returns {{start: (work: Iterator<void>) => void, finish: () => void, stop: () => void}} `start` drops what is left of older work */
export function pieces() {
  let work = null, frame = 0, budget = BUDGET;

  function advance(end = Infinity) {
    while (work) {
      const now = work;
      if (now.next().done && work === now) work = null;
      if (performance.now() > end) break;
    }
  }

  function tick() {
    frame = 0;
    const began = performance.now();
    advance(began + budget);
    setTimeout(() => { budget = performance.now() - began > CALM ? 0 : Math.min(BUDGET, budget + BUDGET / 4); }); // once it is painted
    if (work) frame = requestAnimationFrame(tick);
  }

  return {
    start(next) {
      work = next;
      frame ||= requestAnimationFrame(tick);
    },
    finish: () => advance(),
    stop() {
      work = null;
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}

/** Take one part after the other, and let the browser see to the reader in between. @returns {Promise} what `parts` returns */
export async function unhurried(parts) {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
    await new Promise((rested) => setTimeout(rested));
  }
}
