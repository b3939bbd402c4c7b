"""A file of settings that lies beside recordings starts no program, opens no way out and names no place for files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Group, Settings, load_here, named_only
from pipeline.settings.loading import own_config

HARMLESS = {
    "hear.hotwords",
    "hear.model",
    "write.model",
    "gemma.model",
    "hear.language",
    "merge.language",
    "audio.track",
    "speakers.count",
}
"""Words, and models: a folder of weights is read, and nothing in it is run."""


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def _leaves() -> dict[str, Any]:
    groups = {name: info.annotation for name, info in Settings.model_fields.items()}
    return {
        f"{name}.{key}": info.annotation
        for name, group in groups.items()
        if isinstance(group, type) and issubclass(group, Group)
        for key, info in group.model_fields.items()
    }


def _may_be_text(annotation: Any) -> bool:
    inner = [one for one in get_args(annotation) if not isinstance(one, str)]  # the words of a Literal are strings
    return annotation in (str, Path) or any(map(_may_be_text, inner))


def test_every_setting_that_may_be_a_path_a_program_an_address_or_a_key_is_marked() -> None:
    """A new one is marked or put among the harmless: by the person who adds it."""
    texts = {key for key, annotation in _leaves().items() if _may_be_text(annotation)}
    assert {"media.ffmpeg", "encryption.key", "fallback.hook", "endpoint.url", "fallback.prices"} <= texts
    assert texts - set(named_only()) == HARMLESS


VALUES = {
    "media.ffmpeg": '"./evil.sh"',
    "models.folder": '"models"',
    "encryption.key": '"file:key"',
    "gemma.adapter": '"adapter"',
    "write.adapter": '"adapter.gguf"',
    "gemma.drafter": '"some/drafter"',
    "fallback.hook": '"module:function"',
    "fallback.enabled": "true",
    "endpoint.url": '"http://127.0.0.1:1/v1"',
}


@pytest.mark.parametrize("key", VALUES)
def test_what_is_marked_counts_only_from_a_file_that_is_named(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    group, _, name = key.partition(".")
    here = Path("longmedia.toml")
    here.write_text(f"[merge]\ncarry = 0.25\n[{group}]\n{name} = {VALUES[key]}\n")
    with pytest.raises(SettingsError) as caught:
        load_here()
    for word in (str(here.absolute()), key, "--config longmedia.toml", str(own_config())):
        assert word in str(caught.value)
    default = getattr(getattr(Settings(), group), name)
    named = [load_here(here)]
    monkeypatch.setenv("LONGMEDIA_CONFIG", str(here))
    named.append(load_here())
    monkeypatch.delenv("LONGMEDIA_CONFIG")
    own_config().parent.mkdir(parents=True)
    here.rename(own_config())
    named.append(load_here())
    assert all(getattr(getattr(settings, group), name) != default for settings in named)
    assert all(settings.merge.carry == 0.25 for settings in named)


def test_a_found_file_stands_above_the_users_own_and_below_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own_config().parent.mkdir(parents=True)
    own_config().write_text("[hear]\nbeam = 2\npart_rows = 2\n[merge]\ncarry = 0.2\n")
    Path("longmedia.toml").write_text("[hear]\nbeam = 3\n[merge]\ncarry = 0.3\n")
    monkeypatch.setenv("LONGMEDIA_MERGE__CARRY", "0.4")
    settings = load_here()
    assert (settings.hear.part_rows, settings.hear.beam, settings.merge.carry) == (2, 3, 0.4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_file_as_windows_writes_it(encoding: str) -> None:
    Path("longmedia.toml").write_bytes("\ufeff[hear]\r\nbeam = 3\r\n".encode(encoding))
    assert load_here().hear.beam == 3
