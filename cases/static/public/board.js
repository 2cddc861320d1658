// The board: asks every few seconds what is called, marks what is new, and says it aloud when sound is on.

const EVERY = 2500;
const TIMEOUT = 8_000;
const main = document.querySelector("main");
const sound = document.getElementById("sound");
let etag = "";
let known = new Set([...document.querySelectorAll("[data-key-of-call]")].map((row) => row.dataset.keyOfCall));
let audio = null;
let failures = 0;

function row(call, tag = "li") {
  const item = document.createElement(tag);
  for (const [name, text] of [
    ["number", call.number || "–"],
    ["where", call.counter],
  ]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    item.append(part);
  }
  return item;
}

function draw(news) {
  const fresh = news.counters.filter((call) => call.key && !known.has(call.key));
  document.getElementById("now").replaceChildren(
    ...news.counters.map((call) => {
      const item = row(call);
      item.classList.toggle("called", fresh.includes(call));
      return item;
    }),
  );
  document.getElementById("latest").replaceChildren(...news.latest.map((call) => row(call)));
  document.getElementById("nobody").hidden = news.counters.length > 0;
  known = new Set(news.counters.map((call) => call.key).filter(Boolean));
  if (fresh.length) callOut(fresh);
}

function callOut(calls) {
  document.getElementById("call").textContent = calls.map((call) => call.say).join(". ");
  if (!audio) return;
  beep();
  const voice = globalThis.speechSynthesis?.getVoices().find((one) => one.lang.startsWith(main.dataset.voice));
  if (!voice) return; // a voice of another language would only confuse
  for (const call of calls) {
    const words = new SpeechSynthesisUtterance(call.say);
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = 0.9;
    speechSynthesis.speak(words);
  }
}

// Two tones, made here: no file to load.
function beep() {
  [880, 660].forEach((height, place) => {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    const begin = audio.currentTime + place * 0.25;
    tone.frequency.value = height;
    loudness.gain.setValueAtTime(0.3, begin);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + 0.25);
    tone.connect(loudness).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.25);
  });
}

async function ask() {
  try {
    const answer = await fetch(main.dataset.news, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (answer.status === 404) location.reload(); // the desk has made new links: the page says so
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") ?? "";
      draw(await answer.json());
    } else if (answer.status !== 304) throw new Error(answer.statusText);
    failures = 0;
  } catch {
    failures += 1;
  }
  say(failures >= 2);
  setTimeout(ask, EVERY);
}

// Browsers play nothing before somebody has touched the page.
sound.hidden = false;
sound.addEventListener("click", () => {
  audio = audio ? (audio.close(), null) : new AudioContext();
  sound.setAttribute("aria-pressed", String(Boolean(audio)));
  const state = sound.querySelector("span");
  state.textContent = audio ? state.dataset.on : state.dataset.off;
  if (audio) beep();
});

function tick() {
  const now = new Date();
  document.getElementById("clock").textContent = now.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  setTimeout(tick, 60_000 - (now.getTime() % 60_000));
}
tick();
setTimeout(ask, EVERY);
