// Comfort for officers; every page works without it.

// A ready reason is inserted as soon as it is chosen; what was typed stays, no line comes twice.
function insert(field, lines) {
  if (!field) return;
  const there = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  field.value = [...there, ...lines.filter((line) => !there.includes(line))].join("\n");
}

document.addEventListener("DOMContentLoaded", () => {
  const ready = document.querySelector("select[data-ready]");
  if (!ready) return;
  document.querySelector("[data-insert]").hidden = true;
  ready.addEventListener("change", () => {
    const { reason, items } = ready.selectedOptions[0].dataset;
    if (reason === undefined) return;
    insert(ready.form.elements.reason, [reason]);
    insert(ready.form.elements.items, JSON.parse(items));
  });
});
