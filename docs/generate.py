"""Writes the pages of docs/reference from the code: `python -m docs.generate`. A test says when one is out of date."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from typer.core import TyperGroup

from flows.cli import COMMANDS
from pipeline.settings import table
from pipeline.store.tables import DescribeRow, HearRow, NodeRow, OutlineRow, SeeRow, SpeakersRow, schema

FOLDER = Path(__file__).parent / "reference"

_TABLES = {
    "hear": HearRow,
    "speakers": SpeakersRow,
    "see": SeeRow,
    "describe": DescribeRow,
    "merge, a level": NodeRow,
    "merge, outline.parquet": OutlineRow,
}
_NOTE = "\nWritten by `python -m docs.generate`.\n"


def settings() -> Iterator[str]:
    """Every setting, a table a group."""
    yield f"# Settings\n{_NOTE}"
    group = None
    for key, kind, default, meaning in table():
        name = key.rpartition(".")[0]
        if name != group:
            yield f"\n## {name or 'all'}\n\n| setting | default | what it is | type |\n|---|---|---|---|\n"
            group = name
        yield f"| `{key}` | {_code(default)} | {_cell(meaning)} | {_code(kind)} |\n"


def commands() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield f"# Commands\n{_NOTE}"
    for name, entry in COMMANDS.items():
        yield f"\n## longmedia {name}\n\n{entry.summary}\n"
        if entry.examples:
            yield f"\n{entry.examples}\n"
        yield from _options(name, entry.load(name))


def _options(name: str, command: Any) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for below, one in command.commands.items():
            yield f"\n### longmedia {name} {below}\n\n{(one.help or '').splitlines()[0]}\n"
            yield from _options(f"{name} {below}", one)
        return
    shown = [one for one in command.params if one.name != "help"]
    if shown:
        yield "\n| | what it is |\n|---|---|\n"
    for one in shown:
        called = ", ".join(one.opts) if any(opt.startswith("-") for opt in one.opts) else str(one.name).upper()
        yield f"| `{called}` | {_cell(getattr(one, 'help', None) or '')} |\n"


def tables() -> Iterator[str]:
    """Every table of a store, column by column."""
    yield f"# Tables\n{_NOTE}"
    for name, row in _TABLES.items():
        yield f"\n## {name}\n\n| column | type | unit | what it is |\n|---|---|---|---|\n"
        for column in schema(row):
            known = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
            unit, meaning = known.get("unit", ""), known.get("meaning", "")
            yield f"| `{column.name}` | {_type(column.type)} | {unit} | {_cell(meaning)} |\n"


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    if pa.types.is_struct(kind):
        return f"({', '.join(kind.field(at).name for at in range(kind.num_fields))})"
    return str(kind)


def _code(text: str) -> str:
    """As code, in a cell."""
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[str, Callable[[], Iterator[str]]] = {"settings": settings, "commands": commands, "tables": tables}


def main() -> int:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text("".join(page()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
