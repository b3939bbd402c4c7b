"""The chain of stages that answers a request: which engine serves which stage, and the key of each.

A key is a hash of what the rows of a stage depend on: the keys of the stages before it, its own settings as far as
they can change the rows, the identity of its model, its prompts, the version of its code. Two requests that share
the beginning of their chain share its rows. This is the only place that reads all of `Settings`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline import prompts
from pipeline.errors import NoAudioError
from pipeline.merge.run import VERSION as MERGE_VERSION
from pipeline.models.gemma.batches import DEFAULT, batch_size, request_tokens
from pipeline.models.gemma.dialects import DIALECTS
from pipeline.models.gemma.dialects import check_video as check_served
from pipeline.models.gemma.gguf_pair import is_gguf
from pipeline.models.hardware import (
    ctranslate2_has_cuda,
    memory,
    torch_cuda_memory,
    torch_has_bfloat16,
    torch_has_cuda,
)
from pipeline.models.huggingface.quantized import text_on_cuda
from pipeline.models.identity import (
    diariser_identity,
    gemma_identity,
    gemma_lock,
    gguf_identity,
    reader_identity,
    served_identity,
    whisper_identity,
    whisper_lock,
    writer_identity,
    writer_lock,
)
from pipeline.models.registry import DIARISER, GEMMA, READER, TEXT, WHISPER
from pipeline.models.weights.catalog import DIARISER as DIARISER_WEIGHTS
from pipeline.models.weights.fetch import folder, present
from pipeline.settings import Gemma, Group, Settings, text_changing
from pipeline.settings.checks import check_video
from pipeline.source import Source, hotwords_beside
from pipeline.stages.describe import VERSION as DESCRIBE_VERSION
from pipeline.stages.hear import VERSION as HEAR_VERSION
from pipeline.stages.imported import VERSION as IMPORTED_VERSION
from pipeline.stages.see.stage import VERSION as SEE_VERSION
from pipeline.stages.speakers.assign import VERSION as ASSIGN_VERSION
from pipeline.stages.speakers.clustering import VERSION as CLUSTERING_VERSION
from pipeline.stages.speakers.stage import VERSION as SPEAKERS_VERSION
from pipeline.store import APART, DESCRIBE, HEAR, MERGE, SEE, SPEAKERS, STAGES, RunKey
from pipeline.store.documents import ModelLock

IMPORTED = "imported"

Stage = Literal["hear", "speakers", "see", "describe", "merge"]

RECIPES: Mapping[str, Mapping[str, str]] = {
    "cascade": {HEAR: WHISPER, SPEAKERS: DIARISER, SEE: READER, DESCRIBE: TEXT, MERGE: TEXT},
    "gemma": {HEAR: GEMMA, SPEAKERS: DIARISER, SEE: READER, DESCRIBE: GEMMA, MERGE: GEMMA},
}
"""Which engine serves which stage; `hear.engine` may put another in front."""

_TEXT_TOKENS, _GEMMA_TOKENS = 110, 300
_AUTO = "auto"
_LLAMACPP_ONLY = ("projector", "gpu_layers", "context")
"""Settings of Gemma that transformers does not read."""


@dataclass(frozen=True, slots=True)
class Link:
    """One stage of a chain."""

    stage: str
    engine: str
    key: str
    rests_on: dict[str, Any]
    """What went into the key, as JSON."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The stages that answer a request about one recording, in order. Of `settings` nothing is left on `auto`."""

    source: Source
    settings: Settings
    links: tuple[Link, ...]

    @property
    def run(self) -> RunKey:
        """The run that it makes."""
        return RunKey(self.source.recording, {link.stage: link.key for link in self.links})

    def needs(self, after: str) -> Collection[str]:
        """The engines that stages behind `after` need."""
        stages = [link.stage for link in self.links]
        return {link.engine for link in self.links[stages.index(after) + 1 :]}

    def has(self, stage: str) -> bool:
        """Whether it has such a stage."""
        return any(link.stage == stage for link in self.links)

    def weights(self) -> dict[str, ModelLock]:
        """Which weights its engines load, by the group of settings that names them; embedded ones are in `identity`."""
        settings = self.settings
        locks: dict[str, Callable[[], dict[str, ModelLock]]] = {
            WHISPER: lambda: whisper_lock(settings.hear, settings.models),
            TEXT: lambda: writer_lock(settings.write, settings.models),
            GEMMA: lambda: gemma_lock(settings.gemma, settings.models),
        }
        used = {link.engine for link in self.links} & locks.keys()
        return {group: lock for engine in sorted(used) for group, lock in locks[engine]().items()}


