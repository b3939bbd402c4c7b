"""Many channels heard as one: no voice that one of them holds is lost, and the usual mix is kept where it can be."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chunkers.audio import WindowRules, windows
from chunkers.channels import Mixer, layout_weights
from chunkers.errors import TrackError
from chunkers.probing import probe
from chunkers.segments import SegmentRules
from chunkers.tracks import choose_audio, render_probe
from chunkers.video import segments

Make = Callable[..., Path]
Samples = NDArray[np.int16]


def stored(path: Path, *channels: Samples) -> Path:
    """A WAV of discrete channels, which says nothing of where they belong."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.stack(channels, 1).astype("<i2").tobytes())
    return path


def surround(encode: Make, *channels: Samples) -> Path:
    """What recorders of six microphones store: their channels under the names of a film's."""
    source = ("-f", "s16le", "-ar", "16000", "-ch_layout", "5.1", "-i", "pipe:0")
    return encode("six.wav", *source, stdin=np.stack(channels, 1).astype("<i2").tobytes())


def heard(path: Path, **options: object) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    decoding = windows(probe(path), **options)  # type: ignore[arg-type]
    samples = np.concatenate([window.samples[window.span.start - window.heard.start :] for window in decoding])
    return samples, decoding.report.notes


def likeness(samples: NDArray[np.float32], voice: Samples) -> float:
    """1: nothing but the voice; the sign does not matter to anybody who listens."""
    return abs(float(np.corrcoef(samples[: len(voice)], voice)[0, 1]))


@pytest.fixture(scope="module")
def voice(speechlike: Samples) -> Samples:
    return speechlike[: 12 * 16_000]


@pytest.fixture(scope="module")
def other(speechlike: Samples) -> Samples:
    return speechlike[40 * 16_000 : 52 * 16_000]


@pytest.fixture(scope="module")
def nothing(voice: Samples) -> Samples:
    return np.random.default_rng(3).normal(0, 3, len(voice)).astype(np.int16)


def test_a_channel_that_is_wired_the_wrong_way_round(voice: Samples, tmp_path: Path) -> None:
    samples, notes = heard(stored(tmp_path / "a.wav", voice, -voice))
    assert likeness(samples, voice) > 0.99
    assert samples.std() * 32768 == pytest.approx(voice.std(), rel=0.1)
    assert "channel" in notes[0]
    assert "1 reversed" in notes[0]


