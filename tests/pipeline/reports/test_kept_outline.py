"""Tasks, decisions, questions and figures as a table of the run, and over a whole store."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chunkers.spans import TICKS_PER_SECOND as S
from flows.cli import app
from pipeline.process import process
from pipeline.reports import kept_outline, report
from pipeline.reports import outline_rows as rows_module
from pipeline.reports.flat import to_json
from pipeline.reports.kept_outline import keep_outline, kept_rows, outline, outline_rows, titled
from pipeline.reports.tasks import TaskRow, task_rows
from pipeline.store import Run, RunKey, Store
from pipeline.store.documents import NamedVoice, NamesDocument
from pipeline.store.encryption import Cipher
from pipeline.store.tables import OutlineRow, schema
from tests.pipeline.quick import QuickRegistry, quick_settings
from tests.pipeline.reports.test_outline import LINES, ROOT, stored

PROMISE = "I will send the plan of the footpath to the council by Monday."


TOPICS = [
    line
    for round_of_lines in range(8)
    for line in (
        f"The footpath by the river will get {round_of_lines + 2} new lamps before the winter.",
        "Nobody knows yet who pays for the lamps along the footpath.",
        "We decided to ask the council for a permit of the lamps.",
    )
] + [
    line
    for year in range(8)
    for line in (
        f"The museum of clocks had {310 + year} visitors in the week of the opening.",
        f"Tickets of the museum cost {year + 4} euros, and children pay nothing.",
        "I will write to the museum about the broken clock by Friday.",
    )
]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return stored(tmp_path, [*LINES, PROMISE], ROOT, speakers=("Helen Carter", "Daniel Hughes"))


def path(run: Run) -> Path:
    return Path(run.files.url) / "r" / "merge=m" / "outline.parquet"


def test_rows_are_what_the_outline_shows_each_with_its_span_and_speaker(run: Run) -> None:
    rows = outline_rows(run)
    shown = outline(run, "long")
    by_kind = {kind: list(own) for kind, own in itertools.groupby(rows, key=lambda row: row.kind)}
    assert [row.text for row in by_kind["decision"]] == [line.text for line in shown.decisions]
    assert [(row.who, row.what, row.when) for row in by_kind["task"]] == [
        (task.who, task.what, task.when) for task in shown.tasks
    ]
    assert [row.text for row in by_kind["question"]] == [line.text for line in shown.questions]
    assert [row.what for row in by_kind["figure"]] == ["3.2 metres", "640,000 euros"]
    assert [row.index for row in rows] == list(range(len(rows)))
    for row in rows:
        assert [*LINES, PROMISE][row.start // S // 10] == row.text
        assert row.speaker == ("Helen Carter", "Daniel Hughes")[row.start // S // 10 % 2]


def test_the_table_in_the_store_is_read_instead_of_telling_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = outline(run, "long")
    rows = keep_outline(run)
    stored_as = Cipher().read(path(run).read_bytes(), "outline").schema
    assert stored_as.names == schema(OutlineRow).names
    assert stored_as.field("start").metadata[b"unit"]
    monkeypatch.delattr(rows_module, "notes")
    monkeypatch.delattr(rows_module, "figures")
    assert kept_rows(run) == keep_outline(run) == outline_rows(run) == rows
    assert outline(run, "long") == before


def test_the_usual_document_is_read_instead_of_chosen_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored(tmp_path, TOPICS, [(line, at) for at, line in enumerate(TOPICS)])
    before, titles, short = outline(run), titled(run), outline(run, "short")
    keep_outline(run)
    told: list[str] = []
    plain = kept_outline.told_outline
    monkeypatch.setattr(kept_outline, "told_outline", lambda *asked: (told.append(asked[1]), plain(*asked))[1])
    monkeypatch.delattr(kept_outline, "told_titles")
    assert outline(run) == before
    assert titled(run) == titles
    assert len(before.chapters) > 1
    assert any(chapter.lines for chapter in before.chapters)
    assert not any(chapter.lines for chapter in titles.chapters)
    assert told == []
    assert outline(run, "short") == short
    assert told == ["short"]


def test_a_document_of_another_form_is_told_anew(run: Run) -> None:
    before = outline(run)
    rows = keep_outline(run)
    table = Cipher().read(path(run).read_bytes(), "outline")
    told = {b"document": b'{"gist": 3}', b"rests_on": table.schema.metadata[b"rests_on"]}
    path(run).write_bytes(Cipher().write(table.replace_schema_metadata({**table.schema.metadata, **told})))
    assert outline(run) == before
    assert kept_rows(run) == rows


def test_another_summary_makes_another_document(run: Run) -> None:
    keep_outline(run)
    before = outline(run)
    (node,) = run.nodes(1)
    said = LINES[3]
    run.level(1).write(0, [replace(node, text=said, sentences=[said], citations=node.citations[:1])])
    now = outline(run)
    assert [line.text for line in now.gist] == [said]
    assert now.gist != before.gist
    keep_outline(run, anew=True)
    assert outline(run) == now


def test_the_version_is_raised_when_the_rules_choose_otherwise(tmp_path: Path) -> None:
    """Where this fails, raise `VERSION` and write down what is told now: else old outlines stay in their stores."""
    run = stored(tmp_path, TOPICS, [(line, at) for at, line in enumerate(TOPICS)])
    now = hashlib.sha256(repr(outline(run)).encode()).hexdigest()[:16]
    assert (kept_outline.VERSION, now) == (4, "5f4e9f8f5593d1ce")


def test_a_name_makes_another_table(run: Run) -> None:
    assert {row.who for row in keep_outline(run) if row.text == PROMISE} == {"Daniel Hughes"}
    document = NamesDocument(recording="r", names=(NamedVoice(at=15 * S, name="Dan"),))
    Store(run.files.url).save_names(document)
    assert kept_rows(run) is None
    assert {row.who for row in outline_rows(run) if row.text == PROMISE} == {"Dan"}
    keep_outline(run)
    assert {row.who for row in kept_rows(run) or () if row.text == PROMISE} == {"Dan"}


def test_other_rules_or_a_damaged_file_make_another_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = keep_outline(run)
    monkeypatch.setattr(kept_outline, "VERSION", kept_outline.VERSION + 1)
    assert kept_rows(run) is None
    keep_outline(run)
    assert kept_rows(run) == rows
    path(run).write_bytes(path(run).read_bytes()[:200])
    assert kept_rows(run) is None
    assert keep_outline(run) == kept_rows(run) == rows


def test_it_is_encrypted_where_the_store_is(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", base64.b64encode(bytes(32)).decode())
    locked = Store(run.files.url, "env:KEY").run(run.key)
    rows = keep_outline(locked)
    assert path(run).read_bytes()[-4:] == b"PARE"
    assert b"walkway" not in path(run).read_bytes()
    assert kept_rows(locked) == rows
    assert outline(locked).gist


def test_a_profile_without_tasks_has_none(tmp_path: Path) -> None:
    assert {row.kind for row in outline_rows(stored(tmp_path, LINES, ROOT, "lecture"))} == {"figure"}


def test_without_a_root_nothing_is_kept(run: Run) -> None:
    run.level(1).delete(0)
    assert keep_outline(run) == []
    assert not path(run).exists()


def test_a_run_keeps_it_when_it_is_finished_and_when_it_is_asked_for_again(tmp_path: Path) -> None:
    words, store = tmp_path / "talk.srt", Store(tmp_path / "store")
    words.write_text(f"1\n00:00:01,000 --> 00:00:09,000\n{LINES[3]}\n\n2\n00:00:10,000 --> 00:00:19,000\n{PROMISE}\n")
    settings = quick_settings(tmp_path / "weights", [])
    run = process(words, settings, store, QuickRegistry()).run
    rows = kept_rows(run)
    assert rows is not None
    assert [row.kind for row in rows] == ["decision", "task", "task"]
    (file,) = (tmp_path / "store").glob("*/merge=*/outline.parquet")
    file.unlink()
    assert not process(words, settings, store, QuickRegistry()).fresh
    assert kept_rows(run) == rows


# -- over a store ---------------------------------------------------------------------------------------


def asked(run: Run, *words: str) -> str:
    done = CliRunner().invoke(app, ["tasks", "--store", run.files.url, *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_tasks_are_listed_with_recording_and_stamp(run: Run) -> None:
    lines = asked(run).splitlines()
    assert lines[0] == "a.wav  r"
    assert "  0:01:10  Daniel Hughes: send the plan of the footpath to the council by Monday" in lines
    assert path(run).exists(), "the next time it is only read"
    assert asked(run, "--recording", "r").splitlines() == lines
    assert asked(run, "--kind", "decision").splitlines()[1:] == [f"  0:00:30  decision  Daniel Hughes: {LINES[3]}"]
    assert asked(run, "--who", "nobody") == "Nothing found.\n"


def test_json_csv_and_files_hold_the_same_rows(run: Run, tmp_path: Path) -> None:
    found = json.loads(asked(run, "--json", "--who", "hughes"))
    assert [one["who"] for one in found] == ["Daniel Hughes"] * len(found)
    assert (found[-1]["start"], found[-1]["when"], found[-1]["text"]) == (70.0, "by Monday", PROMISE)
    as_csv = list(csv.DictReader(io.StringIO(asked(run, "--csv", "--who", "hughes"))))
    assert [one["text"] for one in as_csv] == [one["text"] for one in found]
    asked(run, "--out", str(tmp_path / "tasks.parquet"), "--who", "hughes")
    assert Cipher().read((tmp_path / "tasks.parquet").read_bytes(), "tasks").to_pylist() == found
    whole = list(csv.DictReader(io.StringIO("".join(report(run, "csv")))))
    assert {one["kind"] for one in whole} == {"decision", "task", "question", "figure"}
    assert asked(run, "--kind", "all", "--csv").splitlines() == "".join(report(run, "csv")).splitlines()
    assert CliRunner().invoke(app, ["tasks", "--json", "--csv"]).exit_code != 0
    assert list(to_json(list[TaskRow]())) == ["[]\n"]


def test_of_several_runs_of_a_recording_the_last_with_a_summary_counts(run: Run) -> None:
    heard = Store(run.files.url).run(RunKey("r", {"hear": "h"}))
    assert list(task_rows([run, run, heard])) == list(task_rows([run]))


def test_a_damaged_recording_is_named_and_the_others_are_listed(run: Run, tmp_path: Path) -> None:
    (Path(run.files.url) / "r" / "hear=h" / "part-000000.parquet").write_bytes(b"damaged")
    done = CliRunner().invoke(app, ["tasks", "--store", run.files.url])
    assert done.exit_code == 3
    assert "damaged" in done.stderr
    assert "Nothing found." in done.stdout


def test_nothing_in_a_row_is_obeyed(tmp_path: Path) -> None:
    run = stored(tmp_path, ["I will send the \x1b[31mplan of the footpath\u202e to the council by Monday."], ROOT[:1])
    written = "".join(report(run, "csv")) + asked(run) + asked(run, "--json")
    assert "plan of the footpath" in written
    assert not any(char in written for char in "\x1b\u202e")