def chain(settings: Settings, source: Source, only: Stage | None = None, *, names: str = "") -> Chain:
    """The chain for `source`; it ends with the stage `only`, where that is given. Loads no model.

    `names` is the digest of the names that people have given its speakers.

    Raises `SettingsError` for settings that do not go together, `NoAudioError` where there is nothing that the recipe
    can take in, and what `pipeline.models.identity` raises where a model cannot be found.
    """
    engines = dict(RECIPES[settings.recipe])
    if settings.hear.engine != _AUTO:
        engines[HEAR] = settings.hear.engine
    if source.transcript:
        engines[HEAR] = IMPORTED
    shows = engines[DESCRIBE] == GEMMA and source.pictures
    hears = source.track is not None or bool(source.transcript)
    sees = source.pictures and settings.see.enabled
    tells_apart = _tells_apart(settings, source)
    if not hears and not shows and not sees:
        raise NoAudioError(
            source.path,
            "no audio track: there is nothing to hear"
            + (", and it is not to be looked at." if source.pictures else ", and nothing to see."),
            cure="`--set see.enabled=true` looks at the picture." if source.pictures else "Is it the right file?",
        )
    resolved = _resolve(settings, engines, source)
    if shows:
        check_video(resolved.video, resolved.audio)
        if resolved.gemma.engine == "server" and resolved.endpoint.dialect is not None:
            check_served(DIALECTS[resolved.endpoint.dialect], resolved.video)
    wanted = STAGES[: STAGES.index(only) + 1] if only else STAGES
    if not hears and wanted == (HEAR,):
        raise NoAudioError(source.path, "no audio track: there is nothing to hear.")
    links: list[Link] = []
    for stage in wanted:
        if not {HEAR: hears, SPEAKERS: tells_apart, SEE: sees}.get(stage, True):
            continue
        rests_on = _depends(stage, engines[stage], resolved, source, shows=shows, sees=sees)
        if stage == DESCRIBE and (tells_apart or names):
            rests_on["speakers"] = _told_apart(resolved, names) if tells_apart else {"names": names}
        rests_on["before"] = _before(stage, links)
        as_json = json.dumps(rests_on, sort_keys=True, default=str)
        key = hashlib.sha256(as_json.encode()).hexdigest()[:16]
        links.append(Link(stage, engines[stage], key, json.loads(as_json)))
    return Chain(source, resolved, tuple(links))


def _before(stage: str, links: Sequence[Link]) -> str:
    """The keys that a stage rests on; those `APART` need of hearing only where windows end, which stored spans tell."""
    if stage in APART or not links:
        return ""
    return links[-1].key if stage == MERGE else " ".join(link.key for link in links)


def _tells_apart(settings: Settings, source: Source) -> bool:
    """Whether speakers are told apart: where there is sound, the weights are here, and no transcript knows them all."""
    if source.track is None or source.each is not None or settings.speakers.enabled is False:
        return False
    if source.words is not None and source.words.cues and all(cue.speaker for cue in source.words.cues):
        return False
    return settings.speakers.enabled or present(DIARISER_WEIGHTS, settings.models)


def _told_apart(settings: Settings, names: str) -> dict[str, Any]:
    """What decides whose the pieces of speech are: no row of their table rests on it, but what is written does."""
    own = _without(settings.speakers, "enabled")
    named = {"names": names} if names else {}
    return {"clustering": CLUSTERING_VERSION, "assign": ASSIGN_VERSION, **own, **named}


def _depends(stage: str, engine: str, settings: Settings, source: Source, *, shows: bool, sees: bool) -> dict[str, Any]:
    if stage == HEAR:
        return _heard(engine, settings, source)
    if stage == SPEAKERS:
        audio = _audio(settings, source)
        return {"version": SPEAKERS_VERSION, "audio": audio, "identity": diariser_identity()}
    if stage == SEE:
        see = _without(settings.see, "enabled")
        cut = {"length_s": settings.video.length_s, "audio": _audio(settings, source)}
        return {"version": SEE_VERSION, "see": see, **cut, "identity": reader_identity() if settings.see.text else {}}
    if stage == DESCRIBE:
        return _described(engine, settings, shows=shows, sees=sees)
    return {
        "version": MERGE_VERSION,
        "merge": text_changing(settings.merge),
        "prompts": _digests(settings.profile, "merge"),
        **_writer(engine, settings),
    }


def _audio(settings: Settings, source: Source) -> dict[str, Any]:
    """What is heard, and how it is cut."""
    each = {"each": source.each} if source.each is not None else {}
    return text_changing(settings.audio) | {"track": source.track} | each


def _heard(engine: str, settings: Settings, source: Source) -> dict[str, Any]:
    if engine == IMPORTED:
        return {"version": IMPORTED_VERSION, "transcript": source.transcript, "length_s": settings.audio.length_s}
    hear = settings.hear
    shared: dict[str, Any] = {
        "version": HEAR_VERSION,
        "engine": engine,
        "audio": _audio(settings, source),
        "language": hear.language,
    }
    if engine == WHISPER:
        own: dict[str, Any] = {"beam": hear.beam, "device": hear.device, "compute_type": hear.compute_type}
        if hear.hotwords:
            own["hotwords"] = hear.hotwords
        return shared | {"hear": own, "identity": whisper_identity(hear, settings.models)}
    stretches = {"stretch_s": hear.stretch_s, "max_tokens": hear.max_tokens}
    return shared | {"hear": stretches, "prompts": _digests(settings.profile, "gemma_hear"), **_gemma(settings)}


