"""Where everything lies: offsets, lengths, files."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import make_video
from data.check import missing_facts
from data.encode import encoder
from data.make import main
from data.script import Line, Pause, Utterance, meeting
from data.timeline import Piece, compose, with_noise
from data.voices import VOICES, Voice, VoiceMissingError
from data.voices.tone import Tone

HERE = Path(__file__).parents[2] / "data"
LINES = st.lists(
    st.one_of(
        st.builds(Pause, st.floats(0, 3)),
        st.builds(Utterance, st.sampled_from(["Ann", "Bob", "Cy"]), st.text("abc ", min_size=1, max_size=20)),
    ),
    max_size=12,
)


def samples(file: Path, rate: int) -> np.ndarray:
    """Decode a file with ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(file), "-ar", str(rate)]
    raw = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.int16)


def rows(file: Path) -> list[dict[str, Any]]:
    """Read a reference."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@settings(deadline=None)
@given(LINES, st.integers(0, 99), st.one_of(st.none(), st.floats(2, 30)))
def test_rows_are_where_the_sound_is(lines: list[Line], seed: int, seconds: float | None) -> None:
    voice = Tone()
    pieces = list(compose(lines, voice, seed=seed, seconds=seconds))
    sound = np.concatenate([piece.samples for piece in pieces])
    found = [piece.row for piece in pieces if piece.row]
    for number, row in enumerate(found):
        assert row.index == number
        assert np.any(sound[row.start : row.end])
        sound[row.start : row.end] = 0
    assert not np.any(sound), "sound outside every row"
    assert all(a.end < b.start for a, b in pairwise(found))
    if seconds is None:
        assert len(found) == sum(isinstance(line, Utterance) for line in lines)
    else:
        assert len(sound) == round(seconds * voice.rate)


@settings(deadline=None)
@given(LINES, st.integers(0, 99))
def test_the_same_seed_gives_the_same_samples(lines: list[Line], seed: int) -> None:
    def whole() -> bytes:
        pieces = with_noise(compose(lines, Tone(), seed=seed), -50, seed=seed)
        return b"".join(piece.samples.tobytes() for piece in pieces)

    assert whole() == whole()


def test_noise_is_as_loud_as_asked() -> None:
    silence = [Piece(np.zeros(100_000, np.int16))]
    (noisy,) = with_noise(silence, -50, seed=0)
    loudness = 20 * np.log10(np.sqrt(np.mean(noisy.samples.astype(float) ** 2)) / 32767)
    assert loudness == pytest.approx(-50, abs=0.2)


@pytest.mark.parametrize("suffix", ["flac", "wav", "opus", "mp3"])
def test_a_file_and_its_reference(tmp_path: Path, suffix: str) -> None:
    given = ["--minutes", "0.5", "--voice", "tone", "--format", suffix, "--name", "x"]
    for folder in ("a", "b"):
        assert main([*given, "--out", str(tmp_path / folder)]) == 0
    for one in sorted((tmp_path / "a").iterdir()):
        assert one.read_bytes() == (tmp_path / "b" / one.name).read_bytes(), "the same again"
    sound = samples(tmp_path / "a" / f"x.{suffix}", Tone.rate)
    slack = 0.06 if suffix == "mp3" else 0  # its frames have a fixed size
    assert abs(len(sound) / Tone.rate - 30) <= slack
    reference = rows(tmp_path / "a" / "x.reference.jsonl")
    assert [row["text"] for row in reference] == (tmp_path / "a" / "x.reference.txt").read_text("utf-8").splitlines()
    loud = np.abs(sound[reference[0]["start"] : reference[0]["end"]]).mean()
    assert loud > 100 * (np.abs(sound[: reference[0]["start"] - 200]).mean() + 0.1)


def test_a_failed_encoder_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with encoder(tmp_path / "x.flac", 16_000) as pipe:
            pipe.write(bytes(3200))
            raise RuntimeError("the voice failed")

    with pytest.raises(RuntimeError, match="voice"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_the_committed_meeting_is_what_the_script_says() -> None:
    reference = rows(HERE / "meeting.reference.jsonl")
    spoken = [line for line in meeting() if isinstance(line, Utterance)]
    assert [(row["speaker"], row["text"]) for row in reference] == [(line.speaker, line.text) for line in spoken]
    rate = reference[0]["rate"]
    sound = samples(HERE / "meeting.opus", rate)
    assert len(sound) == reference[-1]["end"] + rate // 2
    gaps = [b["start"] - a["end"] for a, b in pairwise(reference)]
    assert min(gaps) > 0
    assert max(gaps) >= 8 * rate
    for row in reference:
        assert np.abs(sound[row["start"] : row["end"]]).mean() > 300, row["text"]
        assert row["end"] - row["start"] < 12 * rate


def test_missing_facts_are_named() -> None:
    said = [{"facts": [{"kind": "amount", "value": "7,500 euros"}, {"kind": "number", "value": "5"}]}]
    assert missing_facts(said, "it costs €7,500") == [{"kind": "number", "value": "5"}]
    assert missing_facts(said, "five of them for 7500 euros") == []


@pytest.fixture(params=["espeak", "kokoro"])
def voice(request: pytest.FixtureRequest) -> Iterator[Voice]:
    try:
        yield VOICES[request.param]()
    except VoiceMissingError as missing:
        pytest.skip(str(missing))


def test_a_voice_has_several_people(voice: Voice) -> None:
    one, other = (voice.say("Twelve.", speaker) for speaker in (0, 1))
    for sound in (one, other):
        assert 0.2 * voice.rate < len(sound) < 3 * voice.rate
    assert not np.array_equal(one, other)


def test_espeak_says_the_same_in_every_process(tmp_path: Path) -> None:
    try:
        VOICES["espeak"]()
    except VoiceMissingError as missing:
        pytest.skip(str(missing))
    command = [sys.executable, "-m", "data.make", "--minutes", "0.5", "--voice", "espeak", "--name", "x", "--out"]
    for folder in ("a", "b"):
        subprocess.run([*command, str(tmp_path / folder)], check=True, cwd=HERE.parent)
    assert (tmp_path / "a" / "x.opus").read_bytes() == (tmp_path / "b" / "x.opus").read_bytes()


def test_the_video_has_its_sheets_and_its_sound(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="drawing the sheets needs Pillow")
    assert make_video.main(["--minutes", "0.3", "--voice", "tone", "--out", str(tmp_path)]) == 0
    shown = rows(tmp_path / "inspection.slides.jsonl")
    assert shown[0]["start_s"] == 0
    assert shown[-1]["end_s"] == 18
    assert all(a["end_s"] == b["start_s"] for a, b in pairwise(shown))
    assert abs(len(samples(tmp_path / "inspection.mp4", Tone.rate)) / Tone.rate - 18) < 0.1
