"""The outline: what a report shows of a run, derived from what is stored."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from chunkers.spans import TICKS_PER_SECOND as S
from pipeline.merge.run import VERSION as MERGE_VERSION
from pipeline.prompts import profiles, sections
from pipeline.reports import report
from pipeline.reports.kept_outline import outline
from pipeline.reports.outline_types import Outline
from pipeline.store import FORMAT, Run, RunDocument, RunKey, Store
from pipeline.store.documents import InputDocument, StageDocument
from pipeline.store.tables import Citation, DescribeRow, HearRow, NodeRow
from pipeline.text.cues import Cue
from pipeline.text.lexicons import LEXICONS

LINES = [
    "Good morning everyone.",
    "The north pier of the Millbrook bridge has a crack of 3.2 metres.",
    "The budget of the bridge is 640,000 euros.",
    "Then we agree, the footpath of the bridge stays open, and Daniel Hughes builds the walkway.",
    "Daniel sends the written offer by Friday, and I will ask the council.",
    "We still have to decide who pays for the walkway.",
    "Thank you all, goodbye.",
]
ROOT = [
    ("Good morning everyone.", 0),
    ("The north pier of the bridge has a crack of 3.2 metres.", 1),
    ("The **budget** of the bridge is 640,000 euros.", 2),
    ("The moon is made of cheese.", None),
    ("The footpath of the bridge stays open.", 3),
    ("Helen Carter thanks everyone.", 6),
]
"""The sentences of a root, and the line that each rests on."""

PARTS = [
    "pier", "road", "lamp", "rail", "deck", "arch", "sign", "fence", "drain", "joint", "bolt", "paint", "cable", "ramp",
    "wall",
]  # fmt: skip


def stored(
    folder: Path,
    lines: list[str],
    root: Sequence[tuple[str, int | None]],
    profile: str = "meeting",
    speakers: Sequence[str] = ("Helen Carter",),
) -> Run:
    """A run with a window of ten seconds a line; the speakers take turns."""
    run = Store(folder).run(RunKey("r", {"hear": "h", "describe": "d", "merge": "m"}))
    run.save(
        RunDocument(
            format=FORMAT, recording="r", run=run.key.run, created="2026-01-01",
            input=InputDocument(name="a.wav", path="/a.wav"), stages=dict(run.key.stages),
            settings={"profile": profile},
        )
    )  # fmt: skip
    spans = [
        {"recording": "r", "index": at, "start": at * 10 * S, "end": (at + 1) * 10 * S} for at in range(len(lines))
    ]
    run.hear.write(
        0,
        [
            HearRow(**span, heard_start=span["start"], status="processed", transcript=line, language="en",  # type: ignore[arg-type]
                    cues=[Cue(span["start"], span["end"] - S, line, who)])  # type: ignore[operator,arg-type]
            for span, line, who in zip(spans, lines, itertools.cycle(speakers), strict=False)
        ],
    )  # fmt: skip
    run.describe.write(
        0,
        [
            DescribeRow(**span, kind="window", inputs="x", status="processed", summary=line)  # type: ignore[arg-type]
            for span, line in zip(spans, lines, strict=True)
        ],
    )
    end = len(lines) * 10 * S
    run.level(1).write(
        0,
        [
            NodeRow(
                recording="r", level=1, index=0, start=0, end=end, children=list(range(len(lines))), inputs="x",
                status="processed", text="\n".join(one for one, _ in root), sentences=[one for one, _ in root],
                citations=[Citation(at, line * 10 * S, line * 10 * S + 10 * S, True, "aligned")
                           for at, (_, line) in enumerate(root) if line is not None],
            )
        ],
    )  # fmt: skip
    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return stored(tmp_path, LINES, ROOT)


def test_the_gist_is_of_the_root_without_courtesies_and_what_nothing_bears_out(run: Run) -> None:
    gist = [line.text for line in outline(run, "long").gist]
    assert gist == [ROOT[1][0], "The budget of the bridge is 640,000 euros.", ROOT[4][0]]


def test_a_question_is_no_gist_where_anything_else_is(tmp_path: Path) -> None:
    lines = [*LINES, "Will the north pier be closed for the whole winter?"]
    asked = (lines[-1], len(LINES))
    run = stored(tmp_path / "both", lines, [*ROOT, asked])
    assert asked[0] not in [line.text for line in outline(run, "long").gist]
    run = stored(tmp_path / "alone", lines, [asked])
    assert [line.text for line in outline(run).gist] == [asked[0]]


def test_a_root_of_earlier_rules_is_held_against_what_was_said(tmp_path: Path) -> None:
    root = [("The meeting decided that the budget of the bridge is 640,000 euros.", 0)]
    lines = [LINES[2], "It is a large budget of the bridge."]
    run = stored(tmp_path, lines, root)
    assert [line.text for line in outline(run).gist] == [LINES[2]]
    run.save_stage(StageDocument(stage="merge", key="m", rests_on={"version": MERGE_VERSION}))
    assert [line.text for line in outline(run).gist] == [root[0][0]], "what is made now was held against it then"


def test_sentences_that_say_the_same_are_one_with_both_moments(tmp_path: Path) -> None:
    again = "The crack of the north pier is 3.2 metres."
    run = stored(tmp_path, [*LINES, again], [*ROOT, (again, 7)])
    (first,) = (line for line in outline(run, "long").gist if "crack" in line.text)
    assert [moment.start // S for moment in first.moments] == [10, 70]


def test_notes_are_words_that_were_said_at_their_moment(run: Run) -> None:
    found = outline(run)
    assert [line.text for line in found.decisions] == [LINES[3]]
    assert [(one.who, one.when) for one in found.tasks] == [("Daniel Hughes", ""), ("Daniel", "by Friday")]
    assert [line.text for line in found.questions] == [LINES[5]]
    for line in (*found.decisions, *found.questions, *found.figures):
        (moment,) = line.moments
        assert LINES[moment.start // S // 10] == line.text
    for task in found.tasks:
        assert task.what in LINES[task.moment.start // S // 10]
        assert task.source == LINES[task.moment.start // S // 10]


def test_a_short_recording_has_few_lines_and_no_chapters(run: Run) -> None:
    found = outline(run)
    assert found.chapters == ()
    assert len(found.gist) == 3
    assert len(found.figures) == 1


def test_a_headline_is_of_words_that_were_said(run: Run) -> None:
    headline = outline(run).headline.lower().replace(",", " ").split()
    assert headline
    assert set(headline) <= set(" ".join(LINES).lower().replace(".", " ").replace(",", " ").split())


@pytest.mark.parametrize("length", ["short", "normal", "long"])
def test_a_length_is_a_limit(tmp_path: Path, length: str) -> None:
    lines = [f"The {word} of the bridge costs {at + 20},000 euros." for at, word in enumerate(PARTS) for _ in range(30)]
    run = stored(tmp_path, lines, [(line, at * 30) for at, line in enumerate(dict.fromkeys(lines))])
    found = outline(run, length)  # type: ignore[arg-type]
    assert len(found.gist) == {"short": 3, "normal": 5, "long": 8}[length]
    assert len(found.figures) == {"short": 3, "normal": 8, "long": 15}[length]
    assert (
        len({chapter for line in found.gist for chapter in found.chapters if chapter.span.overlaps(line.moments[0])})
        >= 3
    )


def test_of_many_tasks_some_are_shown_of_all_parts_and_how_many_there_are(tmp_path: Path) -> None:
    lines = [f"Daniel Hughes sends offer {at} for the {PARTS[at // 4]} by Friday." for at in range(60)]
    run = stored(tmp_path, lines, [(lines[0], 0)])
    found = outline(run)
    assert (len(found.tasks), found.found.tasks) == (12, 60)
    assert {task.moment.start // (200 * S) for task in found.tasks} == {0, 1, 2}
    assert found.heading("tasks") == "Tasks (12 / 60)"
    assert "## Tasks (12 / 60)" in "".join(report(run, "md"))
    assert "Tasks (12 / 60)</h2>" in "".join(report(run, "html"))
    every = outline(run, "long")
    assert (len(every.tasks), every.heading("tasks")) == (60, "Tasks")


def test_an_hour_has_chapters_with_titles(tmp_path: Path) -> None:
    topics = ["pier crack concrete", "kitchen recipe butter", "garden hedge lawn"]
    lines = [f"We should look at the {word} now." for topic in topics for _ in range(40) for word in topic.split()]
    found = outline(stored(tmp_path, lines, [(lines[0], 0)]))
    assert [chapter.span.start // S // 10 for chapter in found.chapters] == [0, 120, 240]
    for chapter, topic in zip(found.chapters, topics, strict=True):
        assert set(chapter.title.lower().replace(",", "").split()) == set(topic.split())


def test_a_chapter_has_true_sentences_of_its_own_that_the_gist_has_not(tmp_path: Path) -> None:
    topics = ["pier crack concrete", "kitchen recipe butter", "garden hedge lawn"]
    lines = [f"We should look at the {word} now." for topic in topics for _ in range(40) for word in topic.split()]
    own = {50: "The crack of the pier costs 900 euros.", 300: "The lawn of the garden is 40 metres long."}
    for at, line in own.items():
        lines[at] = line
    # The summary of a chunk is what was said in it; of one it is wrong.
    run = stored(tmp_path, lines, [(lines[150], 150)])
    chunks = list(run.describe.rows())
    chunks[310].summary = "The lawn of the garden costs 7,000 euros and Daniel Hughes pays for the hedge."
    run.describe.write(0, chunks)
    found = outline(run)
    told = [[line.text for line in chapter.lines] for chapter in found.chapters]
    assert own[50] in told[0]
    assert own[300] in told[2]
    assert all(1 <= len(lines) <= 2 for lines in told)
    assert not any("7,000" in text for lines in told for text in lines)
    assert found.gist[0].text not in itertools.chain(*told)
    for chapter in found.chapters:
        for line in chapter.lines:
            assert all(chapter.span.holds(moment.start) for moment in line.moments)
            assert line.text in {lines[moment.start // S // 10] for moment in line.moments}
    assert all(len(chapter.lines) == 1 for chapter in outline(run, "short").chapters)
    for form in ("md", "html"):
        assert own[300] in "".join(report(run, form))


def test_chapters_of_a_translated_summary_have_sentences_of_nodes_alone(tmp_path: Path) -> None:
    topics = ["pier crack concrete", "kitchen recipe butter", "garden hedge lawn"]
    lines = [f"We should look at the {word} now." for topic in topics for _ in range(40) for word in topic.split()]
    run = stored(
        tmp_path, lines, [("Die Küche ist alt.", 150), ("Der Garten ist groß.", 300), ("Der Steg bricht.", 10)]
    )
    document = run.document()
    assert document is not None
    run.save(document.model_copy(update={"settings": {"merge": {"language": "de"}, "profile": "lecture"}}))
    found = outline(run)
    texts = {line.text for chapter in found.chapters for line in chapter.lines}
    assert texts <= {"Die Küche ist alt.", "Der Garten ist groß.", "Der Steg bricht."}


GERMAN = [
    "Der Pfeiler der alten Brücke hat einen Riss von 3,2 Metern und das ist nicht gut.",
    "Wir haben beschlossen, dass der Fußweg an der Brücke offen bleibt.",
    "Ich werde das Angebot für die Brücke bis Freitag an den Rat schicken.",
]


def test_headings_are_in_the_language_of_the_recording(tmp_path: Path) -> None:
    run = stored(tmp_path, GERMAN, [(GERMAN[0], 0)], speakers=("Anna Keller",))
    written = "".join(report(run, "md"))
    headings = [line for line in written[: written.index("## Notes")].splitlines() if line.startswith("## ")]
    assert headings == ["## Zusammenfassung", "## Entscheidungen", "## Aufgaben", "## Zahlen", "## Abdeckung"]
    assert "| wer | was | bis wann | gesagt bei |" in written
    assert " von Anna Keller |" in written
    page = "".join(report(run, "html"))
    assert '<h2 lang="de">Aufgaben</h2>' in page
    assert json.loads("".join(report(run, "json")))["outline"]["headings"]["tasks"] == "Aufgaben"


def test_headings_are_english_where_the_language_has_no_words_of_its_own(tmp_path: Path) -> None:
    lines = ["Il ponte è chiuso e la città non ha una strada per gli autobus della scuola."]
    assert "## Summary" in "".join(report(stored(tmp_path, lines, [(lines[0], 0)]), "md"))
    assert Outline().headings == LEXICONS["en"].headings


@pytest.mark.parametrize("language", sorted(set(LEXICONS) - {"en"}))
def test_every_language_has_all_headings(language: str) -> None:
    own, english = asdict(LEXICONS[language].headings), asdict(LEXICONS["en"].headings)
    assert own["language"] == language
    assert [name for name in own if own[name] == english[name]] == []


def test_a_profile_says_which_sections_there_are(tmp_path: Path) -> None:
    lecture = outline(stored(tmp_path / "lecture", LINES, ROOT, "lecture"))
    assert (lecture.decisions, lecture.tasks, lecture.questions) == ((), (), ())
    assert lecture.figures
    own = tmp_path / "own"
    own.mkdir()
    (own / "sections.txt").write_text("tasks\n")
    only = outline(stored(tmp_path / "mine", LINES, ROOT, str(own)))
    assert (only.gist, only.decisions, only.figures) == ((), (), ())
    assert only.tasks
    assert sections(str(tmp_path / "gone")) == sections("general")


@pytest.mark.parametrize("profile", profiles())
def test_every_profile_names_sections_that_exist(profile: str) -> None:
    assert set(sections(profile)) <= set(Outline.__dataclass_fields__)
    assert "gist" in sections(profile)


def test_without_a_root_there_is_no_outline(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES, ROOT)
    run.level(1).delete(0)
    assert outline(run) == Outline()


def test_a_root_whose_moments_are_not_known_is_shown_all_the_same(tmp_path: Path) -> None:
    run = stored(tmp_path, LINES, [("The bridge has a crack.", None), ("The budget is small.", None)])
    assert [line.moments for line in outline(run).gist] == [(), ()]


def test_markdown_leaves_empty_sections_out_and_links_every_line(run: Run, tmp_path: Path) -> None:
    written = "".join(report(run, "md"))
    summary = written[: written.index("## Coverage")]
    assert [line for line in summary.splitlines() if line.startswith("## ")] == [
        "## Summary", "## Decisions", "## Tasks", "## Open questions", "## Figures",
    ]  # fmt: skip
    for line in summary.splitlines():
        assert not line.startswith(("- ", "| Daniel")) or "](#t" in line
    bare = stored(tmp_path / "bare", ["The pump is old."], [("The pump is old.", 0)])
    assert "## Tasks" not in "".join(report(bare, "md"))


def test_json_holds_the_outline_with_times_in_seconds(run: Run) -> None:
    found = json.loads("".join(report(run, "json")))["outline"]
    assert found["tasks"][0] == {
        "who": "Daniel Hughes", "what": "builds the walkway", "when": "", "source": LINES[3],
        "moment": {"start": 30.0, "end": 39.0}, "speaker": "Helen Carter",
    }  # fmt: skip
    assert found["decisions"][0]["moments"] == [{"start": 30.0, "end": 39.0}]


def test_who_says_i_is_named(tmp_path: Path) -> None:
    lines = [
        "I will measure the north pier of the bridge by Friday.",
        "I will ask the council for the permit of the footpath.",
        "The budget of the bridge is 640,000 euros this year.",
    ]
    root = [("I will ask the council for the permit.", 1), ("The budget is 640,000 euros.", 2)]
    found = outline(stored(tmp_path, lines, root, speakers=["Anna", "<Bob>", "Anna"]), "long")
    told = {line.text: line.speaker for line in found.gist}
    assert told == {"I will ask the council for the permit.": "<Bob>", "The budget is 640,000 euros.": ""}
    text = "".join(report(stored(tmp_path / "2", lines, root, speakers=["Anna", "<Bob>", "Anna"]), "md", "long"))
    assert "- **&lt;Bob&gt;:** I will ask the council for the permit. [" in text
    assert "<Bob>" not in text
