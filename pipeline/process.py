"""The main job on one recording: probe, describe, merge, account for it. Knows no Prefect."""

from __future__ import annotations

import importlib.metadata
import logging
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Protocol

from chunkers import (
    Choice,
    Recording,
    SegmentRules,
    Segments,
    WindowRules,
    Windows,
    choose_audio,
    ffmpeg_version,
    find_ffmpeg,
    probe,
    segments,
    windows,
)
from pipeline import recipes
from pipeline.describe import PartPlan, describe
from pipeline.errors import NoAudioError, StoreDamagedError
from pipeline.fallback.client import admit, open_fallback
from pipeline.fallback.recipe import FallbackRecipe
from pipeline.merge import merge
from pipeline.recipes.protocol import Recipe
from pipeline.settings import Settings, fingerprint
from pipeline.store import FORMAT, Run, RunKey, Store
from pipeline.store.coverage import Coverage, coverage

log = logging.getLogger(__name__)

State = Literal["complete", "gaps"]


@dataclass(frozen=True, slots=True)
class Step:
    """Where the job stands: `done` of `total`, in ticks while describing, in nodes while merging."""

    stage: Literal["load", "describe", "merge"]
    done: int = 0
    total: int = 0


Watch = Callable[[Step], None]


class Stop(Protocol):
    """Says when to end; an event of `threading` is one."""

    def is_set(self) -> bool:
        """Whether to end now."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the job ended. `fresh` is false where a finished run was found and nothing had to be done."""

    run: Run
    state: State
    fresh: bool
    coverage: Coverage
    seconds: float


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it, and the state is kept
    """The job was asked to stop, and stopped between two steps."""


def process(
    path: Path,
    settings: Settings,
    store: Store,
    *,
    watch: Watch = lambda _step: None,
    stop: Stop | None = None,
    load: Callable[[Settings], Recipe] = recipes.load,
    egress: bool = False,
) -> Outcome:
    """Take one recording from its file to its root summary, going on where an earlier start ended.

    Nothing leaves the machine unless `egress` switches it on for this run, and the settings and the
    recording allow it; see `pipeline.fallback`.

    Raises the `MediaError` that says what is wrong with the file, `StoreBusyError` where another
    process works on the same run, and `Interrupted` soon after `stop` is set.
    """
    started = time.monotonic()
    recording = probe(path)
    run = store.run(key(recording.content_id, settings))
    done = finished(run)
    if done is not None:
        return Outcome(run, "complete", False, done, time.monotonic() - started)
    if len(recording.audio) > 1 and settings.audio.track == "auto":
        recording = probe(path, levels=True)
    if settings.recipe == "cascade" and not recording.audio:
        raise NoAudioError(
            path, "no audio track: the recipe `cascade` has nothing to hear.", cure="Use --recipe gemma for pictures."
        )
    fallback = open_fallback(settings, path, run.key.path, egress=egress)
    with run.writing():
        _begin(run, recording, settings)
        watch(Step("load"))
        recipe = load(settings)
        admit(recipe.writer, settings, path, run.key.path, egress=egress)
        if fallback is not None:
            recipe = FallbackRecipe(recipe, fallback, settings)
        _describe(run, recording, settings, recipe, _stoppable(watch, stop))
        total = coverage(run.chunks())
        merge(
            run,
            recipe.writer,
            settings,
            progress=lambda done, of: _stoppable(watch, stop)(Step("merge", done, of)),
            fallback=fallback,
        )
        failed = sum(node.status == "failed" for level in run.levels() if level for node in run.nodes(level))
        state: State = "complete" if total.complete and not failed else "gaps"
        seconds = time.monotonic() - started
        run.save("result.json", _result(run, state, total, failed, seconds))
    return Outcome(run, state, True, total, seconds)


def key(content: str, settings: Settings) -> RunKey:
    """Which run a recording of this content id is under these settings; loads no model."""
    return RunKey(content, fingerprint(settings, content, recipes.identity(settings)))


def finished(run: Run) -> Coverage | None:
    """The coverage of a run that is complete, None of any other; reads no part, so it takes milliseconds.

    A run that has lost a part since (a damaged file that was deleted) is not complete.
    """
    result = run.result()
    if result.get("state") != "complete" or result["parts"] != _parts(run):
        return None
    return Coverage(result["coverage_ticks"], end=sum(result["coverage_ticks"].values()))


