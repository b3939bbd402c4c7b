"""`longmedia retry`: what failed, once more."""

from __future__ import annotations

import typer

from flows.cli_options import (
    REPORTS,
    ConfigOption,
    FormatsOption,
    ReportsOption,
    SetOption,
    StoreOption,
    exit_code,
    open_store,
    stop_on_signals,
)
from flows.exit_codes import BLOCKED, GAPS, NO_INPUT, OK
from flows.notices import Notices, each
from flows.outcomes import show
from flows.progress import watching
from flows.reports import Reports
from flows.terminal import say
from pipeline.archive import again, attempt
from pipeline.models.registry import Registry
from pipeline.settings import load_here


def retry(
    store: StoreOption = "longmedia-store",
    formats: FormatsOption = "",
    reports: ReportsOption = REPORTS,
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
) -> None:
    """Try again what failed, in every run of the store: those chunks and summaries only.

    Files and settings are those of the run, from the store's own records.
    """
    settings = load_here(config, sets)
    opened, stop = open_store(store, settings), stop_on_signals()
    written = Reports(formats, reports, opened, settings)
    done = each(written, Notices(opened, settings))
    registry = Registry(keep=settings.models.keep_loaded)
    todo = list(again(opened, settings))
    if not todo:
        say(f"{store}: nothing failed.")
    items = []
    with watching() as watch:
        for job, item in todo:
            items.append(attempt(job, opened, registry, watch(job.path), stop) if job else item)
            if job and items[-1] is not None:
                done(items[-1])
    made = [item for item in items if item is not None]
    show(made, store)
    code = exit_code(made)
    code = GAPS if code == NO_INPUT else code  # no input was named: it is the store that has gaps
    raise typer.Exit(code or (BLOCKED if written.failed else OK))
