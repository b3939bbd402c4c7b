"""Draw short films whose every event is known: `python -m data.draw_film NAME... [--out DIR] [--seed N]`.

Grey, 320x180 at 10 frames a second, 10 to 20 seconds each. Beside NAME.mp4 stands NAME.events.jsonl, one line an event:
`kind`, `start_s`, `end_s`. The same seed draws the same frames. Only numpy is needed.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 320, 180, 10
NOISE = 4.0
"""The standard deviation of a camera's noise, in grey levels."""

Grey = NDArray[np.float64]


@dataclass(frozen=True)
class Event:
    """What is drawn between two moments; a cut is a moment."""

    kind: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Film:
    """What is drawn at each second, and what is true of it."""

    seconds: float
    draw: Callable[[float], Grey]
    """(height, width), 0..255, of the picture at a second."""
    events: tuple[Event, ...]
    noise: float = NOISE
    frozen: tuple[float, float] = (0.0, 0.0)
    """Between these seconds the first frame is given again and again, its noise with it."""
    encode: tuple[str, ...] = field(default=("-preset", "veryfast", "-crf", "23"))


def texture(rng: np.random.Generator, width: int = WIDTH, height: int = HEIGHT) -> Grey:
    """A scene: coarse and fine shapes, 40..215."""
    scene = np.zeros((height, width))
    for size in (60, 30, 15, 6):
        grid = rng.normal(size=(height // size + 2, width // size + 2))
        rows, columns = np.linspace(0, len(grid) - 1, height), np.linspace(0, grid.shape[1] - 1, width)
        wide = np.array([np.interp(columns, np.arange(grid.shape[1]), row) for row in grid])
        scene += size * np.array([np.interp(rows, np.arange(len(grid)), column) for column in wide.T]).T
    return 40 + 175 * (scene - scene.min()) / (scene.max() - scene.min())


def with_ball(scene: Grey, second: float) -> Grey:
    """`scene` with a bright disc that goes round."""
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    x, y = WIDTH * (0.5 + 0.3 * np.cos(2 * second)), HEIGHT * (0.5 + 0.3 * np.sin(2 * second))
    return np.where((columns - x) ** 2 + (rows - y) ** 2 < 18**2, 240.0, scene)


def films(seed: int = 0) -> dict[str, Film]:
    """Every film by its name."""
    rng = np.random.default_rng(seed)
    one, other, third = (texture(rng) for _ in range(3))
    broad = texture(rng, WIDTH * 2, HEIGHT * 2)

    def cut(t: float) -> Grey:
        return one if t < 4 else other if t < 7.28 else third

    def fade(t: float) -> Grey:
        return one * float(np.interp(t, [4, 6, 8, 9.2], [1, 0, 0, 1]))

    def screen(t: float) -> Grey:
        return with_ball(one, min(max(t, 3), 7))

    def freeze(t: float) -> Grey:
        return with_ball(one, min(t, 2) + max(t - 4, 0))

    def pan(t: float) -> Grey:
        return _view(broad, round(20 * min(max(t - 3, 0), 6)), 0)

    def flicker(t: float) -> Grey:
        return one * (1.15 if 4 <= t < 9 and int(t * 5) % 2 else 1)

    def camera(t: float) -> Grey:
        return _view(broad, 0, 0) if t < 5 else _view(broad, 26, 12)

    def put(t: float) -> Grey:
        scene = one.copy()
        scene[60:100, 100:160] = 225 if t >= 5 else 30
        return scene

    def moving(t: float) -> Grey:
        return with_ball(one, min(max(t, 4), 8))

    cuts = (Event("cut", 4, 4), Event("cut", 7.28, 7.28))
    ball = (Event("still", 0, 3), Event("moving", 3, 7), Event("still", 7, 12))
    return {
        "cut": Film(10, cut, cuts),
        "fade": Film(12, fade, (Event("fade", 4, 6), Event("black", 6, 8), Event("fade", 8, 9.2)), noise=0),
        "freeze": Film(12, freeze, (Event("frozen", 5, 9),), frozen=(5, 9)),
        "screen": Film(12, screen, ball, noise=0),
        "still": Film(10, lambda _: one, (Event("still", 0, 10),)),
        "black": Film(10, lambda t: one * (not 3 <= t < 6), (Event("black", 3, 6),), noise=1),
        "pan": Film(12, pan, (Event("still", 0, 3), Event("moving", 3, 9), Event("still", 9, 12))),
        "flicker": Film(12, flicker, (Event("flicker", 4, 9), Event("still", 0, 12))),
        "camera": Film(10, camera, (Event("camera", 5, 5),)),
        "put": Film(10, put, (Event("changed", 5, 5), Event("still", 0, 10))),
        "night": Film(20, lambda t: one * float(np.interp(t, [3, 17], [1, 0.3])), (Event("lights", 3, 17),)),
        "lights": Film(12, lambda t: one * (0.35 if 5 <= t < 9 else 1), (Event("lights", 5, 5), Event("lights", 9, 9))),
        "interlaced": Film(
            12,
            moving,
            (Event("still", 0, 4), Event("moving", 4, 8), Event("still", 8, 12)),
            encode=("-vf", "tinterlace=interleave_top", "-flags", "+ilme+ildct", "-x264opts", "tff=1"),
        ),
    }


def _view(scene: Grey, x: int, y: int) -> Grey:
    return scene[y : y + HEIGHT, x : x + WIDTH]


def frames(film: Film, seed: int = 0) -> Iterator[bytes]:
    """Draw `film`, one grey frame at a time."""
    rng = np.random.default_rng(seed)
    kept = b""
    for number in range(round(film.seconds * FPS)):
        second = number / FPS
        if not (kept and film.frozen[0] < second < film.frozen[1]):
            noise = rng.normal(0, film.noise, (HEIGHT, WIDTH)) if film.noise else 0
            kept = np.clip(film.draw(second) + noise, 0, 255).astype(np.uint8).tobytes()
        yield kept


def write(film: Film, target: Path, seed: int = 0) -> Path:
    """Draw and encode `film`; beside it, its events."""
    encode(frames(film, seed), target, (WIDTH, HEIGHT), FPS, "gray", film.encode)
    lines = "".join(json.dumps(asdict(event)) + "\n" for event in film.events)
    target.with_suffix(".events.jsonl").write_text(lines, "utf-8")
    return target


def encode(
    drawn: Iterator[bytes],
    target: Path,
    size: tuple[int, int],
    fps: int,
    pix_fmt: str,
    options: tuple[str, ...] = ("-preset", "veryfast"),
) -> None:
    """Encode raw frames as H.264, through one ffmpeg child."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", pix_fmt, "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "pipe:0"),
        *("-c:v", "libx264", *options, "-pix_fmt", "yuv420p", "-map_metadata", "-1", "-fflags", "+bitexact"),
        str(target),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for frame in drawn:
            child.stdin.write(frame)
        child.stdin.close()
        if child.wait() != 0:
            raise OSError(f"ffmpeg could not write {target}")


def main(given: list[str] | None = None) -> int:
    """Run from the command line."""
    names = list(films())
    parser = argparse.ArgumentParser(prog="python -m data.draw_film", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*names, []], help="default: all of them", metavar="NAME")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other scenes (default 0)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: here)")
    wanted = parser.parse_args(given)
    drawn = films(wanted.seed)
    for name in wanted.names or names:
        path = write(drawn[name], wanted.out / f"{name}.mp4", wanted.seed)
        sys.stdout.write(f"{path}: {drawn[name].seconds:g} s, {len(drawn[name].events)} events\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
