"""`audio.channel=each` and `audio.track=all`: one transcript in order of time, each word its speaker's."""

from __future__ import annotations

import json
import subprocess
import wave
from pathlib import Path

import jiwer
import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers.audio import windows
from chunkers.ffmpeg import find_ffmpeg
from chunkers.probing import probe
from data.normalise import normalise
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import load
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Store
from tests.meeting import MEETING, beginning

RATE, SECONDS = 16_000, 60
BLEED = 10 ** (-15 / 20)
PEOPLE = ("Helen Carter", "Martin Foster")


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> list[NDArray[np.int16]]:
    """The first minute of the meeting, a microphone each: what the other says is heard in it, 15 dB lower."""
    clip = beginning(tmp_path_factory.mktemp("meeting") / "m.opus", SECONDS)
    parts = list(windows(probe(clip)))
    mono = np.concatenate([one.samples[one.span.start - one.heard.start :] for one in parts])
    alone = [np.zeros_like(mono) for _ in PEOPLE]
    for line in spoken_lines():
        start, end = round((line["start_s"] - 0.1) * RATE), round((line["end_s"] + 0.1) * RATE)
        alone[PEOPLE.index(line["speaker"])][start:end] = mono[start:end]
    return [
        np.clip(np.rint((own + BLEED * other) * 32767), -32768, 32767).astype(np.int16)
        for own, other in (alone, alone[::-1])
    ]


def spoken_lines() -> list[dict[str, object]]:
    """The lines that end within the first minute."""
    text = MEETING.with_name("meeting.reference.jsonl").read_text(encoding="utf-8")
    return [line for line in map(json.loads, text.splitlines()) if line["end_s"] < SECONDS]


def stored(path: Path, *channels: NDArray[np.int16]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack(channels, 1).astype("<i2").tobytes())
    return path


def check(path: Path, folder: Path, names: tuple[str, str], *sets: str) -> None:
    """Every word is its speaker's, none is written twice, few are misheard."""
    settings = load(sets=[*sets, "hear.beam=1"])
    with Registry(keep=False) as registry:
        run = process(path, settings, Store(folder), registry, only="hear").run
    heard = Spoken(run)
    assert [person.name for person in heard.people] == list(names)
    for person, name in zip(PEOPLE, names, strict=True):
        said = normalise(" ".join(turn.text for turn in heard.turns() if turn.speaker == name)).split()
        expected = normalise(
            " ".join(str(line["text"]) for line in spoken_lines() if line["speaker"] == person)
        ).split()
        assert jiwer.wer(" ".join(expected), " ".join(said)) < 0.15, (name, said)
        assert len(said) <= len(expected) + 2, "something was written twice"
    starts = [turn.start for turn in heard.turns()]
    assert starts == sorted(starts)


@pytest.mark.models
def test_each_channel_of_a_call(voices: list[NDArray[np.int16]], tmp_path: Path, whisper_base: Path) -> None:
    del whisper_base
    call = stored(tmp_path / "call.wav", *voices)
    check(call, tmp_path / "store", ("Channel 0", "Channel 1"), "audio.channel=each")


@pytest.mark.models
def test_each_track_of_a_podcast(voices: list[NDArray[np.int16]], tmp_path: Path, whisper_base: Path) -> None:
    del whisper_base
    sounds = [stored(tmp_path / f"{number}.wav", voice) for number, voice in enumerate(voices)]
    podcast = tmp_path / "podcast.mka"
    inputs = [word for sound in sounds for word in ("-i", str(sound))]
    titles = [word for at, name in enumerate(PEOPLE) for word in (f"-metadata:s:a:{at}", f"title={name}")]
    command = [
        str(find_ffmpeg()),
        "-v",
        "error",
        *inputs,
        "-map",
        "0",
        "-map",
        "1",
        *titles,
        "-c:a",
        "flac",
        str(podcast),
    ]
    subprocess.run(command, check=True)
    check(podcast, tmp_path / "store", PEOPLE, "audio.track=all")
