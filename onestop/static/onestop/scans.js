// Scans without leaving the page: files are dropped on their paper, sent one after the other with their
// progress, and the papers are drawn anew by what the server answers. Every form works without this script.

const papers = document.getElementById("os-scans");
const log = document.getElementById("os-uploads");
let sending = Promise.resolve();

document.documentElement.classList.add("os-scripted");

// Draw the papers anew; whoever stood on a button stands on it still, or at its paper when it is gone.
function draw(html) {
  if (!html) return;
  const at = papers.contains(document.activeElement) ? document.activeElement : null;
  const paper = at?.closest("section")?.getAttribute("aria-labelledby");
  const putBack = keepTyped(papers);
  papers.innerHTML = html;
  choosePaper();
  putBack();
  const place = at && (document.getElementById(at.id) ?? papers.querySelector(`[aria-labelledby="${paper}"] [type=file]`));
  place?.focus();
  document.dispatchEvent(new Event("os:papers"));
}

// A waiting file is most likely for the first paper that lacks one.
function choosePaper() {
  papers.querySelectorAll(".os-take select").forEach((select) => {
    const open = select.querySelector("[data-open]");
    if (open) select.value = open.value;
  });
}

function say(sentence, done, line = document.createElement("li")) {
  line.replaceChildren(sentence);
  line.className = done ? "os-done" : "os-error";
  log.prepend(line);
  while (log.children.length > 8) log.lastChild.remove();
}

function send(form, file) {
  if (file.size > Number(papers.dataset.largest)) {
    say(papers.dataset.tooLarge.replace("{name}", file.name), false);
    return;
  }
  const line = document.createElement("li");
  const progress = document.createElement("progress");
  progress.className = "os-progress";
  progress.setAttribute("aria-label", file.name);
  line.append(`${file.name} `, progress);
  log.prepend(line);
  // The form may be drawn anew before its turn comes; what it says stays the same.
  const { action } = form;
  const body = new FormData(form);
  body.delete("file");
  body.append("file", file);
  sending = sending.then(() => upload(action, body, line, progress));
}

function upload(action, body, line, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) Object.assign(progress, { max: event.total, value: event.loaded });
    });
    request.addEventListener("loadend", () => {
      const answer = request.response;
      draw(answer?.papers);
      say(answer?.sentence ?? `${body.get("file").name}: ${papers.dataset.lost}`, answer?.done, line);
      resolve();
    });
    request.send(body);
  });
}

document.addEventListener(
  "change",
  (event) => {
    const form = event.target.closest("[data-upload]");
    if (!form || event.target.type !== "file") return;
    // Unfold looks for a text field beside every file field, and there is none here.
    event.stopPropagation();
    [...event.target.files].forEach((file) => send(form, file));
    event.target.value = "";
  },
  true,
);

// Turn, take out, reuse, take from the scanner folder.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-live]")) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, event.submitter),
      headers: { Accept: "application/json" },
    }).then((response) => response.json());
    draw(answer.papers);
    say(answer.sentence, answer.done);
  } catch {
    say(papers.dataset.lost, false);
  } finally {
    delete form.dataset.busy;
  }
});

// A file that misses its paper must not replace the page.
["dragover", "drop"].forEach((name) => {
  document.addEventListener(name, (event) => {
    const place = event.target.closest?.("[data-drop]");
    papers.querySelectorAll(".os-over").forEach((other) => other.classList.remove("os-over"));
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    if (!place) return;
    if (name === "dragover") place.classList.add("os-over");
    else [...event.dataTransfer.files].forEach((file) => send(place.querySelector("[data-upload]"), file));
  });
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) papers.querySelectorAll(".os-over").forEach((place) => place.classList.remove("os-over"));
});

choosePaper();
