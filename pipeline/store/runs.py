"""A run in the store: the tables of its stages, and the document that names them.

    <store>/voices.parquet                                      voices that are remembered, see `pipeline.store.voices`
    <store>/vocabulary.json                                     what is heard wrong in all recordings
    <store>/<recording>/recording.json                          what is known of the recording
    <store>/<recording>/names.json                              who speaks in it, as people have said
    <store>/<recording>/corrections.json                        what was heard wrong, as people have said
    <store>/<recording>/<stage>=<key>/part-<n>.parquet          hear, speakers, see, describe
    <store>/<recording>/merge=<key>/level=<k>/part-<n>.parquet
    <store>/<recording>/merge=<key>/outline.parquet             what was found by rule, see `pipeline.store.outlines`
    <store>/<recording>/<stage>=<key>/stage.json                what the rows rest on, whether they are all there
    <store>/<recording>/runs/<run>.json                         which stages answer a request, and how it ended

A run is named by the key of its last stage. A part is written once and replaced
whole when its failed rows are tried again. In an encrypted store the documents are tables of one row, `.parquet`.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.store.corrected import Corrected
from pipeline.store.document_files import Documents
from pipeline.store.documents import (
    CorrectionsDocument,
    NamesDocument,
    RecordingDocument,
    RunDocument,
    StageDocument,
)
from pipeline.store.encryption import Cipher
from pipeline.store.files import Files
from pipeline.store.lock import busy, held
from pipeline.store.outlines import StoredOutline
from pipeline.store.parts import Parts, Remembered
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, SeeRow, SpeakersRow

FORMAT = 2
"""Version of the layout, written into every run's document."""

HEAR, SPEAKERS, SEE, DESCRIBE, MERGE = "hear", "speakers", "see", "describe", "merge"
STAGES = (HEAR, SPEAKERS, SEE, DESCRIBE, MERGE)
"""The stages, in the order in which they run."""

APART = (SPEAKERS, SEE)
"""Those whose key covers no other stage."""

RECORDING = "recording.json"
"""The document that says what is known of a recording."""

NAMES = "names.json"
"""The document that names the speakers of a recording."""

CORRECTIONS = "corrections.json"
"""The document that says what was heard wrong."""

JOINED = "joined"
"""The container of a recording that is joined of files: its rows are theirs, with what was put right in them."""

_LEVEL = "level="


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which run: a recording, and the keys of the stages by their names, in order."""

    recording: str
    stages: Mapping[str, str]

    @property
    def run(self) -> str:
        """The run's name: the key of its last stage, which covers those before it, but for `APART`."""
        *before, last = self.stages.items()
        name, key = last
        return "".join(one[:8] for _, one in [*before, last]) if name in APART and before else key

    @property
    def path(self) -> str:
        """What names it in the ledger and in messages."""
        return f"{self.recording}/{self.run}"


