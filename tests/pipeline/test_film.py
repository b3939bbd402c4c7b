"""A film without a word, through every stage: what is said of it is what was drawn, and no model was loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chunkers.spans import Span, to_ticks
from data.draw_film import films, write
from pipeline.process import process
from pipeline.reports import report
from pipeline.stages.describe import MEASURED
from pipeline.stages.see.stage import window_ends
from pipeline.store import Run, Store
from pipeline.store.tables import HearRow
from tests.pipeline.quick import QuickReader, QuickRegistry, quick_settings


def unused() -> Any:
    raise AssertionError("no model is needed for a film without a word")


def seen(folder: Path, film: str, *sets: str, only: Any = None, reader: Callable[[], Any] = QuickReader) -> Run:
    path = write(films()[film], folder / f"{film}.mp4")
    settings = quick_settings(folder / "weights", sets)
    with QuickRegistry(hearer=unused, writer=unused, reader=reader) as registry:
        return process(path, settings, Store(folder / "store"), registry, only=only).run


@pytest.mark.parametrize(
    ("film", "sentence"),
    [
        ("black", "The picture is black from 0:00:03 to 0:00:06."),
        ("lights", "It gets darker at 0:00:05."),
        ("cut", "Other scenes begin at 0:00:04 and 0:00:07."),
    ],
)
def test_a_film_without_words_is_told_by_what_was_measured(tmp_path: Path, film: str, sentence: str) -> None:
    run = seen(tmp_path, film)
    (root,) = run.nodes(1)
    assert sentence in root.sentences
    cited = {citation.sentence for citation in root.citations if citation.valid and citation.how == "measured"}
    assert cited == set(range(len(root.sentences)))
    (chunk,) = run.chunks()
    assert (chunk.status, chunk.model, chunk.kind) == ("processed", MEASURED, "segment")
    assert sentence in chunk.summary
    assert any(event.text == sentence for event in chunk.events) == (film != "cut")


def test_rows_hold_the_signals_and_key_frames_and_add_up(tmp_path: Path) -> None:
    run = seen(tmp_path, "cut", "video.length_s=4", "audio.length_s=3")
    rows = list(run.seen())
    assert [row.span.start for row in rows] == [0, *(row.span.end for row in rows[:-1])]
    assert rows[-1].end == to_ticks(10)
    assert sum(len(row.moved) for row in rows) == 100
    assert all(len(row.sampled) == len(row.luminance) == len(row.aligned) for row in rows)
    frames = [frame for row in rows for frame in row.key_frames]
    assert frames
    assert all(frame.jpeg.startswith(b"\xff\xd8\xff") for frame in frames)
    document = run.document()
    assert document is not None
    assert document.result is not None
    assert document.result.state == "complete"


def test_a_second_run_looks_at_nothing_again(tmp_path: Path) -> None:
    first = seen(tmp_path, "black")
    again = seen(tmp_path, "black", "merge.language=German", reader=unused)
    assert first.key.stages["see"] == again.key.stages["see"]
    assert first.key.run != again.key.run


def test_it_may_end_with_seeing_and_reports_say_so(tmp_path: Path) -> None:
    run = seen(tmp_path, "black", only="see")
    text = "".join(report(run, "md"))
    assert "## Picture" in text
    assert "The picture is black from 0:00:03 to 0:00:06." in text


def test_without_reading_no_reader_is_loaded(tmp_path: Path) -> None:
    run = seen(tmp_path, "black", "see.text=false", reader=unused)
    assert all(row.texts == [] and row.model == "" for row in run.seen())


def window(index: int, start: float, end: float) -> HearRow:
    span = Span(to_ticks(start), to_ticks(end))
    return HearRow(
        recording="r", index=index, start=span.start, end=span.end, heard_start=span.start, status="processed"
    )


def test_segments_hold_whole_windows() -> None:
    rows = [window(n, 28 * n, 28 * (n + 1)) for n in range(5)]
    assert window_ends(rows, to_ticks(60)) == [to_ticks(56), to_ticks(112), to_ticks(140)]
    assert window_ends([window(0, 0, 90), window(1, 90, 95)], to_ticks(60)) == [to_ticks(90), to_ticks(95)]
    assert window_ends([], to_ticks(60)) == []
