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
from pipeline.errors import LimitError, StoreDamagedError
from pipeline.fallback.client import FallbackClient, admit
from pipeline.fallback.stages import FallbackDescribing, FallbackHearing, FallbackNodes
from pipeline.merge.measured import measured_root
from pipeline.merge.nodes import NodeWorker, NodeWriter
from pipeline.merge.prompting import MergePrompts
from pipeline.merge.run import merge
from pipeline.models.diariser.files import WEIGHTS as DIARISER_WEIGHTS
from pipeline.models.gemma.chat_gemma import ChatGemma
from pipeline.models.gemma.multimodal import Multimodal
from pipeline.models.protocol import Hearer, Writer
from pipeline.models.registry import DIARISER, GEMMA, TEXT, WHISPER, Lease
from pipeline.models.weights.fetch import locate
from pipeline.passes import Passes
from pipeline.stages.describe import DescribeStage, NothingSaid, TextDescriber
from pipeline.stages.describe_frames import GemmaDescriber
from pipeline.stages.driver import run_stage
from pipeline.stages.hear import HearStage, HearWorker, cuts, sounds
from pipeline.stages.imported import ImportedStage, imported_rows
from pipeline.stages.passages import Passage, of_seen, of_segments, of_windows
from pipeline.stages.protocol import ItemT, Stage, Worker
from pipeline.stages.see.looked import Looked
from pipeline.stages.see.stage import SeeStage, SeeWorker, shown, window_ends
from pipeline.stages.shared_batches import SharedBatches
from pipeline.stages.speakers.spoken import Spoken, turns_of
from pipeline.stages.speakers.stage import SpeakersStage, SpeakersWorker
from pipeline.store import DESCRIBE, HEAR, SEE, SPEAKERS, Run
from pipeline.store.documents import DecodedDocument, StageDocument, unless_damaged
from pipeline.store.parts import Parts
from pipeline.store.tables import DescribeRow, Row

log = logging.getLogger(__name__)

