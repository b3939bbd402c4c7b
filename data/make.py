"""Make a recording and its reference: `python -m data.make [--minutes N | --hours N]`."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.encode import CODECS, encoder
from data.long_script import long_script
from data.script import Line, meeting
from data.timeline import compose, with_noise
from data.voices import VOICES, Voice, VoiceMissingError


@dataclass(frozen=True)
class Made:
    """What came out."""

    audio: Path
    sentences: int
    facts: int
    seconds: float


def make(
    lines: Iterable[Line],
    voice: Voice,
    target: Path,
    *,
    seed: int = 0,
    seconds: float | None = None,
    noise: float | None = None,
) -> Made:
    """Write `target` and its references, .jsonl and .txt, beside it; memory does not grow with the length."""
    target.parent.mkdir(parents=True, exist_ok=True)
    pieces = compose(lines, voice, seed=seed, seconds=seconds)
    if noise is not None:
        pieces = with_noise(pieces, noise, seed=seed)
    samples = sentences = facts = 0
    with (
        target.with_suffix(".reference.jsonl").open("w", encoding="utf-8") as rows,
        target.with_suffix(".reference.txt").open("w", encoding="utf-8") as plain,
        encoder(target, voice.rate) as sound,
    ):
        for piece in pieces:
            sound.write(piece.samples.tobytes())
            samples += len(piece.samples)
            if piece.row is not None:
                rows.write(json.dumps(piece.row.as_json(), ensure_ascii=False) + "\n")
                plain.write(piece.row.text + "\n")
                sentences += 1
                facts += len(piece.row.facts)
    return Made(target, sentences, facts, samples / voice.rate)


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m data.make", description=__doc__)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="a generated recording of this length")
    length.add_argument("--hours", type=float, help="the same in hours; without either, the short meeting")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another text (default 0)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: here)")
    parser.add_argument("--name", help="file name without suffix (default: meeting, or the length)")
    parser.add_argument("--voice", choices=VOICES, help="default: kokoro for the meeting, espeak for a length")
    parser.add_argument("--format", choices=CODECS, default="opus", help="default: opus")
    parser.add_argument("--noise", type=float, metavar="DBFS", help="soft noise under everything, such as -50")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Run from the command line."""
    wanted = _arguments(given)
    seconds = wanted.minutes * 60 if wanted.minutes else wanted.hours * 3600 if wanted.hours else None
    name = wanted.name or ("meeting" if seconds is None else f"generated-{round(seconds)}s")
    try:
        voice = VOICES[wanted.voice or ("kokoro" if seconds is None else "espeak")]()
    except VoiceMissingError as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    lines: Iterable[Line] = meeting() if seconds is None else long_script(wanted.seed)
    began = time.monotonic()
    made = make(
        lines,
        voice,
        wanted.out / f"{name}.{wanted.format}",
        seed=wanted.seed,
        seconds=seconds,
        noise=wanted.noise,
    )
    took = time.monotonic() - began
    sys.stdout.write(
        f"{made.audio}: {made.seconds:.1f} s, {made.sentences} sentences, {made.facts} facts, "
        f"{voice.name}, made in {took:.1f} s ({took / made.seconds:.3f} of real time)\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
