// The search page: every section of the book that holds all the words asked for, the likeliest first.
(() => {
  const texts = document.currentScript?.dataset.texts;
  const box = document.querySelector("#search-words");
  const list = document.querySelector("#search-results");
  const count = document.querySelector("#search-count");
  const MOST = 40; // results on the page
  const AROUND = 90; // characters on each side of the first word found
  const LATE = count.textContent; // what the page says until the texts are there
  let sections = null, loading = null;

  /** Load the texts of all pages, once, and search them. */
  function load() {
    if (loading) return;
    loading = Object.assign(document.createElement("script"), { src: texts, onload: search });
    document.head.append(loading);
  }

  /** A pattern that finds a word where a word of the text begins with it, also after a "_". */
  function beginning(word) {
    const escaped = word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    return new RegExp(/^\w/.test(word) ? `(?:\\b|_)${escaped}` : escaped, "giu");
  }

  const times = (pattern, text) => (text.match(pattern) ?? []).length;

  /** A pattern a word: as it was asked for, or its singular where no section of the book has it. */
  function patternsOf(words) {
    return words.map((word) => {
      const [asked, singular] = [word, word.replace(/s$/, "")].map(beginning);
      const known = sections.some(({ text, title, heading }) => times(asked, `${text} ${title} ${heading}`));
      return known || word.length < 4 ? asked : singular;
    });
  }

  function score({ text, title, heading }, patterns, phrase) {
    let total = heading.toLowerCase().includes(phrase) ? 50 : 0; // together, and in their order
    for (const pattern of patterns) {
      const found = times(pattern, text);
      const named = times(pattern, heading) ? 12 : times(pattern, title) ? 4 : 0;
      if (!found && !named) return 0;
      total += named + Math.min(found, 6);
    }
    return total;
  }

  /** The text around the first word found, each word marked. */
  function excerpt({ text }, patterns) {
    const first = Math.min(...patterns.map((one) => text.search(one)).filter((at) => at >= 0), text.length);
    const from = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    const part = text.slice(from, from + 2 * AROUND + 60);
    const shown = document.createElement("p");
    const any = new RegExp(`(${patterns.map(({ source }) => source).join("|")})`, "giu");
    part.split(any).forEach((piece, i) => {
      const mark = i % 2 ? document.createElement("mark") : document.createTextNode(piece);
      if (i % 2) mark.textContent = piece;
      shown.append(mark);
    });
    if (from) shown.prepend("… ");
    if (from + part.length < text.length) shown.append(" …");
    return shown;
  }

  function search() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    count.textContent = "";
    if (!words.length) return;
    if (!window.bookTexts) {
      count.textContent = LATE;
      return load();
    }
    sections ??= window.bookTexts.flatMap(([page, title, parts]) =>
      parts.map(([anchor, heading, text]) => ({ address: page + (anchor && "#" + anchor), title, heading, text })));
    const patterns = patternsOf(words);
    const found = sections
      .map((section) => ({ section, points: score(section, patterns, words.join(" ")) }))
      .filter(({ points }) => points)
      .sort((a, b) => b.points - a.points);
    count.textContent = "No section holds all these words.";
    if (found.length) count.textContent = "Sections found: " + found.length + (found.length > MOST ? ", the first " + MOST : "") + ".";
    for (const { section } of found.slice(0, MOST)) {
      const link = document.createElement("a");
      link.href = section.address;
      link.textContent = section.title === section.heading ? section.title : `${section.title}: ${section.heading}`;
      const item = document.createElement("li");
      item.append(link, excerpt(section, patterns));
      list.append(item);
    }
  }

  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.addEventListener("input", search);
  search();
})();
