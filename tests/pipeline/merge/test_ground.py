"""Nodes are held against what was said, at every level, not only against their notes."""

from __future__ import annotations

from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND as S
from chunkers.spans import Span
from pipeline.merge import merge
from pipeline.merge.finish import Finisher
from pipeline.merge.ground import Ground
from pipeline.merge.inputs import Note, Unit
from pipeline.models.protocol import Written
from pipeline.settings import load
from pipeline.store import Run, RunKey, Store
from pipeline.store.tables import DescribeRow, HearRow, NodeRow
from pipeline.text.cues import Cue
from tests.pipeline.merge.writers import Words, node_writer

SAID = [
    "Repairing the pier was estimated at 96,000 euros. It is old.",
    "Martin Foster measured the crack in the winter. The crack is long.",
    "Good morning everyone. The footpath of the bridge stays open.",
]


def stored(folder: Path, summaries: list[str], *, frames: int = 0) -> Run:
    """A run whose chunks were described by `summaries`; `SAID` was heard."""
    run = Store(folder).run(RunKey("r", {"hear": "h", "describe": "d", "merge": "m"}))
    heard, chunks = [], []
    for at, (said, summary) in enumerate(zip(SAID, summaries, strict=True)):
        start, end = at * 30 * S, (at + 1) * 30 * S
        heard.append(
            HearRow(recording="r", index=at, start=start, end=end, heard_start=start, status="processed",
                    transcript=said, cues=[Cue(start, end, said)])
        )  # fmt: skip
        chunks.append(
            DescribeRow(recording="r", index=at, start=start, end=end, kind="window", inputs="x", status="processed",
                        summary=summary, frames_sent=frames)
        )  # fmt: skip
    run.hear.write(0, heard)
    run.describe.write(0, chunks)
    return run


def root(run: Run, answer: str, *sets: str) -> NodeRow:
    made = merge(run, node_writer(Words(lambda _: answer), load(sets=["merge.budget=4000", *sets])))
    assert made is not None
    return made


