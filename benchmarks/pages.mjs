// Pages of the built site in Firefox or a Chromium: prints what it meets on each, one line of JSON a page.
// node pages.mjs FOLDER WISH — where puppeteer-core is installed, and as JSON
// {browser, program, scripts, forced, visits: [[root, width], ...], pages}; the first line is the browser's version.
import { createRequire } from "node:module";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliDecompressSync } from "node:zlib";

const [folder, wish] = process.argv.slice(2);
const { browser: kind = "chrome", program, scripts = true, forced = false, visits, pages } = JSON.parse(wish);
const puppeteer = createRequire(`${folder}/`)("puppeteer-core");
const SCREEN = 900;
const LOOK = readFileSync(new URL("look.js", import.meta.url), "utf8");

/** Runs in the page before its own scripts: what the console does not tell. */
function listen() {
  window.wrong = [];
  addEventListener("securitypolicyviolation", (event) => wrong.push(`policy forbids ${event.blockedURI}`));
  addEventListener("error", ({ target }) => target !== window && wrong.push(`not loaded: ${target.src || target.href}`), true);
}

/** A call of a function of look.js in the page. */
const ask = (page, call) => page.evaluate(`(() => { ${LOOK}\nreturn ${call}; })()`);

async function waitFor(page, call, seconds) {
  for (let wait = 0; wait < 10 * seconds; wait++) {
    if (await ask(page, call)) return true;
    await sleep(100);
  }
  return false;
}

/** Press a key on widget i's controls until one changes what it says; what is wrong, if anything. */
async function press(page, i) {
  for (let k = 0, key; (key = await ask(page, `reach(${i}, ${k})`)); k++) {
    await page.keyboard.press(key);
    if (await waitFor(page, `answered(${i})`, 1)) return [];
  }
  return ["answers no key"];
}

async function visit(browser, root, width, name) {
  const page = await browser.newPage();
  const heard = [];
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => heard.push(`failed: ${request.url().slice(0, 100)}`));
  page.on("response", (answer) => answer.status() >= 400 && heard.push(`${answer.status()}: ${answer.url()}`));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(root)) heard.push(`foreign: ${request.url()}`);
  });
  await page.setViewport({ width, height: SCREEN });
  if (scripts) await page.evaluateOnNewDocument(listen);
  else await page.setJavaScriptEnabled(false);
  if (forced) {
    const features = [{ name: "forced-colors", value: "active" }];
    await (await page.createCDPSession()).send("Emulation.setEmulatedMedia", { features });
  }
  await page.goto(`${root}/${name}.html`, { waitUntil: "load" });
  for (let k = 0; await ask(page, `approach(${k})`); k++) await sleep(100);
  if (scripts) await waitFor(page, "ready()", 20); // what is not ready is named below
  const [wrong, widgets] = await ask(page, "look()");
  if (scripts) for (const [i, one] of widgets.entries()) if (!one.still) one.faults.push(...(await press(page, i)));
  await page.close();
  return { where: `${root.split(":")[0]}, ${width} px`, wrong: [...heard, ...wrong], widgets };
}

/** The program itself; one that came packed is unpacked beside its package, once. */
function unpacked(path) {
  const to = path.replace(/\.br$/, "");
  if (!existsSync(to)) writeFileSync(to, brotliDecompressSync(readFileSync(path)), { mode: 0o755 });
  return to;
}

const args = kind === "chrome" ? ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] : [];
const headless = kind === "chrome" ? "shell" : true;
const browser = await puppeteer.launch({ browser: kind, executablePath: unpacked(program), headless, args });
console.log(JSON.stringify(await browser.version()));
for (const name of pages) {
  const found = [];
  for (const [root, width] of visits) {
    if (name === "404" && root.startsWith("file:")) continue; // it is for servers: its links begin at their root
    found.push(await visit(browser, root, width, name));
  }
  console.log(JSON.stringify([name, found]));
}
await browser.close();
