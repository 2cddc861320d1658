// Looks through the pages of a file: Enter or a click on its small picture, then the arrow keys.
// Without this script the small picture leads to the large one.

const viewer = document.getElementById("os-viewer");
const picture = viewer?.querySelector("img");
let shown = null;
let page = 1;

function showPage(number) {
  const { preview, name, pages, file, turn } = shown.dataset;
  page = Math.min(Math.max(number, 1), Number(pages));
  picture.hidden = true;
  viewer.querySelector("[data-viewer-problem]").hidden = true;
  picture.src = preview.replace("/pages/1/", `/pages/${page}/`);
  picture.alt = viewer.dataset.page.replace("{page}", page).replace("{pages}", pages);
  viewer.querySelector("#os-viewer-name").textContent = name;
  viewer.querySelector("#os-viewer-page").textContent = picture.alt;
  viewer.querySelector("[data-viewer-file]").href = file;
  viewer.querySelectorAll("[data-step]").forEach((step) => {
    step.disabled = Number(pages) === 1;
  });
  const turning = viewer.querySelector("[data-viewer-turn]");
  turning.hidden = !turn;
  turning.action = turn ?? "";
  turning.elements.page.value = page;
}

// The whole page, or as wide as the window to be read.
function zoom() {
  const wide = viewer.classList.toggle("os-wide-page");
  viewer.querySelector("[data-zoom]").setAttribute("aria-pressed", wide);
}

function turn(direction) {
  const form = viewer.querySelector("[data-viewer-turn]");
  if (!form.hidden) form.querySelectorAll("button")[direction].click();
}

if (viewer) {
  picture.addEventListener("load", () => (picture.hidden = false));
  picture.addEventListener("error", () => (viewer.querySelector("[data-viewer-problem]").hidden = false));

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-preview]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    shown = link;
    showPage(1);
    viewer.showModal();
    viewer.querySelector(".os-viewer-page").focus();
  });

  viewer.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) showPage(page + Number(step.dataset.step));
    else if (event.target.closest("[data-zoom]") || event.target === picture) zoom();
    else if (event.target === viewer) viewer.close();
  });

  viewer.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      ArrowLeft: () => showPage(page - 1),
      ArrowRight: () => showPage(page + 1),
      PageUp: () => showPage(page - 1),
      PageDown: () => showPage(page + 1),
      Home: () => showPage(1),
      End: () => showPage(Number(shown.dataset.pages)),
      l: () => turn(0),
      r: () => turn(1),
      z: zoom,
    };
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  // After a change the same file is drawn anew in the list; go on looking at the same page of it.
  document.addEventListener("os:papers", () => {
    if (!viewer.open || !shown) return;
    const again = document.getElementById(shown.id);
    if (!again) return viewer.close();
    shown = again;
    showPage(page);
  });
  viewer.addEventListener("close", () => document.getElementById(shown?.id)?.focus());
}
