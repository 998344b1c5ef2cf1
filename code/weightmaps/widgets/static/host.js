// Shows every explorer on a page with no kernel: stands in for the kernel's side of the widget.
(() => {
  const assets = (window.weightmapsAssets ??= {});
  const folder = document.currentScript?.src.replace(/[^/]*$/, "");
  const fetched = {};

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

  function modelOf(state) {
    const heard = new Map();
    return {
      get: (name) => state[name],
      set(name, value) {
        state[name] = value;
        for (const callback of heard.get(`change:${name}`) ?? []) callback();
      },
      on(event, callback) {
        heard.set(event, [...(heard.get(event) ?? []), callback]);
      },
      off(event, callback) {
        heard.set(event, (heard.get(event) ?? []).filter((one) => one !== callback));
      },
      save_changes() {},
    };
  }

  // One import a page, whatever the number of explorers.
  function open(parts) {
    if (!parts.opened) {
      const style = document.createElement("style");
      style.textContent = parts.css;
      document.head.append(style);
      const url = URL.createObjectURL(new Blob([parts.js], { type: "text/javascript" }));
      parts.opened = import(url).finally(() => URL.revokeObjectURL(url));
    }
    return parts.opened;
  }

  function stillPicture(place) {
    const page = new DOMParser().parseFromString(place.querySelector("noscript")?.textContent ?? "", "text/html");
    const picture = page.querySelector("img");
    if (!picture || place.querySelector("img[data-weightmaps-poster]")) return;
    picture.loading = "eager";
    place.append(document.importNode(picture, false));
  }

  async function mount(place) {
    try {
      const { module, state, ...payloads } = JSON.parse(place.dataset.weightmaps);
      const [parts] = await Promise.all([
        asset(module),
        ...Object.entries(payloads).map(async ([name, key]) => (state[`_${name}`] = await asset(key))),
      ]);
      const { default: widget } = await open(parts);
      await widget.render({ model: modelOf(state), el: place });
      if (place.querySelector("[data-part=trouble]")) stillPicture(place);
      else place.querySelector("img[data-weightmaps-poster]")?.remove();
    } catch {
      const words = document.createElement("p");
      words.dataset.part = "trouble";
      words.textContent = "This explorer could not start: a part of it is missing or damaged. Here is a still picture.";
      for (const child of [...place.children]) if (child.localName !== "noscript") child.remove();
      place.append(words);
      stillPicture(place);
    }
    place.style.minHeight = "";
  }

  // An explorer waits until it is at most a screen away, until a link leads to it, or until the page is printed.
  function watch() {
    const places = [...document.querySelectorAll(".weightmaps-explorer[data-weightmaps]:not([data-mounted])")];
    if (!places.length) return; // another copy of this script has them
    const waiting = new Set(places);
    const observer = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) wake(one.target);
    }, { rootMargin: "100% 0px" });

    function wake(place) {
      if (!waiting.delete(place)) return;
      observer.unobserve(place);
      place.dataset.mounted = "yes";
      mount(place);
    }

    function follow(event) {
      const [, number] = /^#explorer=([^&]*)/.exec(location.hash) ?? [];
      if (number === undefined) return;
      const place = places.find((one) => one.dataset.explorer === number) ?? places[0];
      wake(place);
      // Who reloads, or comes back, is taken where they were. A smooth scroll gives up when the page grows.
      const arrived = event || performance.getEntriesByType("navigation")[0]?.type === "navigate";
      if (arrived) place.scrollIntoView({ behavior: "instant" });
    }

    // In a notebook the address is not ours.
    const ours = /^(http|file)/.test(location.protocol) && !("jpThemeLight" in document.body.dataset);
    places.forEach((place, i) => {
      place.dataset.mounted = "waiting";
      if (ours) place.dataset.explorer = String(i + 1);
    });
    if (ours) {
      follow();
      addEventListener("hashchange", follow);
    }
    for (const place of waiting) observer.observe(place);
    addEventListener("beforeprint", () => {
      for (const place of places) {
        if (place.style.minHeight) stillPicture(place); // not yet drawn, and a printer does not wait
        place.style.minHeight = "";
        wake(place);
      }
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
