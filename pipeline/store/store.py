"""A folder or URL that holds runs."""

from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.errors import NoSuchRunError, StoreBusyError, StoreDamagedError, StoreError, StoreLockedError
from pipeline.store.document_files import VOCABULARY, Documents
from pipeline.store.documents import CorrectionsDocument, NamesDocument, RecordingDocument, RunDocument
from pipeline.store.encryption import DAMAGE, Cipher, damage
from pipeline.store.files import Departing, Files
from pipeline.store.first_format import FirstFormatRun
from pipeline.store.lock import held
from pipeline.store.runs import CORRECTIONS, NAMES, RECORDING, Run, RunKey
from pipeline.store.sidebyside import each
from pipeline.store.voices import Voices

log = logging.getLogger(__name__)

_RUNS = "runs"

_PIECE = 64 << 20
"""Bytes of a row in which bytes are kept that are no table."""


class Store:
    """A folder or URL that holds runs; `key` says where its encryption key is, see `Cipher`."""

    def __init__(self, root: str | Path, key: str | None = None, *, gate: Departing | None = None) -> None:
        """`gate` is asked before every write to another machine; see `Files`."""
        self.files = Files(root, gate)
        self._cipher = Cipher(key)
        self._documents = Documents(self.files, self._cipher)
        self._looked: Documents | None = None

    def behind(self, gate: Departing) -> Store:
        """The same store, every write to which passes `gate`."""
        other = copy.copy(self)
        other.files = self.files.behind(gate)
        other._documents = Documents(other.files, self._cipher)
        return other

    def run(self, key: RunKey) -> Run:
        """The run under `key`, whether or not it was started."""
        return Run(self.files, key, self._cipher, self._looked)

    def looking(self, recording: str, vocabulary: CorrectionsDocument | None = None) -> Store:
        """The same store, for one who looks at one recording: one listing of all that it holds of it, taken now.

        Each document is read once. `vocabulary` is what `vocabulary()` gave, where that is known already.
        """
        other = copy.copy(self)
        other.files = self.files.listed(recording)
        other._documents = other._looked = self._documents.once(other.files, vocabulary)
        return other

    def recording(self, recording: str) -> RecordingDocument | None:
        """What is known of a recording; None where nothing is. Raises `StoreDamagedError`."""
        return self._documents.load(recording, RECORDING, RecordingDocument)

    def save_recording(self, document: RecordingDocument) -> None:
        """Write what is known of a recording, whole or not at all, and sweep up what a killed writer left of it.

        Runs of one recording share the document: where another process is writing it now, that one's will do.
        """
        with contextlib.suppress(StoreBusyError), held(self.files, document.recording):
            self.files.sweep(document.recording)
            self._documents.save(document.recording, RECORDING, document)

    def names(self, recording: str) -> NamesDocument | None:
        """Who speaks in a recording, as people have said; None where nobody did. Raises `StoreDamagedError`."""
        return self._documents.load(recording, NAMES, NamesDocument)

    def save_names(self, document: NamesDocument) -> None:
        """Write who speaks in a recording, whole or not at all."""
        self._documents.save(document.recording, NAMES, document)

    def save_corrections(self, document: CorrectionsDocument) -> None:
        """Write what was heard wrong in a recording, or in all of them, whole or not at all."""
        self._documents.save(document.recording, CORRECTIONS if document.recording else VOCABULARY, document)

    def vocabulary(self) -> CorrectionsDocument:
        """What is heard wrong in all recordings, as people have said. Raises `StoreDamagedError`."""
        return self._documents.vocabulary()

    @property
    def voices(self) -> Voices:
        """The voices that are remembered across recordings."""
        return Voices(self.files, self._cipher)

    def recordings(self) -> list[str]:
        """The ids of the recordings that the store has a folder of, sorted."""
        return [name for name in self.files.folders() if not name.startswith(".")]

    @property
    def sealed(self) -> bool:
        """Whether what is written to it is encrypted."""
        return self._cipher.on

    def keep(self, path: str, data: bytes) -> None:
        """Write bytes that are no table under a name, whole or not at all; encrypted where the store is."""
        pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
        self.files.write(path, self._cipher.write(pa.table({"data": pa.array(pieces, pa.binary())})))

    def kept(self, path: str) -> bytes | None:
        """What `keep` has written; None where there is nothing. Raises `StoreDamagedError`, `StoreLockedError`."""
        if not self.files.exists(path):
            return None
        shown = f"{self.files.url}/{path}"
        try:
            return b"".join(self._cipher.read(self.files.read(path), shown)["data"].to_pylist())
        except DAMAGE as error:
            raise StoreDamagedError(f"{shown}: damaged: {damage(error)}.", cure="Delete this file.") from error

    def runs(
        self, recording: str | None = None, passed: list[StoreError] | None = None, *, looking: bool = False
    ) -> list[Run]:
        """Runs that were started, of one recording or of all, the one that was asked for last at the end.

        With `looking` they are for one who looks at them now, see there.

        A run whose document is damaged or cannot be read is passed over: it is one run's fault. Why is added to
        `passed`, or where there is none, said in the log. Raises `StoreLockedError`.
        """
        faults: list[StoreError] = []
        found: list[tuple[str, Run]] = []
        names = [recording] if recording else self.recordings()
        for these, wrong in each(lambda name: self._of(name, looking=looking), names, local=self.files.local):
            found += these
            faults += wrong
        if passed is not None:
            passed += faults
        for fault in faults if passed is None else ():
            log.warning("%s", fault)
        return [run for _, run in sorted(found, key=lambda pair: pair[0])]

    def find(self, recording: str, run: str | None = None) -> Run:
        """The run of a recording whose name begins with `run`; without it the one that was asked for last.

        Raises `NoSuchRunError` where there is none, or more than one that begins so, and the `StoreError` of a
        document where no other can be read.
        """
        passed: list[StoreError] = []
        runs = [one for one in self.runs(recording, passed) if run is None or one.key.run.startswith(run)]
        if not runs and passed:
            raise passed[0]
        if not runs:
            raise NoSuchRunError(
                f"{self.files.url}: no run {run or ''} of {recording}.".replace("  ", " "),
                cure="`longmedia status` lists what the store holds.",
            )
        if run is not None and len(runs) > 1:
            raise NoSuchRunError(f"{run}: {len(runs)} runs begin like this.", cure="Give more of the name.")
        return runs[-1]

    def _of(self, recording: str, *, looking: bool) -> tuple[list[tuple[str, Run]], list[StoreError]]:
        """The runs of a recording with the moments when they were last asked for; each document is read once.

        And what cannot be read.
        """
        found: list[tuple[str, Run]] = []
        faults: list[StoreError] = []
        with _passing_over(faults):
            looked = self if self._looked is not None else self.looking(recording)
            given = looked if looking else self
            for name in looked.files.folders(recording):
                if "=" in name or name == _RUNS:
                    continue
                with _passing_over(faults):
                    old = FirstFormatRun(self.files, recording, name, self._cipher)
                    if (document := old.document()) is not None:
                        found.append((document.asked or document.created, old))
            for name in sorted({Path(name).stem for name in looked.files.files(f"{recording}/{_RUNS}")}):
                with _passing_over(faults):
                    document = looked._documents.load(f"{recording}/{_RUNS}", f"{name}.json", RunDocument)
                    if document is not None and document.stages:
                        key = RunKey(recording, document.stages)
                        found.append((document.asked or document.created, given.run(key)))
        return found, faults


@contextlib.contextmanager
def _passing_over(faults: list[StoreError]) -> Iterator[None]:
    """What the store cannot give is noted; a missing key is no fault of one file."""
    try:
        yield
    except StoreLockedError:
        raise
    except StoreError as error:
        faults.append(error)
