// Arrays out of a pickle, without unpickling it: the opcodes that build arrays, dicts and lists, and no others. As interop/pickles.py.

import { MOST, NAMES, countOf, named, numbersOf, refuse, sizeOf, timesOf } from "./bytes.js";

/**
 * @typedef {import("./npy.js").Entry} Entry
 * A tensor's numbers, which lie elsewhere in the file. @typedef {{kind: string, key: string, count: number, data: Uint8Array | null}} Storage
 */

const MARK = Symbol("mark");
class Global { constructor(name) { this.name = name; } }
class Shell { constructor(kind) { this.kind = kind; } } // an array or a dtype before its state is known
class Stored { constructor(kind, key, count) { Object.assign(this, { kind, key, count, data: null }); } }
/** An array of numbers, whose values may be found later. */
export class Numbers {
  /** @param {number[]} shape @param {string} kind @param {() => ArrayLike<number>} values @param {Storage | null} storage */
  constructor(shape, kind, values, storage = null) { Object.assign(this, { shape, kind, values, storage }); }
}

const GLOBALS = [
  "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor", "torch._utils._rebuild_parameter",
  "torch.Size", "torch.device", "_codecs.encode", "numpy.ndarray", "numpy.dtype", "numpy.core.multiarray._reconstruct",
  "numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer",
];

const damaged = () => refuse("its pickle is damaged");
const isCount = (n) => Number.isInteger(n) && n >= 0 && n < 2 ** 48;
const typed = (value, kind) => (value instanceof kind ? value : damaged());
const texted = (value) => (typeof value === "string" ? value : damaged());
const isTuple = (value) => Array.isArray(value) && value.tuple === true;
const isContainer = (value) => Array.isArray(value) || value instanceof Map;

function tuple(items) {
  return Object.defineProperty(items, "tuple", { value: true });
}

function foreign(name, stack) {
  const whole = !stack.some((one) => one instanceof Map || (Array.isArray(one) && !isTuple(one)));
  refuse(`it holds pickled Python, which could run code: it asks for ${named(name)}; ${whole ? "save the weights alone, such as a state_dict" : "save plain arrays alone"}`);
}

function globalOf(name, stack) {
  const plain = name.replace("numpy._core.", "numpy.core.");
  if (!GLOBALS.includes(plain) && !(plain.startsWith("torch.") && Object.hasOwn(NAMES.storages, plain.slice(6)))) foreign(plain, stack);
  return new Global(plain);
}

/** Keys are text or numbers. */
function pairsInto(map, items) {
  if (items.length % 2) damaged();
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    if (typeof key !== "string" && !Number.isInteger(key)) damaged();
    map.set(String(key), items[i + 1]);
  }
  return map;
}

function storageOf(said) {
  if (!isTuple(said) || said.length < 5) damaged();
  const [word, cls, key, , count, view = null] = said, last = typed(cls, Global).name.slice(6);
  if (word !== "storage" || !Object.hasOwn(NAMES.storages, last) || isContainer(key) || !isCount(count) || view !== null) damaged();
  return new Stored(NAMES.storages[last], String(key), count);
}

function tensorOf([storage, offset, shape, strides]) {
  if (!isTuple(shape) || !isTuple(strides) || shape.length !== strides.length || shape.length > 8 || ![offset, ...shape, ...strides].every(isCount)) damaged();
  const { kind, count } = typed(storage, Stored), total = countOf(shape);
  const last = shape.reduce((sum, n, i) => sum + (n - 1) * strides[i], offset);
  if (total && (total > count || last >= count)) refuse(`it holds a tensor of ${timesOf(shape)} in a storage of ${count.toLocaleString("en")} numbers`);
  return new Numbers([...shape], kind, () => {
    if (!total) return [];
    const whole = numbersOf(storage.data, kind), values = new whole.constructor(total), index = shape.map(() => 0);
    for (let i = 0, from = offset; i < total; i++) {
      values[i] = whole[from];
      for (let k = shape.length - 1; k >= 0; k--) {
        from += strides[k];
        if (++index[k] < shape[k]) break;
        from -= strides[k] * shape[k];
        index[k] = 0;
      }
    }
    return values;
  }, storage);
}

function bytesOf(value) {
  return typeof value === "string" ? Uint8Array.from(value, (c) => c.charCodeAt(0)) : typed(value, Uint8Array);
}

