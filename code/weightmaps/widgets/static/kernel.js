// Training's two inner loops: by hand in WebAssembly, two numbers at a time; in JavaScript where it cannot run. Both add up in the same order,
// so that the last bit is the same. No page.

/**
 * @typedef {(one: Float64Array, rows: Float64Array, pixel: Uint16Array, ink: Float64Array, first: number, end: number) => void} Loop
 * over k from `first` to before `end`: row pixel[k] of `rows`, each as long as `one`, times ink[k]
 */

/** Add the rows to `one`. @type {Loop} */
export function gather(one, rows, pixel, ink, first, end) {
  const n = one.length;
  for (let k = first; k < end; k++) {
    const x = ink[k], w = pixel[k] * n;
    for (let h = 0; h < n; h++) one[h] += x * rows[w + h];
  }
}

/** Add `one` to each of the rows. @type {Loop} */
export function spread(one, rows, pixel, ink, first, end) {
  const n = one.length;
  for (let k = first; k < end; k++) {
    const x = ink[k], w = pixel[k] * n;
    for (let h = 0; h < n; h++) rows[w + h] += x * one[h];
  }
}

/** The same as a module of WebAssembly, which imports a memory. */
function assembled() {
  const [BLOCK, LOOP, END] = [[0x02, 0x40], [0x03, 0x40], [0x0b]], branch = (out) => [0x0c, out], branchIf = (out) => [0x0d, out];
  const get = (i) => [0x20, i], set = (i, ...value) => [...value.flat(), 0x21, i], constant = (v) => [0x41, v];
  const [ADD, TIMES, LESS, AT_LEAST] = [[0x6a], [0x6c], [0x49], [0x4f]];
  const [LOAD_PIXEL, LOAD_INK, LOAD, STORE] = [[0x2f, 1, 0], [0x2b, 3, 0], [0xfd, 0, 3, 0], [0xfd, 0x0b, 3, 0]];
  const [BOTH, ADD_BOTH, TIMES_BOTH] = [[0xfd, 0x14], [0xfd, 0xf0, 1], [0xfd, 0xf2, 1]];
  const [ONE, ROWS, PIXEL, INK, LAST, LENGTH, AT, ROW, X] = [0, 1, 2, 3, 4, 5, 6, 7, 8]; // addresses in bytes; the first six are given
  const forward = (i, bytes) => set(i, get(i), constant(bytes), ADD);

  // A loop that adds to what local `into` points at.
  const body = (into, from) => [
    2, 2, 0x7f, 1, 0x7b, // two more integers, and a pair of numbers
    BLOCK, LOOP,
    get(INK), get(LAST), AT_LEAST, branchIf(1),
    set(X, get(INK), LOAD_INK, BOTH),
    set(ROW, get(ROWS), get(PIXEL), LOAD_PIXEL, get(LENGTH), TIMES, ADD),
    set(AT, get(ONE)),
    LOOP,
    get(into), get(into), LOAD, get(X), get(from), LOAD, TIMES_BOTH, ADD_BOTH, STORE,
    forward(AT, 16), forward(ROW, 16),
    get(AT), get(ONE), get(LENGTH), ADD, LESS, branchIf(0),
    END,
    forward(INK, 8), forward(PIXEL, 2), branch(0),
    END, END, END,
  ].flat();

  const counted = (bytes) => [...(bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]), ...bytes];
  const section = (id, ...entries) => [id, ...counted([entries.length, ...entries.flat()])];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [0x60, ...counted(new Array(6).fill(0x7f)), 0]),
    ...section(2, [1, 0x6d, 1, 0x6d, 2, 0, 1]), // the memory m.m
    ...section(3, [0], [0]),
    ...section(7, [1, 0x67, 0, 0], [1, 0x73, 0, 1]), // functions g and s
    ...section(10, counted(body(AT, ROW)), counted(body(ROW, AT))),
  ]);
}

const ALIGNED = 16; // bytes

/**
 * The two loops, over arrays that they can reach: copies of these, in one piece of memory.
 * @template T @param {T} arrays @returns {{gather: Loop, spread: Loop, moved: T}}
 */
export function workspace(arrays) {
  let bytes = 0, buffer, loops = { gather, spread };
  const places = arrays.map(({ byteLength }) => {
    const place = bytes;
    bytes += ALIGNED * Math.ceil(byteLength / ALIGNED);
    return place;
  });
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
    const { g, s } = new WebAssembly.Instance(new WebAssembly.Module(assembled()), { m: { m: memory } }).exports;
    buffer = memory.buffer;
    const over = (fast, slow) => (one, rows, pixel, ink, first, end) => (one.length % 2 ? slow(one, rows, pixel, ink, first, end)
      : fast(one.byteOffset, rows.byteOffset, pixel.byteOffset + 2 * first, ink.byteOffset + 8 * first, ink.byteOffset + 8 * end, 8 * one.length));
    loops = { gather: over(g, gather), spread: over(s, spread) };
  } catch {
    buffer = new ArrayBuffer(bytes); // an old browser, or a page whose policy forbids it
  }
  const moved = arrays.map((array, i) => {
    const copy = new array.constructor(buffer, places[i], array.length);
    copy.set(array);
    return copy;
  });
  return { ...loops, moved };
}
