// The reception: nothing typed is lost, a card is scanned into any field, Enter goes where hands expect it.

// --- The form of the reception -------------------------------------------------------------------
const reception = () => document.getElementById("reception");

function inReception(target) {
  return target instanceof Element && Boolean(target.closest("#reception"));
}

// Somebody who signed in again in another window has a new token: the cookie knows it, the page does not.
function token() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie?.split("=")[1] ?? reception().elements.csrfmiddlewaretoken.value;
}

let told = 0; // how often a sentence was shown: a draft sent earlier does not take it away
let toldBy = null; // the part of the page that failed: its next answer takes the sentence away, another part's does not

function tell(words, by = null) {
  if (words) told += 1;
  toldBy = by;
  const place = document.getElementById("reception-lost");
  if (!place) return;
  place.hidden = !words;
  place.textContent = words ?? "";
  if (words) place.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:configRequest", (event) => {
  if (inReception(event.target)) event.detail.parameters.set?.("csrfmiddlewaretoken", token());
});
document.addEventListener("htmx:sendError", (event) => {
  if (inReception(event.target)) tell(reception().dataset.lost, event.target);
});
document.addEventListener("htmx:responseError", (event) => {
  if (!inReception(event.target)) return;
  const { ended, failed } = reception().dataset;
  tell(event.detail.xhr.status === 403 ? ended : failed, event.target);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!inReception(event.target) || xhr.status >= 400) return;
  if (xhr.responseURL.includes("/login/")) tell(reception().dataset.ended);
  else if ([reception(), toldBy].includes(event.target)) tell(null);
});

// What is typed while the server looks something up stands in the page that it sends, and so does the cursor of
// somebody who went on; all else is as the server says.
let asked = null; // the id of the field from which somebody asked
let goOn = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== reception()) return;
  asked = document.activeElement.id;
  event.target.querySelectorAll("[data-typed]").forEach((field) => delete field.dataset.typed);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== reception()) return;
  const { id, dataset, selectionStart, selectionEnd } = document.activeElement;
  const stays = id && (id !== asked || "typed" in dataset);
  const putBack = keepTyped(event.target);
  goOn = () => {
    putBack();
    const field = stays && document.getElementById(id);
    field?.focus?.();
    if (field && selectionStart !== undefined) field.setSelectionRange?.(selectionStart, selectionEnd);
    // What the look-up says is read where nobody went on: the page stays as far down as the keys had moved it.
    if (!stays) document.querySelector("[data-in-sight]")?.scrollIntoView({ block: "nearest" });
  };
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "reception") return;
  goOn?.();
  goOn = null;
});

// --- Drafts: kept by the server under the hidden number of the page, never in this browser ---------------
const PAUSE = 2000;
let dirty = false;
let timer = 0;

function typedBody() {
  const body = new FormData(reception());
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.set("csrfmiddlewaretoken", token());
  return body;
}

async function keepDraft({ keepalive = false } = {}) {
  const form = reception();
  clearTimeout(timer);
  if (!form || !dirty || form.classList.contains("htmx-request")) return;
  dirty = false;
  const toldBefore = told;
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: typedBody(), keepalive });
    const isSentence = answer.headers.get("Content-Type")?.startsWith("text/plain");
    if (answer.redirected || answer.status === 403) tell(form.dataset.ended);
    else if (answer.ok) {
      if (told === toldBefore) tell(null);
      document.getElementById("draft-state").textContent = await answer.text();
    } else {
      tell(isSentence ? await answer.text() : form.dataset.failed);
      if (answer.status >= 500) soon(); // anything else would be refused again
    }
  } catch {
    if (keepalive) return;
    tell(form.dataset.lost);
    soon();
  }
}

function soon() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(keepDraft, PAUSE);
}

document.addEventListener("input", (event) => inReception(event.target) && soon());
document.addEventListener("change", (event) => inReception(event.target) && soon());
document.addEventListener("focusout", (event) => inReception(event.target) && keepDraft());
document.addEventListener("htmx:afterSwap", (event) => event.target.id === "reception" && soon());
window.addEventListener("online", () => keepDraft());
window.addEventListener("pagehide", () => keepDraft({ keepalive: true }));
// What was received is no draft any more.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr?.getResponseHeader("HX-Redirect")) {
    dirty = false;
    clearTimeout(timer);
  }
});

// --- A card scanned into any field of the applicant --------------------------------------------------
const QUIET = 400; // milliseconds after which a scan without Enter is at its end
const looksLikeACard = (text) => text.split("|").length > 2;
let before = { field: null, text: "", value: "", at: 0 };
let scanned = 0;

function isTyped(field) {
  return field instanceof HTMLInputElement && field.type === "text" && inReception(field);
}

function press(button) {
  button?.click();
}

function take(field) {
  clearTimeout(scanned);
  const card = document.getElementById("id_card");
  if (field !== card) {
    const typed = before.field === field ? before.text : "";
    card.value = field.value.replace(typed, "");
    field.value = typed;
  }
  press(reception().querySelector("[data-find]"));
}

document.addEventListener("focusin", (event) => {
  if (isTyped(event.target)) before = { field: event.target, text: event.target.value, value: event.target.value, at: 0 };
});
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!isTyped(field) || before.field !== field) return;
  // A scanner types a letter every few milliseconds: what stood there before the burst was typed by hand.
  const now = performance.now();
  if (now - before.at > 150) before.text = before.value;
  before.at = now;
  before.value = field.value;
  clearTimeout(scanned);
  if (looksLikeACard(field.value)) scanned = setTimeout(() => take(field), QUIET);
});
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.isComposing || !isTyped(field)) return;
  if (looksLikeACard(field.value) || field.id === "id_card") {
    event.preventDefault();
    take(field);
  } else if (field.hasAttribute("data-looks-up")) {
    event.preventDefault();
    press(reception().querySelector("[data-find]"));
  }
});
