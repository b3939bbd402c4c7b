"""`longmedia report`: to standard output or to a file, which is whole or as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows import reports as written
from flows.cli import app
from pipeline.archive import Item
from pipeline.errors import SettingsError
from pipeline.settings import load
from pipeline.store import FORMAT, Run, RunDocument, RunKey, Store
from pipeline.store.documents import InputDocument, RecordingDocument
from pipeline.store.tables import HearRow
from pipeline.text.cues import Cue

MEETING = Path(__file__).parents[2] / "data" / "meeting.opus"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of the meeting, of which a cue was heard."""
    store = Store(tmp_path / "store")
    run = store.run(RunKey("0" * 32, {"hear": "h"}))
    run.save(
        RunDocument(
            format=FORMAT,
            recording=run.key.recording,
            run=run.key.run,
            created="2026-01-01",
            input=InputDocument(name=MEETING.name, path=str(MEETING)),
            stages=dict(run.key.stages),
        )
    )
    store.save_recording(RecordingDocument(recording=run.key.recording, audio=("track",)))
    cues = [Cue(0, 16_000, "Good morning.")]
    row = HearRow(
        recording=run.key.recording, index=0, start=0, end=480_000, heard_start=0, status="processed",
        transcript="Good morning.", cues=cues,
    )  # fmt: skip
    run.hear.write(0, [row])
    return run


def asked(run: Run, *words: str) -> str:
    done = CliRunner().invoke(app, ["report", run.key.recording, "--store", run.files.url, *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_recording_goes_by_the_name_that_status_shows_where_only_one_has_it(run: Run) -> None:
    assert asked(run, "--format", "txt") == (shown := _by_name(run).stdout)
    assert "Good morning." in shown
    document = run.document()
    assert document is not None
    Store(run.files.url).run(RunKey("1" * 32, {"hear": "h"})).save(document.model_copy(update={"recording": "1" * 32}))
    assert "2 recordings have this name" in str(_by_name(run).exception)


def _by_name(run: Run) -> Result:
    return CliRunner().invoke(app, ["report", MEETING.name, "--format", "txt", "--store", run.files.url])


@pytest.mark.parametrize("form", ["srt", "html"])
def test_a_file_holds_what_standard_output_would(run: Run, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out" / f"talk.{form}"
    out.parent.mkdir()
    out.write_text("before")
    assert asked(run, "--format", form, "--out", str(out)) == ""
    beside = out.read_text(encoding="utf-8").replace(os.path.relpath(MEETING, out.parent), MEETING.as_uri())
    assert beside == asked(run, "--format", form)
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_report_that_fails_leaves_the_file_as_it_was(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "talk.txt"
    out.write_text("before")
    part = next(Path(run.files.url).rglob("part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-20])
    done = CliRunner().invoke(app, ["report", run.key.recording, "--store", run.files.url, "--format", "txt",
                                    "--out", str(out)])  # fmt: skip
    assert done.exit_code != 0
    assert out.read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"talk.txt", "store"}


def test_the_sound_is_inside_where_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    page = asked(run, "--format", "html", "--embed", "--out", str(tmp_path / "talk.html"))
    assert page == ""
    written = (tmp_path / "talk.html").read_text(encoding="utf-8")
    assert 'src="data:audio/ogg;base64,T2dnU' in written, "it begins like a file of Ogg"
    assert MEETING.as_uri() not in written


def test_only_a_page_can_hold_sound(run: Run) -> None:
    with pytest.raises(SettingsError, match="html"):
        written.write(run, "srt", load(), out=None, embed=True)


def test_reports_are_written_when_a_recording_is_done(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "reports"
    reports = written.Reports("srt, html", folder, Store(run.files.url), load())
    reports(Item(MEETING, "stopped"))
    assert not folder.exists()
    reports(Item(MEETING, "complete", run.key.recording, run.key.run))
    assert sorted(path.name for path in folder.iterdir()) == ["meeting.html", "meeting.srt"]
    assert (folder / "meeting.srt").read_text(encoding="utf-8") == asked(run, "--format", "srt")
    assert f'src="{os.path.relpath(MEETING, folder)}"' in (folder / "meeting.html").read_text(encoding="utf-8")
    assert not reports.failed


def test_no_report_is_written_over_what_was_given_or_over_another(run: Run, tmp_path: Path) -> None:
    words = tmp_path / "talk.srt"
    words.write_text("given")
    reports = written.Reports("srt", tmp_path, Store(run.files.url), load())
    reports(Item(words, "complete", run.key.recording, run.key.run))
    assert words.read_text() == "given"
    assert (tmp_path / "talk-00000000.srt").exists()
    reports._names["meeting"] = "another"
    reports(Item(MEETING, "complete", run.key.recording, run.key.run))
    assert not (tmp_path / "meeting.srt").exists()
    assert (tmp_path / "meeting-00000000.srt").exists()


def test_a_folder_that_cannot_be_written_fails_no_recording(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    reports = written.Reports("srt", tmp_path / "file" / "reports", Store(run.files.url), load())
    reports(Item(MEETING, "gaps", run.key.recording, run.key.run))
    assert reports.failed
    assert "meeting.opus" in capsys.readouterr().err


def test_an_unknown_format_is_refused_before_anything_runs() -> None:
    done = CliRunner().invoke(app, ["run", str(MEETING), "--formats", "html,pdf"])
    assert isinstance(done.exception, SettingsError)
    assert "pdf" in str(done.exception)
