"""A folder or URL that holds runs."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from pipeline.errors import NoSuchRunError, StoreBusyError, StoreDamagedError
from pipeline.store.documents import RecordingDocument, RunDocument
from pipeline.store.encryption import Cipher
from pipeline.store.files import Departing, Files
from pipeline.store.first_format import FirstFormatRun
from pipeline.store.lock import held
from pipeline.store.runs import Documents, Run, RunKey

log = logging.getLogger(__name__)

_RUNS = "runs"


class Store:
    """A folder or URL that holds runs; `key` says where its encryption key is, see `Cipher`."""

    def __init__(self, root: str | Path, key: str | None = None, *, gate: Departing | None = None) -> None:
        """`gate` is asked before every write to another machine; see `Files`."""
        self.files = Files(root, gate)
        self._cipher = Cipher(key)
        self._documents = Documents(self.files, self._cipher)

    def behind(self, gate: Departing) -> Store:
        """The same store, every write to which passes `gate`."""
        other = Store(self.files.url, gate=gate)
        other._cipher = self._cipher
        other._documents = Documents(other.files, self._cipher)
        return other

    def run(self, key: RunKey) -> Run:
        """The run under `key`, whether or not it was started."""
        return Run(self.files, key, self._cipher)

    def recording(self, recording: str) -> RecordingDocument | None:
        """What is known of a recording; None where nothing is. Raises `StoreDamagedError`."""
        return self._documents.load(recording, "recording.json", RecordingDocument)

    def save_recording(self, document: RecordingDocument) -> None:
        """Write what is known of a recording, whole or not at all, and sweep up what a killed writer left of it.

        Runs of one recording share the document: where another process is writing it now, that one's will do.
        """
        with contextlib.suppress(StoreBusyError), held(self.files, document.recording):
            self.files.sweep(document.recording)
            self._documents.save(document.recording, "recording.json", document)

    def recordings(self) -> list[str]:
        """The ids of the recordings that the store has a folder of, sorted."""
        return self.files.folders()

    def runs(self, recording: str | None = None) -> list[Run]:
        """Runs that were started, of one recording or of all, the one that was asked for last at the end.

        A run whose document is damaged is passed over with a word in the log: it is one run's fault.
        """
        found: list[tuple[str, Run]] = []
        for name in [recording] if recording else self.recordings():
            for run in self._of(name):
                try:
                    document = run.document()
                except StoreDamagedError as error:
                    log.warning("%s", error)
                    continue
                if document is not None:
                    found.append((document.asked or document.created, run))
        return [run for _, run in sorted(found, key=lambda pair: pair[0])]

    def find(self, recording: str, run: str | None = None) -> Run:
        """The run of a recording whose name begins with `run`; without it the one that was asked for last.

        Raises `NoSuchRunError` where there is none, or more than one that begins so.
        """
        runs = [one for one in self.runs(recording) if run is None or one.key.run.startswith(run)]
        if not runs:
            raise NoSuchRunError(
                f"{self.files.url}: no run {run or ''} of {recording}.".replace("  ", " "),
                cure="`longmedia status` lists what the store holds.",
            )
        if run is not None and len(runs) > 1:
            raise NoSuchRunError(f"{run}: {len(runs)} runs begin like this.", cure="Give more of the name.")
        return runs[-1]

    def _of(self, recording: str) -> list[Run]:
        old: list[Run] = [
            FirstFormatRun(self.files, recording, name, self._cipher)
            for name in self.files.folders(recording)
            if "=" not in name and name != _RUNS
        ]
        names = {Path(name).stem for name in self.files.files(f"{recording}/{_RUNS}")}
        return old + [run for name in sorted(names) if (run := self._named(recording, name)) is not None]

    def _named(self, recording: str, name: str) -> Run | None:
        """The run whose document has that name; its stages are in the document."""
        try:
            document = self._documents.load(f"{recording}/{_RUNS}", f"{name}.json", RunDocument)
        except StoreDamagedError as error:
            log.warning("%s", error)
            return None
        return self.run(RunKey(recording, document.stages)) if document is not None and document.stages else None
