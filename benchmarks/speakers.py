"""Who speaks when, against what was made: `python -m benchmarks.speakers [--folder FOLDER] [--long [MINUTES ...]]`.

The words of the demo's meeting are put down to people, beside what was written down. Dialogues of human voices (see
`benchmarks.dialogues`) go through the diariser and the clustering as a run would take them. DER is missed, false and
confused speech as a share of the reference's, overlapping speech counted, under the best pairing of speakers; with
0.25 s on both sides of every border left out, and without. Frames are 10 ms. It agrees with pyannote.metrics within 0.2
points, but where two pieces of one speaker overlap, which count once here.

`--long` makes dialogues of four people of these lengths (5, 60 and 240 minutes) and nothing else. Each goes through the
stage `speakers` of a run in a process of its own, with a transcript in the place of hearing: so peak memory is that of
reading the sound, telling speakers apart, and clustering the stored pieces.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
import wave
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.dialogues import HELD_OUT, PEOPLE, Dialogue, Line, Sound, clips, dialogue, fetch
from benchmarks.rows import Row, hand_back
from chunkers.audio import WindowCutter, WindowRules
from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.diariser.files import WEIGHTS
from pipeline.models.diariser.voices import Diariser
from pipeline.models.registry import Registry
from pipeline.models.weights.fetch import locate
from pipeline.process import process
from pipeline.settings import load
from pipeline.stages.speakers.clustering import Piece, Wanted, speakers
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Store
from pipeline.text.cues import Cue

FRAME_S = 0.01
COLLAR_S = 0.25
CLIPS = 120


def pieces_of(diariser: Diariser, sound: Sound) -> tuple[list[Piece], NDArray[np.float32]]:
    """The pieces of speech, as a run stores them."""
    pieces: list[Piece] = []
    vectors: list[NDArray[np.float32]] = []
    cutter = WindowCutter(WindowRules())
    cutter.feed((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    for window in cutter.windows(final=True):
        if window.silent:
            continue
        own = window.samples[window.span.start - window.heard.start :]
        for one in diariser.voices(own):
            at = window.span.start
            pieces.append(Piece(at + one.start, at + one.end, one.overlapped, one.narrow, (window.index, one.local)))
            vectors.append(one.embedding.astype(np.float16).astype(np.float32))
    return pieces, np.array(vectors, np.float32)


def told(pieces: list[Piece], vectors: NDArray[np.float32], wanted: Wanted) -> list[Line]:
    """Who is told to speak when."""
    said = speakers(pieces, vectors, wanted)
    return [
        (piece.start / TICKS_PER_SECOND, piece.end / TICKS_PER_SECOND, f"S{number}")
        for piece, number in zip(pieces, said, strict=True)
    ]


def error_rate(reference: list[Line], hypothesis: list[Line], collar: float) -> float:
    """The diarisation error rate."""
    end = max((line[1] for line in [*reference, *hypothesis]), default=0.0)
    size = int(end / FRAME_S) + 1
    counted = np.ones(size, bool)
    for start, stop, _ in reference:
        for border in (start, stop):
            counted[max(0, round((border - collar) / FRAME_S)) : round((border + collar) / FRAME_S)] = False
    truth, said = (_frames(lines, size)[:, counted] for lines in (reference, hypothesis))
    both = truth.astype(np.int64) @ said.T.astype(np.int64)
    correct = _best(both)
    speaking, heard = truth.sum(axis=0), said.sum(axis=0)
    return float((np.maximum(speaking, heard).sum() - correct) / max(1, speaking.sum()))


def _frames(lines: list[Line], size: int) -> NDArray[np.bool_]:
    names = sorted({name for *_, name in lines})
    frames = np.zeros((len(names), size), bool)
    for start, end, name in lines:
        frames[names.index(name), round(start / FRAME_S) : round(end / FRAME_S)] = True
    return frames


def _best(both: NDArray[np.int64]) -> int:
    """The frames that the best pairing of rows and columns has in common."""
    small = both if both.shape[0] <= both.shape[1] else both.T
    best: dict[frozenset[int], int] = {frozenset(): 0}
    for column in range(small.shape[1]):
        for used, total in list(best.items()):
            for row in range(small.shape[0]):
                if row not in used:
                    key = used | {row}
                    best[key] = max(best.get(key, 0), total + int(small[row, column]))
    return max(best.values())


def score(diariser: Diariser, made: Dialogue, people: int) -> None:
    """Print a line about one dialogue."""
    started = time.process_time()
    pieces, vectors = pieces_of(diariser, made.sound)
    alone = told(pieces, vectors, Wanted())
    cost = time.process_time() - started
    known = told(pieces, vectors, Wanted(people, people))
    rates = [error_rate(made.lines, lines, collar) for lines in (alone, known) for collar in (COLLAR_S, 0.0)]
    speed = len(made.sound) / TICKS_PER_SECOND / cost
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    hand_back(Row(f"{made.name}: diarisation error, {COLLAR_S} s at borders left out", 100 * rates[0], "%"))
    print(
        f"{made.name:<32} {len({name for *_, name in alone})} found  DER {rates[0]:6.1%} / {rates[1]:6.1%}"
        f"  number known {rates[2]:6.1%} / {rates[3]:6.1%}  {speed:5.1f}x real time, peak {peak:.0f} MiB",
        flush=True,
    )


def long(voices: dict[str, list[Sound]], minutes: float, folder: Path) -> None:
    """Print a line about a run of one long dialogue."""
    made = dialogue(voices, minutes * 60, "clean", 99 + round(minutes))
    path = folder / f"{minutes:g}.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TICKS_PER_SECOND)
        out.writeframes((np.clip(made.sound, -1, 1) * 32767).astype("<i2").tobytes())
    path.with_suffix(".vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nA talk.\n")
    command = [sys.executable, "-m", "benchmarks.speakers", "--run", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    lines = [(start, end, name) for start, end, name in told["lines"]]
    rates = [error_rate(made.lines, lines, collar) for collar in (COLLAR_S, 0.0)]
    print(
        f"{made.name:<32} {len({name for *_, name in lines})} found  DER {rates[0]:6.1%} / {rates[1]:6.1%}"
        f"  {minutes * 60 / told['cpu_s']:5.1f}x real time, of it clustering {told['clustering_s']:.1f} s of CPU,"
        f" peak {told['peak_mib']:.0f} MiB",
        flush=True,
    )


def run_alone(path: Path) -> None:
    """Tell the speakers of a recording apart in this process, and print as JSON who speaks when and what it cost."""
    with tempfile.TemporaryDirectory() as folder, Registry() as registry:
        settings = load(sets=["speakers.enabled=true"])
        transcript = path.with_suffix(".vtt")
        run = process(path, settings, Store(folder), registry, only="speakers", transcript=transcript).run
        before = time.process_time()
        told = Spoken(run).people
        clustering_s = time.process_time() - before
    status = Path("/proc/self/status").read_text()  # what getrusage gives includes the process that started this one
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    voices = [voice for person in told for voice in person.voices]
    lines = [(voice.start / TICKS_PER_SECOND, voice.end / TICKS_PER_SECOND, voice.speaker) for voice in voices]
    cost = {"cpu_s": time.process_time(), "clustering_s": clustering_s, "peak_mib": peak / 1024}
    print(json.dumps({"lines": lines, **cost}))


def meeting() -> None:
    """Print how many words of the demo's meeting are put down to the right person, and the time beside Whisper's."""
    recording = Path("data/meeting.opus")
    lines = [json.loads(line) for line in recording.with_suffix(".reference.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder, Registry() as registry:
        settings = load(sets=["speakers.enabled=true"])
        run = process(recording, settings, Store(folder), registry, only="speakers").run
        words = [word for row in Spoken(run).heard() for word in row.words]
        seconds = [sum(row.seconds for row in rows) for rows in (run.voiced(), run.heard())]
    pairs = Counter((_said_by(lines, word), word.speaker or "") for word in words)
    people = {person: number for number, person in enumerate(dict.fromkeys(person for person, _ in pairs))}
    told_apart = {name: number for number, name in enumerate(dict.fromkeys(name for _, name in pairs))}
    both = np.zeros((len(people), len(told_apart)), np.int64)
    for (person, name), count in pairs.items():
        both[people[person], told_apart[name]] = count
    what = f"{recording.name}, {len(told_apart)} speakers"
    hand_back(Row(f"{what}: words put down to the right one", _best(both), "words", "heard", len(words)))
    hand_back(Row(f"{what}: telling them apart", seconds[0], "s", f"hearing by {settings.hear.model}", seconds[1]))


def _said_by(lines: list[dict[str, Any]], word: Cue) -> str:
    """Whose line is nearest to the middle of a word."""
    middle = (word.start + word.end) / 2 / TICKS_PER_SECOND
    return str(min(lines, key=lambda line: max(line["start_s"] - middle, middle - line["end_s"]))["speaker"])


def main() -> None:
    """Score the meeting and every dialogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/voices"))
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--long", type=float, nargs="*", metavar="MINUTES", help="only long dialogues: 5, 60, 240 min")
    parser.add_argument("--held-out", action="store_true", help="only voices on which no threshold was chosen")
    parser.add_argument("--run", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run is not None:
        run_alone(options.run)
        return
    if options.long is None and not options.held_out:
        meeting()
    fetch(options.folder)
    voices = {person: clips(options.folder, person, CLIPS) for person in PEOPLE}
    if options.long is not None:
        with tempfile.TemporaryDirectory() as folder:
            for minutes in options.long or (5, 60, 240):
                long({name: voices[name] for name in list(voices)[:4]}, minutes, Path(folder))
        return
    diariser = Diariser(locate(WEIGHTS, load().models))
    if options.held_out:
        voices = {person: clips(options.folder, person, CLIPS) for person in HELD_OUT}
        for seed, count in enumerate((1, 2, 3)):
            for group in itertools.combinations(voices, count):
                some = {name: voices[name] for name in group}
                score(diariser, dialogue(some, options.minutes * 60, "clean", 80 + seed), count)
        return
    names = list(voices)
    groups = [names[:1], names[4:5], names[:2], names[4:6], names[2:5], names[3:7], names[1:7], names]
    for kind, (seed, group) in itertools.product(("clean", "noisy", "telephone"), enumerate(groups)):
        some = {name: voices[name] for name in group}
        score(diariser, dialogue(some, options.minutes * 60, kind, seed), len(group))


if __name__ == "__main__":
    main()
