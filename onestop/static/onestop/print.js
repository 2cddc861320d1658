// Buttons that print; without this script the browser's own menu prints the page.

// `data-print="part"` prints only the element with that id, `data-print` the whole page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (!button) return;
  const part = button.dataset.print && document.getElementById(button.dataset.print);
  // What leads to the part stays on the paper, everything beside it does not.
  for (let node = part; node && node !== document.body; node = node.parentElement) node.classList.add("on-paper");
  document.body.classList.toggle("prints-part", Boolean(part));
  window.print();
});
window.addEventListener("afterprint", () => {
  document.body.classList.remove("prints-part");
  document.querySelectorAll(".on-paper").forEach((node) => node.classList.remove("on-paper"));
});

// What is folded on the screen is read on paper.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((details) => (details.open = true));
});
window.addEventListener("afterprint", () => folded.forEach((details) => (details.open = false)));

// A form that is printed as soon as the page is there; going back or loading again does not print it twice.
document.addEventListener("DOMContentLoaded", () => {
  const frame = document.querySelector("iframe[data-print-now]");
  if (!frame) return;
  history.replaceState(null, "", location.pathname);
  frame.addEventListener("load", () => {
    frame.contentWindow.print();
    window.focus(); // else the next key would go to the receipt
  });
  frame.src = frame.dataset.printNow;
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
});
