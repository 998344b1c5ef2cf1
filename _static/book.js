// What a page does beside its explorers: light or dark, code or none, guesses, where the reader is, drawers, copying code.
(() => {
  const root = document.documentElement;
  function keep(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // Where nothing may be kept, the choice lasts as long as the page.
    }
  }
  function kept(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  function keptGuesses() {
    try {
      return JSON.parse(kept("guesses")) ?? {};
    } catch {
      return {}; // what is damaged, or another page's
    }
  }

  const header = document.querySelector(".mobile-header");
  const next = matchMedia("(prefers-color-scheme: dark)").matches
    ? { auto: "light", light: "dark", dark: "auto" }
    : { auto: "dark", dark: "light", light: "auto" };
  for (const button of document.querySelectorAll(".theme-toggle")) {
    button.addEventListener("click", () => {
      keep("theme", (document.body.dataset.theme = next[document.body.dataset.theme]));
    });
  }

  // One switch for the code of the whole book; each cell has its own beside it.
  const modes = document.querySelectorAll(".reading button");
  function show(open) {
    modes.forEach((button, i) => button.setAttribute("aria-pressed", open === !!i));
    for (const fold of document.querySelectorAll("div.cell details.hide")) fold.open = open;
  }
  modes.forEach((button, i) => {
    button.addEventListener("click", () => {
      keep("code", i ? "shown" : "folded");
      show(!!i);
    });
  });
  if (kept("code") === "shown") show(true);

  // What the reader guesses before a verdict, kept for the whole book: the first guess counts.
  const guesses = keptGuesses();
  for (const place of document.querySelectorAll(".guess")) {
    const { claim, verdict } = place.dataset;
    const buttons = place.querySelectorAll("button");
    const tell = (guess) => {
      for (const button of buttons) {
        button.setAttribute("aria-pressed", button.dataset.verdict === guess);
        button.setAttribute("aria-disabled", "true");
      }
      place.querySelector("[role=status]").textContent = guess === verdict ? "You guessed right." : "You guessed wrong.";
      place.querySelector("details").open = true;
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        if (guesses[claim]) return;
        guesses[claim] = button.dataset.verdict;
        keep("guesses", JSON.stringify(guesses));
        tell(guesses[claim]);
      });
    }
    if (guesses[claim]) tell(guesses[claim]);
  }
  const score = document.querySelector(".guess-score");
  const judged = Object.entries(guesses).filter(([claim]) => document.getElementById(claim));
  if (score && judged.length) {
    const right = judged.filter(([claim, guess]) => document.getElementById(claim).matches(`.claim-${guess}`)).length;
    const chance = (judged.length / 3).toFixed(1);
    score.textContent = `You guessed ${right} of ${judged.length} right. By chance it would be ${chance}.`;
    score.hidden = false;
  }

  // The claims of one verdict, and the chapters that have some.
  const verdicts = document.querySelectorAll(".claim-filter button");
  for (const button of verdicts) {
    button.addEventListener("click", () => {
      for (const one of verdicts) one.setAttribute("aria-pressed", one === button);
      const { verdict } = button.dataset;
      const wanted = verdict ? `.claim-${verdict}` : ".claim";
      let chapter;
      for (const one of document.querySelectorAll("h2.rubric, .claim")) {
        one.hidden = !one.matches(wanted);
        if (one.tagName === "H2") chapter = one;
        else if (!one.hidden) chapter.hidden = false;
      }
    });
  }

  // Pictures that change rest while nobody sees them.
  const sight = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) target.classList.toggle("unseen", !isIntersecting);
  });
  for (const one of document.querySelectorAll(".wm-frames")) sight.observe(one);

  // A label that opens a drawer works without a script, but a keyboard cannot reach it; a button does both.
  let opener = null; // of the drawer that was opened last
  for (const label of document.querySelectorAll(".nav-overlay-icon, .toc-overlay-icon")) {
    const button = document.createElement("button");
    const drawer = document.getElementById(label.htmlFor);
    button.type = "button";
    button.className = label.className;
    button.append(...label.childNodes);
    const say = () => button.setAttribute("aria-expanded", drawer.checked);
    button.addEventListener("click", () => {
      drawer.click();
      opener = button;
    });
    drawer.addEventListener("change", say);
    say();
    label.replaceWith(button);
  }
  document.addEventListener("keydown", ({ key }) => {
    const open = document.querySelectorAll(".sidebar-toggle:checked");
    if (key !== "Escape" || !open.length) return;
    for (const drawer of open) drawer.click();
    opener?.focus();
  });

  // The section being read is marked in the list of sections: the last one that begins above the line of sight.
  const links = [...document.querySelectorAll(".toc-tree a")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let before = scrollY;
  function look() {
    header.classList.toggle("scrolled", scrollY > 0);
    if (scrollY !== before) root.classList.toggle("show-back-to-top", scrollY >= 64 && scrollY < before);
    before = scrollY;
    const ended = innerHeight + scrollY >= root.scrollHeight - 2;
    const begun = (section, i) => !section || ended || i === 0 || section.getBoundingClientRect().top < 120;
    const current = sections.map(begun).lastIndexOf(true);
    links.forEach((link, i) => link.parentElement.classList.toggle("scroll-current", i === current));
  }
  // What scrolls sideways on this screen can be reached by keyboard.
  function reach() {
    for (const box of document.querySelectorAll("article pre, figure.wide, .table-wrapper, div.math .formula")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }
  addEventListener("resize", reach);

  let waiting = false;
  function soon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      look();
    });
  }
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  requestAnimationFrame(() => { // when the page is laid out anyway
    reach();
    look();
  });

  async function copy(pre) {
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      // Not a secure page, or not allowed: select the text and copy as a reader would.
      getSelection().selectAllChildren(pre);
      document.execCommand("copy");
      getSelection().removeAllRanges();
    }
  }
  for (const pre of document.querySelectorAll("div.cell_input div.highlight pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await copy(pre);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    pre.before(button);
  }
})();
