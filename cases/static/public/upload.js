/* Files go up in pieces as soon as they are chosen, and go on after a lost connection (tus 1.0.0).

   Without this script, or where the browser cannot hash (no HTTPS), the form sends them whole. */
"use strict";
(() => {
  const PIECE = 512 * 1024;
  const form = document.querySelector("form[data-uploads]");
  if (!form || !window.crypto || !crypto.subtle) return;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const say = form.dataset;

  const pause = (ms) => new Promise((go) => {
    const timer = setTimeout(go, ms);
    window.addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
  });

  const send = (method, address, headers, body) => fetch(address, {
    method, body, credentials: "same-origin",
    headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...headers },
  });

  const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  async function hashOf(file) {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function sentenceOf(answer) {
    try {
      return (await answer.json()).sentence || say.sayFault;
    } catch {
      return say.sayFault;
    }
  }

  /* Again and again while there is no connection or the server is away; a refusal is an end. */
  async function stubborn(row, ask) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
      try {
        const answer = await ask();
        if (answer.status < 500) return answer;
      } catch { /* no connection */ }
      row.status.textContent = say.sayWaiting;
      await pause(wait);
    }
  }

  function shown(list, name) {
    const item = document.createElement("li");
    const title = document.createElement("span");
    const bar = document.createElement("progress");
    const status = document.createElement("small");
    status.setAttribute("role", "status");
    title.textContent = name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", name);
    status.textContent = say.saySending;
    item.append(title, bar, status);
    list.append(item);
    return { item, bar, status };
  }

  async function upload(file, input) {
    const list = input.closest(".paper").querySelector(".uploads");
    const row = shown(list, file.name);
    const metadata = { filename: file.name, component: input.dataset.component, sha256: await hashOf(file) };
    const pairs = Object.entries(metadata).map(([name, text]) => `${name} ${encoded(text)}`).join(",");
    let answer = await stubborn(row, () => send("POST", say.uploads, { "Upload-Length": file.size, "Upload-Metadata": pairs }));
    if (answer.status !== 201) return failed(row, answer);
    const address = answer.headers.get("Location");
    const key = address.split("/").slice(-2)[0];
    list.querySelectorAll(`[data-key="${key}"]`).forEach((old) => old.remove());
    row.item.dataset.key = key;
    let offset = Number(answer.headers.get("Upload-Offset"));
    while (offset < file.size) {
      row.status.textContent = say.saySending;
      row.bar.value = offset / file.size;
      const piece = file.slice(offset, offset + PIECE);
      try {
        answer = await send("PATCH", address, { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" }, piece);
      } catch {
        answer = null;
      }
      if (answer && answer.ok) {
        offset = Number(answer.headers.get("Upload-Offset"));
        continue;
      }
      if (answer && answer.status < 500 && answer.status !== 409) return failed(row, answer);
      // Whether the piece arrived only the server knows.
      row.status.textContent = say.sayWaiting;
      await pause(500);
      answer = await stubborn(row, () => send("HEAD", address, {}));
      if (!answer.ok) return failed(row, answer);
      offset = Number(answer.headers.get("Upload-Offset"));
    }
    finished(row, file.name, key, input);
  }

  async function failed(row, answer) {
    row.bar.remove();
    row.status.setAttribute("role", "alert");
    row.status.className = "bad-text";
    row.status.textContent = await sentenceOf(answer);
    delete row.item.dataset.key;
  }

  function finished(row, name, key, input) {
    row.bar.remove();
    row.status.textContent = say.sayDone;
    const remove = document.createElement("button");
    remove.name = "remove";
    remove.value = key;
    remove.textContent = say.sayRemove;
    remove.setAttribute("aria-label", `${say.sayRemove} ${name}`);
    row.item.append(remove);
    const way = input.closest(".paper").querySelector("input[type=radio][value=upload]");
    if (way) way.checked = true;
  }

  let line = Promise.resolve();
  form.querySelectorAll("input[type=file]").forEach((input) => {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // the form must not send them a second time
      files.forEach((file) => { line = line.then(() => upload(file, input)); });
    });
  });
  document.getElementById("faults")?.focus();
})();
