"""Draw a recording of slides with a clock: `python -m data.slides_film [--slides N] [--out DIR] [--seed N]`.

A slide every 15 seconds, a heading and four lines on each, 1280x720, two frames a second, without noise or sound; the
clock in the corner shows every second. Beside slides.mp4 stands slides.events.jsonl, one line an event: `kind`
(`slide` for a line, `clock` for a second), `start_s`, `end_s`, `before` (empty) and `after`, what is to be read. The
same seed draws the same frames. Needs Pillow.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from data.draw_film import encode
from data.inspection_film import Planted, clock

WIDTH, HEIGHT, FPS = 1280, 720, 2
LASTS_S = 15
LINES = 4
_WHAT = ("Budget", "Harbour", "Turbine", "Schedule", "Safety", "Roof", "Water", "Survey", "Cable", "Bridge")
_HEADING = ("report", "plan", "review", "costs", "results")
_DONE = ("was checked in", "was moved to", "is due in", "was ordered for", "has to wait until")
_WHEN = ("January", "March", "April", "June", "August", "October", "November")


def plan(slides: int, seed: int = 0) -> list[Planted]:
    """The lines of every slide, then the clock's seconds."""
    rng = random.Random(seed)
    planted = []
    for number in range(slides):
        start, end = number * LASTS_S, (number + 1) * LASTS_S
        heading = f"{number + 1}. {rng.choice(_WHAT)} {rng.choice(_HEADING)}"
        parts = rng.sample(_WHAT, LINES)
        lines = [
            f"{part} {rng.randrange(3, 98)} {rng.choice(_DONE)} {rng.choice(_WHEN)} {rng.randrange(2019, 2031)}"
            for part in parts
        ]
        planted += [Planted("slide", start, end, "", line) for line in (heading, *lines)]
    return planted + [Planted("clock", second, second + 1, "", clock(second)) for second in range(slides * LASTS_S)]


def frames(planted: Sequence[Planted]) -> Iterator[bytes]:
    """Draw the film, grey, one frame at a time."""
    image, draw, font = (import_module(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    lines = [one for one in planted if one.kind == "slide"]
    for number in range(round(max(one.end_s for one in lines) * FPS)):
        second = number / FPS
        sheet = image.new("L", (WIDTH, HEIGHT), 250)
        pen = draw.Draw(sheet)
        shown = [one.after for one in lines if one.start_s <= second < one.end_s]
        for row, text in enumerate(shown):
            pen.text((90, 80 + 100 * row), text, 20, font.load_default(52 if row == 0 else 36))
        pen.text((1160, 680), clock(second), 20, font.load_default(30), anchor="mm")
        yield sheet.tobytes()


def main(given: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m data.slides_film", description=__doc__)
    parser.add_argument("--slides", type=int, default=12, help="how many (default 12: three minutes)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other slides (default 0)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: here)")
    wanted = parser.parse_args(given)
    planted = plan(wanted.slides, wanted.seed)
    target = wanted.out / "slides.mp4"
    text = "".join(json.dumps(asdict(event)) + "\n" for event in planted)
    target.with_suffix(".events.jsonl").write_text(text, "utf-8")
    encode(frames(planted), target, (WIDTH, HEIGHT), FPS, "gray", ("-preset", "veryfast", "-crf", "28"))
    sys.stdout.write(f"{target}: {wanted.slides * LASTS_S} seconds, {wanted.slides * (LINES + 1)} lines\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
