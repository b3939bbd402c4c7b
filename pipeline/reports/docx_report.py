"""The report as a document for word processors (DOCX): summary, tasks as a table, chapters, transcript.

A stamp leads to its place in the transcript, inside the document. Written by python-docx, the extra `docx`.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from chunkers.printable import printable
from chunkers.spans import Span, stamp
from pipeline.errors import MissingExtraError
from pipeline.reports.by_speaker import told_by_speaker
from pipeline.reports.kept_outline import outline
from pipeline.reports.outline import Length
from pipeline.reports.outline_types import Line, Outline, Task
from pipeline.reports.reading import covered, heading, no_summary, root
from pipeline.reports.stream import blocks
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import Run
from pipeline.store.coverage import Coverage
from pipeline.text.scripts import runs_from_right


def report(run: Run, length: Length = "normal", *, by_speaker: bool = False) -> bytes:
    """The file's bytes. Raises `MissingExtraError` where python-docx is not installed."""
    try:
        import docx
    except ImportError as error:
        raise MissingExtraError(
            "--format docx needs the extra `docx`.", cure="Install it: pip install 'longmedia[docx]'."
        ) from error
    told = _Told(docx.Document(), run, length)
    told.head()
    told.summary(by_speaker=by_speaker)
    told.transcript()
    out = io.BytesIO()
    told.document.save(out)
    return out.getvalue()


class _Told:
    """One document as it is written, from its head to its end."""

    def __init__(self, document: Any, run: Run, length: Length) -> None:
        self.document = document
        self._run, self._length = run, length
        self._spoken = Spoken(run)
        self._outline = outline(run, length, self._spoken)
        self._total = covered(run)
        self._blocks = list(blocks(self._spoken.heard()))
        self._starts = [block.span.start for block in self._blocks]

    def head(self) -> None:
        """The name, how long it is, and what a word processor shows as the document's properties."""
        document, own = self._run.document(), self.document.core_properties
        name = printable(document.input.name if document is not None else self._run.key.recording)
        own.title, own.author, own.comments = name, "longmedia", ""
        if document is not None:
            made = document.result.finished if document.result is not None else document.created
            own.created = own.modified = datetime.fromisoformat(made).replace(tzinfo=None)
        self._heading(name, 0)
        self._paragraph(heading(self._run, self._total.end))

    def summary(self, *, by_speaker: bool) -> None:
        """Headline, gist, decisions, tasks, questions, figures, chapters; what is missing from it is said."""
        told, headings = self._outline, self._outline.headings
        self._heading(headings.summary)
        if root(self._run) is None:
            self._paragraph(no_summary(self._run, self._total))
            return
        if told.headline:
            self._paragraph(told.headline).runs[0].bold = True
        self._lines(told.gist)
        self._missing(self._total)
        self._listed(told.heading("decisions"), told.decisions)
        self._tasks(told)
        self._listed(told.heading("questions"), told.questions)
        self._listed(headings.figures, told.figures)
        if told.chapters:
            self._heading(headings.chapters)
        for chapter in told.chapters:
            self._stamped(self._paragraph(chapter.title or headings.untitled, "List Bullet"), [chapter.span])
            self._lines(chapter.lines, "List Bullet 2")
        for person in told_by_speaker(self._spoken, told, self._length) if by_speaker else ():
            self._heading(person.name, 2)
            self._lines(person.lines)

    def transcript(self) -> None:
        """What was said, a paragraph a passage of one speaker, each with its moment."""
        self._heading("Transcript")
        for number, block in enumerate(self._blocks):
            text = printable(" ".join(cue.text.strip() for cue in block.cues))
            paragraph = self._paragraph("")
            self._bookmarked(paragraph, number)
            paragraph.add_run(f"{stamp(block.span.start)}  ")
            if block.speaker and block.begins:
                paragraph.add_run(f"{printable(block.speaker)}: ").bold = True
            self._say(paragraph, text)

    def _missing(self, total: Coverage) -> None:
        if not total.complete:
            left_out = stamp(sum(gap.ticks for gap, _, _ in total.gaps))
            self._paragraph(f"{left_out} of the recording are not in this summary.").runs[0].italic = True

    def _tasks(self, told: Outline) -> None:
        if not told.tasks:
            return
        headings = told.headings
        self._heading(told.heading("tasks"))
        table = self.document.add_table(rows=1, cols=4, style="Light Grid Accent 1")
        for cell, text in zip(
            table.rows[0].cells, (headings.who, headings.what, headings.when, headings.said_at), strict=True
        ):
            self._say(cell.paragraphs[0], text)
        for task in told.tasks:
            self._row(table.add_row().cells, task, headings.by)

    def _row(self, cells: Sequence[Any], task: Task, by: str) -> None:
        for cell, text in zip(cells, (task.who, task.what, task.when), strict=False):
            self._say(cell.paragraphs[0], text)
        self._stamped(cells[3].paragraphs[0], [task.moment])
        if task.speaker:
            cells[3].paragraphs[0].add_run(f" {by} ")
            self._say(cells[3].paragraphs[0], task.speaker)

    def _listed(self, heading: str, lines: Sequence[Line]) -> None:
        if lines:
            self._heading(heading)
            self._lines(lines)

    def _lines(self, lines: Iterable[Line], style: str = "List Bullet") -> None:
        for line in lines:
            paragraph = self._paragraph("", style)
            if line.speaker:
                paragraph.add_run(f"{printable(line.speaker)}: ").bold = True
            self._say(paragraph, line.text)
            self._stamped(paragraph, line.moments)

    def _heading(self, text: str, level: int = 1) -> None:
        self._say(self.document.add_heading("", level), text)

    def _paragraph(self, text: str, style: str | None = None) -> Any:
        paragraph = self.document.add_paragraph(style=style)
        if text:
            self._say(paragraph, text)
        return paragraph

    def _say(self, paragraph: Any, text: str) -> None:
        """Add text, which is never markup, in the direction in which it is read."""
        run = paragraph.add_run(printable(text))
        if runs_from_right(text):
            run.font.rtl = True
            paragraph._p.get_or_add_pPr().insert_element_before(_element("w:bidi"), "w:spacing", "w:ind", "w:jc")

    def _stamped(self, paragraph: Any, moments: Sequence[Span]) -> None:
        """Add the stamps of moments, each of which leads to its passage of the transcript."""
        for moment in moments:
            shown = paragraph.add_run(f" [{stamp(moment.start)}]")
            at = bisect_right(self._starts, moment.start) - 1
            if self._blocks:
                link = _element("w:hyperlink", anchor=_bookmark(max(at, 0)))
                shown._r.addprevious(link)
                link.append(shown._r)

    def _bookmarked(self, paragraph: Any, number: int) -> None:
        paragraph._p.append(_element("w:bookmarkStart", id=str(number), name=_bookmark(number)))
        paragraph._p.append(_element("w:bookmarkEnd", id=str(number)))


def _bookmark(number: int) -> str:
    return f"passage_{number}"


def _element(tag: str, **attributes: str) -> Any:
    """An element of the format that python-docx has no word for."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    return OxmlElement(tag, {qn(f"w:{name}"): value for name, value in attributes.items()})
