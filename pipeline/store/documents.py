"""What the store says of a recording, of a stage and of a run, as JSON documents."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, SkipValidation

from pipeline.errors import StoreDamagedError
from pipeline.prompts.severity import SeverityRule
from pipeline.text.corrections import Correction

log = logging.getLogger(__name__)

State = Literal["complete", "gaps"]


class AnyDocument(BaseModel):
    """What a later version has added is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Document = TypeVar("Document", bound=AnyDocument)


class RecordingDocument(AnyDocument):
    """recording.json: what is known of a recording beside its results."""

    recording: str
    container: str = ""
    duration: int = 0
    """Ticks that the header promises."""
    start_time: str = "0"
    """The container's own stamp, in seconds, of the moment that is zero on the recording's clock."""
    audio: tuple[str, ...] = ()
    """The audio tracks, in words."""
    video: tuple[str, ...] = ()
    pictures: bool = False
    """Whether there is a video track that can be looked at."""
    default_track: int | None = None
    """The audio track that `audio.track=auto` stands for; None without sound."""
    names: tuple[str, ...] = ()
    """The names under which the recording was seen, the last one last."""


class NamedVoice(AnyDocument):
    """What a person is called who is heard at the tick `at`."""

    at: int
    name: str


class NamesDocument(AnyDocument):
    """names.json: who speaks in a recording, as people have said.

    A voice is meant by a moment at which it is heard: so a name stays with it, however voices are told apart later.
    """

    recording: str
    names: tuple[NamedVoice, ...] = ()
    merged: tuple[tuple[int, int], ...] = ()
    """Pairs of moments at which one and the same person is heard."""
    split: tuple[tuple[int, int], ...] = ()
    """Pairs of moments at which two people are heard, though by their voices they are one."""

    @property
    def digest(self) -> str:
        """A hash of what is said in it; empty where nothing is."""
        if not self.names and not self.merged and not self.split:
            return ""
        said = json.dumps([[(one.at, one.name) for one in self.names], self.merged, self.split])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class CorrectionsDocument(AnyDocument):
    """corrections.json: what was heard wrong in a recording, as people have said, in the order of putting it right.

    No table is changed by it: what was heard is read with it. vocabulary.json at the root of a store is the same for
    all of its recordings, and comes first.
    """

    recording: str = ""
    """Empty where all recordings are meant."""
    corrections: tuple[Correction, ...] = ()


class DecodedDocument(AnyDocument):
    """What a pass over the recording found; durations in ticks."""

    duration: int
    header: int = 0
    truncated: bool = False
    error_lines: int = 0
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class StageDocument(AnyDocument):
    """stage.json: what the rows of a stage rest on, and whether they are all there."""

    stage: str
    key: str
    rests_on: dict[str, JsonValue] = {}
    """What went into the key."""
    part_rows: int = 1
    parts: int | None = None
    """Parts of the finished stage; None until its end was reached once."""
    before: str = ""
    """A hash of the rows of the stage before, as they were when the end was reached."""
    decoded: DecodedDocument | None = None


class Gap(AnyDocument):
    """A span in ticks that was not processed, and why."""

    start: int
    end: int
    status: str
    reason: str


class Result(AnyDocument):
    """How the last start of a run ended."""

    state: State
    finished: str
    seconds: float
    coverage_ticks: dict[str, int]
    failed_nodes: int = 0
    parts: dict[str, int] = {}
    """Parts of each table, by its folder: one that was lost since shows here."""
    gaps: tuple[Gap, ...] = ()
    corrections: str = ""
    """A hash of the corrections that were known; empty where there were none."""
    corrected: str = ""
    """A hash of what they changed in what was heard; empty where they changed nothing."""
    outline: str = ""
    """A hash of the rules that the table of what was found by rule was told by; empty where there is none."""


class InputDocument(AnyDocument):
    """The file that was given."""

    name: str
    """For people; see `chunkers.printable`."""
    path: str
    """As `chunkers.to_text` gives it."""
    bytes: int = 0
    transcript: str | None = None
    """Path of the transcript that was given with it, in the same way."""


class LockedFile(AnyDocument):
    """A file of weights."""

    name: str
    """Its path in the model's folder, with `/`."""
    size: int
    """Bytes."""
    sha256: str = ""
    """Empty where it is not known without reading the file."""


class ModelLock(AnyDocument):
    """Which weights exactly: enough to fetch the same ones again, as far as it is known."""

    name: str
    """As settings and commands name it."""
    repository: str = ""
    """On the model hub; empty for files of the user's own."""
    commit: str = ""
    files: tuple[LockedFile, ...] = ()


class RunDocument(AnyDocument):
    """runs/<run>.json: a request, the stages that answer it, and how it ended."""

    format: int
    recording: str
    run: str
    created: str
    asked: str = ""
    """When it was last asked for: the newest of a recording's runs is what a report shows."""
    input: InputDocument
    duration: int = 0
    """Ticks that the header promises."""
    stages: dict[str, str] = {}
    """The key of each stage, in order."""
    settings: dict[str, Annotated[JsonValue, SkipValidation]] = {}
    """As they were when the run was last asked for. Values that come out of JSON are not looked at one by one: that
    was a third of the time in which a finished recording is answered."""
    severity: tuple[SeverityRule, ...] = ()
    """How bad an event of the picture is, as the profile said when the run was last asked for."""
    identity: dict[str, str] = {}
    """Models, prompts and code, by name and hash."""
    models: dict[str, ModelLock] = {}
    """The weights that were used, by the group of settings that names them."""
    versions: dict[str, str] = {}
    result: Result | None = None


def unless_damaged(load: Callable[[], Document | None]) -> Document | None:
    """What `load` gives, or None where the document is damaged: whoever writes the run makes it anew."""
    try:
        return load()
    except StoreDamagedError as error:
        log.warning("%s It is made anew now.", error.message)
        return None
