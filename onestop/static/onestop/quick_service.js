// The keyboard of the quick service; without this script the form is filled in and sent like any other.

// A field nobody has typed in yet takes the keys of the page: 1, 2, 3 choose, * prints, + goes on with the person.
// Numbers of citizen cards begin with 0, so a scanner is never taken for one of them.
function pressEmptyKey(event) {
  if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const element = document.querySelector(`[data-empty-key="${CSS.escape(event.key)}"]`);
  if (!element) return;
  event.preventDefault();
  element.click();
  if (element.type === "radio") event.target.focus();
}

// The server reads the card that was scanned into the field of the name, and sends the person with the fee.
const holdsCard = (form) => form.elements.full_name.value.includes("|");

function showPerson(form, { target, detail }) {
  const card = target.querySelector("[data-card]");
  if (!card || detail.requestConfig.formData.get("full_name") !== form.elements.full_name.value) return;
  for (const [name, value] of Object.entries(JSON.parse(card.dataset.card))) form.elements[name].value = value;
}

function usualOf(form) {
  const chosen = form.querySelector("[name=procedure]:checked")?.value;
  return [...form.querySelectorAll("[data-usual]")].find((list) => list.dataset.usual === chosen);
}

function showUsual(form) {
  const chosen = usualOf(form);
  form.querySelectorAll("[data-usual]").forEach((list) => (list.hidden = list !== chosen));
}

// One digit is the place of a paper on the list.
function takeUsual(form) {
  const field = form.elements.paper;
  if (!/^[1-9]$/.test(field.value.trim())) return;
  const item = usualOf(form)?.querySelectorAll("li span")[Number(field.value) - 1];
  if (item) field.value = item.textContent;
}

function next(form, field) {
  const walk = ["full_name", "id_number", "paper", "pages", "copies"];
  let at = walk.indexOf(field.name) + 1;
  if (field.name === "full_name" && holdsCard(form)) at = walk.indexOf("paper");
  const following = form.elements[walk[at]];
  if (following) {
    following.focus();
    following.select();
  } else form.querySelector("[data-main]").focus();
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-quick]");
  if (form) {
    showUsual(form);
    form.addEventListener("change", (event) => {
      if (event.target.name === "procedure") showUsual(form);
      if (event.target.name === "paper") takeUsual(form);
    });
    form.addEventListener("htmx:afterSwap", (event) => showPerson(form, event));
    form.elements.full_name.addEventListener("keydown", (event) => {
      if (event.target.value === "") pressEmptyKey(event);
    });
    form.addEventListener("focusin", (event) => {
      if (event.target.matches("[type=number]")) event.target.select();
    });
    form.addEventListener("keydown", (event) => {
      const field = event.target;
      if (event.key !== "Enter" || event.ctrlKey || event.isComposing || !field.matches("input")) return;
      event.preventDefault(); // Enter goes on; the button and Ctrl+Enter send
      if (field.name === "paper") takeUsual(form);
      next(form, field);
    });
  }
  // Printed once: coming back to the page prints nothing.
  const page = document.querySelector("[data-print-at-once]");
  if (page) {
    page.addEventListener("load", () => {
      page.contentWindow.print();
      form?.elements.full_name.focus();
    });
    const address = new URL(location);
    address.searchParams.delete("print");
    history.replaceState(null, "", address);
  }
});
