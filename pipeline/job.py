"""A chain of stages at work: its streams, its workers, its tables; finished stages are passed over."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from chunkers.audio import Windows
from chunkers.decoding import Decoded
from chunkers.spans import to_ticks
from chunkers.video import Segments
from pipeline import prompts
from pipeline.chain import IMPORTED, Chain, Link
from pipeline.engines import Engines
from pipeline.errors import StoreDamagedError
from pipeline.fallback.client import FallbackClient
from pipeline.fallback.stages import FallbackDescribing, FallbackHearing, FallbackNodes
from pipeline.merge.measured import measured_root
from pipeline.merge.nodes import NodeWorker, NodeWriter
from pipeline.merge.prompting import MergePrompts
from pipeline.merge.run import merge
from pipeline.models.registry import TEXT, Lease
from pipeline.passes import Passes
from pipeline.stages.describe import DescribeStage, NothingSaid, TextDescriber
from pipeline.stages.describe_frames import GemmaDescriber
from pipeline.stages.driver import run_stage
from pipeline.stages.extract import with_told
from pipeline.stages.hear import HearStage, HearWorker, cuts, sounds
from pipeline.stages.imported import ImportedStage, imported_rows
from pipeline.stages.passages import Passage, of_seen, of_segments, of_windows
from pipeline.stages.protocol import ItemT, Stage, Worker
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.stage import SeeStage, SeeWorker, shown, window_ends
from pipeline.stages.speakers.spoken import Spoken, said_in, turns_of
from pipeline.stages.speakers.stage import SpeakersStage, SpeakersWorker
from pipeline.stages.whole_sentences import whole_sentences
from pipeline.store import DESCRIBE, HEAR, SEE, SPEAKERS, Run
from pipeline.store.documents import DecodedDocument, StageDocument, unless_damaged
from pipeline.store.parts import Parts
from pipeline.store.tables import DescribeRow, Row
from pipeline.text.worth import Worth

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """Where the job stands: `load` or a stage, and `done` of `total`, in nodes while merging, else in ticks."""

    stage: str
    done: int = 0
    total: int = 0


Watch = Callable[[Step], None]


class Job:
    """One chain at work on one run; the caller holds the run (`run.writing()`)."""

    def __init__(
        self,
        chain: Chain,
        run: Run,
        lease: Lease,
        watch: Watch,
        fallback: FallbackClient | None = None,
        *,
        egress: bool = False,
    ) -> None:
        self._chain = chain
        self._settings = chain.settings
        self._source = chain.source
        self._recording = chain.source.recording
        settings = chain.settings
        self._passes = Passes(chain.source, settings.media, settings.audio, settings.video, settings.see)
        self._run = run
        self._lease = lease
        self._watch = watch
        self._fallback = fallback
        self._engines = Engines(chain, run.key, lease, egress=egress)

    def run_all(self) -> None:
        """Every stage in order; after each, the models that no later stage needs are let go.

        Raises, before any stage begins, what is wrong with the weights or with the server that is to write.
        """
        self._engines.check()
        stages = {HEAR: self._hear, SPEAKERS: self._tell_apart, SEE: self._see, DESCRIBE: self._describe}
        for link in self._chain.links:
            stages.get(link.stage, self._merge)(link)
            self._lease.keep(self._chain.needs(link.stage))

    def close(self) -> None:
        """Let go of the models."""
        self._engines.close()

    # -- hearing ------------------------------------------------------------------------------------

    def _hear(self, link: Link) -> None:
        table, document = self._run.hear, self._begin(link, self._settings.hear.part_rows)
        if self._done(link, document, table):
            return
        if link.engine == IMPORTED:
            length = to_ticks(Fraction(self._settings.audio.length_s))
            words = self._source.words
            rows = [] if words is None else imported_rows(self._recording, words, self._source.duration, length)
            self._made(link, document, self._run_stage(link, ImportedStage(), rows, table, document.part_rows))
            return
        self._watch(Step("load"))
        language = self._settings.hear.language
        speakers = self._source.speakers
        local = HearWorker(self._engines.hearer(link), self._lease.voice(), language=language, speakers=speakers)
        worker = self._engines.shared(link, local, document.part_rows)
        if self._fallback is not None:
            template = prompts.load(self._settings.profile, "fallback_hear")
            worker = FallbackHearing(worker, self._fallback, template)
        with self._passes.sound(cuts(table, open_end=True)) as stream:
            stage = HearStage(self._recording, worker)
            parts = self._run_stage(link, stage, sounds(stream), table, document.part_rows)
            self._made(link, document, parts, stream.report)

    # -- telling speakers apart ---------------------------------------------------------------------

    def _tell_apart(self, link: Link) -> None:
        table, document = self._run.speakers, self._begin(link, self._settings.speakers.part_rows)
        if self._done(link, document, table):
            return
        self._watch(Step("load"))
        worker = SpeakersWorker(self._lease.diariser(self._settings.models))
        made = cuts(self._run.hear, open_end=False) if self._run.has(HEAR) else []
        with self._passes.sound(made) as stream:
            stage = SpeakersStage(self._recording, worker)
            parts = self._run_stage(link, stage, sounds(stream), table, document.part_rows)
            self._made(link, document, parts, stream.report)

    # -- seeing -------------------------------------------------------------------------------------

    def _see(self, link: Link) -> None:
        see = self._settings.see
        table, document = self._run.see, self._begin(link, see.part_rows)
        if self._done(link, document, table):
            return
        self._watch(Step("load"))
        reader = self._lease.reader() if see.text else None
        worker = SeeWorker(reader, key_frames=see.key_frames, key_frame_side=see.key_frame_side)
        length = to_ticks(self._settings.video.length_s)
        with self._passes.picture(window_ends(self._run.heard(), length)) as stream:
            stage = SeeStage(self._recording, worker)
            parts = self._run_stage(link, stage, shown(stream), table, document.part_rows)
            self._made(link, document, parts, stream.report)

    # -- describing ---------------------------------------------------------------------------------

    def _describe(self, link: Link) -> None:
        describe = self._settings.describe
        table, document = self._run.describe, self._begin(link, describe.part_rows)
        if self._done(link, document, table):
            return
        self._watch(Step("load"))
        with contextlib.ExitStack() as streams:
            spoken = self._spoken()
            local, items, stream = self._describer(link, streams, spoken=spoken)
            # What needs no model is this recording's alone: the next one may have words.
            worker = local if isinstance(local, NothingSaid) else self._engines.shared(link, local, document.part_rows)
            if self._fallback is not None:
                template = prompts.load(self._settings.profile, "chunk")
                worker = FallbackDescribing(worker, self._fallback, template, max_tokens=describe.max_tokens or 0)
            stage = DescribeStage(self._recording, worker, spoken=spoken)
            parts = self._run_stage(link, stage, items, table, document.part_rows)
            self._made(link, document, parts, stream.report if stream is not None else None)

    def _describer(
        self, link: Link, streams: contextlib.ExitStack, *, spoken: bool
    ) -> tuple[Worker[Passage, DescribeRow], Iterator[Passage], Windows | Segments | None]:
        """The worker, its items, and the pass over the recording that they come from, where there is one."""
        describe, profile = self._settings.describe, self._settings.profile
        cap = describe.max_tokens or 0
        looked = Looked(self._run.seen()) if self._run.has(SEE) else None
        if link.engine == TEXT:
            said = Spoken(self._run)
            heard = whole_sentences(said.heard())
            items = of_windows(heard, describe.windows) if looked is None else of_seen(looked, heard)
            if not spoken:
                return NothingSaid(), items, None
            worth = Worth(list(said_in(said.heard())))
            items = (with_told(item, worth, cap) for item in items)
            return TextDescriber(self._engines.writer(), prompts.load(profile, "chunk"), max_tokens=cap), items, None
        gemma = self._engines.multimodal()
        again = gemma.limits.hears_behind_frames if describe.listen_again is None else describe.listen_again
        again = again and gemma.limits.hears and self._source.track is not None
        watch, listen = prompts.load(profile, "gemma_watch"), prompts.load(profile, "gemma_listen")
        describer = GemmaDescriber(gemma, watch, listen, max_tokens=cap, listen_again=again)
        made = cuts(self._run.hear, open_end=False) if self._run.has(HEAR) else []
        if self._source.pictures and gemma.limits.sees:
            film = streams.enter_context(self._passes.film(made))
            return describer, of_segments(film, Spoken(self._run).heard(), looked), film
        sound = streams.enter_context(self._passes.sound(made)) if again else None
        return describer, of_windows(Spoken(self._run).heard(), describe.windows, sound), None

    # -- merging ------------------------------------------------------------------------------------

    def _merge(self, link: Link) -> None:
        self._begin(link, 1)
        if self._run.has(SEE) and not self._spoken() and link.engine == TEXT:
            looked = Looked(self._run.seen())
            measured_root(self._run, looked.within(looked.span).statements)
            return
        self._watch(Step("load"))
        writer = self._engines.writer() if link.engine == TEXT else self._engines.multimodal()
        template = prompts.load(self._settings.profile, "merge")
        local = NodeWriter(MergePrompts(writer, self._settings.merge, template))
        worker: NodeWorker = local if self._fallback is None else FallbackNodes(local, self._fallback)
        merge(self._run, worker, lambda done, total: self._watch(Step("merge", done, total)))

    def _spoken(self) -> bool:
        """Whether a word was heard."""
        return any(row.transcript for row in self._run.heard())

    # -- the document of a stage --------------------------------------------------------------------

    def _begin(self, link: Link, part_rows: int) -> StageDocument:
        """The stage's document, written at its first start; later starts keep its part size: the parts rest on it.

        A part holds at least as many chunks as a server is asked at once.
        """
        document = unless_damaged(lambda: self._run.stage(link.stage))
        part_rows = max(part_rows, self._engines.at_once(link))
        if document is None:
            document = StageDocument(stage=link.stage, key=link.key, rests_on=link.rests_on, part_rows=part_rows)
            self._run.save_stage(document)
        return document

    def _done(self, link: Link, document: StageDocument, table: Parts[Row]) -> bool:
        """Whether every part of the stage is there and whole, rests on what is there now, and nothing in it failed."""
        if document.parts is None or document.parts != len(table.numbers()):
            return False
        try:
            if any(row.status == "failed" for row in table.rows()):
                return False
        except StoreDamagedError as error:
            log.warning("%s", error)
            return False
        return document.before == self._before(link)

    def _before(self, link: Link) -> str:
        """A hash of the rows that the stage rests on: when a chunk is heard anew, they change under the same key."""
        if link.stage != DESCRIBE:
            return ""
        digest = hashlib.sha256()
        for row in Spoken(self._run).heard():
            told = [(turn.speaker, turn.text) for turn in turns_of([row])]
            digest.update(f"{row.start}:{row.end}:{row.status}:{row.transcript}:{told}\n".encode())
        for seen in self._run.seen():
            digest.update(f"{seen.start}:{seen.end}:{seen.status}:{seen.texts}:{seen.moved}\n".encode())
        return digest.hexdigest()[:16]

    def _made(self, link: Link, document: StageDocument, parts: int, report: Decoded | None = None) -> None:
        """Note that the end of the stage was reached."""
        decoded = document.decoded
        if report is not None:
            decoded = DecodedDocument(
                duration=report.duration,
                header=report.header,
                truncated=report.truncated,
                error_lines=report.error_lines,
                errors=report.errors,
                notes=(*([self._source.why] if self._source.why and link.stage == HEAR else []), *report.notes),
            )
        found = {"parts": parts, "decoded": decoded, "before": self._before(link)}
        self._run.save_stage(document.model_copy(update=found))

    def _run_stage(
        self, link: Link, stage: Stage[ItemT, Row], items: Iterable[ItemT], table: Parts[Row], part_rows: int
    ) -> int:
        name, total = link.stage, self._source.duration
        self._watch(Step(name, 0, total))
        rows = part_rows * (self._settings.describe.windows if name == DESCRIBE else 1)
        return run_stage(
            stage,
            items,
            table,
            recording=self._recording,
            part_rows=rows,
            progress=lambda end: self._watch(Step(name, end, total)),
        )
