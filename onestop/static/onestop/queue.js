// Copies a link; without this script it is marked and copied by hand.
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.firstElementChild.textContent = button.dataset.copied;
  });
});
