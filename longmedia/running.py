"""Running a recording from a program of one's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from longmedia.reading import Run
from pipeline.chain import Stage
from pipeline.job import Step
from pipeline.models.registry import Registry
from pipeline.process import process
from pipeline.settings import Settings, load_here
from pipeline.store import Store


def load_settings(config: str | Path | None = None, *sets: str) -> Settings:
    """Settings from a TOML file, the environment and `group.key=value` strings, weakest first.

    Without `config` it is the file that LONGMEDIA_CONFIG names, or the `longmedia.toml` of the working folder, if there
    is one; from the latter no programs, addresses, keys and places for files are taken. Below all is the user's own
    file. Raises `SettingsError`.
    """
    return load_here(None if config is None else Path(config), sets)


def run(
    path: str | Path,
    store: str | Path = "longmedia-store",
    settings: Settings | None = None,
    *,
    transcript: str | Path | None = None,
    only: Stage | None = None,
    registry: Registry | None = None,
    progress: Callable[[str, float], None] | None = None,
    stop: threading.Event | None = None,
    allow_fallback: bool = False,
) -> Run:
    """Take one recording, or a transcript file, to its summary; goes on where an earlier start ended.

    `transcript` is a file (SRT, VTT, JSON) that stands for hearing. `only` ends it after `hear` or `describe`.
    `registry` keeps the models loaded between calls. `progress` is called with a stage (`load`, `hear`, `describe`,
    `merge`) and the share of it that is done. Set `stop` from another thread to end soon; what is finished is kept.
    Nothing leaves the machine unless `allow_fallback` says so and the settings allow it, or `store` is a URL on another
    machine; docs/privacy.md has every road.

    Raises `MediaError` where the file cannot be used, `ModelError` where the models cannot be had, `StoreError` where
    the results cannot be written, `SettingsError`, and `Interrupted` after `stop` was set.
    """
    chosen = settings if settings is not None else load_here()
    models = registry if registry is not None else Registry(keep=False)

    def watch(step: Step) -> None:
        if progress is not None:
            progress(step.stage, step.done / step.total if step.total else 0.0)

    try:
        outcome = process(
            Path(path),
            chosen,
            Store(store, chosen.encryption.key),
            models,
            only=only,
            transcript=None if transcript is None else Path(transcript),
            watch=watch,
            stop=stop,
            egress=allow_fallback,
        )
    finally:
        if registry is None:
            models.close()
    return Run(outcome.run)
