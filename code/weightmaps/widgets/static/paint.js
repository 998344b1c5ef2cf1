// Numbers into pixels: the two colour maps, and pictures on canvases at the resolution of their data.

// ColorBrewer's RdBu with a white middle, as in figures.py: blue below zero, red above.
const ANCHORS = [
  [5, 48, 97], [33, 102, 172], [67, 147, 195], [146, 197, 222], [209, 229, 240], [255, 255, 255],
  [253, 219, 199], [244, 165, 130], [214, 96, 77], [178, 24, 43], [103, 0, 31],
];
// ColorBrewer's Greys, as in Matplotlib.
const GREYS = [255, 240, 217, 189, 150, 115, 82, 37, 0].map((c) => [c, c, c]);

/** 256 colours, packed as ImageData wants them (red in the lowest byte, opaque). */
function table(anchors) {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (anchors.length - 1);
    const k = Math.min(Math.floor(at), anchors.length - 2);
    const [r, g, b] = anchors[k].map((c, n) => Math.round(c + (at - k) * (anchors[k + 1][n] - c)));
    return packed(r, g, b);
  });
}

const packed = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

const SIGNED = table(ANCHORS);
const GREY = table(GREYS);

const clamp = (i) => (i < 0 ? 0 : i > 255 ? 255 : i | 0);

/** A colouring of signed values, symmetric about zero: −limit is blue, +limit is red. */
export function signed(limit) {
  return (v) => SIGNED[clamp(((v / limit + 1) / 2) * 256)];
}

/** A colouring of ink or activation from `low` (paper) to `high` (ink). */
export function ink(low = 0, high = 1) {
  return (v) => GREY[clamp(((v - low) / (high - low)) * 256)];
}

/** Three channels as one picture of colours, to be painted as they are. @param {(v: number) => number} share of full light */
export function mixed([r, g, b], share) {
  const level = (v) => clamp(256 * share(v));
  return Uint32Array.from(r, (_, i) => packed(level(r[i]), level(g[i]), level(b[i])));
}

/**
 * Paint one picture.
 * @param {HTMLCanvasElement} target @param {ArrayLike<number>} values row-major
 * @param {number} columns @param {(v: number) => number} colour
 */
export function paint(target, values, columns, colour) {
  const { data, pixels } = pixelsOf(target, columns, Math.ceil(values.length / columns));
  for (let i = 0; i < values.length; i++) pixels[i] = colour(values[i]);
  target.getContext("2d").putImageData(data, 0, 0);
}

/**
 * Paint each picture as a tile, a blank pixel around each.
 * @param {HTMLCanvasElement} target @param {ArrayLike<number>[]} tiles
 * @param {[number, number]} shape rows and columns of one tile, which its values may not fill
 * @param {number} across tiles in a row @param {(v: number) => number} colour
 */
export function paintTiles(target, tiles, [h, w], across, colour) {
  const width = across * (w + 2);
  const { data, pixels } = pixelsOf(target, width, Math.ceil(tiles.length / across) * (h + 2));
  for (const [tile, values] of tiles.entries()) {
    const left = (tile % across) * (w + 2) + 1;
    const top = Math.floor(tile / across) * (h + 2) + 1;
    for (let i = 0, at = top * width + left; i < values.length; at += width - w) {
      for (const end = Math.min(i + w, values.length); i < end; ) pixels[at++] = colour(values[i++]);
    }
  }
  target.getContext("2d").putImageData(data, 0, 0);
}

const reused = new WeakMap(); // each canvas's pixels, written over at every painting

function pixelsOf(target, width, height) {
  let one = reused.get(target);
  if (one?.data.width !== width || one.data.height !== height) {
    Object.assign(target, { width, height });
    target.style.aspectRatio = `${width} / ${height}`;
    const data = new ImageData(width, height);
    one = { data, pixels: new Uint32Array(data.data.buffer) };
    reused.set(target, one);
  }
  return one;
}
