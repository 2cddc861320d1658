// Comfort for fast hands; every page works without it.

// A second click while the first is on its way must not send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
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
    const links = [...list.querySelectorAll("a")];
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
