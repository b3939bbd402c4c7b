"""What a run's document says: what was asked for, and how it ended."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chunkers.ffmpeg import ffmpeg_version, find_ffmpeg
from chunkers.names import to_text
from chunkers.printable import printable
from chunkers.spans import Span
from pipeline.chain import Chain
from pipeline.errors import StoreDamagedError
from pipeline.prompts.severity import severity_rules
from pipeline.reports.kept_outline import keep_outline, rules
from pipeline.settings import Settings
from pipeline.store import DESCRIBE, FORMAT, HEAR, Run, Store
from pipeline.store.coverage import Coverage, coverage
from pipeline.store.documents import Gap, InputDocument, Result, RunDocument, State

_PACKAGES = (
    "longmedia",
    "faster-whisper",
    "ctranslate2",
    "xllamacpp",
    "rapidocr",
    "onnxruntime",
    "pyarrow",
    "numpy",
    "torch",
    "transformers",
    "bitsandbytes",
)


def new_document(chain: Chain) -> RunDocument:
    """The document of a run that begins."""
    source, settings, now = chain.source, chain.settings, _now()
    transcript = source.transcript_path
    return RunDocument(
        format=FORMAT,
        recording=source.recording,
        run=chain.run.run,
        created=now,
        asked=now,
        input=InputDocument(
            name=printable(source.path.name),
            path=to_text(source.path.absolute()),
            bytes=source.media.size if source.media else source.path.stat().st_size,
            transcript=None if transcript is None or transcript == source.path else to_text(transcript.absolute()),
        ),
        duration=source.duration,
        stages=dict(chain.run.stages),
        settings=settings.model_dump(mode="json"),
        severity=severity_rules(settings.profile),
        identity={f"{link.stage}.{k}": str(v) for link in chain.links for k, v in _identity(link.rests_on)},
        models=chain.weights(),
        versions=_versions(settings.media.ffmpeg),
    )


def result_of(run: Run, seconds: float) -> tuple[Result, Coverage]:
    """How a run that has come to its end ended, and its coverage."""
    total = coverage(run.chunks() if run.has(DESCRIBE) else run.heard() if run.has(HEAR) else run.seen())
    failed = sum(node.status == "failed" for level in run.levels() for node in run.nodes(level))
    state: State = "complete" if total.complete and not failed else "gaps"
    result = Result(
        state=state,
        finished=_now(),
        seconds=round(seconds, 3),
        coverage_ticks=total.ticks,
        failed_nodes=failed,
        parts=run.parts(),
        gaps=tuple(Gap(start=g.start, end=g.end, status=status, reason=why) for g, status, why in total.gaps),
        corrections=run.corrected().digest,
        corrected=run.corrected().effect(run.as_heard()),
    )
    return result, total


def finished(run: Run) -> tuple[Result, Coverage] | None:
    """How a run ended that another start could not make better, None of any other.

    That is a run that is complete, or whose gaps no model can fill: the file does not hold them. A run that has lost a
    part since, or whose document is damaged, is not finished, nor is one in whose words something else was put right
    since. No part is read unless corrections were added or taken back.
    """
    try:
        document = run.document()
        result = document.result if document is not None else None
        if result is None or result.parts != run.parts() or failed(result):
            return None
        corrected = run.corrected()
        if result.corrections != corrected.digest and result.corrected != corrected.effect(run.as_heard()):
            return None
    except StoreDamagedError:
        return None
    total = Coverage(
        result.coverage_ticks,
        [(Span(gap.start, gap.end), gap.status, gap.reason) for gap in result.gaps],
        end=sum(result.coverage_ticks.values()),
    )
    return result, total


def failed(result: Result) -> bool:
    """Whether something failed that can be tried again."""
    return bool(result.failed_nodes) or any(gap.status == "failed" for gap in result.gaps)


def note_asked(store: Store, run: Run, settings: Settings) -> None:
    """Make a finished run the one that reports show, since it was asked for last, by the settings and rules of now.

    Settings that change no table may change what is read from one: how many people speak, for example. So the outline
    in the store is made again where it rests on other settings, names or rules. `settings` are those of the chain, with
    nothing left on `auto`. Where all is as it was, no table is read and nothing is written.
    """
    document = run.document()
    if document is None:
        return
    result = document.result
    if result is not None:  # other corrections may change nothing in it: they are not looked up again
        result = result.model_copy(update={"corrections": run.corrected().digest})
    asked = {"settings": settings.model_dump(mode="json"), "severity": severity_rules(settings.profile)}
    now = document.model_copy(update={**asked, "result": result})
    if now != document or store.runs(run.key.recording)[-1].key.run != run.key.run:
        now = now.model_copy(update={"asked": _now()})
        run.save(now)
    told_by = rules(run)
    lost = run.outline is not None and not run.outline.kept and bool(run.levels())
    if result is not None and (result.outline != told_by or lost):
        keep_outline(run)
        run.save(now.model_copy(update={"result": result.model_copy(update={"outline": told_by})}))


def ended(run: Run, document: RunDocument, seconds: float) -> tuple[Result, Coverage]:
    """Write how a run ended that has come to its end after `seconds`, and what was found in it by rule."""
    result, total = result_of(run, seconds)
    keep_outline(run, anew=True)
    result = result.model_copy(update={"outline": rules(run)})
    run.save(document.model_copy(update={"result": result}))
    return result, total


def _identity(rests_on: dict[str, Any]) -> list[tuple[str, Any]]:
    found = [("version", rests_on["version"])]
    found += list(rests_on.get("identity", {}).items())
    found += [(f"prompt.{role}", digest) for role, digest in rests_on.get("prompts", {}).items()]
    return found + ([("transcript", rests_on["transcript"])] if "transcript" in rests_on else [])


def _versions(ffmpeg: Path | None) -> dict[str, str]:
    return {"python": platform.python_version(), "ffmpeg": ffmpeg_version(find_ffmpeg(ffmpeg)), **installed(_PACKAGES)}


def installed(packages: Iterable[str]) -> dict[str, str]:
    """The version of each of the packages that are here."""
    found: dict[str, str] = {}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
