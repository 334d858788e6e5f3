// The site works without this file but for search, slides, and the learner's progress.
(() => {
  "use strict";
  const up = document.body.dataset.up;

  // On a narrow screen the list of pages starts closed.
  const menu = document.querySelector(".menu");
  if (matchMedia("(max-width: 60rem)").matches) menu.open = false;

  // Search. The index is a script, because a page opened from file:// may not fetch.
  const input = document.getElementById("q");
  const found = document.getElementById("found");
  let loading = null;
  let selected = -1;
  input.disabled = false;

  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = up + "search-index.js";
      script.onload = () => resolve(window.searchIndex.map((e) => ({ ...e, lt: e.t.toLowerCase(), lp: e.p.toLowerCase(), lx: e.x.toLowerCase() })));
      script.onerror = () => reject(new Error("search-index.js cannot be loaded"));
      document.head.append(script);
    });
    return loading;
  }

  // score: every word must occur; a hit in a title counts more than one in the text, the whole title most, and that of a lesson before all.
  function score(e, words) {
    const lesson = /^\d+ · /;
    let sum = e.lt.replace(lesson, "") === words.join(" ") ? (lesson.test(e.lt) ? 90 : 50) : 0;
    for (const w of words) {
      let s = 0;
      if (e.lt.includes(w)) s += e.lt.startsWith(w) ? 30 : 20;
      if (e.lp.includes(w)) s += 8;
      const at = e.lx.indexOf(w);
      if (at >= 0) s += 3 + Math.min(3, e.lx.split(w).length - 1);
      if (s === 0) return 0;
      sum += s;
    }
    return sum;
  }

  function excerpt(e, words) {
    const at = Math.max(0, ...words.map((w) => e.lx.indexOf(w)));
    const from = Math.max(0, at - 50);
    return (from > 0 ? "… " : "") + e.x.slice(from, from + 150) + " …";
  }

  function marked(text, words) {
    const line = document.createElement("small");
    const lower = text.toLowerCase();
    let at = 0;
    while (at < text.length) {
      let next = text.length;
      let word = "";
      for (const w of words) {
        const i = lower.indexOf(w, at);
        if (i >= 0 && i < next) [next, word] = [i, w];
      }
      line.append(text.slice(at, next));
      if (word) {
        const mark = document.createElement("mark");
        mark.textContent = text.slice(next, next + word.length);
        line.append(mark);
      }
      at = next + word.length;
    }
    return line;
  }

  function show(open) {
    found.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) selected = -1;
  }

  async function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return show(false);
    const index = await load();
    const hits = index
      .map((e) => [score(e, words), e])
      .filter(([s]) => s > 0)
      .sort((a, b) => b[0] - a[0])
      .slice(0, 12);
    found.replaceChildren(
      ...hits.map(([, e], i) => {
        const a = document.createElement("a");
        a.href = up + e.u;
        a.id = "hit" + i;
        a.setAttribute("role", "option");
        a.setAttribute("aria-selected", "false");
        a.append(e.t === e.p ? e.t : e.p + " › " + e.t, marked(excerpt(e, words), words));
        return a;
      }),
    );
    if (!hits.length) {
      const p = document.createElement("p");
      p.setAttribute("role", "option");
      p.setAttribute("aria-disabled", "true");
      p.textContent = "Nothing found.";
      found.append(p);
    }
    selected = -1;
    show(true);
  }

  function select(i) {
    const hits = found.querySelectorAll("a");
    if (!hits.length) return;
    hits[selected]?.setAttribute("aria-selected", "false");
    selected = (i + hits.length) % hits.length;
    hits[selected].setAttribute("aria-selected", "true");
    hits[selected].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", hits[selected].id);
  }

  input.addEventListener("input", search);
  input.addEventListener("focus", () => load().catch(() => {}));
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown") select(selected + 1);
    else if (e.key === "ArrowUp") select(selected - 1);
    else if (e.key === "Enter") (found.querySelectorAll("a")[Math.max(selected, 0)] ?? { click() {} }).click();
    else if (e.key === "Escape") (input.value = ""), show(false), input.blur();
    else return;
    e.preventDefault();
  });
  document.addEventListener("click", (e) => e.target.closest(".search") || show(false));
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && !e.target.closest("input, textarea") && !slides) {
      e.preventDefault();
      input.focus();
    }
  });

  // Slides: each section of level 2 is one, moved through by keys or clicks.
  const slides = new URLSearchParams(location.search).has("slides");
  if (slides) {
    document.body.classList.add("slides");
    const parts = [[]];
    for (const node of document.querySelector("article").children) {
      if (node.tagName === "H2" && parts.at(-1).length) parts.push([]);
      parts.at(-1).push(node);
    }
    const number = document.createElement("div");
    number.className = "slide-number";
    document.body.append(number);
    let at = 0;
    const go = (to) => {
      at = Math.max(0, Math.min(parts.length - 1, to));
      parts.forEach((part, i) => part.forEach((node) => node.classList.toggle("shown", i === at)));
      number.textContent = at + 1 + " / " + parts.length;
      scrollTo(0, 0);
    };
    addEventListener("keydown", (e) => {
      if (["ArrowRight", "PageDown", " "].includes(e.key)) go(at + 1), e.preventDefault();
      if (["ArrowLeft", "PageUp"].includes(e.key)) go(at - 1), e.preventDefault();
      if (e.key === "Escape") location.href = location.pathname;
    });
    go(0);
  }

  // Served by a local server: progress of lessons, and a reload when a page changes.
  if (location.protocol.startsWith("http")) {
    const showProgress = () =>
      fetch(up + "progress.json")
        .then((r) => (r.ok ? r.json() : {}))
        .then((progress) => {
          for (const [number, p] of Object.entries(progress)) {
            document.querySelectorAll(`.pages a[data-lesson="${number}"]`).forEach((a) => mark(a, p.verdict));
            const box = document.querySelector(".result");
            if (box && document.body.dataset.lesson === number) {
              box.hidden = false;
              mark(box, p.verdict);
              box.textContent = "Your progress: " + p.summary + ".";
            }
          }
        })
        .catch(() => {});
    const mark = (node, verdict) => {
      node.classList.remove("pass", "fail", "started");
      node.classList.add(verdict);
    };
    showProgress();
    addEventListener("focus", showProgress); // back from the terminal, where the checks ran
    if (document.documentElement.dataset.live !== undefined) {
      new EventSource(up + "live").onmessage = () => location.reload();
    }
  }
})();
