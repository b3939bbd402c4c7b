"""Probing, and which track is heard."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import windows
from chunkers.errors import NoAudioError, NoVideoError, TrackError
from chunkers.levels import listen_through
from chunkers.probing import probe
from chunkers.tracks import choose_audio, render_probe
from chunkers.video import segments

Make = Callable[..., Path]


@pytest.fixture(scope="module")
def meeting(encode: Make) -> Path:
    """A silent default track, a quiet one in German, a loud one with a title."""
    sources = ("anullsrc=d=40:r=48000", "sine=f=300:d=40:r=48000", "sine=f=500:d=40:r=48000")
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    labels = ("-metadata:s:a:1", "language=ger", "-metadata:s:a:2", "title=Stage", "-disposition:a:0", "default")
    volumes = ("-filter:a:1", "volume=0.1", "-filter:a:2", "volume=2")
    return encode("meeting.mkv", *inputs, "-map", "0", "-map", "1", "-map", "2", *volumes, *labels, "-c:a", "flac")


def test_levels_show_the_silent_track(meeting: Path) -> None:
    recording = probe(meeting, levels=True)
    levels = [track.level_db for track in recording.audio]
    assert levels[0] == -math.inf
    assert levels[1:] == pytest.approx([-41, -15], abs=1)
    assert [track.language for track in recording.audio] == [None, "ger", None]
    assert recording.audio[2].title == "Stage"
    assert recording.duration == 40 * 16_000


def test_a_silent_default_is_not_heard(meeting: Path) -> None:
    choice, why = choose_audio(probe(meeting, levels=True))
    assert choice == (2,)
    assert "track 0 (the file's default) is silent" in why


@pytest.fixture(scope="module")
def patient(encode: Make) -> Callable[..., Path]:
    """A microphone whose owner says something once in five minutes, or never, beside music all the time."""

    def make(name: str, at_s: int, *arguments: str) -> Path:
        voice = f"aevalsrc='if(between(t,{at_s},{at_s}+1),0.2*sin(2000*t),0)':d=300:s=16000"
        inputs = ("-f", "lavfi", "-i", voice, "-f", "lavfi", "-i", "sine=f=300:d=300:r=16000")
        labels = ("-metadata:s:a:0", "title=Mic", "-metadata:s:a:1", "title=Music", "-disposition:a:0", "default")
        return encode(name, *inputs, "-map", "0", "-map", "1", *labels, *arguments)

    return make


@pytest.mark.parametrize(("name", "options"), [("a.mkv", ()), ("live.mkv", ("-live", "1"))])
def test_a_default_that_speaks_between_the_excerpts_is_heard(
    name: str, options: tuple[str, ...], patient: Callable[..., Path]
) -> None:
    for at_s in (40, 298):
        recording = probe(patient(name, at_s, "-c:a", "flac", *options), levels=True)
        assert bool(recording.duration) is not bool(options)
        choice, why = choose_audio(recording)
        assert choice == (0,)
        assert "silent" not in why


def test_a_default_that_is_silent_throughout_is_not_heard(patient: Callable[..., Path]) -> None:
    recording = probe(patient("never.mkv", 999, "-c:a", "flac"), levels=True)
    assert recording.audio[0].level_of_all
    assert choose_audio(recording)[0] == (1,)
    assert "It is silent." in choose_audio(recording, 0)[1]


def test_what_could_not_be_listened_through_is_not_called_silent(patient: Callable[..., Path]) -> None:
    assert listen_through(patient("never.mkv", 999, "-c:a", "flac"), [0], 0, budget_s=0) == ({}, False)
    recording = probe(patient("never.mkv", 999, "-c:a", "flac"), levels=True)
    mic = replace(recording.audio[0], level_of_all=False)
    choice, why = choose_audio(replace(recording, audio=(mic, *recording.audio[1:])))
    assert choice == (0,)
    assert "excerpts of it that were measured are silent" in why


def test_what_is_asked_for_is_taken(meeting: Path) -> None:
    recording = probe(meeting)
    assert choose_audio(recording, 1)[0] == (1,)
    assert choose_audio(recording, "mix")[0] == ("mix",)
    assert choose_audio(recording, "all")[0] == (0, 1, 2)
    choice, why = choose_audio(recording)
    assert choice == (0,)
    assert "not measured" in why
    with pytest.raises(TrackError, match="no audio track 3"):
        choose_audio(recording, 3)
    with pytest.raises(TrackError):
        windows(recording, track=-1)


def test_the_chosen_track_is_the_one_that_is_heard(meeting: Path) -> None:
    recording = probe(meeting)
    peaks = []
    for track in (0, 1, 2, "mix"):
        heard = np.concatenate([window.samples for window in windows(recording, track=track)])
        spectrum = np.abs(np.fft.rfft(heard[:160_000]))
        peaks.append((heard.std() > 0.001, int(np.argmax(spectrum)) / 10))
    assert peaks[0][0] is np.False_
    assert peaks[1:] == [(True, 300.0), (True, 500.0), (True, 500.0)]


@pytest.mark.parametrize("codec", ["aac", "flac", "libopus", "pcm_s16le", "pcm_u8", "pcm_f32le", "pcm_s24le"])
@pytest.mark.parametrize("channels", [1, 6, 8])
def test_each_channel_is_measured_however_samples_are_laid_out(encode: Make, codec: str, channels: int) -> None:
    """PyAV counts nine planes in a frame of eight: one version ends the process when it reads the ninth."""
    mixed = "|".join(f"c{at}={'c0' if at == channels - 1 else '0*c0'}" for at in range(channels))
    layout = {1: "mono", 6: "5.1", 8: "7.1"}[channels]
    sound = ("-f", "lavfi", "-i", "sine=f=440:d=2", "-af", f"pan={layout}|{mixed}", "-c:a", codec)
    (track,) = probe(encode(f"{codec}{channels}.mkv", *sound), levels=True).audio
    assert track.channels == len(track.channel_db) == channels
    assert -25 < track.channel_db[-1] < -15
    assert all(level < -60 for level in track.channel_db[:-1])


def test_the_probe_in_words(meeting: Path) -> None:
    text = "\n".join(render_probe(probe(meeting, levels=True)))
    for part in ("matroska", "0:00:40", "digital silence", "ger", '"Stage"', "default", "Audio track 2, the loudest"):
        assert part in text


def test_a_film_without_sound_says_so(encode: Make) -> None:
    path = encode("mute.mp4", "-f", "lavfi", "-i", "testsrc=s=320x180:r=25:d=2", "-c:v", "libx264")
    recording = probe(path)
    assert "no audio track" in "\n".join(render_probe(recording))
    assert (recording.video[0].width, recording.video[0].height, recording.video[0].fps) == (320, 180, 25)
    with pytest.raises(NoAudioError):
        choose_audio(recording)


def test_pixels_that_are_not_square(encode: Make) -> None:
    path = encode(
        "dvd.mp4", "-f", "lavfi", "-i", "testsrc=s=720x576:r=25:d=1", "-vf", "setsar=64/45", "-c:v", "libx264"
    )
    assert (probe(path).video[0].width, probe(path).video[0].height) == (1024, 576)


def test_a_picture_without_a_size_is_none(encode: Make) -> None:
    """A flipped byte in a header gives 0 x 0: the sound is still there."""
    film = encode("film.mkv", "-f", "lavfi", "-i", "testsrc=s=96x96:d=1", "-f", "lavfi", "-i", "sine=d=1")
    recording = probe(film)
    damaged = replace(recording, video=tuple(replace(track, width=0, height=0) for track in recording.video))
    assert (len(recording.pictures), damaged.pictures) == (1, ())
    with pytest.raises(NoVideoError, match="without a size"):
        segments(damaged)
