// Shows every explorer on a page with no kernel: stands in for the kernel's side of the widget.
(() => {
  const assets = (window.weightmapsAssets ??= {});

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
  function open(key) {
    const asset = assets[key];
    if (!asset.opened) {
      const style = document.createElement("style");
      style.textContent = asset.css;
      document.head.append(style);
      const url = URL.createObjectURL(new Blob([asset.js], { type: "text/javascript" }));
      asset.opened = import(url).finally(() => URL.revokeObjectURL(url));
    }
    return asset.opened;
  }

  function stillPicture(place) {
    const page = new DOMParser().parseFromString(place.querySelector("noscript")?.textContent ?? "", "text/html");
    const picture = page.querySelector("img");
    if (picture) place.append(document.importNode(picture, false));
  }

  async function mount(place) {
    try {
      const { module, network, images, state } = JSON.parse(place.dataset.weightmaps);
      for (const key of [module, network, images]) {
        if (!(key in assets)) throw new Error(`asset ${key} is missing`);
      }
      const model = modelOf({ ...state, _network: assets[network], _images: assets[images] });
      const { default: explorer } = await open(module);
      await explorer.render({ model, el: place });
      if (place.querySelector("[data-part=trouble]")) stillPicture(place);
    } catch {
      const words = document.createElement("p");
      words.dataset.part = "trouble";
      words.textContent = "This explorer could not start: a part of it is missing or damaged. Here is a still picture.";
      for (const child of [...place.children]) if (child.localName !== "noscript") child.remove();
      place.append(words);
      stillPicture(place);
    }
  }

  function mountAll() {
    for (const place of document.querySelectorAll(".weightmaps-explorer[data-weightmaps]:not([data-mounted])")) {
      place.dataset.mounted = "";
      mount(place);
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
