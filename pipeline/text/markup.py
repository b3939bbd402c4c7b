"""Text from a recording, from a file's name or from a model, made safe for what shows it: it is never markup.

One function a format. Whatever shows text to people takes it through one of them.
"""

from __future__ import annotations

import re

from chunkers.printable import is_obeyed, printable

_ANYWHERE = re.compile(r"[\\`*_\[\]#|~$]|&(?=#?\w+;)|@|(?<=:)/(?=/)|(?<=www)\.|:(?=[a-z+-][\w+-]*:)", re.IGNORECASE)
"""Emphasis, code, links, tables, formulas, entities; addresses, which become links by themselves; names of emoji."""

_DOUBTFUL = re.compile("[^ -~\n]")
"""What of a JSON document has to be looked at."""

_LEADING = re.compile(r"^(?:[-+=]|(\d{1,9})([.)]))")
"""What begins a list, a rule or a heading where it stands first."""


def escaped(json: str) -> str:
    """A JSON document that says the same, in which what a terminal obeys is written as `\\u` and its number.

    JSON itself escapes only the first 32 characters.
    """
    return _DOUBTFUL.sub(lambda found: f"\\u{ord(found[0]):04x}" if is_obeyed(found[0]) else found[0], json)


def markdown(text: str) -> str:
    """`text` as Markdown that shows just that: no mark, link, picture, table or HTML of its own.

    It is safe at the beginning of a line, inside one, and in a cell of a table; it comes on one line.
    """
    line = _ANYWHERE.sub(lambda mark: f"\\{mark[0]}" if mark[0] != "&" else "&amp;", printable(text))
    line = _LEADING.sub(lambda first: f"{first[1]}\\{first[2]}" if first[1] else f"\\{first[0]}", line)
    return line.replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """`text` as a code span of Markdown: its fence is longer than any row of back ticks in it."""
    line = printable(text)
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    space = " " if len(fence) > 1 else ""
    return f"{fence}{space}{line}{space}{fence}"
