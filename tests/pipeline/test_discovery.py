"""Which files are meant; and that nothing which cannot be taken ends the search for the others."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pipeline.discovery import discover, shard
from pipeline.errors import SettingsError
from tests.pipeline.files import touched


def test_files_folders_patterns_and_lists_name_each_recording_once(tmp_path: Path) -> None:
    a, b, c, d = touched(tmp_path, "in/a.mp3", "in/deep/b.wav", "c.odd", "deep/d.mp3")
    touched(tmp_path, "in/.hidden/x.mp3", "in/notes.txt")
    (tmp_path / "list.txt").write_text("# the night's work\nc.odd\n\nin/a.mp3\n")
    assert discover([tmp_path / "in", a]).files == [a, b]
    assert discover([tmp_path / "**" / "*.mp3"]).files == sorted([a, d])
    found = discover([tmp_path / "in"], tmp_path / "list.txt")
    assert (found.files, found.passed) == ([a, b, c], [])


LONG = "x" * 300


@pytest.mark.parametrize(
    ("missing", "word"),
    [
        ("no.mp3", "no such file"),
        ("*.flac", "no such file"),
        ("[interview] talk.wav", "no such file"),
        ("empty", "no recording"),
        (f"{LONG}.wav", "too long"),
        ("a.mp3/b.mp3", "no such file"),
        ("nul\0.wav", "null"),
        ("loop.wav", "symbolic links"),
        ("gone.wav", "link to nothing"),
    ],
)
def test_what_is_missing_is_named_and_the_others_are_found(tmp_path: Path, missing: str, word: str) -> None:
    a, b = touched(tmp_path, "a.mp3", "[b] talk.wav")
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    (tmp_path / "gone.wav").symlink_to("nothing.wav")
    found = discover([a, tmp_path / missing, b])
    assert found.files == [a, b]
    (error,) = found.passed
    assert error.path == tmp_path / missing
    assert word in str(error)


def test_a_folder_with_everything_in_it(tmp_path: Path) -> None:
    top = tmp_path / "in"
    a, inner = touched(top, "a.mp3", "folder.mp3/inner.wav")
    (elsewhere,) = touched(tmp_path, "elsewhere/b.wav")
    (top / "other.wav").symlink_to(elsewhere)
    (top / "same.mp3").symlink_to("a.mp3")
    (top / "here").symlink_to(".")
    (top / "away").symlink_to(elsewhere.parent)
    (top / "gone.wav").symlink_to("nothing.wav")
    os.mkfifo(top / "pipe.mp3")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(top / "socket.mp3"))
    found = discover([top])
    assert found.files == [a, inner, top / "other.wav"]
    assert {error.path.name: error.what for error in found.passed} == {
        "away": "is a link to a folder elsewhere.",
        "gone.wav": "is a link to nothing.",
        "pipe.mp3": "is a pipe or a device.",
        "socket.mp3": "is a pipe or a device.",
    }


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (a,) = touched(tmp_path, "in/a.mp3")
    touched(tmp_path, "in/locked/b.mp3")
    real = os.scandir

    def scandir(path: str) -> object:  # rights do not bind the superuser, who may run these tests
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = discover([tmp_path / "in"])
    assert found.files == [a]
    assert [str(error) for error in found.passed] == [
        f"{tmp_path}/in/locked: cannot be listed (Permission denied). Check its rights and the disk."
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "é.wav\na.wav\n".encode(),
        "\ufeffé.wav\r\na.wav\r\n".encode(),
        "\ufeffé.wav\r\na.wav\r\n".encode("utf-16-le"),
        "\ufeffé.wav\r\na.wav\r\n".encode("utf-16-be"),
        "é.wav\na.wav\n".encode("utf-16-le"),
        "\ufeffé.wav\na.wav".encode("utf-32"),
    ],
)
def test_a_list_in_any_encoding_that_it_names_itself(tmp_path: Path, raw: bytes) -> None:
    paths = touched(tmp_path, "é.wav", "a.wav")
    (tmp_path / "list.txt").write_bytes(raw)
    found = discover([], tmp_path / "list.txt")
    assert (found.files, found.passed) == (paths, [])


def test_a_list_names_what_is_no_utf8_and_one_missing_file_stops_no_other(tmp_path: Path) -> None:
    odd, a = touched(tmp_path, os.fsdecode(b"caf\xe9.wav"), "a.wav")
    (tmp_path / "list.txt").write_bytes(b"caf\xe9.wav\nmissing.wav\na.wav\n")
    found = discover([], tmp_path / "list.txt")
    assert found.files == [odd, a]
    assert [error.path.name for error in found.passed] == ["missing.wav"]


@pytest.mark.parametrize("raw", [None, b"", b"\xff\xfea"])
def test_a_list_that_is_none_is_named(tmp_path: Path, raw: bytes | None) -> None:
    (a,) = touched(tmp_path, "a.wav")
    if raw is not None:
        (tmp_path / "list.txt").write_bytes(raw)
    found = discover([a], tmp_path / "list.txt")
    assert found.files == [a]
    assert [error.path.name for error in found.passed] == ["list.txt"]


def test_shards_share_out_everything_and_a_new_file_moves_no_other() -> None:
    paths = [Path(f"archive/{n}.mp3") for n in range(1000)]
    shares = [shard(paths, f"{i}/4") for i in range(1, 5)]
    assert sorted(path for share in shares for path in share) == sorted(paths)
    assert all(200 < len(share) < 300 for share in shares)
    assert [path for path in shard([Path("new.mp3"), *paths], "2/4") if path != Path("new.mp3")] == shares[1]


@pytest.mark.parametrize("wrong", ["0/4", "5/4", "1", "a/b", "1/0", "²/4"])
def test_a_shard_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="--shard"):
        shard([], wrong)
