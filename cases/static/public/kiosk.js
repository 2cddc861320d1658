// The kiosk without leaving its page: a change of address would end the full screen, and a failed one would
// leave the browser's error page on the wall. Without this script forms and links do the same.

const TIMEOUT = 10_000;
let timer = null;
let busy = false;
// A wish without an answer may have drawn its number; wished again soon, it is the same wish.
const SOON = 60_000;
let unanswered = { wish: new URLSearchParams(), at: 0 };

async function show(address, options = {}) {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(TIMEOUT) });
    if (answer.status >= 500) throw new Error(answer.statusText);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!next.querySelector("main")) throw new Error("not a page of ours");
    document.documentElement.lang = next.documentElement.lang;
    document.title = next.title;
    document.querySelector("main").replaceWith(next.querySelector("main"));
    const language = next.querySelector(".choices a");
    if (language) document.querySelector(".choices a")?.replaceWith(language);
    const words = next.getElementById("full-screen");
    if (words) document.getElementById("full-screen").textContent = words.textContent;
    say(false);
    if (options.body) unanswered.at = 0;
    begin();
  } catch {
    if (options.body) unanswered = { wish: options.body, at: Date.now() };
    say(true);
    later(10, () => show(startOf()));
  } finally {
    busy = false;
  }
}

function startOf() {
  return document.querySelector("[data-start]")?.dataset.start ?? location.href;
}

function later(seconds, act) {
  clearTimeout(timer);
  timer = setTimeout(act, seconds * 1000);
}

function begin() {
  const page = document.querySelector("[data-return], [data-refresh]");
  clearTimeout(timer);
  if (page) later(Number(page.dataset.return ?? page.dataset.refresh), () => show(page.dataset.start));
  document.querySelectorAll("[data-print-now]").forEach((button) => (button.hidden = !page?.dataset.printSlip));
  const heading = document.querySelector("main h1");
  if (heading && page?.dataset.return) {
    heading.tabIndex = -1;
    heading.focus();
  }
  if (page?.dataset.printSlip) window.print();
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const isRepeated = unanswered.wish.get("service") === body.get("service") && Date.now() - unanswered.at < SOON;
  if (isRepeated) body.set("nonce", unanswered.wish.get("nonce"));
  show(form.action, { method: "POST", body });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print-now]")) window.print();
  const link = event.target.closest("a[data-swap]");
  if (!link) return;
  event.preventDefault();
  show(link.href);
});
// Whoever is choosing is not interrupted.
document.addEventListener("input", begin);
document.addEventListener("DOMContentLoaded", begin);
