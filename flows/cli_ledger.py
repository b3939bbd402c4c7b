"""`longmedia ledger`: what left this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli_options import ConfigOption
from flows.terminal import say
from pipeline.errors import LedgerError
from pipeline.fallback.ledger import Ledger
from pipeline.settings import load_here

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What left this machine: verify, show.")

LedgerOption = Annotated[Path | None, typer.Option("--ledger", help="The ledger's file; else the one of the settings.")]


@app.command(epilog="Examples: `longmedia ledger verify` · `longmedia ledger verify --head 3f2a...`")
def verify(
    ledger: LedgerOption = None,
    head: Annotated[str, typer.Option("--head", help="A hash noted earlier; it must still be in the chain.")] = "",
    config: ConfigOption = None,
) -> None:
    """Check every record against the chain; exit code 1 where one was changed, removed or moved."""
    opened = _open(ledger, config)
    verdict = opened.verify(head)
    if verdict.faults:
        raise LedgerError(f"{opened.path}: {'; '.join(verdict.faults)}.", cure="Nothing is sent until it is replaced.")
    say(f"{opened.path}: intact, {verdict.records} records.")
    say(f"spent: {verdict.spent / 1e6:.6f}, of which {verdict.unsettled / 1e6:.6f} for requests without an outcome")
    if verdict.torn:
        say(f"The last line is torn ({verdict.torn} bytes): a crash while it was written. Its request never left.")
    if verdict.records:
        say(f"head: {verdict.head}")


@app.command(epilog="Examples: `longmedia ledger show` · `longmedia ledger show --json | jq .sha256`")
def show(
    ledger: LedgerOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The records as they are, a line each.")] = False,
    config: ConfigOption = None,
) -> None:
    """Every request and how it ended."""
    opened = _open(ledger, config)
    empty = True
    for record in opened.records():
        empty = False
        say(json.dumps(record, sort_keys=True) if as_json else _line(record))
    if empty and not as_json:
        say(f"{opened.path}: nothing has left this machine.")


def _line(record: dict[str, Any]) -> str:
    number, time = f"{record['number']:>6}", record["time"]
    if record["type"] == "request":
        return (
            f"{number}  {time}  -> {record['host']}  {record['model']}  {record['kind']}  {record['bytes']} bytes  "
            f"sha256 {record['sha256'][:16]}  {record['chunk'] or '-'} of {record['run'][:16]}  "
            f"at most {record['cost'] / 1e6:.6f}  ({record['reason']})"
        )
    if record["type"] == "outcome":
        return f"{number}  {time}  <- {record['of']}: {record['outcome']}, cost {record['cost'] / 1e6:.6f}"
    return f"{number}  {time}  a line torn by a crash was dropped: {record['dropped']} bytes"


def _open(ledger: Path | None, config: Path | None) -> Ledger:
    return Ledger(ledger or load_here(config).fallback.ledger)
