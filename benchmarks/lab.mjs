// One epoch of the laboratory's training, in browsers, in Node and with TensorFlow.js, by turns: prints milliseconds as JSON.
// node lab.mjs FOLDER CHROMIUM FIREFOX ROUNDS — FOLDER has node_modules, images, labels and, as text, setup, policy, loop.js and worker.js.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker as Thread } from "node:worker_threads";

const [folder, chromium, firefox, rounds] = process.argv.slice(2);
const require = createRequire(`${folder}/`), read = (name) => readFileSync(`${folder}/${name}`), text = (name) => read(name).toString();
const puppeteer = require("puppeteer-core"), tf = require("@tensorflow/tfjs"), { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
const setup = JSON.parse(text("setup")), images = new Uint8Array(read("images")), labels = new Uint8Array(read("labels"));
const SIDE = 28, PIXELS = SIDE * SIDE, STEPS = labels.length / setup.batch_size;

/** What the files of the loop name, with or without WebAssembly. */
const loopOf = (assembly) => new Function("WebAssembly", `${text("loop.js")}\nreturn { sparse, trainer };`)(assembly);

/** A function that trains one epoch more and returns its milliseconds. */
function inNode({ trainer }, data) {
  const training = trainer(setup, data);
  return () => {
    const start = performance.now();
    for (let i = 0; i < STEPS; i++) training.step();
    return performance.now() - start;
  };
}

/** As `sparse` returns it, but nothing is skipped. */
function everyPixel() {
  const from = Uint32Array.from({ length: labels.length + 1 }, (_, i) => i * PIXELS);
  return { from, pixel: Uint16Array.from(images, (_, i) => i % PIXELS), ink: Float64Array.from(images, (v) => Math.fround(v / 255)), labels };
}

async function inTensorFlow(backend) {
  if (backend === "wasm") setWasmPaths(`${folder}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  await tf.setBackend(backend);
  const { hidden, batch_size: batch, digits } = setup, n = digits.length;
  const X = tf.tensor2d(Float32Array.from(images, (v) => v / 255), [labels.length, PIXELS]), Y = tf.oneHot(tf.tensor1d(labels, "int32"), n).toFloat();
  const [W1, b1, W2, b2] = [[PIXELS, hidden], [hidden], [hidden, n], [n]].map((shape) => tf.variable(tf.randomNormal(shape)));
  const optimizer = tf.train.sgd(setup.learning_rate);
  return async () => {
    await tf.setBackend(backend);
    const start = performance.now(), order = tf.util.createShuffledIndices(labels.length);
    for (let i = 0; i < labels.length; i += batch) {
      tf.tidy(() => {
        const some = tf.tensor1d(Int32Array.from(order.slice(i, i + batch)), "int32"), x = tf.gather(X, some), y = tf.gather(Y, some);
        optimizer.minimize(() => {
          const answer = x.matMul(W1).add(b1).sigmoid().matMul(W2).add(b2).sigmoid();
          return answer.sub(y).square().sum().div(2 * batch);
        });
      });
    }
    await W1.data();
    return performance.now() - start;
  };
}

/** Runs in a page: keeps a worker that trains, the bare loop and the laboratory's own. */
function prepare(loop, whole, setup, coded, labels, steps) {
  const opened = (source) => new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0)), images = { bytes, labels: Uint8Array.from(labels) };
  const answer = (worker, done) => new Promise((ready) => { worker.onmessage = ({ data }) => done(data) && ready(data); });
  const bare = opened(`${loop}
    let training;
    self.onmessage = ({ data }) => {
      if (data.setup) training = trainer(data.setup, sparse(data.images.bytes, data.images.labels));
      const start = performance.now();
      for (let i = 0; !data.setup && i < ${steps}; i++) training.step();
      postMessage(performance.now() - start);
    };`);
  const lab = opened(whole);
  let until = 0;
  window.bare = () => {
    bare.postMessage({});
    return answer(bare, () => true);
  };
  window.lab = async () => {
    const start = performance.now();
    lab.postMessage({ until: (until += steps) });
    await answer(lab, ({ resting }) => resting);
    return performance.now() - start;
  };
  bare.postMessage({ setup, images });
  const held = { bytes: bytes.slice(0, bytes.length / 4), labels: images.labels.slice(0, labels.length / 4) };
  lab.postMessage({ setup, learned: images, held, until: 0 });
  return Promise.all([answer(bare, () => true), answer(lab, ({ resting }) => resting)]);
}

async function inBrowser(options) {
  const browser = await puppeteer.launch({ ...options, headless: true }), page = await browser.newPage();
  await page.setContent(`<meta http-equiv="Content-Security-Policy" content="${text("policy")}"><title>lab</title>`);
  await page.evaluate(prepare, text("loop.js"), text("worker.js"), setup, Buffer.from(images).toString("base64"), [...labels], STEPS);
  return { browser, bare: () => page.evaluate(() => window.bare()), lab: () => page.evaluate(() => window.lab()) };
}

/** The mean milliseconds that two threads take to wait for one another. */
async function barrier() {
  const shared = new Int32Array(new SharedArrayBuffer(8)), times = 20000;
  const turn = `(mine) => { for (let i = 0; i < ${times}; i++) {
    while (Atomics.load(shared, 0) % 2 !== mine);
    Atomics.add(shared, 0, 1);
  } }`;
  const source = `const { workerData: shared } = require("node:worker_threads"); (${turn})(1);`;
  const thread = new Thread(source, { eval: true, workerData: shared });
  await new Promise((ready) => thread.once("online", ready));
  const own = new Function("shared", `return ${turn}`)(shared), start = performance.now();
  own(0);
  const took = performance.now() - start;
  await thread.terminate();
  return took / times;
}

const fast = loopOf(WebAssembly), plain = loopOf(undefined), data = fast.sparse(images, labels);
const inChromium = await inBrowser({ executablePath: chromium, args: ["--no-sandbox", "--disable-background-networking"] });
const inFirefox = await inBrowser({ browser: "firefox", executablePath: firefox });
const runs = {
  node: inNode(fast, data), chromium: inChromium.bare, firefox: inFirefox.bare, "chromium lab": inChromium.lab, "firefox lab": inFirefox.lab,
  plain: inNode(plain, data), dense: inNode(plain, everyPixel()), wasm: await inTensorFlow("wasm"), cpu: await inTensorFlow("cpu"),
};
const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
for (let round = 0; round <= Number(rounds); round++) {
  for (const [name, run] of Object.entries(runs)) {
    const took = await run();
    if (round) times[name].push(took); // the first only warms up
  }
}
const versions = {
  Node: process.versions.node, Chromium: await inChromium.browser.version(), Firefox: await inFirefox.browser.version(), "TensorFlow.js": tf.version.tfjs,
};
console.log(JSON.stringify({ times, versions, barrier: await barrier(), steps: STEPS }));
await Promise.all([inChromium, inFirefox].map(({ browser }) => browser.close()));
process.exit();
