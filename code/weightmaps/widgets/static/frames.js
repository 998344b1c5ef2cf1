// Work in pieces, a few milliseconds a frame, so that the page answers in between.

const BUDGET = 2; // milliseconds of a frame after which no piece begins: style, layout and paint come on top

/**
 * `start` drops what is left of older work; `finish` does the rest at once, `open` before the page shows it, a piece a task.
 * @returns {{start: (work: Iterator<void>) => void, finish: () => void, open: () => Promise<void>, stop: () => void}}
 */
export function pieces() {
  let work = null, frame = 0;

  function advance(end = Infinity) {
    while (work) {
      const now = work;
      if (now.next().done && work === now) work = null;
      if (performance.now() > end) break;
    }
  }

  function tick() {
    frame = 0;
    advance(performance.now() + BUDGET);
    if (work) frame = requestAnimationFrame(tick);
  }

  return {
    start(next) {
      work = next;
      frame ||= requestAnimationFrame(tick);
    },
    finish: () => advance(),
    async open() {
      while (work) {
        advance(0);
        await new Promise((rested) => setTimeout(rested));
      }
    },
    stop() {
      work = null;
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