/** An array of the bytes that a pickle holds; of an array of objects, a list of these. */
function arrayOf(type, sides, fortran, data) {
  const [, order, kind, size] = /^(>?)[<=|]?([fiubUSO])(\d{0,7})$/.exec(texted(typed(type, Shell).kind)) ?? damaged();
  const shape = Number.isInteger(sides) ? [sides] : isTuple(sides) ? [...sides] : damaged();
  if (kind === "O" && Array.isArray(data)) return data;
  if (!shape.every(isCount) || shape.length > 8 || kind === "O") damaged();
  const bytes = bytesOf(data), each = kind === "U" ? 4 * Number(size) : kind === "S" ? Number(size) : sizeOf(kind + size);
  if (!each || countOf(shape) * each !== bytes.length) damaged();
  if (kind === "U" || kind === "S") return new Numbers(shape, kind, () => []);
  const turned = fortran && shape.length > 1, strides = turned ? shape.map((_, k) => countOf(shape.slice(0, k))) : shape.map((_, k) => countOf(shape.slice(k + 1)));
  const storage = new Stored(kind + size, "", countOf(shape));
  if (!turned) return new Numbers(shape, kind + size, () => numbersOf(bytes.slice(), kind + size, !order));
  const { values } = tensorOf([storage, 0, tuple([...shape]), tuple(strides)]);
  return new Numbers(shape, kind + size, () => {
    const all = bytes.slice();
    if (order) for (let at = 0; at < all.length; at += each) all.subarray(at, at + each).reverse();
    storage.data = all;
    return values();
  });
}

/** The result of one of the few functions that are known, which are these. */
function made({ name }, given) {
  switch (name) {
    case "collections.OrderedDict":
      return pairsInto(new Map(), given.length ? [...typed(given[0], Array)].flatMap((pair) => (isContainer(pair) ? [...pair] : damaged())) : []);
    case "torch._utils._rebuild_tensor_v2":
    case "torch._utils._rebuild_tensor": return tensorOf(given);
    case "torch._utils._rebuild_parameter": return typed(given[0], Numbers);
    case "torch.Size": return isTuple(given[0]) ? given[0] : damaged();
    case "numpy.core.multiarray._reconstruct": return new Shell(null);
    case "numpy.dtype": return new Shell(texted(given[0]));
    case "numpy.core.multiarray.scalar": return given.length > 1 ? arrayOf(given[0], tuple([]), false, given[1]) : null;
    case "numpy.core.numeric._frombuffer": return arrayOf(given[1], given[2], given[3] === "F", given[0]);
    case "_codecs.encode": return Uint8Array.from(texted(given[0]), (c) => c.charCodeAt(0));
    default: return null; // a device, which says where a tensor was
  }
}

/** What BUILD makes of an array, a dtype, or a dict, whose attributes are of no interest. */
function built(value, state) {
  if (value instanceof Map) return value;
  const shell = typed(value, Shell);
  if (!isTuple(state)) damaged();
  if (shell.kind === null) {
    if (state.length !== 5) damaged();
    return arrayOf(state[2], state[1], state[3], state[4]);
  }
  if (state[1] === ">") shell.kind = `>${shell.kind}`;
  return shell;
}

const LATIN = new TextDecoder("latin1"), UTF8 = new TextDecoder();

/**
 * What a pickle of arrays says: Maps, lists, Numbers, numbers, text.
 * @param {Uint8Array} bytes @param {number} at where it begins @returns {{value: unknown, end: number}} `end` is where it ends
 */
