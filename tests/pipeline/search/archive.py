"""A store of a few recordings with everything that can be found, written row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chunkers.spans import TICKS_PER_SECOND as S
from pipeline.store import FORMAT, Run, RunDocument, RunKey, Store
from pipeline.store.documents import InputDocument, NamedVoice, NamesDocument, RecordingDocument, Result
from pipeline.store.structs import Citation, ScreenText
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow
from pipeline.text.cues import Cue

Lines = Sequence[tuple[float, str, str | None]]
"""Second, words, speaker."""


def recorded(
    store: Store,
    recording: str,
    lines: Lines,
    *,
    name: str = "talk.wav",
    language: str = "en",
    created: str = "2026-03-24T10:00:00+00:00",
    summary: str = "",
    screen: str = "",
    done: bool = True,
    path: str = "/talk.wav",
) -> Run:
    """A run of one window in which `lines` are said, finished where `done` says so."""
    end = 60 * S
    run = store.run(RunKey(recording, {"hear": "h", "see": "v", "describe": "d", "merge": "m"}))
    cues = [Cue(round(at * S), round((at + 3) * S), text, who) for at, text, who in lines]
    run.hear.write(
        0,
        [
            HearRow(
                recording=recording, index=0, start=0, end=end, heard_start=0, status="processed", language=language,
                transcript=" ".join(cue.text for cue in cues), cues=cues,
            )
        ],
    )  # fmt: skip
    texts = [ScreenText(screen, 7 * S, 9 * S, (0, 0, 9, 9), 0.9)] if screen else []
    run.see.write(
        0, [SeeRow(recording=recording, index=0, start=0, end=end, status="processed", width=9, height=9, texts=texts)]
    )
    run.describe.write(
        0,
        [
            DescribeRow(recording=recording, index=0, start=0, end=end, kind="window", inputs="x", status="processed",
                        summary=summary)
        ],
    )  # fmt: skip
    run.level(1).write(
        0,
        [
            NodeRow(recording=recording, level=1, index=0, start=0, end=end, children=[0], status="processed",
                    text=summary, sentences=[summary] if summary else [],
                    citations=[Citation(0, 5 * S, 8 * S, True, "aligned")])
        ],
    )  # fmt: skip
    store.save_recording(RecordingDocument(recording=recording, duration=end, audio=("track",)))
    finish(run, name, created, done=done, path=path)
    return run


def finish(run: Run, name: str, created: str, *, done: bool, path: str) -> None:
    """Write the run's document."""
    result = Result(state="complete", finished="2026-03-25", seconds=1, coverage_ticks={"processed": 60 * S})
    run.save(
        RunDocument(
            format=FORMAT, recording=run.key.recording, run=run.key.run, created=created, duration=60 * S,
            input=InputDocument(name=name, path=path), stages=dict(run.key.stages), result=result if done else None,
        )
    )  # fmt: skip


def called(store: Store, recording: str, at_s: float, name: str) -> None:
    """Give a speaker a name."""
    store.save_names(NamesDocument(recording=recording, names=(NamedVoice(at=round(at_s * S), name=name),)))


def meeting(folder: Path, key: str | None = None) -> Store:
    """A store of two recordings: a meeting about a roof in English, and one about a bridge in German."""
    store = Store(folder, key)
    recorded(
        store,
        "a" * 32,
        [
            (1, "The old roof was leaking again.", "Anna Keller"),
            (5, "We pay 50,000 euros for new tiles.", "Anna Keller"),
            (20, "Who wrote the offer?", "Bo Lind"),
        ],
        name="Board meeting.mp3",
        summary="The roof leaks and tiles cost 50,000 euros.",
        screen="PRESSURE 3.5 bar",
    )
    recorded(
        store,
        "b" * 32,
        [(2, "Die Häuser an der Brücke werden geprüft.", None)],
        name="Brücke.mp4",
        language="de",
        created="2026-05-01T08:00:00+00:00",
    )
    return store