def _described(engine: str, settings: Settings, *, shows: bool, sees: bool) -> dict[str, Any]:
    describe = settings.describe
    shared: dict[str, Any] = {"version": DESCRIBE_VERSION, "engine": engine, "max_tokens": describe.max_tokens}
    if not shows and not sees:
        shared["windows"] = describe.windows
    if engine == TEXT:
        return shared | {"prompts": _digests(settings.profile, "chunk"), **_writer(engine, settings)}
    seen = {"video": text_changing(settings.video)} if shows else {}
    roles = _digests(settings.profile, "gemma_watch", "gemma_listen")
    return shared | {"listen_again": describe.listen_again, "prompts": roles, **seen, **_gemma(settings)}


def _writer(engine: str, settings: Settings) -> dict[str, Any]:
    if engine == GEMMA:
        return _gemma(settings)
    own = _without(settings.write, "model", "adapter")
    return {"write": own, "identity": writer_identity(settings.write, settings.endpoint, settings.models)}


def _gemma(settings: Settings) -> dict[str, Any]:
    if settings.gemma.engine == "server":
        server = {"engine": "server", "dialect": settings.endpoint.dialect, "context": settings.gemma.context}
        return {"gemma": server, "identity": served_identity(settings.endpoint)}
    if settings.gemma.engine == "llamacpp":
        files = {name: getattr(settings.gemma, name) for name in ("engine", "batch", "context", "gpu_layers")}
        return {"gemma": files, "identity": gguf_identity(settings.gemma, settings.models)}
    own = _without(settings.gemma, "model", "adapter", "drafter", "engine", *_LLAMACPP_ONLY)
    own["device"], own["dtype"] = _device(settings.gemma)
    return {"gemma": own, "identity": gemma_identity(settings.gemma, settings.models)}


def _device(gemma: Gemma) -> tuple[str, str]:
    """Where transformers runs Gemma on this machine, and what it computes in."""
    device = gemma.device if gemma.device != _AUTO else "cuda" if torch_has_cuda() else "cpu"
    if gemma.dtype != _AUTO:
        return device, gemma.dtype
    return device, "bfloat16" if device == "cuda" and torch_has_bfloat16() else "float32"


def _batch(gemma: Gemma, settings: Settings) -> int:
    """Requests at once: by the memory of the GPU where transformers runs on one."""
    device, dtype = _device(gemma) if gemma.engine == "transformers" else ("", "")
    if device != "cuda" or not torch_cuda_memory():
        return DEFAULT
    from pipeline.models.huggingface.quantized import read_config, weights_folder

    return batch_size(
        read_config(weights_folder(gemma.model, folder(settings.models))),
        quantization=gemma.quantization,
        dtype=dtype,
        tokens=request_tokens(settings.video),
        memory=torch_cuda_memory(),
        ram=memory(),
    )


def _without(group: Group, *names: str) -> dict[str, Any]:
    """The settings of a group without those that the identity of the model stands for."""
    return {name: value for name, value in text_changing(group).items() if name not in names}


def _digests(profile: str, *roles: str) -> dict[str, str]:
    return {role: prompts.load(profile, role).digest for role in roles}


def _resolve(settings: Settings, engines: Mapping[str, str], source: Source) -> Settings:
    """The settings with every `auto` of an engine that is used decided by this machine, and the hotwords all known."""
    hear, write, gemma, describe = settings.hear, settings.write, settings.gemma, settings.describe
    if engines[HEAR] == WHISPER:
        device = hear.device if hear.device != _AUTO else "cuda" if ctranslate2_has_cuda() else "cpu"
        kinds = {"cpu": "int8", "cuda": "float16"}
        kind = kinds[device] if hear.compute_type == "default" else hear.compute_type
        more = hotwords_beside(source.path, hear.vocabulary) if hear.vocabulary is not None else ()
        words = tuple(dict.fromkeys((*hear.hotwords, *more)))
        known = {"device": device, "compute_type": kind, "hotwords": words, "vocabulary": None}
        hear = hear.model_copy(update=known)
    if TEXT in engines.values() and write.engine == _AUTO:
        cuda = write.adapter is None and text_on_cuda()
        write = write.model_copy(update={"engine": "transformers" if cuda else "llamacpp"})
    if gemma.engine == _AUTO and GEMMA in engines.values():
        files = is_gguf(gemma.model, folder(settings.models))
        gemma = gemma.model_copy(update={"engine": "llamacpp" if files else "transformers"})
    if gemma.batch is None and GEMMA in engines.values():
        gemma = gemma.model_copy(update={"batch": _batch(gemma, settings)})
    if describe.max_tokens is None:
        tokens = _GEMMA_TOKENS if engines[DESCRIBE] == GEMMA else _TEXT_TOKENS
        describe = describe.model_copy(update={"max_tokens": tokens})
    return settings.model_copy(update={"hear": hear, "write": write, "gemma": gemma, "describe": describe})
