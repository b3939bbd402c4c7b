"""The pages of a store: Jinja2 escapes what comes from recordings, and a page's policy admits its own script only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chunkers.spans import stamp
from flows.browse.listing import Row
from pipeline.reports.html import hashed, moment, shown
from pipeline.search import KINDS, Hit

_HERE = Path(__file__).parent / "page"

STATES = {"complete": "", "gaps": "with gaps", "unfinished": "not finished", "running": "at work"}
"""What is said of the state of a run; nothing where all is well."""


def list_page(
    found: Sequence[Row],
    *,
    words: str,
    kind: str,
    hits: Sequence[Hit] | None,
    notes: Sequence[str],
    page: int,
    pages: int,
) -> tuple[str, str]:
    """The page of `longmedia browse`, and its policy: `found` are recordings, `hits` what a search has found."""
    script = _own("browse.js")
    return _rendered(
        "browse.html", script, "connect-src 'self'; form-action 'self'",
        rows=found, words=words, kind=kind, kinds=KINDS, hits=hits, notes=notes, page=page, pages=pages,
    )  # fmt: skip


def site_page(found: Sequence[Row], names: dict[str, str], known: dict[str, list[str]]) -> str:
    """The index of a folder of reports: `names` are their files, `known` are more words by which a row is found."""
    found_by = [" ".join([row.name, row.headline, row.day, *known[row.recording]]) for row in found]
    data = json.dumps(found_by).replace("<", "\\u003c")
    page, _ = _rendered("site.html", _own("site.js"), "form-action 'none'", rows=found, names=names, data=data)
    return page


def _rendered(template: str, script: str, more: str, **values: object) -> tuple[str, str]:
    style = _own("index.css")
    policy = f"default-src 'none'; script-src {hashed(script)}; style-src {hashed(style)}; base-uri 'none'; {more}"
    made = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=shown,
    )  # fmt: skip
    made.filters["stamp"] = stamp
    made.filters["percent"] = lambda share: f"{share:.0%}"
    made.filters["address"] = lambda text: quote(text, safe="")
    made.filters["moment"] = moment
    made.filters["pieces"] = _pieces
    text = made.get_template(template).render(policy=policy, script=script, style=style, states=STATES, **values)
    return text, policy


def _pieces(hit: Hit) -> list[tuple[str, bool]]:
    """The words around a hit in pieces: each with whether it was found."""
    pieces, place = [], 0
    for start, end in hit.marks:
        pieces += [(hit.text[place:start], False), (hit.text[start:end], True)]
        place = end
    return [*pieces, (hit.text[place:], False)]


def _own(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