@pytest.mark.parametrize("codec", ["libmp3lame", "aac"])
def test_after_a_lossy_encoder_too(codec: str, voice: Samples, tmp_path: Path, encode: Make) -> None:
    path = encode("a.mkv", "-i", str(stored(tmp_path / "a.wav", voice, -(voice // 2) - 900)), "-c:a", codec)
    recording = probe(path, levels=True)
    assert recording.audio[0].channel_db == pytest.approx([-27, -33], abs=2)
    assert "silent" not in choose_audio(recording)[1]
    samples, _ = heard(path)
    assert samples.std() * 32768 > 0.5 * voice.std()


@pytest.mark.parametrize("channel", range(6))
def test_a_microphone_on_any_of_six_channels(channel: int, voice: Samples, nothing: Samples, encode: Make) -> None:
    """The fourth of six is taken for the low-frequency channel, which has no part in the usual mix."""
    channels = [nothing] * 6
    channels[channel] = voice
    samples, notes = heard(surround(encode, *channels))
    assert likeness(samples, voice) > 0.98
    assert bool(notes) is (channel == 3)


def test_two_at_once_on_six_channels(voice: Samples, other: Samples, nothing: Samples, encode: Make) -> None:
    samples, _ = heard(surround(encode, nothing, voice, nothing, other, nothing, nothing))
    assert likeness(samples, voice) > 0.5
    assert likeness(samples, other) > 0.5


@pytest.mark.parametrize("count", [9, 32])
def test_more_channels_than_layouts_know(count: int, voice: Samples, nothing: Samples, tmp_path: Path) -> None:
    path = stored(tmp_path / "a.wav", *[nothing] * (count - 2), voice, nothing)
    recording = probe(path, levels=True)
    assert int(np.argmax(recording.audio[0].channel_db)) == count - 2
    assert likeness(heard(path, channel=count - 2)[0], voice) > 0.99
    assert likeness(heard(path)[0], voice) > 0.9


def test_a_usual_recording_keeps_its_mix(voice: Samples, other: Samples, nothing: Samples, tmp_path: Path) -> None:
    room = nothing + voice // 5
    for left, right in ((voice, voice), (voice, nothing), (voice, other), (voice, room), (room + other, voice)):
        samples, notes = heard(stored(tmp_path / "a.wav", left, right))
        assert not notes
        mean = (left.astype(np.float32) + right) / 65536
        assert np.abs(samples - mean).max() <= 1 / 32768


def test_rumble_in_the_low_frequency_channel_changes_nothing(voice: Samples, nothing: Samples, encode: Make) -> None:
    boom = (20_000 * np.sin(2 * np.pi * 60 * np.arange(len(voice)) / 16_000)).astype(np.int16)
    samples, notes = heard(surround(encode, nothing, nothing, voice, boom, nothing, nothing))
    assert not notes
    assert likeness(samples, voice) > 0.99


def test_a_change_on_the_way_loses_nothing(voice: Samples, nothing: Samples, tmp_path: Path) -> None:
    """First in phase, then reversed, then in phase again; the shorter of the pieces is two seconds."""
    turned = voice.copy()
    turned[4 * 16_000 : 6 * 16_000] *= -1
    samples, notes = heard(stored(tmp_path / "a.wav", voice, turned))
    for second in range(12):
        part = slice(second * 16_000, (second + 1) * 16_000)
        assert likeness(samples[part], voice[part]) > 0.99
    assert "0:00:04" in notes[0]


def test_one_channel_alone(voice: Samples, other: Samples, tmp_path: Path) -> None:
    path = stored(tmp_path / "a.wav", voice, other)
    assert "Only its channel 1 is heard, as asked." in choose_audio(probe(path), channel=1)[1]
    for channel, expected in enumerate((voice, other)):
        samples, notes = heard(path, channel=channel)
        assert np.array_equal(samples * 32768, expected)
        assert notes == (f"Only channel {channel} of 2 was heard, as asked.",)
    with pytest.raises(TrackError, match="no channel 2"):
        windows(probe(path), channel=2)
    with pytest.raises(TrackError, match="no channel 0 in the mix"):
        windows(probe(path), track="mix", channel=0)


def test_a_mix_of_tracks_keeps_what_cancels_in_one(
    voice: Samples, other: Samples, nothing: Samples, tmp_path: Path, encode: Make
) -> None:
    inputs = [
        stored(tmp_path / "a.wav", other),
        stored(tmp_path / "b.wav", voice, -voice),
        stored(tmp_path / "c.wav", *[nothing] * 9),
    ]
    arguments = [part for path in inputs for part in ("-i", str(path))]
    path = encode("m.mkv", *arguments, "-map", "0", "-map", "1", "-map", "2", "-c:a", "pcm_s16le")
    samples, _ = heard(path, track="mix")
    assert likeness(samples, voice) > 0.5
    assert likeness(samples, other) > 0.4


def test_the_sound_of_a_film(voice: Samples, tmp_path: Path, encode: Make) -> None:
    sound = stored(tmp_path / "a.wav", voice, -voice)
    path = encode("f.mkv", "-f", "lavfi", "-i", "testsrc=s=96x96:r=5:d=12", "-i", str(sound), "-c:a", "flac")
    decoding = segments(probe(path), SegmentRules(length_s=60))
    samples = np.concatenate([window.samples for segment in decoding for window in segment.windows])
    assert likeness(samples, voice) > 0.99
    assert "reversed" in decoding.report.notes[0]
    alone = segments(probe(path), SegmentRules(length_s=60), channel=1)
    assert likeness(np.concatenate([w.samples for segment in alone for w in segment.windows]), voice) > 0.99


def test_what_comes_in_pieces_is_the_same(voice: Samples, other: Samples) -> None:
    data = np.stack([voice, other, -voice], 1).astype("<i2").tobytes()[:-4]
    weights = np.full(3, 1 / 3, np.float32)
    whole = Mixer(weights)
    expected = whole.feed(data) + whole.finish()
    pieces = Mixer(weights)
    assert b"".join(pieces.feed(data[at : at + 9999]) for at in range(0, len(data), 9999)) + pieces.finish() == expected
    assert len(expected) == 2 * (len(voice) - 1), "half a frame at the end is none"


def by_itself(path: Path, **options: object) -> list[NDArray[np.float32]]:
    """What each track or channel holds, of all windows."""
    parts = list(windows(probe(path), **options))  # type: ignore[arg-type]
    voices = [[voice[window.span.start - window.heard.start :] for voice in window.voices] for window in parts]
    return [np.concatenate(one) for one in zip(*voices, strict=True)]


def test_each_channel_by_itself(voice: Samples, other: Samples, tmp_path: Path) -> None:
    long = np.concatenate([voice, other, voice]), np.concatenate([other, np.zeros_like(voice), other])
    rules = WindowRules(length_s=9, cut_range_s=3)
    left, right = by_itself(stored(tmp_path / "a.wav", *long), rules=rules, each="channel")
    assert np.array_equal(np.rint(left * 32768).astype(np.int16), long[0])
    assert np.array_equal(np.rint(right * 32768).astype(np.int16), long[1])
    assert not by_itself(stored(tmp_path / "a.wav", *long), rules=rules)


def test_each_track_by_itself_on_the_common_clock(voice: Samples, other: Samples, tmp_path: Path, encode: Make) -> None:
    sounds = [stored(tmp_path / f"{name}.wav", one) for name, one in (("a", voice), ("b", other[: 4 * 16_000]))]
    inputs = [part for sound in sounds for part in ("-i", str(sound))]
    path = encode("two.mka", inputs[0], inputs[1], "-itsoffset", "2", *inputs[2:], "-map", "0", "-map", "1")
    first, second = by_itself(path, track="mix", each="track")
    assert len(first) == len(second)
    assert likeness(first[: len(voice)], voice) > 0.99
    assert likeness(second[2 * 16_000 : 6 * 16_000], other[: 4 * 16_000]) > 0.99
    assert not np.any(second[: 2 * 16_000])


def test_weights_of_layouts(encode: Make) -> None:
    source = ("-f", "lavfi", "-i", "sine=d=1")
    surround = probe(encode("s.ac3", *source, "-ac", "6")).audio
    assert layout_weights(surround) == pytest.approx([0.207, 0.207, 0.293, 0, 0.146, 0.146], abs=0.001)
    stereo = probe(encode("s.flac", *source, "-ac", "2")).audio
    assert layout_weights([*stereo, *stereo]) == pytest.approx([0.25] * 4)


def test_unlike_channels_are_shown(voice: Samples, nothing: Samples, tmp_path: Path) -> None:
    text = "\n".join(render_probe(probe(stored(tmp_path / "a.wav", nothing, voice), levels=True)))
    assert "-27 dBFS (-82 dBFS, -27 dBFS)" in text
    assert "Its 2 channels are heard as one." in text
