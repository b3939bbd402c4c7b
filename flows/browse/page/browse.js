"use strict";
// Shows how far runs are that are at work; when one has ended, the page is asked for again.
const shown = new Map([...document.querySelectorAll("[data-recording]")].map((one) => [one.dataset.recording, one]));
async function look() {
  const answer = await fetch("progress.json", { cache: "no-store" });
  if (!answer.ok) return;
  const running = new Map((await answer.json()).map((one) => [one.recording, one]));
  for (const [recording, element] of shown) {
    const now = running.get(recording);
    if (!now) return location.reload();
    element.querySelector("progress").value = now.share;
    element.querySelector("span").textContent = `${now.stage} ${Math.round(now.share * 100)}%`;
  }
}
if (shown.size) setInterval(() => look().catch(() => {}), 2000);