def test_a_sentence_that_joins_what_was_said_apart_gives_way_to_what_was_said(tmp_path: Path) -> None:
    run = stored(tmp_path, SAID)
    made = root(
        run, "Martin Foster repairs the pier for 96,000 euros. The footpath of the bridge stays open.", "merge.carry=0"
    )
    assert made.sentences == [
        "Repairing the pier was estimated at 96,000 euros.",
        "The footpath of the bridge stays open.",
    ]
    assert [(one.sentence, one.start // S, one.valid) for one in made.citations] == [(0, 0, True), (1, 60, True)]
    assert "1 sentences gave way to what was said" in made.fidelity


def test_a_note_that_was_never_true_is_not_carried(tmp_path: Path) -> None:
    summaries = ["The pier costs 97,000 euros.", *SAID[1:]]
    made = root(stored(tmp_path, summaries), "The footpath of the bridge stays open.", "merge.carry=0.6")
    assert "97,000" not in made.text
    assert "Repairing the pier was estimated at 96,000 euros." in made.sentences
    assert "Good morning everyone." not in made.sentences


def test_nothing_is_changed_where_pictures_were_described(tmp_path: Path) -> None:
    summaries = ["A red pump stands beside a wall.", "A man paints the fence.", "A dog runs over the lawn."]
    made = root(stored(tmp_path, summaries, frames=20), "A red pump stands beside a wall.", "merge.carry=0")
    assert made.sentences == ["A red pump stands beside a wall."]


def test_another_transcript_makes_the_node_anew(tmp_path: Path) -> None:
    run = stored(tmp_path, SAID)
    answer = "The footpath of the bridge stays open."
    first, again = root(run, answer), root(run, answer)
    assert first.inputs == again.inputs
    (row, *rest) = run.hear.read(0)
    row.cues = [Cue(row.start, row.end, "Repairing the pier was estimated at 95,000 euros.")]
    run.hear.write(0, [row, *rest])
    assert root(run, answer).inputs != first.inputs


def test_a_heading_in_bold_is_left_out(tmp_path: Path) -> None:
    answer = "- **Repair of the harbour:** The footpath of the bridge stays open.\n- **Nothing**"
    assert root(stored(tmp_path, SAID), answer, "merge.carry=0").sentences == ["The footpath of the bridge stays open."]


def test_a_sentence_beside_the_point_does_not_stand_for_one_that_is_not_held() -> None:
    span = Span(0, 30 * S)
    said = [Unit(text, (span,)) for text in ("The rabbit has got no eyes.", "The pump costs 900 euros.")]
    notes = [Note((0,), span, " ".join(unit.text for unit in said), tuple(said))]

    def finished(worth: float) -> list[str]:
        finisher = Finisher(
            notes, span, lambda text: len(text.split()), cap=100, carry=False, translated=False, said=said,
            worth=lambda unit: worth if "rabbit" in unit.text else 1.0,
        )  # fmt: skip
        return list(finisher.draft(Written("The rabbit has got eyes. The pump costs 900 euros.", 1, 1, 0.1)).sentences)

    assert finished(0.9) == [unit.text for unit in said]
    assert finished(0.1) == [said[1].text]


def test_ground_keeps_what_it_knows_nothing_of() -> None:
    spans = (Span(0, 30 * S),)
    unit = Unit("The pump is red.", (Span(60 * S, 90 * S),))
    ground = Ground([Unit("The crack is long.", spans)])
    assert ground.borne_out(unit) == unit
    assert Ground([]).borne_out(unit) == unit
    assert ground.borne_out(Unit("The crack is 5 metres long.", spans)) == Unit("The crack is long.", spans)
    assert ground.borne_out(Unit("Thank you, Helen.", spans)) is None
    assert ground.borne_out(Unit("2.", spans)) is None


def test_something_is_left_of_what_has_nothing_in_common_and_of_small_talk() -> None:
    spans = (Span(0, 30 * S),)
    false = [Unit("The harbour was flooded.", spans)]
    said = [Unit("Well, yes.", spans), Unit("The crack is 3 metres long.", spans), Unit("It is long.", spans)]
    assert Ground(said).true(false) == [said[1]]
    greeting = [Unit("Good morning everyone.", spans)]
    assert Ground(greeting).true(greeting) == greeting
    assert Ground([]).true([]) == []


def test_a_recording_of_greetings_has_a_summary(tmp_path: Path) -> None:
    run = stored(tmp_path, SAID)
    for table, row in ((run.hear, run.hear.read(0)[2]), (run.describe, run.describe.read(0)[2])):
        row.index, row.start, row.end = 0, 0, 30 * S
        table.write(0, [row])  # type: ignore[attr-defined]
    (heard,), (chunk,) = run.hear.read(0), run.describe.read(0)
    heard.cues, chunk.summary = [Cue(0, 2 * S, "Good morning everyone.")], "Good morning everyone."
    run.hear.write(0, [heard])
    run.describe.write(0, [chunk])
    assert root(run, "").text == "Good morning everyone."


def test_two_sentences_that_give_way_to_one_have_its_moment_once() -> None:
    spans = (Span(0, 30 * S),)
    ground = Ground([Unit("The crack is long.", spans)])
    units = [Unit(f"The crack is {metres} metres long.", spans) for metres in (5, 6)]
    assert ground.true(units) == [Unit("The crack is long.", spans)]


def test_whose_words_they_are_is_known_and_no_label_stands_in_their_place() -> None:
    spans = (Span(0, 30 * S),)
    said = ["The price of steel went up.", "It is in the drawer.", "I will send the offer by Wednesday."]
    ground = Ground([Unit(one, spans, "Speaker 2") for one in said] + [Unit("Omar reports to me.", spans, "Anna")])
    for true in ("Speaker 2 will send the offer by Wednesday.", "Omar reports to Anna."):
        assert ground.borne_out(Unit(true, spans)) == Unit(true, spans)
    assert ground.borne_out(Unit("Speaker 1 will send the offer by Wednesday.", spans)) == Unit(said[2], spans)
    assert ground.borne_out(Unit("Omar reports to Pavel.", spans)) == Unit("Omar reports to me.", spans)
    assert ground.true([Unit("The harbour was flooded.", spans)]) == [Unit(said[2], spans)]


def test_what_was_said_far_apart_is_not_joined() -> None:
    said = [
        Unit("Suzy asked about the advisory and support service.", (Span(0, 30),)),
        Unit("The crane was painted green.", (Span(30, 60),)),
        Unit("Childcare is free for vulnerable families.", (Span(60, 90),)),
    ]
    written = "Suzy asked about the support service, which is free childcare for vulnerable families."
    ground = Ground(said)
    apart = ground.borne_out(Unit(written, (Span(0, 30), Span(60, 90))))
    assert apart is not None
    assert apart.text in {one.text for one in said}
    beside = Ground([said[0], said[2]])
    assert beside.borne_out(Unit(written, (Span(0, 30), Span(60, 90)))) == Unit(written, (Span(0, 30), Span(60, 90)))


def test_where_several_languages_are_spoken_each_stretch_has_the_words_of_its_own() -> None:
    german = "Die Rechte an der Software kann er unter diesen Bedingungen verkaufen."
    said = [
        Unit(one, (Span(at * S, (at + 1) * S),))
        for at, one in enumerate(["The price of the pump is not known to us."] * 4)
    ]
    said.append(Unit(german, (Span(60 * S, 90 * S),)))
    ground = Ground(said)
    bent = Unit("Die Rechte an der Software kann er nicht verkaufen.", said[-1].spans)
    assert ground.true([bent]) == [said[-1]]
