"""How often the silence detector loses a word: real speech against silence, noise, hum, tones and music.

`python -m benchmarks.chunkers_silence FOLDER` reads every recording of speech in FOLDER, cuts words out of it (0.35 s
and 0.12 s long) and hides each one in 30 s of a background, at several levels and signal-to-noise ratios. A miss is a
window that holds the word and is called silent; a false alarm a background alone that is not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row, hand_back
from chunkers.audio import windows
from chunkers.errors import LongmediaError
from chunkers.probing import probe
from chunkers.silence import is_silent
from chunkers.spans import TICKS_PER_SECOND

Sound = NDArray[np.float64]
RATE = TICKS_PER_SECOND
LENGTH = 30 * RATE
LEVELS_DB = (-20, -35, -50, -60, -70, -75)
SNRS_DB = (10, 5, 0, -5)
WORDS_S = (0.35, 0.12)


def words(folder: Path, count: int, length: int, rng: np.random.Generator) -> list[Sound]:
    """`count` stretches of `length` samples in which somebody speaks, at an RMS of 1."""
    found: list[Sound] = []
    for path in sorted(folder.rglob("*")):
        try:
            speech = np.concatenate([w.samples[w.span.start - w.heard.start :] for w in windows(probe(path))])
        except LongmediaError:
            continue
        blocks = speech[: len(speech) // length * length].reshape(-1, length).astype(np.float64)
        rms = np.sqrt((blocks**2).mean(axis=1))
        found += list(blocks[rms > np.quantile(rms, 0.9) / 4])
    fade = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.02 * RATE))
    chosen = [found[n] * fade for n in rng.permutation(len(found))[:count]]
    return [word / np.sqrt((word**2).mean()) for word in chosen]


def pink(rng: np.random.Generator) -> Sound:
    spectrum = np.fft.rfft(rng.normal(size=LENGTH))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 20)), LENGTH)


def hum(rng: np.random.Generator) -> Sound:
    t = np.arange(LENGTH) / RATE
    return sum(np.sin(2 * np.pi * 50 * k * t + rng.uniform(0, 6)) / k for k in range(1, 20)) + rng.normal(
        0, 0.01, LENGTH
    )


def chord(rng: np.random.Generator) -> Sound:
    t = np.arange(LENGTH) / RATE
    notes = (220, 277.2, 329.6, 440)
    return sum(np.sin(2 * np.pi * f * k * t + rng.uniform(0, 6)) / k for f in notes for k in range(1, 6))


def melody(rng: np.random.Generator) -> Sound:
    """Plucked notes, two a second: music, which the detector may pass on but must not drop words from."""
    note = np.arange(RATE // 2) / RATE
    pitches = 220 * 2 ** (rng.integers(0, 24, LENGTH // len(note)) / 12)
    return np.concatenate(
        [sum(np.sin(2 * np.pi * f * k * note) / k for k in range(1, 6)) * np.exp(-4 * note) for f in pitches]
    )


def fan(rng: np.random.Generator) -> Sound:
    """Pink noise that swells by 3 dB every few seconds, as a fan or a car does."""
    t = np.arange(LENGTH) / RATE
    return pink(rng) * (1 + 0.2 * np.sin(2 * np.pi * 0.3 * t + rng.uniform(0, 6)))


BACKGROUNDS: dict[str, Callable[[np.random.Generator], Sound]] = {
    "white noise": lambda rng: rng.normal(size=LENGTH),
    "pink noise": pink,
    "fan": fan,
    "mains hum": hum,
    "steady chord": chord,
    "melody": melody,
}


def pcm(sound: Sound) -> NDArray[np.int16]:
    return np.clip(np.round(sound * 32768), -32768, 32767).astype(np.int16)


def amplitude(level_db: float) -> float:
    return float(10 ** (level_db / 20))


def rows(speech: list[Sound], rng: np.random.Generator) -> Iterator[tuple[str, str, int, int, str]]:
    """(background, SNR, missed, tried, false alarms)"""
    quiet = np.zeros(LENGTH)
    dither = rng.normal(0, 1 / 32768, LENGTH)
    for name, background in (("digital silence", quiet), ("16-bit dither", dither)):
        for level in LEVELS_DB:
            missed = sum(is_silent(pcm(hidden(word * amplitude(level), background, rng))) for word in speech)
            yield name, f"speech at {level} dBFS", missed, len(speech), f"{not is_silent(pcm(background)):d}/1"
    for name, make in BACKGROUNDS.items():
        for snr in SNRS_DB:
            missed = alarms = 0
            for number, word in enumerate(speech):
                level = LEVELS_DB[number % 4]
                sound = make(rng)
                sound *= amplitude(level - snr) / np.sqrt((sound**2).mean())
                missed += is_silent(pcm(hidden(word * amplitude(level), sound, rng)))
                alarms += not is_silent(pcm(sound))
            yield name, f"{snr} dB", missed, len(speech), f"{alarms}/{len(speech)}"


def hidden(word: Sound, background: Sound, rng: np.random.Generator) -> Sound:
    mixed = background.copy()
    at = int(rng.integers(0, LENGTH - len(word)))
    mixed[at : at + len(word)] += word
    return mixed


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    print(f"{'background':<17}{'word':<8}{'SNR':<22}{'missed':>9}{'false alarms':>15}")
    for word_s in WORDS_S:
        rng = np.random.default_rng(1)
        speech = words(folder, count, int(word_s * RATE), rng)
        for background, snr, missed, tried, alarms in rows(speech, rng):
            print(f"{background:<17}{f'{word_s} s':<8}{snr:<22}{f'{missed}/{tried}':>9}{alarms:>15}", flush=True)
            what = f"words of {word_s} s in {background}, {snr}: taken for silence"
            hand_back(Row(what, missed, "words", "spoken", tried))


if __name__ == "__main__":
    main()
