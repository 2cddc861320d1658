// A ready reason is inserted as soon as it is chosen; what was typed stays, no line comes twice. Without this
// script a button inserts it.

function insertLines(field, lines) {
  if (!field) return;
  const there = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  field.value = [...there, ...lines.filter((line) => !there.includes(line))].join("\n");
}

document.addEventListener("change", (event) => {
  const ready = event.target.closest("select[data-ready]");
  const { reason, items } = ready?.selectedOptions[0].dataset ?? {};
  if (reason === undefined) return;
  insertLines(ready.form.elements.reason, [reason]);
  insertLines(ready.form.elements.items, JSON.parse(items));
});

function hideInsertButtons() {
  document.querySelectorAll("[data-insert]").forEach((button) => (button.hidden = true));
}
hideInsertButtons();
document.addEventListener("htmx:afterSwap", hideInsertButtons);
