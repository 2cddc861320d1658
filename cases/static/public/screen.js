// What kiosk and board have in common: full screen, and a screen that does not go dark.

const full = document.getElementById("full-screen");
function offerFullScreen() {
  full.hidden = !document.fullscreenEnabled || Boolean(document.fullscreenElement);
}
if (full) {
  full.addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => {}));
  document.addEventListener("fullscreenchange", offerFullScreen);
  offerFullScreen();
}

// The lock ends whenever the page is hidden, so it is taken again; a tablet without it goes by its own settings.
async function stayAwake() {
  if (document.visibilityState !== "visible" || !navigator.wakeLock) return;
  await navigator.wakeLock.request("screen").catch(() => {});
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();

function say(isLost) {
  document.getElementById("lost").hidden = !isLost;
}
