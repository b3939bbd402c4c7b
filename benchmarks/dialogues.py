"""Dialogues made of human voices, with who speaks when: for `benchmarks.speakers`.

The voices come from Debian's packages: prompts for telephone exchanges, spoken by Allison Smith, June Wallack, Carlo
Flora, a Russian speaker and Paola Dal Zot (CC-BY-SA-3.0), Armelle Desjardins (BSD), July Jiménez (GPL-2), and the Czech
and Dutch actors of the game Fish Fillets (GPL-2). They are fetched when the benchmark runs, and are no part
of this project.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chunkers.ffmpeg import find_ffmpeg
from chunkers.spans import TICKS_PER_SECOND

PACKAGES = (
    *(f"asterisk-core-sounds-{language}-g722" for language in ("en", "fr", "it", "ru")),
    *(f"fillets-ng-data-{language}" for language in ("cs", "nl")),
    "asterisk-prompt-fr-armelle",
    "asterisk-prompt-es-co",
    "asterisk-prompt-it-menardi-wav",
)
_PROMPTS = "*/usr/share/asterisk/sounds/{}/**/*.g722"
_FISH = "*/usr/share/games/fillets-ng/sound/*/{}/*-{}-*.ogg"
PEOPLE = {
    "Allison": _PROMPTS.format("en_US_f_Allison"),
    "June": _PROMPTS.format("fr_CA_f_June"),
    "Carlo": _PROMPTS.format("it_IT_m_Carlo"),
    "Russian": _PROMPTS.format("ru_RU_f_IvrvoiceRU"),
    "Czech small": _FISH.format("cs", "m"),
    "Czech large": _FISH.format("cs", "v"),
    "Dutch small": _FISH.format("nl", "m"),
    "Dutch large": _FISH.format("nl", "v"),
}
"""Where the clips of each lie below the unpacked packages."""

HELD_OUT = {
    "Armelle": "asterisk-prompt-fr-armelle/usr/share/asterisk/sounds/fr/*.gsm",
    "July": "asterisk-prompt-es-co/usr/share/asterisk/sounds/es/*.gsm",
    "Paola": "asterisk-prompt-it-menardi-wav/usr/share/asterisk/sounds/it_IT_f_Menardi/*.wav",
}
"""Three women at 8 kHz whom no threshold was chosen on."""

SHORTEST_S, LONGEST_S = 0.8, 12
_LEVEL = 0.08
_QUIET = 0.03
_PAUSE_S = 0.25

Sound = NDArray[np.float32]
Line = tuple[float, float, str]
"""From, until (seconds) and who."""


@dataclass(frozen=True)
class Dialogue:
    """A made recording."""

    name: str
    sound: Sound
    lines: list[Line]


def fetch(folder: Path) -> None:
    """Download and unpack the packages, once."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not any(folder.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
        if not (folder / "x" / package).is_dir():
            (deb,) = folder.glob(f"{package}_*.deb")
            (folder / "x").mkdir(exist_ok=True)
            subprocess.run(["dpkg", "-x", deb.name, f"x/{package}"], cwd=folder, check=True)


def clips(folder: Path, person: str, most: int) -> list[Sound]:
    """At most `most` clips of a person at 16 kHz, each of the same loudness, without silence at its ends."""
    paths = sorted((folder / "x").glob((PEOPLE | HELD_OUT)[person]))
    random = np.random.default_rng(len(person))
    found: list[Sound] = []
    for number in random.permutation(len(paths)):
        sound = _decoded(paths[number])
        loud = np.flatnonzero(np.abs(sound) > _QUIET * np.abs(sound).max(initial=0.0))
        sound = sound[loud[0] : loud[-1]] if len(loud) else sound[:0]
        if SHORTEST_S <= len(sound) / TICKS_PER_SECOND <= LONGEST_S:
            found.append(sound * np.float32(_LEVEL / np.sqrt(np.mean(sound**2))))
        if len(found) == most:
            break
    return found


