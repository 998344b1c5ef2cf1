// Inflating by hand, where a browser has no DecompressionStream (RFC 1951), and packing what it reads. No page.

const LENGTH_FROM = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const BACK_FROM = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const BACK_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]; // of the lengths of the codes of lengths
const LONGEST_CODE = 15; // bits of a code

/** A Huffman code: how many symbols have each length, and all symbols, the shortest code first. @param {ArrayLike<number>} lengths */
function codeOf(lengths) {
  const counts = new Uint16Array(LONGEST_CODE + 1), symbols = [];
  for (let n = 1; n <= LONGEST_CODE; n++) {
    for (let i = 0; i < lengths.length; i++) if (lengths[i] === n) symbols.push(i);
    counts[n] = symbols.length - counts.reduce((sum, count) => sum + count);
  }
  return { counts, symbols };
}

const FIXED_CODES = [codeOf(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))), codeOf(new Uint8Array(30).fill(5))];

/** @param {Uint8Array} bytes deflated, without a header @returns {Uint8Array} @throws {Error} where they are damaged */
export function inflateRaw(bytes) {
  let at = 0, held = 0, spare = 0; // the next byte, and bits of those before
  let out = new Uint8Array(Math.max(1024, 4 * bytes.length)), length = 0;

  function bits(count) {
    while (spare < count) {
      if (at === bytes.length) throw new Error("cut short");
      held |= bytes[at++] << spare;
      spare += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    spare -= count;
    return value;
  }

  function symbol({ counts, symbols }) {
    let code = 0, first = 0, index = 0;
    for (let n = 1; n <= LONGEST_CODE; n++) {
      code |= bits(1);
      if (code - first < counts[n]) return symbols[index + code - first];
      index += counts[n];
      first = (first + counts[n]) << 1;
      code <<= 1;
    }
    throw new Error("no such code");
  }

  function room(count) {
    if (length + count <= out.length) return;
    const wider = new Uint8Array(2 * (length + count));
    wider.set(out.subarray(0, length));
    out = wider;
  }

  function plain() {
    held = spare = 0;
    const count = bytes[at] + 256 * bytes[at + 1];
    at += 4;
    if (!(at + count <= bytes.length)) throw new Error("cut short");
    room(count);
    out.set(bytes.subarray(at, at + count), length);
    at += count;
    length += count;
  }

  function ownCodes() {
    const literals = bits(5) + 257, distances = bits(5) + 1, count = bits(4) + 4;
    const short = new Uint8Array(19), lengths = [];
    for (let i = 0; i < count; i++) short[LENGTHS_ORDER[i]] = bits(3);
    const code = codeOf(short);
    while (lengths.length < literals + distances) {
      const one = symbol(code);
      if (one < 16) lengths.push(one);
      else {
        const again = one === 16 ? 3 + bits(2) : one === 17 ? 3 + bits(3) : 11 + bits(7);
        lengths.push(...Array(again).fill(one === 16 ? lengths[lengths.length - 1] : 0));
      }
    }
    return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
  }

  function block([literal, distance]) {
    for (let one = symbol(literal); one !== 256; one = symbol(literal)) {
      room(258);
      if (one < 256) out[length++] = one;
      else {
        const count = LENGTH_FROM[one - 257] + bits(LENGTH_BITS[one - 257]), far = symbol(distance);
        const back = BACK_FROM[far] + bits(BACK_BITS[far]);
        if (!(back <= length)) throw new Error("before the beginning");
        for (let i = 0; i < count; i++, length++) out[length] = out[length - back];
      }
    }
  }

  for (let last = 0; !last;) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) plain();
    else if (kind === 3) throw new Error("no such block");
    else block(kind === 1 ? FIXED_CODES : ownCodes());
  }
  return out.slice(0, length);
}

const LARGEST_BLOCK = 65535; // bytes of a stored block

/** Bytes as zlib has them, none of them compressed, without a checksum. @param {Uint8Array} bytes */
export function stored(bytes) {
  const count = Math.max(1, Math.ceil(bytes.length / LARGEST_BLOCK)), out = new Uint8Array(2 + 5 * count + bytes.length);
  out.set([0x78, 0x01]);
  for (let k = 0; k < count; k++) {
    const piece = bytes.subarray(k * LARGEST_BLOCK, (k + 1) * LARGEST_BLOCK), n = piece.length, at = 2 + k * (LARGEST_BLOCK + 5);
    out.set([k === count - 1, n & 255, n >> 8, ~n & 255, (~n >> 8) & 255], at);
    out.set(piece, at + 5);
  }
  return out;
}
