"""`longmedia search`: what it prints, and exit codes that scripts can trust."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import longmedia
from flows.cli import app, main
from pipeline.errors import SettingsError
from tests.pipeline.search.archive import meeting, recorded


@pytest.fixture
def place(tmp_path: Path) -> str:
    return meeting(tmp_path / "store").files.url


def asked(place: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["search", *words, "--store", place])


def ended(place: str, *words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("flows.cli._log", lambda: None)  # the levels that it sets are those of the whole process
    monkeypatch.setattr("sys.argv", ["longmedia", "search", *words, "--store", place])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


def test_a_hit_says_where_when_who_and_what(place: str) -> None:
    done = asked(place, "tile", "--kind", "transcript")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "aaaaaaaaaaaa  Board meeting.mp3  0:00:05  transcript  Anna Keller",
        "    The old roof was leaking again. We pay 50,000 euros for new tiles.",
    ]


def test_what_was_found_is_bold_on_a_terminal_alone(place: str) -> None:
    words = ["search", "roof leak", "--kind", "transcript", "--store", place]
    done = CliRunner().invoke(app, words, color=True)  # as on a terminal
    assert "    The old \x1b[1mroof\x1b[0m was \x1b[1mleaking\x1b[0m again." in done.stdout
    assert "\x1b" not in CliRunner().invoke(app, words).stdout


def test_what_is_found_obeys_no_escape_sequence(place: str, tmp_path: Path) -> None:
    store = meeting(tmp_path / "other")
    recorded(store, "c" * 32, [(1, "A \x1b[31mzebra\x1b[0m here.", None)])
    done = CliRunner().invoke(app, ["search", "here", "--store", store.files.url], color=True)
    assert "\x1b[31m" not in done.stdout
    assert "\x1b[1mhere\x1b[0m" in done.stdout


def test_as_json(place: str) -> None:
    done = asked(place, '"who wrote"', "--json")
    assert done.exit_code == 0
    (hit,) = json.loads(done.stdout)["hits"]
    assert hit["recording"] == "a" * 32
    assert (hit["name"], hit["stamp"], hit["start"], hit["end"]) == ("Board meeting.mp3", "0:00:20", 20.0, 23.0)
    assert (hit["speaker"], hit["kind"], hit["language"]) == ("Bo Lind", "transcript", "en")
    assert [hit["text"][start:end] for start, end in hit["marks"]] == ["Who wrote"]
    none = asked(place, "zebra", "--json")
    assert (json.loads(none.stdout), none.exit_code) == ({"hits": []}, 1)


def test_what_narrows_it(place: str) -> None:
    assert asked(place, "offer", "--speaker", "lind").exit_code == 0
    assert asked(place, "offer", "--speaker", "keller").exit_code == 1
    assert asked(place, "offer", "--recording", "board").exit_code == 0
    assert asked(place, "offer", "--recording", "bbbb").exit_code == 1
    assert asked(place, "offer", "--since", "2026-03-24", "--until", "2026-03-24").exit_code == 0
    assert asked(place, "offer", "--since", "2026-03-25").exit_code == 1
    assert len(asked(place, "roof", "--limit", "1").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["roof"], 0),
        (["zebra"], 1),
        (['"roof'], 2),
        (["..."], 2),
        ([], 2),
        (["roof", "--kind", "song"], 2),
        (["roof", "--since", "yesterday"], 2),
        (["roof", "--limit", "0"], 2),
        (["roof", "--recording", "zebra"], 2),
    ],
)
def test_exit_codes(place: str, words: list[str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(place, *words, monkeypatch=monkeypatch) == code


def test_a_store_that_is_not_there_is_wrong_use_and_an_empty_one_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended(str(tmp_path / "none"), "roof", monkeypatch=monkeypatch) == 2
    assert not (tmp_path / "none").exists()
    (tmp_path / "empty").mkdir()
    assert ended(str(tmp_path / "empty"), "roof", monkeypatch=monkeypatch) == 1


def test_what_cannot_be_read_is_no_none_found(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "store" / ("b" * 32) / "hear=h" / "part-000000.parquet").write_bytes(b"no table")
    assert ended(place, "roof", monkeypatch=monkeypatch) == 3
    out, err = capsys.readouterr()
    assert "Board meeting" in out
    assert "damaged" in err
    assert ended(place, "zebra", monkeypatch=monkeypatch) == 3
    (tmp_path / "key").write_bytes(base64.b64encode(os.urandom(32)))
    meeting(tmp_path / "locked", f"file:{tmp_path / 'key'}")
    assert ended(str(tmp_path / "locked"), "roof", monkeypatch=monkeypatch) == 4


def test_what_a_recording_says_does_not_command_the_terminal(tmp_path: Path) -> None:
    store = meeting(tmp_path / "store")
    recorded(store, "c" * 32, [(1, "A zebra \x1b[2J\x07 here.", "\x1b]0;x\x07Bo")], name="\x1b[31mred.wav")
    done = asked(store.files.url, "zebra")
    assert done.exit_code == 0
    assert not set(done.stdout) & {"\x1b", "\x07"}


def test_from_a_program(place: str) -> None:
    (hit,) = longmedia.search('"who wrote"', place)
    assert (hit.stamp, hit.speaker, hit.kind, hit.name) == ("0:00:20", "Bo Lind", "transcript", "Board meeting.mp3")
    assert longmedia.search("offer", place, recording="brücke") == []
    assert longmedia.search("offer", place, kinds=["summary"]) == []
    with pytest.raises(SettingsError):
        longmedia.search("", place)
