"use strict";
// put replaces the parts of the page that have changed. Focus and lists stay where they were.
function put(parts) {
  for (const [id, html] of Object.entries(parts)) {
    const at = document.getElementById(id);
    if (id === "status") {
      if (at.textContent !== html) at.textContent = html; // screen readers announce it
    } else if (at.dataset.was !== html) {
      const focused = at.contains(document.activeElement) ? document.activeElement.id : "";
      const scrolled = [...at.querySelectorAll("ol, ul")].map((list) => [list.parentElement.getAttribute("aria-labelledby"), list.scrollTop]);
      at.innerHTML = at.dataset.was = html;
      for (const [section, top] of scrolled) {
        const list = at.querySelector(`[aria-labelledby=${section}] > :is(ol, ul)`);
        if (list) list.scrollTop = top;
      }
      if (focused) document.getElementById(focused)?.focus();
    }
  }
  countdowns();
}

// countdowns reckons from when the page got the seconds that are left: this machine's clock need not be right.
function countdowns() {
  for (const at of document.querySelectorAll("[data-left]")) {
    at.ends ??= performance.now() + at.dataset.left * 1000;
    const left = Math.max(0, Math.round((at.ends - performance.now()) / 1000));
    at.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
  }
}
setInterval(countdowns, 1000);

if (document.body.dataset.live) {
  const source = new EventSource(document.body.dataset.live);
  const away = document.getElementById("away");
  source.onmessage = (e) => { away.hidden = true; put(JSON.parse(e.data)); };
  source.onerror = () => { away.hidden = false; };
} else {
  setInterval(async () => {
    try {
      const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
      put({ now: page.getElementById("now").innerHTML });
    } catch { /* the room is away; the page stays */ }
  }, 15000);
}

// Actions stay on the page: what they change comes as the next event.
document.addEventListener("submit", async (e) => {
  if (e.target.method !== "post") return;
  e.preventDefault();
  if (e.target.dataset.ask && !confirm(e.target.dataset.ask)) return;
  const answer = await fetch(e.target.action, { method: "post", body: new URLSearchParams(new FormData(e.target)) }).catch(() => null);
  if (!answer?.ok) alert(answer ? await answer.text() : "The room does not answer. Is it still running?");
});
