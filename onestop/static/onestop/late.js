// The box in the head of a table checks all boxes of its form; without a script each is checked by itself.
"use strict";

for (const head of document.querySelectorAll("[data-check-all]")) {
    const boxes = () => document.querySelectorAll(`input[name="dossier"][form="${head.dataset.checkAll}"]`);
    head.addEventListener("change", () => boxes().forEach((box) => { box.checked = head.checked; }));
}
