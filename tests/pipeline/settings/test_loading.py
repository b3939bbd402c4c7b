"""Settings: sources in order, mistakes named, and a fingerprint that knows what changes the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import fingerprint, load, table


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
        ("storage.part_rows=0", "storage.part_rows"),
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


def test_the_fingerprint_follows_what_changes_the_text_and_nothing_else() -> None:
    def mark(*sets: str, recording: str = "r", **identity: str) -> str:
        return fingerprint(load(None, sets), recording, identity)

    assert mark() == mark("storage.part_rows=3", "media.stall_s=5", "write.threads=3", "models.folder=/elsewhere")
    others = [
        mark(),
        mark("audio.length_s=20"),
        mark("write.model=qwen2.5-0.5b"),
        mark("profile=meeting"),
        mark(recording="q"),
        mark(hearer="x"),
    ]
    assert len(set(others)) == len(others)


def test_every_setting_is_documented() -> None:
    assert [key for key, _, _, meaning in table() if not meaning] == []


def test_settings_that_were_stored_give_the_same_fingerprint() -> None:
    now = load(None, ["audio.length_s=8"])
    then = type(now).model_validate(json.loads(now.model_dump_json()))
    assert fingerprint(now, "r", {}) == fingerprint(then, "r", {})
