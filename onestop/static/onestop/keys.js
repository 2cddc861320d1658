// Keys for fast hands: `data-key="r"` on a link, a button or a field gives it a key.
//
// A letter, digit or sign works while no text field has the focus, and with Alt everywhere. What carries a
// chord such as `data-key="Ctrl+Enter"` or `data-key="F4"` works everywhere; the main button of a form,
// `data-main`, is Ctrl+Enter without saying so. A link or button is pressed, a box ticked, any other field
// gets the focus. `?` (or F1) shows what there is on this page: the words are the element's own, or its
// `data-key-name`. Of two with the same key the first visible one counts, the page before its frame.
//
// What a hand scanner types while no text field has the focus is not obeyed: see below.

const TYPED = "input:not([type=checkbox], [type=radio], [type=file], [type=submit], [type=button]), textarea, select, [contenteditable]";

function writes(element) {
  return element instanceof Element && element.matches(TYPED);
}

function isVisible(element) {
  return element.hasAttribute("data-key-hidden") || element.getClientRects().length > 0;
}

function keyOf(element) {
  return element.dataset.key ?? "Ctrl+Enter";
}

// What has a key now, nearest first: the form in which somebody writes, the page, its frame.
function withKeys(target) {
  const root = document.querySelector("dialog[open]:not(#os-keys)") ?? document;
  const near = [target?.closest?.("form"), document.getElementById("main")];
  const distance = (element) => near.findIndex((part) => part?.contains(element)) >>> 0;
  return [...root.querySelectorAll("[data-key], [data-main]")]
    .filter((element) => isVisible(element) && !element.disabled)
    .sort((a, b) => distance(a) - distance(b));
}

// The name of what was pressed: a letter or digit by its place on the keyboard when Alt makes another sign of it.
function pressed(event) {
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code);
  const key = event.altKey && place ? place[1] : event.key;
  return key.length === 1 ? key.toLowerCase() : key;
}

function elementFor(event) {
  const key = pressed(event);
  const chord =
    (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey && key.length > 1 ? "Shift+" : "") + key;
  const keys = withKeys(event.target);
  const find = (wanted) => keys.find((element) => keyOf(element).toLowerCase() === wanted.toLowerCase());
  if (chord.length > 1 || !writes(event.target)) return find(chord) ?? (chord === `Alt+${key}` ? find(key) : null);
  return null;
}

function act(element) {
  const typed = writes(element);
  element.closest("details:not([open])")?.setAttribute("open", "");
  element.focus();
  if (typed) element.select?.();
  else element.click();
}

// --- The hand scanner ---------------------------------------------------------------------------------
// It types like a keyboard, but a sign every few milliseconds, as no fingers do, and Enter at the end. So a plain
// key acts only when no other follows at once. What was scanned goes to the field that waits for a scan, if there
// is one (`data-takes-scan`, which is then as if somebody had pressed Enter in it), and nowhere else.
const SCANNING = 60; // milliseconds
let burst = "";
let last = -Infinity;
let waiting = { element: null, timer: 0 };

function actSoon(element) {
  waiting = { element, timer: setTimeout(actNow, SCANNING) };
}

function actNow() {
  const { element, timer } = waiting;
  clearTimeout(timer);
  waiting = { element: null, timer: 0 };
  if (element?.isConnected) act(element);
}

// Whether this key follows another faster than fingers do; held down, a key repeats itself as fast.
function isScanned(event) {
  const isSign = event.key.length === 1;
  if ((!isSign && event.key !== "Enter") || event.ctrlKey || event.metaKey || event.repeat) return false;
  if (event.timeStamp - last > SCANNING || writes(event.target)) burst = "";
  if (burst.length < 2 && (!isSign || event.altKey)) return false;
  last = event.timeStamp;
  if (!isSign) {
    takeScan(burst);
    burst = "";
    return true;
  }
  burst += event.key;
  if (burst.length < 2) return false;
  waiting.element = null;
  return true;
}

function takeScan(text) {
  const field = document.querySelector("[data-takes-scan]");
  if (!field) return;
  field.focus();
  field.value = text;
  const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  if (field.dispatchEvent(enter)) field.form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  // Between the strokes of an input method the key is not ours, nor is AltGr, which types signs.
  if (event.defaultPrevented || event.isComposing || event.getModifierState("AltGraph")) return;
  if (isScanned(event)) {
    event.preventDefault();
    return;
  }
  const shown = document.getElementById("os-keys");
  if (event.key === "F1" || (event.key === "?" && !writes(event.target))) {
    event.preventDefault();
    if (shown?.open) shown.close();
    else showKeys();
    return;
  }
  const element = elementFor(event);
  if (!element) return;
  event.preventDefault();
  if (event.repeat) return;
  shown?.close();
  actNow(); // what was pressed just before comes first
  if (pressed(event).length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) actSoon(element);
  else act(element);
});

// --- What there is on this page --------------------------------------------------------------------

function nameOf(element) {
  const label = element.labels?.[0] ?? element;
  const copy = label.cloneNode(true);
  copy.querySelectorAll("[aria-hidden], .material-symbols-outlined, kbd").forEach((part) => part.remove());
  const name = element.dataset.keyName ?? element.getAttribute("aria-label") ?? (copy.textContent || element.title);
  return name.trim().replace(/\s+/g, " ");
}

function caps(key) {
  return key.split("+").map((part) => {
    const cap = document.createElement("kbd");
    cap.textContent = part.length === 1 ? part.toUpperCase() : part;
    return cap;
  });
}

function showKeys() {
  const words = document.getElementById("os-keys-words");
  if (!words) return;
  document.getElementById("os-keys")?.remove();
  const dialog = words.content.querySelector("dialog").cloneNode(true);
  const list = dialog.querySelector("dl");
  const seen = new Set();
  for (const element of withKeys()) {
    const key = keyOf(element);
    if (seen.has(key.toLowerCase())) continue;
    seen.add(key.toLowerCase());
    const term = document.createElement("dt");
    term.append(...caps(key));
    const text = document.createElement("dd");
    text.textContent = nameOf(element);
    list.append(term, text);
  }
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

// The key beside the word of a button; whoever hears the page is told by the attribute made for it.
function hint(root) {
  root.querySelectorAll("[data-key], [data-main]").forEach((element) => {
    if (element.hasAttribute("aria-keyshortcuts")) return;
    const key = keyOf(element);
    element.setAttribute("aria-keyshortcuts", key.length === 1 ? `${key} Alt+${key}` : key);
    if (!element.matches("a, button, summary") || element.hasAttribute("data-key-hidden")) return;
    const badge = document.createElement("span");
    badge.className = "os-key";
    badge.setAttribute("aria-hidden", "true");
    badge.append(...caps(key));
    element.append(badge);
  });
}
document.addEventListener("DOMContentLoaded", () => {
  const everywhere = document.getElementById("os-keys-words")?.content.querySelector("nav");
  if (everywhere) document.body.append(everywhere.cloneNode(true));
  hint(document);
});
document.addEventListener("htmx:afterSwap", (event) => hint(event.target));
