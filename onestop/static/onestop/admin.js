// Comfort for fast hands; every page works without it.

// A second click while the first is on its way must not send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (event.submitter?.formTarget) return; // shown in a frame: this page stays, and may ask again
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});
// Coming back with the back button, the page may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

document.addEventListener("keydown", (event) => {
  // Arrow keys walk through the results below a search box.
  const box = event.target.closest("[data-results]");
  const list = document.querySelector(".os-results");
  if (list && (event.key === "ArrowDown" || event.key === "ArrowUp") && (box || list.contains(event.target))) {
    const links = [...list.querySelectorAll("a, button")];
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (at < 0) document.querySelector("[data-results]").focus();
    else links[Math.min(at, links.length - 1)]?.focus();
    event.preventDefault();
  }
});

// The picture before a word is a word itself, in a font of pictures: nobody needs to hear it.
function hideIcons(root) {
  root.querySelectorAll(".material-symbols-outlined").forEach((icon) => {
    const words = icon.parentElement.textContent.replace(icon.textContent, "").trim();
    if (words) icon.setAttribute("aria-hidden", "true");
  });
}
document.addEventListener("DOMContentLoaded", () => hideIcons(document));
// What htmx puts in later brings its pictures along.
document.addEventListener("htmx:afterSettle", () => hideIcons(document));

// Unfold shows the page only when Alpine is ready; what asked for the focus while it was hidden got none.
document.addEventListener("alpine:initialized", () => {
  setTimeout(() => {
    if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
  });
});

// --- A part of the page is drawn anew while somebody works in it -----------------------------------------

// A field with an id remembers that somebody has typed or chosen in it.
document.addEventListener("input", ({ target }) => {
  if (target.id) target.dataset.typed = "";
});

// Puts what was typed in this part, its files and what was opened into what is drawn in its place.
function keepTyped(part) {
  const fields = [...part.querySelectorAll("[data-typed], [type=file]")];
  const open = [...part.querySelectorAll("details[open]")];
  return () => {
    open.forEach(({ id }) => document.getElementById(id)?.setAttribute("open", ""));
    for (const old of fields) {
      const field = document.getElementById(old.id);
      if (!field) continue;
      if (field.type === "file") field.files = old.files;
      else if (field.type === "checkbox" || field.type === "radio") field.checked = old.checked;
      else field.value = old.value;
      field.dataset.typed = "";
    }
  };
}

// The page of signing in must not take the place of a part: what asks for itself again shows it whole, and a page
// that is being filled in stays as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!xhr.responseURL.includes("/login/")) return;
  event.detail.shouldSwap = false;
  if (requestConfig.verb === "get") location.reload();
});
