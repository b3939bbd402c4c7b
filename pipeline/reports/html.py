"""The report as one page that plays what each sentence rests on: no request leaves it, and it needs no server.

What comes from a recording is text: Jinja2 escapes all of it, and the page's own Content-Security-Policy admits one
script and one style sheet, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chunkers.printable import without_controls
from chunkers.spans import TICKS_PER_SECOND, Span, stamp
from pipeline.reports import timeline
from pipeline.reports.by_speaker import told_by_speaker
from pipeline.reports.expected import expected_words
from pipeline.reports.kept_outline import outline
from pipeline.reports.media import Media, linked
from pipeline.reports.outline import Length
from pipeline.reports.outline_types import Line, Outline
from pipeline.reports.reading import MEANING, by_time, covered, heading, imported, no_summary, notes, root, traced
from pipeline.reports.stream import stream
from pipeline.reports.work import work
from pipeline.stages.describe import MEASURED
from pipeline.stages.see.findings import findings
from pipeline.stages.see.looked import Looked
from pipeline.stages.speakers.spoken import Spoken
from pipeline.store import HEAR, Run
from pipeline.store.coverage import STATUSES, Coverage
from pipeline.store.tables import DescribeRow, HearRow

_HERE = Path(__file__).parent / "page"

_BUFFERED = 200
"""Pieces of the template that are joined before they are given on."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A row of the table of speakers."""

    number: int
    name: str
    ticks: int
    share: float
    turns: int
    first: Span


@dataclass(frozen=True, slots=True)
class State:
    """A row of the table of coverage."""

    status: str
    ticks: int
    share: float
    meaning: str


def report(
    run: Run, length: Length = "normal", media: Media | None = None, *, by_speaker: bool = False
) -> Iterator[str]:
    """The page, in pieces; `media` is what it plays, without it the original by its absolute path."""
    document, total, node = run.document(), covered(run), root(run)
    spoken, looked = Spoken(run), Looked(run.seen())
    found = findings(looked, document.severity if document else ())
    summary = outline(run, length, spoken)
    long = length == "long" and node is not None and node.model != MEASURED
    script, style = _own("page.js"), _own("page.css")
    pieces = (
        _environment()
        .get_template("page.html")
        .stream(
            name=document.input.name if document else run.key.recording,
            end=total.end,
            heading=heading(run, total.end),
            policy=_policy(script, style),
            script=script,
            style=style,
            media=media or linked(run),
            outline=summary,
            why=no_summary(run, total) if node is None else "",
            uncovered=sum(gap.ticks for gap, _, _ in total.gaps),
            full=[Line(one.text, one.moments) for one in by_time(traced(node))] if long and node else [],
            findings=found,
            seen=looked.within(looked.span).statements if node is None or node.model != MEASURED else (),
            speakers=_speakers(spoken),
            by_speaker=told_by_speaker(spoken, summary, length) if by_speaker else (),
            expected=expected_words(run, run.heard()),
            labelled=bool(spoken.people and spoken.people[0].labels),
            numbers={person.name: person.number % 8 for person in spoken.people} if len(spoken.people) > 1 else {},
            states=_states(total),
            gaps=total.gaps,
            notes=notes(run),
            chunks=(chunk for chunk in run.chunks() if _has_notes(chunk, seen=bool(looked.segments))),
            lanes=_lanes(run, summary, spoken, looked, total),
            judged=timeline.judged(timeline.Scale(total.end), found),
            curves=timeline.curves(timeline.Scale(total.end), looked.series),
            items=stream(run, spoken.heard(), looked, total),
            work=work(run),
            made=_made(run),
        )
    )
    pieces.enable_buffering(_BUFFERED)
    yield from pieces


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    made.filters |= {
        "stamp": stamp,
        "moment": moment,
        "seconds": lambda ticks: f"{ticks / TICKS_PER_SECOND:.2f}",
        "percent": lambda share: f"{share:.0%}",
        "jpeg": lambda data: "data:image/jpeg;base64," + base64.b64encode(data).decode(),
        "megabytes": lambda size: f"{size / 1e6:.1f} MB",
    }
    return made


