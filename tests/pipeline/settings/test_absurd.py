"""Absurd values of every setting: each is refused by name before anything is loaded, or works."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.chain import chain
from pipeline.errors import LongmediaError, SettingsError
from pipeline.settings import Settings, load, table
from pipeline.settings.languages import LANGUAGES
from pipeline.source import Source

ABSURD = (
    *("", " ", "nan", "inf", "-inf", "1e309", "1e-300", "-1", "0", "1", "99", "1e9", "9" * 30),
    *("x" * 5000, "no", "a\0b", "a\nb", "\udce9", "\x1b[2J", "[]", "{}", "../../..", "http://x y", "é"),
)


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _loaded(text: str) -> Settings | SettingsError:
    try:
        return load(None, [text])
    except SettingsError as error:
        return error


@pytest.mark.parametrize("setting", [key for key, *_ in table()])
def test_an_absurd_value_is_refused_by_name_or_works(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before, group = set(sys.modules), setting.partition(".")[0]
    film = Source(Path("film.mkv"), "content", track=0, pictures=True)
    taken = 0
    for value in ABSURD:
        settings = _loaded(f"{setting}={value}")
        if isinstance(settings, SettingsError):
            said = str(settings)
            assert setting in said or said.startswith(f"{group}: "), value
            assert len(said) < 600
            assert said.isprintable()
            assert settings.cure
            continue
        taken += 1
        assert _finite(json.loads(json.dumps(settings.model_dump(mode="json"), ensure_ascii=False).encode()))
        with contextlib.suppress(LongmediaError):  # no such model, no such profile: said before anything is loaded
            chain(settings, film)
    assert taken < len(ABSURD)
    loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
    assert not loaded & {"torch", "transformers", "faster_whisper", "xllamacpp"}


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["hear.language=English"], ["hear.language", "`en`"]),
        (["hear.language=de-CH"], ["`de`"]),
        (["hear.language=DE"], ["`de`"]),
        (["hear.language=Klingon"], ["ISO 639"]),
        (["media.stall_s=inf"], ["media.stall_s", "finite"]),
        (["media.stall_s=-1"], ["media.stall_s"]),
        (["audio.length_s=45"], ["audio.length_s=45", "30"]),
        (["recipe=gemma", "hear.engine=whisper", "audio.length_s=45"], ["audio.length_s=45"]),
        (["recipe=gemma", "video.length_s=10", "audio.length_s=8"], ["video.scene_range_s=20", "video.length_s=10"]),
        (["recipe=gemma", "video.length_s=20"], ["video.length_s=20", "audio.length_s=30"]),
        (["recipe=gemma", "video.fps=0.01"], ["video.fps", "0.6"]),
        (["write.context=1024", "describe.max_tokens=600"], ["describe.max_tokens=600", "write.context=1024"]),
        (["hear.compute_type=float8"], ["hear.compute_type", "int8"]),
    ],
)
def test_what_does_not_go_together_is_said_with_its_cure(sets: list[str], words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, sets)
    assert all(word in str(caught.value) for word in words)


def test_longer_windows_are_for_who_hears_them() -> None:
    assert load(None, ["recipe=gemma", "audio.length_s=45"]).audio.length_s == 45
    assert load(None, ["hear.language=yue"]).hear.language == "yue"


def test_the_languages_are_the_recognisers() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(LANGUAGES) == set(_LANGUAGE_CODES)
