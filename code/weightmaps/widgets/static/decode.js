// Pictures that a reader chose, unpacked by the browser's own decoder.

const PICTURES = 100, FEW = 10, SIDE_OF_FEW = 1200, SIDE_OF_MANY = 600, PIXELS = 64e6;
const PNG = 0x89504e47, JPEG = 0xffd8;

/** @param {File} file */
export function isPicture({ name, type }) {
  return /\.(png|jpe?g)$/i.test(name) || /^image\/(png|jpeg)$/.test(type);
}

/** What a picture's own header says of its width and height; null if it is neither PNG nor JPEG. @param {DataView} view its first bytes */
export function sizeIn(view) {
  if (view.byteLength > 24 && view.getUint32(0) === PNG) return [view.getUint32(16), view.getUint32(20)];
  if (view.byteLength < 4 || view.getUint16(0) !== JPEG) return null;
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** Put what is transparent on paper: white, or black where the ink is light. @param {Uint8ClampedArray} rgb four bytes a pixel, changed in place */
export function onPaper(rgb) {
  let inked = 0, light = 0;
  for (let i = 0; i < rgb.length; i += 4) {
    if (rgb[i + 3] <= 127) continue;
    inked += 3;
    light += rgb[i] + rgb[i + 1] + rgb[i + 2];
  }
  const paper = inked && light / inked > 127 ? 0 : 255;
  for (let i = 0; i < rgb.length; i += 4) {
    const share = rgb[i + 3] / 255;
    if (share < 1) for (let k = i; k < i + 3; k++) rgb[k] = rgb[k] * share + paper * (1 - share);
  }
  return rgb;
}

/**
 * A picture, no larger than its digits need.
 * @param {{file: File, folder: string}} one @param {number} most pixels of the longer side @returns {Promise<import("./data.js").Picture>}
 */
async function unpacked({ file, folder }, most) {
  const size = sizeIn(new DataView(await file.slice(0, 2 ** 18).arrayBuffer()));
  if (!size) throw new Error("it is damaged, or neither PNG nor JPEG");
  if (size[0] * size[1] > PIXELS) throw new Error(`a picture of ${size.map((side) => side.toLocaleString("en")).join(" × ")}; at most ${PIXELS / 1e6} million pixels are read`);
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error("it is a picture that cannot be read");
  });
  const share = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const columns = Math.max(1, Math.round(bitmap.width * share)), rows = Math.max(1, Math.round(bitmap.height * share));
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows }), pen = canvas.getContext("2d");
  pen.drawImage(bitmap, 0, 0, columns, rows);
  bitmap.close();
  return { name: file.name, folder, rows, columns, rgb: onPaper(pen.getImageData(0, 0, columns, rows).data) };
}

/** All pictures, one after the other; an error says which could not be read. @param {{file: File, folder: string}[]} some */
export async function unpackAll(some) {
  if (some.length > PICTURES) throw new Error(`${some.length} pictures came at once; at most ${PICTURES} are read here, more by python -m weightmaps explore`);
  const pictures = [];
  for (const one of some) {
    try {
      pictures.push(await unpacked(one, some.length > FEW ? SIDE_OF_MANY : SIDE_OF_FEW));
    } catch (error) {
      throw new Error(`${one.file.name}: ${error.message}`);
    }
  }
  return pictures;
}

/** The pictures in folders that were dropped, each with the name of its folder. @param {FileSystemEntry} entry */
export async function picturesIn(entry, folder = "") {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    return isPicture(file) && !file.name.startsWith(".") ? [{ file, folder }] : [];
  }
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const one of some) found.push(...(await picturesIn(one, entry.name)));
    if (found.length > PICTURES) return found;
  }
}
