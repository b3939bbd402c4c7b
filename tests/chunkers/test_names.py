"""Paths as text: whole for the machine, harmless for people."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunkers.arguments import audio_output, command, source
from chunkers.names import from_text, to_text
from chunkers.printable import printable, without_controls
from chunkers.probing import probe
from tests.pipeline.quick import tones


@given(st.binary(min_size=1).filter(lambda raw: b"\0" not in raw))
def test_every_path_can_be_stored_and_found_again(raw: bytes) -> None:
    path = Path("/", os.fsdecode(raw))
    text = to_text(path)
    text.encode()
    assert from_text(text) == path
    without_controls(str(path)).encode()


@pytest.mark.parametrize("name", ["talk.wav", "été [1] 100%.wav", "\\xe9.wav", "file:", "夜.wav"])
def test_a_name_that_is_text_stays_as_it_is(name: str) -> None:
    assert to_text(Path(name)) == printable(name) == name
    assert from_text(name) == Path(name)


def test_ffmpeg_is_given_the_very_bytes_of_a_name(tmp_path: Path) -> None:
    recording = probe(tones(tmp_path / os.fsdecode(b"caf\xe9.wav"), 1))
    words = command(Path("ffmpeg"), audio_output(source(recording), recording, 0, "pipe:"))
    assert os.fsencode(words[words.index("-i") + 1]) == b"file:" + os.fsencode(tmp_path) + b"/caf\xe9.wav"
