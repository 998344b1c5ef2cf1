// Shows every explorer on a page with no kernel: stands in for the kernel's side of the widget.
(() => {
  const IN_VIEW = 0.7; // share of the window in which a widget's head has to lie
  const assets = (window.weightmapsAssets ??= {});
  const folder = document.currentScript?.src.replace(/[^/]*$/, "");
  const fetched = {};
  // What readers have changed lives as long as their tab: who reloads or comes back finds it.
  const { returned, shelf } = (window.weightmapsVisit ??= visit()); // of all copies of this script

  function visit() {
    const key = `weightmaps ${location.pathname}`, shelf = {};
    // A place in the tab's history keeps this mark; a new visit has none.
    const mark = () => history.replaceState({ ...history.state, weightmaps: true }, "");
    try {
      const returned = history.state?.weightmaps === true;
      mark();
      if (returned) Object.assign(shelf, JSON.parse(sessionStorage.getItem(key)));
      addEventListener("hashchange", mark);
      addEventListener("pagehide", () => sessionStorage.setItem(key, JSON.stringify(shelf)));
      return { returned, shelf };
    } catch {
      return { returned: false, shelf }; // Where nothing may be kept, every visit is the first.
    }
  }

  // What is not in the page is in a file beside this script's own.
  async function asset(key) {
    if (!(key in assets) && folder) {
      await (fetched[key] ??= new Promise((done) => {
        const script = document.createElement("script");
        script.src = `${folder}${key}.js`;
        script.onload = script.onerror = done;
        document.head.append(script);
      }));
    }
    if (!(key in assets)) throw new Error(`asset ${key} is missing`);
    return assets[key];
  }

  function modelOf(state, changed) {
    const heard = new Map();
    return {
      get: (name) => state[name],
      set(name, value) {
        changed[name] = state[name] = value;
        for (const callback of heard.get(`change:${name}`) ?? []) callback();
      },
      on(event, callback) {
        heard.set(event, [...(heard.get(event) ?? []), callback]);
      },
      off(event, callback) {
        heard.set(event, (heard.get(event) ?? []).filter((one) => one !== callback));
      },
      save_changes() {},
      /** What was changed before the page was left; the widget hears of it as of a kernel's. */
      restore() {
        Object.assign(state, changed);
        for (const name of Object.keys(changed)) for (const callback of heard.get(`change:${name}`) ?? []) callback();
      },
    };
  }

  /** What the reader has changed of a widget, to be added to. Another widget may be there since. */
  function changesOf({ explorer, weightmaps }) {
    if (!explorer) return {};
    if (shelf[explorer]?.from !== weightmaps) shelf[explorer] = { from: weightmaps, changed: {} };
    return shelf[explorer].changed;
  }

  // One import a module, whatever the number of widgets.
  const opened = {};
  const open = (key) => (opened[key] ??= asset(key).then((script) => {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    return import(url).finally(() => URL.revokeObjectURL(url));
  }));

  // The widget takes its still picture's place once it is drawn.
  async function mount(place) {
    let picture = place.querySelector(".wm-still");
    if (!picture) { // a page that was saved with the widget in it
      picture = place.querySelector("template").content.firstElementChild;
      place.replaceChildren(picture);
    }
    try {
      const { module, state, ...payloads } = JSON.parse(place.dataset.weightmaps);
      const [{ default: widget }] = await Promise.all([
        open(module),
        // What is late is fetched when the widget asks for it.
        ...Object.entries(payloads).map(async ([name, key]) => (state[`_${name}`] = name.startsWith("late_") ? () => asset(key) : await asset(key))),
      ]);
      const model = modelOf(state, changesOf(place.dataset));
      await widget.render({ model, el: place });
      if (!location.hash.startsWith(`#explorer=${place.dataset.explorer}`)) model.restore(); // a link says all
      const trouble = place.querySelector("[data-part=trouble]");
      if (trouble) return place.prepend(trouble.parentElement);
      const store = document.createElement("template");
      picture.replaceWith(store);
      store.content.append(picture);
    } catch {
      const words = document.createElement("p");
      words.dataset.part = "trouble";
      words.textContent = "This explorer could not start: a part of it is missing or damaged. Here is a still picture.";
      place.replaceChildren(words, picture);
    }
  }

  // A widget waits until it is at most half a screen away, or until a link leads to it.
  function watch() {
    const places = [...document.querySelectorAll(".weightmaps-explorer[data-weightmaps]")].filter((place) => !place.watched);
    if (!places.length) return; // another copy of this script has them
    for (const place of places) {
      place.watched = true;
      delete place.dataset.explorer; // of a page that was saved
    }
    const mounted = new Map(); // by place, the promise that it is shown
    const observer = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) wake(one.target);
    }, { rootMargin: "50% 0px" });
    const unread = document.createElement("p");
    unread.className = "wm-note wm-link";
    unread.setAttribute("role", "alert");
    unread.textContent = "The link's settings belong to no explorer on this page, so it shows its own.";

    function wake(place) {
      if (!mounted.has(place)) {
        observer.unobserve(place);
        place.dataset.mounted = "yes";
        mounted.set(place, mount(place));
      }
      return mounted.get(place);
    }

    async function follow(event) {
      unread.remove();
      const { hash } = location, [, number] = /^#explorer=([^&]*)/.exec(hash) ?? [];
      if (number === undefined) return;
      const all = [...document.querySelectorAll("[data-explorer]")];
      const place = all.find((one) => one.dataset.explorer === number) ?? all[0];
      if (!places.includes(place)) return;
      const shown = wake(place);
      // Who reloads, or comes back, is taken where they were; who arrives is spared the jump where the widget is in view, below
      // what introduces it. A smooth scroll gives up when the page grows.
      const { top } = place.getBoundingClientRect(), inView = top > 0 && top < IN_VIEW * innerHeight;
      if (event || !(returned || inView)) place.scrollIntoView({ behavior: "instant" });
      await shown;
      // An explorer says itself what it could not read; what else has this number has no settings in links.
      const says = place.querySelector("[data-part=link-note], [data-part=trouble]");
      if (!says && location.hash === hash) place.prepend(unread);
    }

    // In a notebook the address is not ours.
    const ours = /^(http|file)/.test(location.protocol) && !("jpThemeLight" in document.body.dataset);
    const numbered = document.querySelectorAll("[data-explorer]").length;
    places.forEach((place, i) => {
      place.dataset.mounted = "waiting";
      if (ours) place.dataset.explorer = String(numbered + i + 1);
    });
    if (ours) {
      follow();
      addEventListener("hashchange", follow);
    }
    for (const place of places) if (!mounted.has(place)) observer.observe(place);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