def _parts(run: Run) -> dict[str, int]:
    return {str(level): len(run.parts(level)) for level in run.levels()}


def _described(run: Run, described: dict[str, Any]) -> bool:
    """Whether every part of level 0 is there and whole, and nothing in it failed."""
    if "decoded" not in described or described["decoded"]["parts"] != len(run.parts(0)):
        return False
    try:
        return not any(row.status == "failed" for row in run.chunks())
    except StoreDamagedError as error:
        log.warning("%s", error)
        return False


def _stoppable(watch: Watch, stop: Stop | None) -> Watch:
    def look(step: Step) -> None:
        watch(step)
        if stop is not None and stop.is_set():
            raise Interrupted

    return look


def _describe(run: Run, recording: Recording, settings: Settings, recipe: Recipe, watch: Watch) -> None:
    described = run.manifest()
    if _described(run, described):
        return
    plan = PartPlan(
        recording.content_id,
        part_rows=int(described["part_rows"]),
        windows_per_summary=settings.write.windows_per_summary,
    )
    watch(Step("describe", 0, recording.duration))
    with _open(recording, settings, recipe) as stream:
        describe(run, stream, recipe, plan, lambda end: watch(Step("describe", end, recording.duration)))
        report = stream.report
    described["decoded"] = {
        "duration": report.duration,
        "header": report.header,
        "truncated": report.truncated,
        "error_lines": report.error_lines,
        "errors": list(report.errors),
        "notes": list(report.notes),
        "parts": len(run.parts(0)),
    }
    run.save("run.json", described)


def _open(recording: Recording, settings: Settings, recipe: Recipe) -> Windows | Segments:
    """The stream of chunks that the recipe takes: segments where it can see and there is something to."""
    media, audio, video = settings.media, settings.audio, settings.video
    rules = WindowRules(length_s=audio.length_s, cut_range_s=audio.cut_range_s, lead_in_s=audio.lead_in_s)
    track = _track(recording, audio.track)
    if recipe.sees and recording.pictures:
        segment_rules = SegmentRules(
            length_s=video.length_s,
            fps=Fraction(video.fps).limit_denominator(1000),
            patches=video.frame_tokens,
            scene_range_s=video.scene_range_s,
        )
        return segments(recording, segment_rules, rules, track=track, stall_s=media.stall_s, ffmpeg=media.ffmpeg)
    return windows(
        recording,
        rules,
        track=track,
        read_ahead=media.read_ahead,
        stall_s=media.stall_s,
        ffmpeg=media.ffmpeg,
    )


def _track(recording: Recording, wanted: str) -> Choice | None:
    """The pass to make: `auto` looks for a track that is not silent."""
    if not recording.audio:
        return None
    if wanted == "mix":
        return "mix"
    (choice, *_), why = choose_audio(recording, None if wanted == "auto" else int(wanted))
    log.info("%s: %s", recording.path.name, why)
    return choice


def _begin(run: Run, recording: Recording, settings: Settings) -> None:
    """Write run.json at the first start; later starts keep it, since the parts rest on it."""
    if run.manifest():
        return
    run.save(
        "run.json",
        {
            "format": FORMAT,
            "recording": recording.content_id,
            "fingerprint": run.key.fingerprint,
            "created": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "input": {"name": recording.path.name, "path": str(recording.path.absolute()), "bytes": recording.size},
            "probe": {
                "container": recording.container,
                "duration": recording.duration,
                "start_time": str(recording.start_time),
                "audio": [str(track) for track in recording.audio],
                "video": [str(track) for track in recording.video],
            },
            "part_rows": settings.storage.part_rows,
            "settings": settings.model_dump(mode="json"),
            "identity": recipes.identity(settings),
            "versions": _versions(settings),
        },
    )


def _versions(settings: Settings) -> dict[str, str]:
    names = ("longmedia", "faster-whisper", "ctranslate2", "xllamacpp", "pyarrow", "numpy", "torch", "transformers")
    found = {"python": platform.python_version(), "ffmpeg": ffmpeg_version(find_ffmpeg(settings.media.ffmpeg))}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _result(run: Run, state: State, total: Coverage, failed: int, seconds: float) -> dict[str, Any]:
    return {
        "state": state,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "coverage_ticks": total.ticks,
        "failed_nodes": failed,
        "parts": _parts(run),
        "gaps": [{"start": g.start, "end": g.end, "status": s, "reason": r} for g, s, r in total.gaps],
    }
