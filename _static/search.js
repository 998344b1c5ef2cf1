// The search page: every section of the book that holds all the words asked for, the likeliest first.
(() => {
  const box = document.querySelector("#search-words");
  const list = document.querySelector("#search-results");
  const count = document.querySelector("#search-count");
  const MOST = 40; // results on the page
  const AROUND = 90; // characters on each side of the first word found
  const sections = window.bookTexts.flatMap(([page, title, parts]) =>
    parts.map(([anchor, heading, text]) => ({
      address: page + (anchor && "#" + anchor), title, heading, text,
      low: text.toLowerCase(), names: `${title} ${heading}`.toLowerCase(),
    })));

  function score({ low, names, heading }, words) {
    let total = heading.toLowerCase().includes(words.join(" ")) ? 50 : 0; // together, and in their order
    for (const word of words) {
      const times = low.split(word).length - 1;
      const named = heading.toLowerCase().includes(word) ? 12 : names.includes(word) ? 4 : 0;
      if (!times && !named) return 0;
      total += named + Math.min(times, 6);
    }
    return total;
  }

  /** The text around the first word found, each word marked. */
  function excerpt({ text, low }, words) {
    const first = Math.min(...words.map((word) => low.indexOf(word)).filter((at) => at >= 0), text.length);
    const from = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    const part = text.slice(from, from + 2 * AROUND + 60);
    const shown = document.createElement("p");
    const safe = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&"));
    part.split(new RegExp(`(${safe.join("|")})`, "giu")).forEach((piece, i) => {
      const mark = i % 2 ? document.createElement("mark") : document.createTextNode(piece);
      if (i % 2) mark.textContent = piece;
      shown.append(mark);
    });
    if (from) shown.prepend("… ");
    if (from + part.length < text.length) shown.append(" …");
    return shown;
  }

  function search() {
    const asked = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const words = asked.map((word) => (/[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word));
    list.replaceChildren();
    count.textContent = "";
    if (!words.length) return;
    const found = sections
      .map((section) => ({ section, points: score(section, words) }))
      .filter(({ points }) => points)
      .sort((a, b) => b.points - a.points);
    count.textContent = "No section holds all these words.";
    if (found.length) count.textContent = "Sections found: " + found.length + (found.length > MOST ? ", the first " + MOST : "") + ".";
    for (const { section } of found.slice(0, MOST)) {
      const link = document.createElement("a");
      link.href = section.address;
      link.textContent = section.title === section.heading ? section.title : `${section.title}: ${section.heading}`;
      const item = document.createElement("li");
      item.append(link, excerpt(section, words));
      list.append(item);
    }
  }

  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.addEventListener("input", search);
  search();
})();
