"""The published JSON Schema is the one of the types, and reports of every kind keep to it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chunkers.spans import TICKS_PER_SECOND as S
from data.draw_film import films, write
from pipeline.process import process
from pipeline.reports import report
from pipeline.reports.json_schema import schema
from pipeline.reports.json_types import VERSION
from pipeline.store import HEAR, Run, RunKey, Store
from pipeline.store.documents import CorrectionsDocument
from pipeline.store.structs import ScreenText
from pipeline.store.tables import SeeRow
from pipeline.text.corrections import Correction
from tests.pipeline.quick import QuickRegistry, quick_settings
from tests.pipeline.reports.test_expected import told
from tests.pipeline.reports.test_html import stored
from tests.pipeline.reports.test_reports import begun, window
from tests.pipeline.stages.speakers.talk import made

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema" / f"report-{VERSION}.json"


def closed(one: Any) -> Any:
    """The same schema, in which no object may have a field that is not described."""
    if isinstance(one, list):
        return [closed(inside) for inside in one]
    if not isinstance(one, dict):
        return one
    found = {name: closed(inside) for name, inside in one.items()}
    return {**found, "additionalProperties": False} if "properties" in found and "type" in found else found


CLOSED = Draft202012Validator(closed(schema()))


def faults(document: object) -> list[str]:
    """What is wrong with a document, and where."""
    return [f"{fault.json_path}: {fault.message}" for fault in CLOSED.iter_errors(document)]


def written(run: Run, *, by_speaker: bool = False) -> Any:
    return json.loads("".join(report(run, "json", by_speaker=by_speaker)))


def talk(folder: Path) -> Run:
    """Two people, one after the other, told apart."""
    return made(folder)


def corrected(folder: Path) -> Run:
    """The same with a word put right."""
    run = made(folder)
    word = next(run.as_heard()).words[0].text.strip()
    right = CorrectionsDocument(recording=run.key.recording, corrections=(Correction(word, "Zuzana"),))
    Store(run.files.url).save_corrections(right)
    assert "Zuzana" in written(run)["windows"][0]["transcript"]
    return run


def film(folder: Path) -> Run:
    """A film without a word."""
    folder.mkdir(exist_ok=True)
    path = write(films()["cut"], folder / "cut.mp4")
    with QuickRegistry() as registry:
        return process(path, quick_settings(folder / "weights"), Store(folder / "store"), registry).run


def everything(folder: Path) -> Run:
    """Words, text and a gauge on the screen, a finding, and a window that failed."""
    run = stored(folder, "The pump costs 412,000 euros.")
    gauge = [ScreenText(f"Pressure 4.{n} bar", (60 + n) * S, (61 + n) * S, (0, 0, 99, 9), 0.9) for n in range(5)]
    run.see.write(1, [SeeRow(recording="r", index=1, start=60 * S, end=90 * S, status="processed", texts=gauge)])
    return told(run, "pump")


def unfinished(folder: Path) -> Run:
    """Heard as far as the second window, and nothing more."""
    run = begun(folder)
    run.hear.write(0, [window(0, transcript="Words."), window(1, "failed", error="loop")])
    return run


def never_begun(folder: Path) -> Run:
    """A run without a document."""
    return Store(folder).run(RunKey("r", {HEAR: "h"}))


def test_what_is_published_is_what_the_types_say() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema(), (
        f"python -m pipeline.reports.json_schema > {PUBLISHED.name}; raise VERSION where a field went or changed"
    )
    Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["version"] == {"enum": [VERSION]}


@pytest.mark.parametrize("of", [talk, corrected, film, everything, unfinished, never_begun], ids=lambda of: of.__name__)
def test_a_report_keeps_to_it(tmp_path: Path, of: Any) -> None:
    document = written(of(tmp_path))
    assert document["version"] == VERSION
    assert faults(document) == []


def test_every_list_of_it_is_filled_in_one_of_them(tmp_path: Path) -> None:
    """An empty list keeps to any schema, and would prove nothing."""
    runs = [of(tmp_path / of.__name__) for of in (talk, film, everything)]
    documents = [written(run, by_speaker=True) for run in runs]
    empty = {name for name in schema()["properties"] if not any(one.get(name) for one in documents)}
    assert empty == set()
    assert all(faults(one) == [] for one in documents)


def test_what_does_not_keep_to_it_is_found(tmp_path: Path) -> None:
    right = written(everything(tmp_path))
    for wrong in changed(right):
        assert faults(wrong) != []


def changed(right: Any) -> Iterator[Any]:
    """Documents with one fault each."""
    for at, name, value in (
        ((), "version", 2),
        ((), "turns", None),
        ((), "unheard_of", 1),
        (("windows", 0), "start", "0:00:00"),
        (("outline",), "headline", 3),
        (("run", "result"), "state", "fine"),
    ):
        wrong = copy.deepcopy(right)
        place = wrong
        for step in at:
            place = place[step]
        place[name] = value
        yield wrong
    wrong = copy.deepcopy(right)
    del wrong["run"]["stages"]
    yield wrong
