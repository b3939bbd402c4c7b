"""Make a video with speech: `python -m data.make_video [--minutes N] [--out DIR]`.

An inspection as a slide show: a sheet for every few sentences with the facts said meanwhile, a running clock, and the
speech as its sound. Beside it NAME.slides.jsonl (when each sheet is seen, its text) and the references of the speech.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from data.long_script import long_script
from data.make import make
from data.voices import VOICES, VoiceMissingError

WIDTH, HEIGHT, FPS = 1280, 720, 2
SENTENCES_A_SHEET = 4
COLOURS = ("#1b3a4b", "#4b1b2f", "#2b4b1b", "#4b3f1b", "#331b4b")


@dataclass(frozen=True)
class Slide:
    """A sheet, seen on the frames `[first, last)` of `FPS` a second."""

    first: int
    last: int
    title: str
    lines: tuple[str, ...]


def slides(rows: list[dict[str, Any]], seconds: float) -> list[Slide]:
    """Lay the sheets end to end over the whole time; a sheet begins with its first sentence, the first one at 0."""
    groups = [rows[at : at + SENTENCES_A_SHEET] for at in range(0, len(rows), SENTENCES_A_SHEET)]
    begins = [0, *(round(group[0]["start_s"] * FPS) for group in groups[1:]), round(seconds * FPS)]
    return [
        Slide(
            first,
            last,
            f"Sheet {number}",
            tuple(f"{fact['kind']}: {fact['value']}" for row in group for fact in row["facts"]),
        )
        for number, (group, (first, last)) in enumerate(zip(groups, pairwise(begins), strict=True), 1)
    ]


def frames(shown: list[Slide]) -> Iterator[bytes]:
    """Draw the sheets, RGB, one frame at a time."""
    image, draw, font = (import_module(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    large, small = font.load_default(64), font.load_default(36)
    for number, slide in enumerate(shown):
        sheet = image.new("RGB", (WIDTH, HEIGHT), COLOURS[number % len(COLOURS)])
        pen = draw.Draw(sheet)
        pen.text((60, 40), slide.title, "white", large)
        for line, text in enumerate(slide.lines):
            pen.text((60, 150 + 50 * line), text, "white", small)
        for frame in range(slide.first, slide.last):
            second = frame // FPS
            clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            pen.rectangle((1040, 40, WIDTH, 90), COLOURS[number % len(COLOURS)])
            pen.text((1050, 40), clock, "white", small)
            yield sheet.tobytes()


def film(shown: list[Slide], sound: Path, target: Path) -> None:
    """Draw, encode and add the sound, through one ffmpeg child."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "pipe:0"),
        *("-i", str(sound), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
        *("-map_metadata", "-1", "-movflags", "+faststart", str(target)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for frame in frames(shown):
            child.stdin.write(frame)
        child.stdin.close()
        if child.wait() != 0:
            raise OSError(f"ffmpeg could not write {target}")


def main(given: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m data.make_video", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="length (default 3)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another text (default 0)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: here)")
    parser.add_argument("--name", default="inspection", help="file name without suffix (default: inspection)")
    parser.add_argument("--voice", choices=VOICES, default="espeak", help="default: espeak")
    wanted = parser.parse_args(given)
    try:
        voice = VOICES[wanted.voice]()
    except VoiceMissingError as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    sound = wanted.out / f"{wanted.name}.flac"
    made = make(long_script(wanted.seed), voice, sound, seed=wanted.seed, seconds=wanted.minutes * 60)
    reference = sound.with_suffix(".reference.jsonl").read_text("utf-8")
    shown = slides([json.loads(line) for line in reference.splitlines()], made.seconds)
    with sound.with_suffix(".slides.jsonl").open("w", encoding="utf-8") as out:
        for slide in shown:
            times = {"start_s": slide.first / FPS, "end_s": slide.last / FPS}
            out.write(json.dumps(times | asdict(slide), ensure_ascii=False) + "\n")
    film(shown, sound, sound.with_suffix(".mp4"))
    sound.unlink()
    sys.stdout.write(f"{sound.with_suffix('.mp4')}: {made.seconds:.1f} s, {len(shown)} sheets\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
