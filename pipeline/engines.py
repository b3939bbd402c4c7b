"""The models of one job: which engine serves a stage, and the gate of what asks a model in a server."""

from __future__ import annotations

from pipeline import prompts
from pipeline.chain import Chain, Link
from pipeline.errors import LimitError
from pipeline.fallback.client import admit
from pipeline.models.diariser.files import WEIGHTS as DIARISER_WEIGHTS
from pipeline.models.gemma.batches import DEFAULT
from pipeline.models.gemma.chat_gemma import ChatGemma
from pipeline.models.gemma.multimodal import Multimodal
from pipeline.models.protocol import Hearer, Writer
from pipeline.models.registry import DIARISER, GEMMA, TEXT, WHISPER, Lease
from pipeline.models.weights.fetch import locate
from pipeline.stages.protocol import ItemT, Worker
from pipeline.stages.shared_batches import SharedBatches
from pipeline.store import DESCRIBE, HEAR, SEE, RunKey
from pipeline.store.tables import Row

_OVERLAPPING = 2
"""Recordings at once among which no two can wait for the models."""


class Engines:
    """The models of one chain, held by its lease."""

    def __init__(self, chain: Chain, run: RunKey, lease: Lease, *, egress: bool) -> None:
        """`egress`: whether this run may ask a server on another machine."""
        self._chain = chain
        self._settings = chain.settings
        self._run = run
        self._lease = lease
        self._egress = egress
        self._served: ChatGemma | None = None

    def check(self) -> None:
        """Raise what is wrong with the weights, or with the servers, before any stage begins; no server is asked."""
        settings = self._settings
        engines = {link.engine for link in self._chain.links}
        if not self._chain.has(HEAR) and self._chain.has(SEE):
            engines.discard(TEXT)  # what is only seen is told without a model
        if WHISPER in engines:
            locate(settings.hear.model, settings.models)
        if DIARISER in engines:
            locate(DIARISER_WEIGHTS, settings.models)
        if GEMMA in engines and self._in_server(GEMMA):
            self.multimodal()
        if TEXT in engines and self._in_server(TEXT):
            self.writer()
        elif TEXT in engines:
            locate(settings.write.model, settings.models)

    def hearer(self, link: Link) -> Hearer:
        """What hears; raises `LimitError` where the multimodal model cannot."""
        hear = self._settings.hear
        if link.engine == WHISPER:
            return self._lease.whisper(hear, self._settings.models)
        from pipeline.models.gemma.hearing import GemmaHearer

        gemma = self.multimodal()
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

    def writer(self) -> Writer:
        """The text model; raises `EgressRefusedError` where it is in a server that may not be asked."""
        settings = self._settings
        writer = self._lease.writer(settings.write, settings.endpoint, settings.models)
        self._admit(writer, "text-only")
        return writer

    def multimodal(self) -> Multimodal:
        """The multimodal model; raises `EgressRefusedError` where it is in a server that may not be asked."""
        settings = self._settings
        if settings.gemma.engine == "llamacpp":
            return self._lease.llama(settings.gemma, settings.video, settings.models)
        if not self._in_server(GEMMA):
            return self._lease.gemma(settings.gemma, settings.video.frame_tokens, settings.models)
        if self._served is None:
            served = self._lease.served(settings.gemma, settings.video, settings.endpoint)
            self._admit(served.chat, self._kinds())
            self._served = served
        return self._served

    def shared(self, link: Link, worker: Worker[ItemT, Row], part_rows: int) -> Worker[ItemT, Row]:
        """The worker, or where several recordings can wait for it at once the one that all of them share."""
        if self._settings.media.recordings <= _OVERLAPPING or self._in_server(link.engine):
            return worker  # what leaves the machine is one recording's matter, never a common batch's
        key = ("shared", link.stage, link.key)
        return self._lease.model(link.engine, key, lambda: SharedBatches(worker, part_rows))

    def at_once(self, link: Link) -> int:
        """Chunks that one batch of a stage must hold to keep its engine busy."""
        if link.engine != GEMMA:
            return 1
        settings = self._settings
        if self._in_server(GEMMA):
            return settings.endpoint.concurrency
        batch = settings.gemma.batch or DEFAULT
        return batch if batch > DEFAULT else 1  # who wants smaller parts than a small batch gets them

    def close(self) -> None:
        """Let go of the models."""
        if self._served is not None:
            self._served.close()
        self._lease.close()

    def _in_server(self, engine: str) -> bool:
        settings = self._settings
        return (engine == GEMMA and settings.gemma.engine == "server") or (
            engine == TEXT and settings.write.engine == "endpoint"
        )

    def _kinds(self) -> str:
        """What the multimodal model is sent, in the words of the gate."""
        engines = {link.stage: link.engine for link in self._chain.links}
        describes = engines.get(DESCRIBE) == GEMMA
        hears = engines.get(HEAR) == GEMMA or (describes and self._settings.describe.listen_again is True)
        sees = describes and self._chain.source.pictures
        return "+".join(filter(None, ("text-only", "audio" * hears, "frames" * sees)))

    def _admit(self, asks: object, kind: str) -> None:
        """Give what asks a server on another machine the gate of this run."""
        settings, source = self._settings, self._chain.source
        admit(
            asks,
            settings.fallback,
            settings.endpoint.model,
            source.path,
            self._run.path,
            kind=kind,
            egress=self._egress,
            also=source.also,
        )
