// Every page of the built site in Firefox, over WebDriver BiDi: prints what is wrong, one line each, as JSON.
// node firefox.mjs FOLDER FIREFOX ROOTS PAGES — where puppeteer-core is installed, the browser, and two JSON lists.
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const [folder, executablePath, roots, pages] = process.argv.slice(2);
const puppeteer = createRequire(`${folder}/`)("puppeteer-core");
const SCREEN = 900;

/** Runs in the page before its own scripts: what the console does not tell. */
function listen() {
  window.wrong = [];
  addEventListener("securitypolicyviolation", (event) => wrong.push(`policy forbids ${event.blockedURI}`));
  addEventListener("error", ({ target }) => target !== window && wrong.push(`not loaded: ${target.src || target.href}`), true);
}

/** Runs in the page, once it has been scrolled through: [number of explorers, what is wrong]. */
function look() {
  const places = [...document.querySelectorAll(".weightmaps-explorer")];
  const { clientWidth, scrollWidth } = document.documentElement;
  return [places.length, [
    ...wrong,
    ...(scrollWidth > clientWidth ? [`scrolls sideways by ${scrollWidth - clientWidth} px`] : []),
    ...places.flatMap((place, i) => {
      const trouble = place.querySelector("[data-part=trouble]");
      if (trouble) return [`explorer ${i + 1}: ${trouble.textContent}`];
      return !place.querySelector(".wm-still") && place.querySelector("button, input") ? [] : [`explorer ${i + 1} is not mounted`];
    }),
  ]];
}

/** Runs in the page: the numbers in what explorer i says, but for those beside its sliders. */
function said(i) {
  const copy = document.querySelectorAll(".weightmaps-explorer")[i].cloneNode(true);
  for (const own of copy.querySelectorAll("output, noscript")) own.remove();
  return copy.textContent.match(/\d+/g)?.join();
}

/** Moves the sliders of explorer i by keyboard until a number follows; what is wrong, if anything. */
async function move(page, i) {
  const place = (await page.$$(".weightmaps-explorer"))[i];
  let moved = false;
  for (const slider of await place.$$("input[type=range]:enabled")) {
    if (!(await slider.evaluate((input) => input.checkVisibility()))) continue;
    moved = true;
    const before = await page.evaluate(said, i);
    const key = await slider.evaluate((input) => {
      input.focus();
      return input.value === input.max ? "ArrowLeft" : "ArrowRight";
    });
    await page.keyboard.press(key);
    for (let wait = 0; wait < 20; wait++) {
      if ((await page.evaluate(said, i)) !== before) return [];
      await sleep(100);
    }
  }
  return moved ? [`explorer ${i + 1}: no number follows its sliders`] : [];
}

async function visit(browser, root, name, width) {
  const page = await browser.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => wrong.push(`failed: ${request.url()}`));
  page.on("response", (answer) => answer.status() >= 400 && wrong.push(`${answer.status()}: ${answer.url()}`));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(root)) wrong.push(`foreign: ${request.url()}`);
  });
  await page.setViewport({ width, height: SCREEN });
  await page.evaluateOnNewDocument(listen);
  await page.goto(`${root}/${name}.html`, { waitUntil: "load" });
  for (let y = 0; y < await page.evaluate(() => document.documentElement.scrollHeight); y += SCREEN / 2) {
    await page.evaluate((to) => window.scrollTo({ top: to, behavior: "instant" }), y);
    await sleep(100);
  }
  const ready = () => [...document.querySelectorAll(".weightmaps-explorer")].every((place) => !place.querySelector(".wm-still"));
  await page.waitForFunction(ready, { timeout: 10000 }).catch(() => {}); // what is not ready is named below
  const [explorers, seen] = await page.evaluate(look);
  for (let i = 0; i < explorers; i++) seen.push(...(await move(page, i)));
  await page.close();
  return [...wrong, ...seen];
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
for (const name of JSON.parse(pages)) {
  const found = [];
  for (const root of JSON.parse(roots)) {
    if (name === "404" && root.startsWith("file:")) continue; // it is for servers: its links begin at their root
    for (const width of [360, 1280]) {
      const where = `${root.split(":")[0]}, ${width} px`;
      found.push(...(await visit(browser, root, name, width)).map((words) => `${words} (${where})`));
    }
  }
  console.log(JSON.stringify([name, found]));
}
await browser.close();
