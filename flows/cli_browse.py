"""`longmedia browse`: the store as pages for the browser of this machine."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from flows.browse.serving import serving
from flows.cli_options import ConfigOption, StoreOption, open_store
from flows.terminal import say
from pipeline.settings import load_here


def browse(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="On 127.0.0.1; without it a port that is free.")
    ] = 0,
    store: StoreOption = "longmedia-store",
    config: ConfigOption = None,
) -> None:
    """Show the store in a browser on this machine: recordings, search, reports that play, progress; until Ctrl-C.

    Nothing can be changed there, and no other machine can see it. The address holds a secret that is new at each start.
    """
    settings = load_here(config)
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.default_int_handler)  # they end it as Ctrl-C does
    with serving(open_store(store, settings), settings.report, port) as server:
        say(server.address)
        say("Ctrl-C ends it.", error=True)
        server.serve_forever()