_OVERLAPPING = 2
"""Recordings at once among which no two can wait for the models."""


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
        self._egress = egress
        self._multimodal: ChatGemma | None = None

    def run_all(self) -> None:
        """Every stage in order; after each, the models that no later stage needs are let go.

        Raises, before any stage begins, what is wrong with the weights or with the server that is to write.
        """
        self._check()
        stages = {HEAR: self._hear, SPEAKERS: self._tell_apart, SEE: self._see, DESCRIBE: self._describe}
        for link in self._chain.links:
            stages.get(link.stage, self._merge)(link)
            self._lease.keep(self._chain.needs(link.stage))

    def close(self) -> None:
        """Let go of the models."""
        if self._multimodal is not None:
            self._multimodal.close()
        self._lease.close()

    def _check(self) -> None:
        engines = {link.engine for link in self._chain.links}
        if not self._chain.has(HEAR) and self._chain.has(SEE):
            engines.discard(TEXT)  # what is only seen is told without a model
        if WHISPER in engines:
            locate(self._settings.hear.model, self._settings.models)
        if DIARISER in engines:
            locate(DIARISER_WEIGHTS, self._settings.models)
        if GEMMA in engines and self._served:
            self._gemma()
        if TEXT in engines and self._settings.write.engine == "endpoint":
            self._writer()
        elif TEXT in engines:
            locate(self._settings.write.model, self._settings.models)

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
        local = HearWorker(self._hearer(link), self._lease.voice(), language=language, speakers=speakers)
        worker = self._shared(link, local, document.part_rows)
        if self._fallback is not None:
            template = prompts.load(self._settings.profile, "fallback_hear")
            worker = FallbackHearing(worker, self._fallback, template)
        with self._passes.sound(cuts(table, open_end=True)) as stream:
            stage = HearStage(self._recording, worker)
            parts = self._run_stage(link, stage, sounds(stream), table, document.part_rows)
            self._made(link, document, parts, stream.report)

    def _hearer(self, link: Link) -> Hearer:
        hear = self._settings.hear
        if link.engine == WHISPER:
            return self._lease.whisper(hear, self._settings.models)
        from pipeline.models.gemma.hearing import GemmaHearer

        gemma = self._gemma()
        if not gemma.limits.hears:
            raise LimitError(
                f"{gemma.name} does not hear.",
                cure="Gemma 4 12B, E4B and E2B do; or `--set hear.engine=whisper`, or `--recipe cascade`.",
            )
        return GemmaHearer(
            gemma,
            prompts.load(self._settings.profile, "gemma_hear"),
            longest_s=hear.stretch_s or gemma.limits.hear_s,
            max_tokens=hear.max_tokens,
        )

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
            worker = local if isinstance(local, NothingSaid) else self._shared(link, local, document.part_rows)
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
            heard = Spoken(self._run).heard()
            items = of_windows(heard, describe.windows) if looked is None else of_seen(looked, heard)
            if not spoken:
                return NothingSaid(), items, None
            return TextDescriber(self._writer(), prompts.load(profile, "chunk"), max_tokens=cap), items, None
        gemma = self._gemma()
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
        writer = self._writer() if link.engine == TEXT else self._gemma()
        template = prompts.load(self._settings.profile, "merge")
        local = NodeWriter(MergePrompts(writer, self._settings.merge, template))
        worker: NodeWorker = local if self._fallback is None else FallbackNodes(local, self._fallback)
        merge(self._run, worker, lambda done, total: self._watch(Step("merge", done, total)))

    def _spoken(self) -> bool:
        """Whether a word was heard."""
        return any(row.transcript for row in self._run.heard())

    # -- models -------------------------------------------------------------------------------------

    def _writer(self) -> Writer:
        settings = self._settings
        writer = self._lease.writer(settings.write, settings.endpoint, settings.models)
        self._admit(writer, "text-only")
        return writer

    def _gemma(self) -> Multimodal:
        settings = self._settings
        if settings.gemma.engine == "llamacpp":
            return self._lease.llama(settings.gemma, settings.video, settings.models)
        if not self._served:
            return self._lease.gemma(settings.gemma, settings.video.frame_tokens, settings.models)
        if self._multimodal is None:
            made = self._lease.served(settings.gemma, settings.video, settings.endpoint)
            self._admit(made.chat, self._kinds())
            self._multimodal = made
        return self._multimodal

    @property
    def _served(self) -> bool:
        """Whether the multimodal model is in a server."""
        return self._settings.gemma.engine == "server"

    def _kinds(self) -> str:
        """What the multimodal model is sent."""
        engines = {link.stage: link.engine for link in self._chain.links}
        hears = engines.get(HEAR) == GEMMA or self._settings.describe.listen_again
        sees = engines.get(DESCRIBE) == GEMMA and self._source.pictures
        return "+".join(filter(None, ("text-only", "audio" * bool(hears), "frames" * sees)))

    def _admit(self, asks: object, kind: str) -> None:
        """Give what asks a server on another machine the gate of this run."""
        settings, source = self._settings, self._source
        admit(
            asks,
            settings.fallback,
            settings.endpoint.model,
            source.path,
            self._run.key.path,
            kind=kind,
            egress=self._egress,
            also=source.also,
        )

    def _shared(self, link: Link, worker: Worker[ItemT, Row], part_rows: int) -> Worker[ItemT, Row]:
        """The worker, or where several recordings can wait for it at once the one that all of them share."""
        writes = link.engine == TEXT and self._settings.write.engine == "endpoint"
        if self._settings.media.recordings <= _OVERLAPPING or writes or (link.engine == GEMMA and self._served):
            return worker  # what leaves the machine is one recording's matter, never a common batch's
        key = ("shared", link.stage, link.key)
        return self._lease.model(link.engine, key, lambda: SharedBatches(worker, part_rows))

    # -- the document of a stage --------------------------------------------------------------------

    def _begin(self, link: Link, part_rows: int) -> StageDocument:
        """The stage's document, written at its first start; later starts keep its part size: the parts rest on it.

        A part holds at least as many chunks as a server that hears or sees is asked at once.
        """
        document = unless_damaged(lambda: self._run.stage(link.stage))
        if link.engine == GEMMA and self._served:
            part_rows = max(part_rows, self._settings.endpoint.concurrency)
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
