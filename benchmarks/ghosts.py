"""Words written about sounds in which nobody speaks: `python -m benchmarks.ghosts [--minutes 10]`.

Each sound of `data/sounds.py` is heard for so many minutes by the stage `hear` of a run, and by faster-whisper with the
same weights and its own defaults, its voice filter on and off. The last line counts words of data/meeting.opus with
each of the sounds under it, 10 dB below the voices: a filter that loses speech writes no ghosts either.
"""

from __future__ import annotations

import argparse
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio
from numpy.typing import NDArray

from benchmarks.rows import Row, hand_back
from data.sounds import RATE, SOUNDS, without_voice
from pipeline.models.registry import Registry
from pipeline.models.weights import fetch
from pipeline.process import process
from pipeline.settings import Settings, load
from pipeline.store import Store

MEETING = Path(__file__).parent.parent / "data" / "meeting.opus"

Samples = NDArray[np.float32]
Way = Callable[[Samples], int]


def ours(settings: Settings, registry: Registry) -> Way:
    """Words as they are stored after hearing."""

    def heard(samples: Samples) -> int:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sound.wav"
            _write(path, samples)
            run = process(path, settings, Store(folder), registry, only="hear").run
            return sum(len(row.transcript.split()) for row in run.heard())

    return heard


def theirs(model: WhisperModel, *, voice_filter: bool) -> Way:
    """Words of faster-whisper's own segments."""

    def heard(samples: Samples) -> int:
        segments, _ = model.transcribe(samples, vad_filter=voice_filter)
        return sum(len(segment.text.split()) for segment in segments)

    return heard


def main() -> None:
    """Print the table: a line a sound, a column a way."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--minutes", type=float, default=10, help="of each sound (default 10)")
    minutes = options.parse_args().minutes
    settings = load()
    model = WhisperModel(str(fetch.locate("whisper-base", settings.models)), device="cpu", compute_type="int8")
    with Registry(keep=True) as registry:
        ways: dict[str, Way] = {
            "longmedia": ours(settings, registry),
            "faster-whisper": theirs(model, voice_filter=False),
            "with its filter": theirs(model, voice_filter=True),
        }
        print(f"{'words about ' + format(minutes, 'g') + ' min of':<24}" + "".join(f"{name:>18}" for name in ways))
        for name in SOUNDS:
            sound = without_voice(name, minutes * 60)
            counts = [heard(sound) for heard in ways.values()]
            print(f"{name:<24}" + "".join(f"{count:>18}" for count in counts), flush=True)
            what = f"words made up about {minutes:g} min of {name}"
            hand_back(Row(what, counts[0], "words", "faster-whisper", counts[1]))
            hand_back(Row(what, counts[0], "words", "faster-whisper with its filter", counts[2]))
        meeting = decode_audio(str(MEETING), sampling_rate=RATE)
        for name in ("", *SOUNDS):
            mixed = meeting if not name else _under(meeting, without_voice(name, len(meeting) / RATE))
            counts = "".join(f"{heard(mixed):>18}" for heard in ways.values())
            print(f"{'meeting' + (' + ' + name if name else ''):<24}{counts}", flush=True)


def _under(voice: Samples, sound: Samples) -> Samples:
    """Both, the sound 10 dB below the voice where it is no silence."""
    loud, own = float(np.sqrt((voice**2).mean())), float(np.sqrt((sound**2).mean()))
    return voice if own == 0 else np.asarray(voice + sound[: len(voice)] * (loud / own * 10 ** (-10 / 20)), np.float32)


def _write(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