class Run:
    """One run of a store, whether or not it was started."""

    def __init__(
        self, files: Files, key: RunKey, cipher: Cipher | None = None, documents: Documents | None = None
    ) -> None:
        self.files = files
        self.key = key
        self._cipher = cipher or Cipher()
        self._documents = documents or Documents(files, self._cipher)
        self._corrected: Corrected | None = None
        self._remembered: Remembered | None = None

    def reading(self) -> Run:
        """The same run for one who only reads it, and goes over its tables again and again, as a report does.

        What is written to it meanwhile may not be seen.
        """
        other = copy.copy(self)
        other._remembered = Remembered()
        return other

    # -- what it is ---------------------------------------------------------------------------------

    def document(self) -> RunDocument | None:
        """Its document, None where it was never started; raises `StoreDamagedError`."""
        return self._documents.load(f"{self.key.recording}/runs", f"{self.key.run}.json", RunDocument)

    def save(self, document: RunDocument) -> None:
        """Write its document, whole or not at all."""
        self._documents.save(f"{self.key.recording}/runs", f"{self.key.run}.json", document)

    def about(self) -> RecordingDocument | None:
        """What is known of its recording, None where nothing is; raises `StoreDamagedError`."""
        return self._documents.load(self.key.recording, RECORDING, RecordingDocument)

    def names(self) -> NamesDocument | None:
        """Who speaks in its recording, as people have said; raises `StoreDamagedError`."""
        return self._documents.load(self.key.recording, NAMES, NamesDocument)

    def corrections(self) -> CorrectionsDocument:
        """What people have said was heard wrong in its recording; raises `StoreDamagedError`."""
        recording = self.key.recording
        found = self._documents.load(recording, CORRECTIONS, CorrectionsDocument)
        return found if found is not None else CorrectionsDocument(recording=recording)

    def vocabulary(self) -> CorrectionsDocument:
        """What people have said is heard wrong in all recordings of its store; raises `StoreDamagedError`."""
        return self._documents.vocabulary()

    def corrected(self) -> Corrected:
        """What is put right in what was heard; while the run is written, what was known when that began."""
        if self._corrected is not None:
            return self._corrected
        corrections = self.vocabulary().corrections + self.corrections().corrections
        about = self.about() if corrections else None
        return Corrected(() if about is not None and about.container == JOINED else corrections)

    def stage(self, name: str) -> StageDocument | None:
        """The document of a stage, None where it was never begun; raises `StoreDamagedError`."""
        return self._documents.load(self.folder(name), "stage.json", StageDocument)

    def save_stage(self, document: StageDocument) -> None:
        """Write the document of a stage, whole or not at all."""
        self._documents.save(self.folder(document.stage), "stage.json", document)

    def folder(self, stage: str) -> str:
        """The folder of a stage, below the store."""
        return f"{self.key.recording}/{stage}={self.key.stages[stage]}"

    def has(self, stage: str) -> bool:
        """Whether the run has such a stage: without sound nothing is heard, and a run may end early."""
        return stage in self.key.stages

    # -- tables -------------------------------------------------------------------------------------

    @property
    def hear(self) -> Parts[HearRow]:
        """The table of what was heard."""
        return Parts(self.files, self.folder(HEAR), HearRow, self._cipher, self._remembered)

    @property
    def speakers(self) -> Parts[SpeakersRow]:
        """The table of the pieces of speech, by which speakers are told apart."""
        return Parts(self.files, self.folder(SPEAKERS), SpeakersRow, self._cipher, self._remembered)

    @property
    def see(self) -> Parts[SeeRow]:
        """The table of what was seen."""
        return Parts(self.files, self.folder(SEE), SeeRow, self._cipher, self._remembered)

    @property
    def describe(self) -> Parts[DescribeRow]:
        """The table of the level-0 summaries."""
        return Parts(self.files, self.folder(DESCRIBE), DescribeRow, self._cipher, self._remembered)

    def table(self, stage: str) -> Parts[Any]:
        """The table of a stage that goes over the recording, by its name."""
        rows: dict[str, Any] = {HEAR: HearRow, SPEAKERS: SpeakersRow, SEE: SeeRow, DESCRIBE: DescribeRow}
        return Parts(self.files, self.folder(stage), rows[stage], self._cipher)

    def level(self, level: int) -> Parts[NodeRow]:
        """The table of a level of the tree, from 1."""
        place = f"{self.folder(MERGE)}/{_LEVEL}{level}"
        return Parts(self.files, place, NodeRow, self._cipher, self._remembered)

    @property
    def outline(self) -> StoredOutline | None:
        """The table of what was found by rule; None where the run has no place for it."""
        return StoredOutline(self.files, self.folder(MERGE), self._cipher) if self.has(MERGE) else None

    def heard(self) -> Iterator[HearRow]:
        """All windows in order, as far as they are there, with what people have put right; a part in memory at a time.

        Raises `StoreDamagedError`.
        """
        yield from self.corrected().rows(self.as_heard())

    def as_heard(self) -> Iterator[HearRow]:
        """The same as they were heard."""
        if self.has(HEAR):
            yield from self.hear.rows()

    def voiced(self) -> Iterator[SpeakersRow]:
        """All windows with their pieces of speech in order, as far as they are there; a part in memory at a time."""
        if self.has(SPEAKERS):
            yield from self.speakers.rows()

    def seen(self) -> Iterator[SeeRow]:
        """All segments of the picture in order, as far as they are there; a part in memory at a time."""
        if self.has(SEE):
            yield from self.see.rows()

    def chunks(self) -> Iterator[DescribeRow]:
        """All chunks in order, as far as they are there; a part in memory at a time."""
        if self.has(DESCRIBE):
            yield from self.describe.rows()

    def levels(self) -> list[int]:
        """Levels of the tree that have at least one node, ascending from 1."""
        if not self.has(MERGE):
            return []
        names = [n.removeprefix(_LEVEL) for n in self.files.folders(self.folder(MERGE)) if n.startswith(_LEVEL)]
        return sorted(int(name) for name in names if name.isdigit() and self.level(int(name)).numbers())

    def nodes(self, level: int) -> Iterator[NodeRow]:
        """All nodes of a level in order, a part in memory at a time."""
        yield from self.level(level).rows()

    def parts(self) -> dict[str, int]:
        """How many parts each table has, by its folder."""
        tables = [self.folder(name) for name in self.key.stages if name != MERGE]
        counts = {path: len(Parts(self.files, path, HearRow, self._cipher).numbers()) for path in tables}
        return counts | {self.level(level).path: len(self.level(level).numbers()) for level in self.levels()}

    # -- one writer ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold every stage of the run as its only writer, and sweep up what a killed writer left.

        The locks are gone at once when the process dies. Raises `StoreBusyError` where another process holds one.
        """
        with contextlib.ExitStack() as locks:
            for name in self.key.stages:
                locks.enter_context(held(self.files, self.folder(name)))
                self._sweep(self.folder(name))
            self.files.sweep(f"{self.key.recording}/runs", of=self.key.run)
            # What is put right from now on waits for the next start: else a stage would rest on two texts.
            self._corrected = self.corrected()
            locks.callback(self._forget_corrected)
            yield

    def _forget_corrected(self) -> None:
        self._corrected = None

    def busy(self) -> bool:
        """Whether a process is writing the run's last stage; never on an object store, where nothing tells."""
        return busy(self.files, self.folder(list(self.key.stages)[-1]))

    def _sweep(self, folder: str) -> None:
        for below in ("", *[f"/{name}" for name in self.files.folders(folder) if name.startswith(_LEVEL)]):
            self.files.sweep(f"{folder}{below}")
