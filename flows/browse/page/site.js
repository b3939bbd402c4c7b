"use strict";
// Leaves those recordings in sight that hold every word that is typed, and fit speaker, days and state.
const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const known = JSON.parse(document.getElementById("data").textContent).map((one) => ({ ...one, words: bare(one.words), speakers: one.speakers.map(bare) }));
const rows = [...document.getElementById("rows").children];
const form = document.getElementById("form"), count = document.getElementById("count"), all = count.textContent;
function fits(one, asked) {
  return asked.words.every((word) => one.words.includes(word))
    && (!asked.speaker || one.speakers.some((name) => name.includes(asked.speaker)))
    && (!asked.since || one.day >= asked.since) && (!asked.until || one.day <= asked.until)
    && (!asked.state || one.state === asked.state);
}
function narrow() {
  const value = (name) => form.elements.namedItem(name).value.trim();
  const asked = {
    words: bare(value("words")).split(/\s+/).filter(Boolean), speaker: bare(value("speaker")),
    since: value("since"), until: value("until"), state: value("state"),
  };
  let left = 0;
  rows.forEach((row, at) => {
    row.hidden = !fits(known[at], asked);
    left += !row.hidden;
  });
  const narrowed = asked.words.length || asked.speaker || asked.since || asked.until || asked.state;
  count.textContent = narrowed ? `${left} of ${all}` : all;
}
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", narrow);
form.querySelector("button").addEventListener("click", () => { form.reset(); narrow(); });
narrow();