def shown(value: object) -> object:
    """What is put into the page: text without what a terminal or a browser obeys, such as a change of direction.

    What has `__html__` is markup of the template's own.
    """
    return without_controls(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def moment(span: Span) -> str:
    """The address of a span inside the page, in seconds."""
    return f"#t={span.start / TICKS_PER_SECOND:.2f},{span.end / TICKS_PER_SECOND:.2f}"


def _own(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def policy() -> str:
    """The Content-Security-Policy of every page: it runs and shows what is in it, and may read the recording."""
    return _policy(_own("page.js"), _own("page.css"))


def hashed(text: str) -> str:
    """How a policy names a script or a style sheet that is inside of a page."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _policy(script: str, style: str) -> str:
    return (
        f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(style)}; img-src data:; "
        "media-src 'self' file: data: blob:; base-uri 'none'; form-action 'none'"
    )


def _has_notes(chunk: DescribeRow, *, seen: bool) -> bool:
    """Whether a chunk says more than stands beside its pictures, where it has any (`seen`)."""
    partly = chunk.status == "processed" and bool(chunk.error)
    return bool((chunk.summary and not seen) or chunk.events or chunk.screen_differences or partly)


def _lanes(run: Run, summary: Outline, spoken: Spoken, looked: Looked, total: Coverage) -> list[timeline.Lane]:
    scale = timeline.Scale(total.end)
    words = (Span(cue.start, max(cue.start, cue.end)) for row in run.heard() for cue in row.cues)
    described = next(run.chunks(), None) is not None
    rows = run.chunks() if described else run.heard() if run.has(HEAR) else run.seen()
    both: Iterator[HearRow | DescribeRow] = itertools.chain(run.heard(), run.chunks())
    made = [(row.span, bool(row.rejected), row.source) for row in both]
    refused = (span for span, rejected, _ in made if rejected)
    elsewhere = (span for span, _, source in made if source == "cloud")
    return [
        *timeline.chapters(scale, summary.chapters),
        *timeline.speech(scale, spoken.people, words),
        *timeline.picture(scale, looked.events),
        timeline.covered(scale, rows, total),
        *timeline.marked(scale, "Refused", "what a model gave was refused", refused),
        *timeline.marked(scale, "Cloud", "made outside this machine", elsewhere),
    ]


def _speakers(spoken: Spoken) -> list[Speaker]:
    """Who speaks how much; nothing where nobody was told apart."""
    if len(spoken.people) < 2:
        return []
    total = sum(person.ticks for person in spoken.people)
    count = Counter(turn.speaker for turn in spoken.turns())
    found = []
    for person in spoken.people:
        voice = min(person.voices, key=lambda voice: voice.start)
        first = Span(voice.start, max(voice.start, voice.end))
        share = person.ticks / max(total, 1)
        found.append(Speaker(person.number % 8, person.name, person.ticks, share, count[person.name], first))
    return found


def _states(total: Coverage) -> list[State]:
    return [
        State(status, total.ticks[status], total.ticks[status] / max(total.end, 1), MEANING[status])
        for status in STATUSES
    ]


def _made(run: Run) -> list[tuple[str, str]]:
    """What the report rests on, by name."""
    document = run.document()
    rows = [("recording", run.key.recording), ("run", run.key.run)]
    if document is None:
        return rows
    if imported(run):
        rows.append(("transcript", "brought along; the recording itself was not heard"))
    elsewhere = [
        *[f"heard {row.span}" for row in run.heard() if row.source == "cloud"],
        *[f"described {chunk.span}" for chunk in run.chunks() if chunk.source == "cloud"],
        *[
            f"level {node.level} node {node.index}"
            for level in run.levels()
            for node in run.nodes(level)
            if node.source != "local"
        ],
    ]
    if elsewhere:
        rows.append(("made outside this machine", ", ".join(elsewhere)))
    return [*rows, *sorted(document.identity.items()), *sorted(document.versions.items())]
