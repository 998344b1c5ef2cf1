// The drawing pad's arithmetic: strokes into ink, and ink into the image that a network sees. No page, no drawing.

export const CELL = 8; // units of the pad in one pixel of the image
// Half the pen's width, in units: a drawing that fills 3/4 of the pad gets strokes as wide as MNIST's, 2.6 pixels.
const RADIUS = 11;
const FIELD = 28, BOX = 20, CENTRE = 14; // of MNIST's preparation, see `prepare`
const FAINT = 0.1;

/** Lay the stretch from a to b into the ink with a round, anti-aliased pen. @param {Float64Array} ink row-major */
export function press(ink, width, [ax, ay], [bx, by]) {
  const height = ink.length / width, far = RADIUS + 1;
  const dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy || 1;
  const right = Math.min(width, Math.max(ax, bx) + far), bottom = Math.min(height, Math.max(ay, by) + far);
  for (let y = Math.max(0, Math.floor(Math.min(ay, by) - far)); y < bottom; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(ax, bx) - far)); x < right; x++) {
      const px = x + 0.5 - ax, py = y + 0.5 - ay;
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const distance = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const i = y * width + x;
      ink[i] = Math.max(ink[i], Math.min(1, RADIUS + 0.5 - distance));
    }
  }
}

/** Ink that looks like an image: each pixel a square of CELL × CELL. @param {ArrayLike<number>} pixels */
export function enlarge(pixels, columns) {
  const width = columns * CELL;
  return new Float64Array(pixels.length * CELL * CELL).map((_, i) =>
    pixels[Math.floor(i / width / CELL) * columns + Math.floor((i % width) / CELL)]);
}

/**
 * Scale a box of ink by fit / length: each pixel is the mean ink of its area, in whole levels from 0 to 255.
 * @param {[number, number, number, number]} box left, top, right, bottom @param {number} columns of the result
 */
export function average(ink, width, [left, top, right, bottom], fit, length, columns, rows) {
  const total = new Float64Array(columns * rows);
  for (let y = top; y < bottom; y++) {
    const y0 = ((y - top) * fit) / length, y1 = ((y - top + 1) * fit) / length;
    for (let x = left; x < right; x++) {
      const v = ink[y * width + x], x0 = ((x - left) * fit) / length, x1 = ((x - left + 1) * fit) / length;
      if (!v) continue;
      for (let r = Math.floor(y0); r < y1; r++) {
        const high = Math.min(r + 1, y1) - Math.max(r, y0);
        for (let c = Math.floor(x0); c < x1; c++) {
          total[r * columns + c] += v * high * (Math.min(c + 1, x1) - Math.max(c, x0));
        }
      }
    }
  }
  return total.map((v) => Math.floor(255 * v + 0.500001)); // a tie goes up, in whatever order it was added
}

/** No preparation: each pixel the mean of its CELL × CELL units of ink. */
export function shrink(ink, width) {
  const height = ink.length / width;
  return average(ink, width, [0, 0, width, height], 1, CELL, width / CELL, height / CELL).map((v) => v / 255);
}

/**
 * MNIST's own preparation, and the same arithmetic as `digits.centre` in Python, which says what was measured:
 * the box around the ink fits 20 × 20, its centre of mass comes to pixel (14, 14), to half a pixel.
 * @param {ArrayLike<number>} ink @param {number} width @returns {Float64Array} 28 × 28
 */
export function prepare(ink, width) {
  const pixels = new Float64Array(FIELD * FIELD);
  const faint = FAINT * ink.reduce((a, b) => Math.max(a, b), 0);
  let left = width, top = ink.length, right = 0, bottom = 0;
  for (let i = 0; i < ink.length; i++) {
    if (ink[i] <= faint) continue;
    const x = i % width, y = (i - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = y + 1;
  }
  if (!bottom) return pixels;
  const length = Math.max(right - left, bottom - top);
  const levels = average(ink, width, [left, top, right, bottom], BOX, length, BOX, BOX);
  let mass = 0, massX = 0, massY = 0;
  levels.forEach((v, i) => {
    mass += v;
    massX += v * (i % BOX);
    massY += v * Math.floor(i / BOX);
  });
  const start = (middle, side) => // a box with a long tail stays inside the field
    Math.max(0, Math.min(FIELD - Math.ceil((side * BOX) / length), Math.ceil(CENTRE - 0.5 - middle)));
  const x = start(massX / mass, right - left), y = start(massY / mass, bottom - top);
  levels.forEach((v, i) => {
    if (v) pixels[(y + Math.floor(i / BOX)) * FIELD + x + (i % BOX)] = v / 255;
  });
  return pixels;
}