export function unpickled(bytes, at = 0) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), stack = [], memo = new Map();
  const take = (n) => (isCount(n) && at + n <= bytes.length ? bytes.subarray(at, (at += n)) : damaged());
  const number = (size, signed = false) => {
    const start = at;
    take(size);
    if (size === 8) return view.getUint32(start, true) + 2 ** 32 * view.getUint32(start + 4, true);
    return size === 1 ? bytes[start] : size === 2 ? view.getUint16(start, true) : signed ? view.getInt32(start, true) : view.getUint32(start, true);
  };
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) damaged();
    const text = UTF8.decode(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  const pop = () => (stack.length ? stack.pop() : damaged());
  const top = () => (stack.length ? stack[stack.length - 1] : damaged());
  const sinceMark = () => {
    const from = stack.lastIndexOf(MARK);
    if (from < 0) damaged();
    const items = stack.splice(from);
    items.shift();
    return items;
  };
  const long = (size) => {
    const part = take(size);
    if (size > 8) return part.length > 40 ? damaged() : NaN; // the magic number of old files, which are told before
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(part[i]);
    return Number(size ? BigInt.asIntN(8 * size, value) : 0n);
  };
  const onto = (some, is) => (is(some) ? some : damaged()), isList = (one) => Array.isArray(one) && !isTuple(one), isMap = (one) => one instanceof Map;
  const get = (key) => {
    const one = memo.has(key) ? memo.get(key) : damaged();
    if (one === MARK || (isTuple(one) ? one.some(isContainer) : isContainer(one))) refuse("its pickle uses one list or dict twice, as no saved network does");
    stack.push(one);
  };
  for (let count = 0; count <= MOST.opcodes; count++) {
    const code = String.fromCharCode(number(1));
    switch (code) {
      case ".": return { value: pop(), end: at };
      case "\x80": number(1); break;
      case "\x95": number(8); break;
      case "(": stack.push(MARK); break;
      case "q": memo.set(number(1), top()); break;
      case "r": memo.set(number(4), top()); break;
      case "p": memo.set(Number(line()), top()); break;
      case "\x94": memo.set(memo.size, top()); break;
      case "h": get(number(1)); break;
      case "j": get(number(4)); break;
      case "g": get(Number(line())); break;
      case "}": stack.push(new Map()); break;
      case "]": stack.push([]); break;
      case ")": stack.push(tuple([])); break;
      case "N": stack.push(null); break;
      case "\x88": stack.push(true); break;
      case "\x89": stack.push(false); break;
      case "K": stack.push(number(1)); break;
      case "M": stack.push(number(2)); break;
      case "J": stack.push(number(4, true)); break;
      case "\x8a": stack.push(long(number(1))); break;
      case "\x8b": stack.push(long(number(4))); break;
      case "G": stack.push(view.getFloat64((take(8), at - 8))); break;
      case "I": case "L": case "F": stack.push(Number(line().replace(/^0([01])$/, "$1").replace(/L$/, ""))); break;
      case "X": stack.push(UTF8.decode(take(number(4)))); break;
      case "\x8c": stack.push(UTF8.decode(take(number(1)))); break;
      case "\x8d": stack.push(UTF8.decode(take(number(8)))); break;
      case "V": stack.push(line()); break;
      case "S": stack.push(line().slice(1, -1)); break;
      case "U": stack.push(String.fromCharCode(...take(number(1)))); break;
      case "T": stack.push(Array.from(take(number(4)), (one) => String.fromCharCode(one)).join("")); break;
      case "C": stack.push(take(number(1))); break;
      case "B": stack.push(take(number(4))); break;
      case "\x8e": case "\x96": stack.push(take(number(8))); break;
      case "c": { const module = line(); stack.push(globalOf(`${module}.${line()}`, stack)); break; }
      case "\x93": { const last = texted(pop()); stack.push(globalOf(`${texted(pop())}.${last}`, stack)); break; }
      case "\x85": case "\x86": case "\x87": {
        const n = code.charCodeAt(0) - 0x84;
        if (stack.length < n) damaged();
        stack.push(tuple(stack.splice(-n)));
        break;
      }
      case "t": stack.push(tuple(sinceMark())); break;
      case "l": stack.push(sinceMark()); break;
      case "d": stack.push(pairsInto(new Map(), sinceMark())); break;
      case "a": { const one = pop(); onto(top(), isList).push(one); break; }
      case "e": { const items = sinceMark(), list = onto(top(), isList); for (const one of items) list.push(one); break; }
      case "s": { const one = pop(), key = pop(); pairsInto(onto(top(), isMap), [key, one]); break; }
      case "u": { const items = sinceMark(); pairsInto(onto(top(), isMap), items); break; }
      case "Q": stack.push(storageOf(pop())); break;
      case "R": { const given = pop(); stack.push(made(typed(pop(), Global), isTuple(given) ? given : damaged())); break; }
      case "b": { const state = pop(); stack.push(built(pop(), state)); break; }
      default: foreign(`opcode ${code.charCodeAt(0)}`, stack);
    }
  }
  return refuse(`its pickle takes more than ${MOST.opcodes.toLocaleString("en")} steps`);
}
