"""Draw an inspection film with planted events: `python -m data.inspection_film [--minutes N] [--out DIR] [--seed N]`.

A wall with a gauge, a label and a cable before a fixed camera with its noise, 1280x720, two frames a second, a clock
burnt in, no sound. Beside inspection.mp4 stands inspection.events.jsonl, one line an event: `kind`, `start_s`, `end_s`,
and the text `before` and `after`. The same seed draws the same frames. Needs Pillow.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from data.draw_film import NOISE, encode, texture

WIDTH, HEIGHT, FPS = 1280, 720, 2
EVENTS_A_MINUTE = 4 / 3
CLOCK_START_S = 8 * 3600 + 15 * 60
DARK = 0.3
"""What is left of the light when it is out."""

WEIGHTS = {"gauge": 13, "subtitle": 10, "label": 5, "unit": 3, "cable": 3, "lights": 3, "frozen": 3}
LASTS_S = {"subtitle": 6.0, "lights": 12.0, "frozen": 8.0}
"""What ends again; everything else lasts until the next of its kind."""

UNITS = ("bar", "kPa", "psi")
SUBTITLES = (
    "Check the seal on the left",
    "Pump two is running",
    "This weld was renewed in 2019",
    "Note the rust below the flange",
    "The reading is within limits",
    "Hand over to the night shift",
)


@dataclass(frozen=True)
class Planted:
    """One event, and what is to be read before and after it."""

    kind: str
    start_s: float
    end_s: float
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Wall:
    """What is to be seen at one moment."""

    gauge: str
    label: str
    cable: int
    """How far its middle hangs down, in pixels."""
    subtitle: str = ""
    dark: bool = False
    frozen: bool = False


def plan(minutes: float, seed: int = 0) -> list[Planted]:
    """The events of a film, one after the other, each kind at least once."""
    rng = random.Random(seed)
    count = max(len(WEIGHTS), round(minutes * EVENTS_A_MINUTE))
    kinds = list(WEIGHTS) + rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count - len(WEIGHTS))
    rng.shuffle(kinds)
    slot = minutes * 60 / count
    if slot < max(LASTS_S.values()) + 3:
        raise ValueError(f"{minutes:g} minutes are too short: at least {len(WEIGHTS) / 4:g} are needed")
    value, unit, label, cable = rng.randrange(20, 90), UNITS[0], "VALVE 12", 120
    planted = []
    for number, kind in enumerate(kinds):
        lasts = LASTS_S.get(kind, 0.0)
        # On a frame, and not before the one that came before has ended.
        start = round((number * slot + rng.uniform(1.5, slot - lasts - 1.5)) * FPS) / FPS
        before = {"gauge": f"{value / 10} {unit}", "label": label, "cable": str(cable)}
        if kind == "gauge":
            value += rng.choice([-17, -4, -1, 2, 5, 21]) if 20 < value < 78 else 50 - value
        elif kind == "unit":
            unit = rng.choice([other for other in UNITS if other != unit])
        elif kind == "label":
            label = f"VALVE {rng.choice([n for n in range(10, 99) if f'VALVE {n}' != label])}"
        elif kind == "cable":
            cable = rng.choice([depth for depth in (60, 120, 180, 240) if depth != cable])
        after = {"gauge": f"{value / 10} {unit}", "label": label, "cable": str(cable)}
        text = {"unit": "gauge"}.get(kind, kind)
        shown = rng.choice(SUBTITLES) if kind == "subtitle" else after.get(text, "")
        planted.append(Planted(kind, start, start + lasts, before.get(text, ""), shown))
    return planted


def wall(planted: list[Planted], second: float) -> Wall:
    """What is to be seen at `second`."""
    texts = {"gauge": "", "label": "", "cable": ""}
    lasting: dict[str, str] = {}
    for event in planted:
        text = {"unit": "gauge"}.get(event.kind, event.kind)
        if text in texts:
            texts[text] = event.after if second >= event.start_s else texts[text] or event.before
        elif event.start_s <= second < event.end_s:
            lasting[event.kind] = event.after
    return Wall(
        texts["gauge"],
        texts["label"],
        int(texts["cable"]),
        lasting.get("subtitle", ""),
        "lights" in lasting,
        "frozen" in lasting,
    )


def clock(second: float) -> str:
    """What the clock that is burnt in shows at `second`."""
    whole = CLOCK_START_S + int(second)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def frames(planted: list[Planted], seconds: float, seed: int = 0) -> Iterator[bytes]:
    """Draw the film, grey, one frame at a time; while it is frozen, the last frame again and again."""
    rng = np.random.default_rng(seed)
    bricks = (texture(rng, WIDTH, HEIGHT) * 0.5 + 40).astype(np.uint8)
    # Noise is drawn once and shifted: to draw it for every frame would take most of the time.
    noise = rng.normal(0, NOISE, (HEIGHT + 64, WIDTH + 64)).astype(np.int16)
    kept = b""
    for number in range(round(seconds * FPS)):
        second = number / FPS
        seen = wall(planted, second)
        if not (kept and seen.frozen):
            down, right = rng.integers(0, 64, 2)
            lit = _draw(bricks, seen).astype(np.float32) * (DARK if seen.dark else 1)
            noisy = np.clip(lit + noise[down : down + HEIGHT, right : right + WIDTH], 0, 255).astype(np.uint8)
            kept = _burn_in(noisy, seen.subtitle, clock(second)).tobytes()
        yield kept


def _draw(bricks: Any, seen: Wall) -> Any:
    image, draw, font = (import_module(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    sheet = image.fromarray(bricks)
    pen = draw.Draw(sheet)
    pen.ellipse((140, 160, 440, 460), 235, 20, 8)
    pen.text((290, 310), seen.gauge, 15, font.load_default(48), anchor="mm")
    pen.rectangle((760, 180, 1100, 260), 245, 20, 4)
    pen.text((930, 220), seen.label, 15, font.load_default(44), anchor="mm")
    points = [(500 + 7 * n, 420 + seen.cable * 4 * n * (100 - n) / 10_000) for n in range(101)]
    pen.line(points, 20, 10, joint="curve")
    return np.asarray(sheet)


def _burn_in(picture: Any, subtitle: str, time: str) -> Any:
    image, draw, font = (import_module(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    sheet = image.fromarray(picture)
    pen = draw.Draw(sheet)
    pen.rectangle((1070, 24, 1250, 68), 0)
    pen.text((1160, 46), time, 255, font.load_default(36), anchor="mm")
    if subtitle:
        pen.text((640, 660), subtitle, 255, font.load_default(36), anchor="mm", stroke_width=3, stroke_fill=0)
    return np.asarray(sheet)


def main(given: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m data.inspection_film", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="length (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other events (default 0)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: here)")
    wanted = parser.parse_args(given)
    planted = plan(wanted.minutes, wanted.seed)
    target = wanted.out / "inspection.mp4"
    lines = "".join(json.dumps(asdict(event)) + "\n" for event in planted)
    target.with_suffix(".events.jsonl").write_text(lines, "utf-8")
    encode(
        frames(planted, wanted.minutes * 60, wanted.seed),
        target,
        (WIDTH, HEIGHT),
        FPS,
        "gray",
        ("-preset", "veryfast", "-crf", "30"),
    )
    sys.stdout.write(f"{target}: {wanted.minutes:g} minutes, {len(planted)} events\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