def dialogue(
    voices: dict[str, list[Sound]], seconds: float, kind: str, seed: int, *, clips_a_turn: tuple[int, int] = (1, 4)
) -> Dialogue:
    """A talk of `seconds` among `voices`; `kind`: clean, noisy (noise, reverberation, overlapping turns), telephone."""
    random = np.random.default_rng(seed)
    names = sorted(voices)
    sound = np.zeros(int((seconds + 60) * TICKS_PER_SECOND), np.float32)
    lines: list[Line] = []
    at, last = 0.5, ""
    while at < seconds:
        others = [name for name in names if name != last] or names
        last = others[random.integers(len(others))]
        if kind == "noisy" and lines and random.random() < 0.2:
            at = max(0.5, at - random.uniform(0.5, 1.5))
        for _ in range(random.integers(*clips_a_turn) if len(names) > 1 else 1):
            clip = voices[last][random.integers(len(voices[last]))]
            start = int(at * TICKS_PER_SECOND)
            sound[start : start + len(clip)] += clip
            lines += [(at + start_s, at + end_s, last) for start_s, end_s in _spoken(clip)]
            at += len(clip) / TICKS_PER_SECOND + random.uniform(0.1, 0.3)
        at += random.uniform(0.1, 0.8)
    sound = sound[: int(lines[-1][1] * TICKS_PER_SECOND) + TICKS_PER_SECOND // 2]
    made = {"clean": lambda x: x, "noisy": lambda x: _noisy(x, random), "telephone": _telephone}[kind](sound)
    return Dialogue(f"{kind}, {len(names)} speakers, {len(sound) / TICKS_PER_SECOND / 60:.0f} min", made, lines)


def _spoken(clip: Sound) -> list[tuple[float, float]]:
    """Where a clip is loud: actors pause within one. Pauses shorter than `_PAUSE_S` are none."""
    step = TICKS_PER_SECOND // 100
    frames = np.abs(clip[: len(clip) // step * step]).reshape(-1, step).max(axis=1)
    loud = np.flatnonzero(frames > _QUIET * frames.max(initial=0.0))
    breaks = np.flatnonzero(np.diff(loud) > _PAUSE_S * 100)
    firsts, lasts = loud[np.r_[0, breaks + 1]], loud[np.r_[breaks, -1]]
    return [(float(first) / 100, float(last + 1) / 100) for first, last in zip(firsts, lasts, strict=True)]


def _decoded(path: Path) -> Sound:
    form = ["-f", "g722"] if path.suffix == ".g722" else []
    command = [
        str(find_ffmpeg()),
        "-v",
        "error",
        *form,
        "-i",
        str(path),
        "-f",
        "f32le",
        "-ac",
        "1",
        "-ar",
        "16000",
        "-",
    ]
    # A file of one package is empty: it has no sound.
    return np.frombuffer(subprocess.run(command, capture_output=True, check=False).stdout, "<f4")


def _noisy(sound: Sound, random: np.random.Generator) -> Sound:
    """Reverberation of 0.3 s, and noise 12 dB below the speech."""
    tail = random.standard_normal(int(0.3 * TICKS_PER_SECOND)) * np.exp(-np.linspace(0, 7, int(0.3 * TICKS_PER_SECOND)))
    tail = np.concatenate([[1.0], 0.08 * tail]).astype(np.float32)
    block, size = 1 << 18, 1 << 19
    spectrum = np.fft.rfft(tail, size)
    wet = np.zeros(len(sound) + size, np.float32)
    for start in range(0, len(sound), block):
        part = np.fft.irfft(np.fft.rfft(sound[start : start + block], size) * spectrum, size)
        wet[start : start + size] += part.astype(np.float32)
    noise = random.standard_normal(len(sound)).astype(np.float32)
    noise[1:] += 0.9 * noise[:-1]
    noise *= _LEVEL * 10 ** (-12 / 20) / np.sqrt(np.mean(noise**2))
    return wet[: len(sound)] + noise


def _telephone(sound: Sound) -> Sound:
    """300 to 3400 Hz, in steps as coarse as mu-law's."""
    size = len(sound)
    frequencies = np.fft.rfftfreq(size, 1 / TICKS_PER_SECOND)
    band = (frequencies > 300) & (frequencies < 3400)
    narrow = np.fft.irfft(np.fft.rfft(sound) * band, size)
    small = np.sign(narrow) * np.log1p(255 * np.minimum(np.abs(narrow), 1)) / np.log(256)
    coarse = np.round(small * 127) / 127
    back = np.sign(coarse) * (256 ** np.abs(coarse) - 1) / 255
    smooth = np.fft.irfft(np.fft.rfft(back) * (frequencies < 4000), size)
    return np.asarray(smooth, np.float32)
