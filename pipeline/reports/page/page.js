"use strict";
// A page of a report: plays what a sentence rests on, follows the words, finds them. No library, no request.
(() => {
  const $ = (id) => document.getElementById(id);
  const player = $("player");
  const bar = { toggle: $("toggle"), clock: $("clock"), seek: $("seek"), speed: $("speed"), caption: $("caption") };
  const transcript = $("transcript");
  const end = Number(bar.seek.max);

  // Every piece of words with its seconds, in order.
  const cues = [...transcript.querySelectorAll(".c")].map((element) => {
    const [start, stop] = element.dataset.t.split(" ").map(Number);
    return { element, start, stop };
  });
  const items = [...transcript.querySelectorAll(".item")];
  const begins = items.map((item) => momentOf(item.querySelector("a")).start);

  let stopAt = null; // where the moment ends that is played
  let position = 0; // where we are without a player
  let lit = []; // the words of that moment
  let playing = []; // the links to it
  let current = null; // the words that are heard now

  function momentOf(link) {
    const [start, stop] = link.getAttribute("href").slice(3).split(",").map(Number);
    return { start, stop };
  }

  /** The last place in sorted numbers that is not above `value`; -1 before the first. */
  function lastUpTo(count, number, value) {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (number(middle) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function stamp(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (number) => String(number).padStart(2, "0");
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  }

  // -- playing ---------------------------------------------------------------------------------------

  const now = () => (player ? player.currentTime : position);

  function seek(seconds) {
    position = Math.min(Math.max(0, seconds), end);
    if (player) player.currentTime = position;
    update();
  }

  function start() {
    if (player) player.play().catch(() => {}); // a recording that is not there says so by itself
  }

  function toggle() {
    if (!player) return;
    if (player.paused) start();
    else player.pause();
  }

  /** Play the moment of a link and stop at its end; the link and its words are marked. */
  function play(link) {
    const moment = momentOf(link);
    mark(moment);
    const line = link.closest("li, tr, .item");
    playing = line ? [...line.querySelectorAll("a")].filter((one) => one.hash === link.hash) : [link];
    for (const element of playing) element.classList.add("playing");
    $("follow").checked = true;
    stopAt = moment.stop > moment.start ? moment.stop : null;
    seek(moment.start);
    reveal(lit[0] || items[Math.max(0, lastUpTo(begins.length, (at) => begins[at], moment.start))]);
    start();
  }

  function mark(moment) {
    for (const element of [...lit, ...playing]) element.classList.remove("lit", "playing");
    playing = [];
    lit = cues.filter((cue) => cue.start < moment.stop && cue.stop > moment.start).map((cue) => cue.element);
    for (const element of lit) element.classList.add("lit");
  }

  function goOn(seconds) {
    stopAt = null;
    seek(seconds);
  }

  /** Show where we are: clock, position, cursor, and the words that are heard. */
  function update() {
    const seconds = now();
    if (player && !player.paused && stopAt !== null && seconds >= stopAt) {
      player.pause();
      stopAt = null;
    }
    bar.clock.textContent = stamp(seconds);
    bar.seek.value = seconds;
    bar.seek.setAttribute("aria-valuetext", stamp(seconds));
    placeCursor(seconds);
    const cue = cues[lastUpTo(cues.length, (at) => cues[at].start, seconds + 0.02)];
    const element = cue && seconds < cue.stop + 0.5 ? cue.element : null;
    if (element === current) return;
    if (current) current.classList.remove("now");
    current = element;
    if (!current) return;
    current.classList.add("now");
    bar.caption.textContent = current.textContent;
    if (player && !player.paused && $("follow").checked) reveal(current);
  }

  function placeCursor(seconds) {
    const lane = document.querySelector(".lane");
    if (!lane) return;
    const share = end ? Math.min(1, seconds / end) : 0;
    $("cursor").hidden = false;
    $("cursor").style.left = `${lane.offsetLeft || laneLeft(lane)}px`;
    $("cursor").style.transform = `translateX(${share * lane.getBoundingClientRect().width}px)`;
  }

  const laneLeft = (lane) => lane.getBoundingClientRect().left - $("lanes").getBoundingClientRect().left;

  /** Bring an element of the transcript into sight; on a narrow page only where the transcript is in sight anyway. */
  function reveal(element) {
    if (!element) return;
    const pane = transcript.getBoundingClientRect();
    if (getComputedStyle(transcript).overflowY === "auto") {
      // Twice: what was out of sight gets its true height only when it comes into sight.
      for (let turn = 0; turn < 2; turn++) {
        const box = element.getBoundingClientRect();
        if (box.top < pane.top + 40 || box.bottom > pane.bottom - 60) {
          transcript.scrollTop += box.top - pane.top - pane.height / 3;
        }
      }
    } else if (pane.top < innerHeight / 2) {
      element.scrollIntoView({ block: "center" });
    }
  }

  if (player) {
    const frame = () => {
      update();
      if (!player.paused) requestAnimationFrame(frame);
    };
    const shown = () => {
      bar.toggle.classList.toggle("on", !player.paused);
      bar.toggle.setAttribute("aria-label", player.paused ? "Play" : "Pause");
    };
    player.addEventListener("play", () => { shown(); requestAnimationFrame(frame); });
    player.addEventListener("pause", shown);
    for (const name of ["timeupdate", "seeked"]) player.addEventListener(name, update);
    player.addEventListener("error", () => { $("lost").hidden = false; });
    bar.speed.addEventListener("change", () => { player.playbackRate = Number(bar.speed.value); });
    $("pick").addEventListener("change", (event) => {
      const [file] = event.target.files;
      if (!file) return;
      player.src = URL.createObjectURL(file);
      player.currentTime = position;
      $("lost").hidden = true;
    });
  }
  bar.toggle.addEventListener("click", toggle);
  bar.seek.addEventListener("input", () => goOn(Number(bar.seek.value)));
  addEventListener("resize", () => placeCursor(now()));
  for (const name of ["wheel", "touchmove"]) {
    transcript.addEventListener(name, () => { $("follow").checked = false; }, { passive: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#t="]');
    const words = event.target.closest(".c");
    if (link) {
      event.preventDefault();
      const again = player && !player.paused && stopAt !== null && link.classList.contains("playing");
      if (again) player.pause();
      else play(link);
      if (event.detail) link.blur(); // so that the space bar is the player's again
    } else if (words && String(getSelection()) === "") {
      goOn(cues.find((cue) => cue.element === words).start);
      start();
    }
  });

  $("lanes").addEventListener("click", (event) => {
    const lane = document.querySelector(".lane").getBoundingClientRect();
    const share = (event.clientX - lane.left) / lane.width;
    if (share >= 0 && share <= 1) goOn(share * end);
    reveal(current || items[Math.max(0, lastUpTo(begins.length, (at) => begins[at], now()))]);
  });

  // -- searching -------------------------------------------------------------------------------------

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let folded = null; // the text of every item as it is compared
  let hits = [];
  let hit = -1;

  function search() {
    folded ||= items.map((item) => fold(item.textContent));
    const words = fold($("find").value.trim());
    hits = words ? items.filter((_, at) => folded[at].includes(words)) : [];
    hit = -1;
    highlight(words);
    const marks = hits.slice(0, 500).map((item) => {
      const rect = document.createElementNS($("hits").namespaceURI, "rect");
      const { start: from } = momentOf(item.querySelector("a"));
      for (const [name, value] of [["x", end ? (998 * from) / end : 0], ["width", 2], ["height", 10]]) rect.setAttribute(name, value);
      return rect;
    });
    $("hits").replaceChildren(...marks);
    $("found").textContent = words ? (hits.length ? `${hits.length} found` : "nothing found") : "";
    if (hits.length) step(1);
  }

  /** Mark the words that were found, without a change of the page; an older browser does without. */
  function highlight(words) {
    if (!window.Highlight) return;
    const ranges = [];
    for (const item of hits.slice(0, 500)) {
      const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = fold(node.data);
        if (text.length !== node.data.length) continue;
        for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + words.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("hits", new Highlight(...ranges));
  }

  function step(by) {
    if (!hits.length) return;
    hit = (hit + by + hits.length) % hits.length;
    $("found").textContent = `${hit + 1} of ${hits.length}`;
    if (getComputedStyle(transcript).overflowY === "auto") reveal(hits[hit]);
    else hits[hit].scrollIntoView({ block: "center" });
  }

  let waiting = 0;
  $("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  $("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") { $("find").value = ""; search(); $("find").blur(); }
  });
  $("later").addEventListener("click", () => step(1));
  $("earlier").addEventListener("click", () => step(-1));

  // -- keys ------------------------------------------------------------------------------------------

  /** The passage after or before the one that is heard. */
  function passage(by) {
    const at = lastUpTo(begins.length, (place) => begins[place], now() + 0.02);
    const next = Math.min(Math.max(0, at + by), items.length - 1);
    if (!items.length) return;
    goOn(begins[next]);
    reveal(items[next]);
  }

  const keys = {
    " ": toggle,
    ArrowLeft: () => goOn(now() - 5),
    ArrowRight: () => goOn(now() + 5),
    j: () => passage(1),
    k: () => passage(-1),
    "/": () => { $("find").focus(); $("find").select(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (event.target.closest("input, select, textarea, video")) return;
    if (event.key === " " && event.target.closest("button, a, summary")) return;
    event.preventDefault();
    keys[event.key]();
  });

  // -- an address with a moment in it ----------------------------------------------------------------

  if (location.hash.startsWith("#t=")) {
    const [from, to] = location.hash.slice(3).split(",").map(Number);
    if (from >= 0) {
      mark({ start: from, stop: to > from ? to : from });
      goOn(from);
    }
  }
  update();
})();
