"use strict";
// Leaves those recordings in sight whose name, headline, day, chapters and speakers hold every word that is typed.
const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const known = JSON.parse(document.getElementById("data").textContent).map(bare);
const rows = [...document.getElementById("rows").children];
const filter = document.getElementById("filter"), count = document.getElementById("count"), all = count.textContent;
function narrow() {
  const words = bare(filter.value).split(/\s+/).filter(Boolean);
  let left = 0;
  rows.forEach((row, at) => {
    row.hidden = !words.every((word) => known[at].includes(word));
    left += !row.hidden;
  });
  count.textContent = words.length ? `${left} of ${all}` : all;
}
filter.hidden = false;
filter.form.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", narrow);
narrow();
