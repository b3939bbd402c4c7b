"""Settings: sources in order, mistakes named, and each group knows which of its settings change the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Group, Settings, load, table, text_changing


def test_sources_from_weakest_to_strongest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "longmedia.toml"
    config.write_text("[audio]\nlength_s = 20\ncut_range_s = 3\nlead_in_s = 1\n")
    monkeypatch.setenv("LONGMEDIA_AUDIO__CUT_RANGE_S", "4")
    monkeypatch.setenv("LONGMEDIA_AUDIO__LEAD_IN_S", "2")
    audio = load(config, ["audio.lead_in_s=0.5"]).audio
    assert (audio.length_s, audio.cut_range_s, audio.lead_in_s) == (20, 4, 0.5)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("audio.lenth_s=20", "audio.lenth_s"),
        ("audio.length_s=-3", "audio.length_s"),
        ("audio.length_s=nan", "audio.length_s"),
        ("audio.length_s=many", "audio.length_s"),
        ("hear.part_rows=0", "hear.part_rows"),
        ("describe.windows=0", "describe.windows"),
        ("hear.engine=ears", "hear.engine"),
        ("storage.part_rows=4", "storage"),
        ("recipe.model=x", "recipe"),
        ("audio", "audio"),
        ("audio.track=first", "audio.track"),
        ("nothing=1", "nothing"),
        ("audio.cut_range_s=29", "audio: .* shorter than length_s"),
    ],
)
def test_a_wrong_setting_is_named(bad: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load(None, [bad])


def test_a_broken_or_missing_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "a.toml"
    broken.write_bytes(b"\xff\xfe = [")
    for path in (broken, tmp_path / "missing.toml", tmp_path):
        with pytest.raises(SettingsError, match=path.name):
            load(path)


def _changing(settings: Settings) -> dict[str, Any]:
    """What of each group can change the text."""
    groups = {name: value for name, value in settings if isinstance(value, Group)}
    return {name: found for name, group in groups.items() if (found := text_changing(group))}


@pytest.mark.parametrize(
    "same",
    [
        "hear.part_rows=3",
        "describe.part_rows=3",
        "media.stall_s=5",
        "media.recordings=8",
        "write.threads=3",
        "gemma.keep_quantized=false",
        "models.folder=/elsewhere",
        "models.keep_loaded=true",
        "encryption.key=env:KEY",
        "endpoint.timeout_s=3",
        "fallback.enabled=true",
    ],
)
def test_what_cannot_change_the_text_is_passed_over(same: str) -> None:
    now = load(None, [same])
    assert now != load()
    assert _changing(now) == _changing(load())


@pytest.mark.parametrize(
    "other",
    [
        "audio.length_s=20",
        "audio.track=mix",
        "video.fps=2",
        "hear.beam=1",
        "hear.language=en",
        "describe.windows=2",
        "describe.max_tokens=50",
        "write.model=qwen2.5-0.5b",
        "write.slots=2",
        "gemma.quantization=int8",
        "merge.language=German",
    ],
)
def test_what_changes_the_text_shows_in_its_own_group_alone(other: str) -> None:
    before, now = _changing(load()), _changing(load(None, [other]))
    assert {name for name in now if now[name] != before[name]} == {other.partition(".")[0]}


def test_every_setting_is_documented() -> None:
    assert [key for key, _, _, meaning in table() if not meaning] == []


def test_the_table_is_the_same_whenever_it_is_printed() -> None:
    """Nothing in it is an address in memory, or a name of the code that checks a value."""
    kinds = {key: kind for key, kind, _, _ in table()}
    assert (kinds["hear.language"], kinds["media.stall_s"]) == ("str | None", "float")
    assert not [key for key, kind in kinds.items() if "0x" in kind or "Annotated" in kind]


def test_settings_that_were_stored_are_the_same_settings() -> None:
    """A retry takes them from the document of the run, and must come to the same keys."""
    now = load(None, ["audio.length_s=8", "gemma.adapter=/voices/mine", "models.folder=/models", "hear.stretch_s=12"])
    then = Settings.model_validate(json.loads(json.dumps(now.model_dump(mode="json"), sort_keys=True)))
    assert then == now
    assert _changing(then) == _changing(now)
