"""`longmedia serve`: an inbox, night after night."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chunkers.names import to_text
from flows.cli_options import REPORTS, ConfigOption, FormatsOption, ReportsOption, SetOption, StoreOption
from flows.schedule import Served, serve_inbox
from pipeline.settings import load_here


def serve(
    inbox: Annotated[Path, typer.Option("--inbox", help="Folder whose recordings are processed.")],
    cron: Annotated[str | None, typer.Option(help='When to start, such as "0 1 * * *": every night at one.')] = None,
    every: Annotated[float | None, typer.Option(help="Or: start every so many seconds.")] = None,
    until: Annotated[str | None, typer.Option(help="Local time to stop at, such as 06:00; goes on next night.")] = None,
    settle: Annotated[float, typer.Option(help="Leave files alone that changed in the last so many seconds.")] = 30,
    store: StoreOption = "longmedia-store",
    formats: FormatsOption = "",
    reports: ReportsOption = REPORTS,
    sets: SetOption = [],  # noqa: B006 - typer reads it once
    config: ConfigOption = None,
) -> None:
    """Process an inbox on a schedule, until Ctrl-C.

    Where no Prefect server is configured, one is started on this machine, for this machine only.
    """
    served = Served(
        inbox=to_text(inbox.absolute()),
        store=store if "://" in store else str(Path(store).absolute()),
        settings=load_here(config, sets).model_dump(mode="json"),
        until=until,
        settle_s=settle,
        formats=formats,
        reports=to_text(reports.absolute()),
    )
    serve_inbox(served, cron=cron, every_s=every)
