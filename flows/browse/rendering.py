"""The pages of a store: Jinja2 escapes what comes from recordings, and a page's policy admits its own script only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chunkers.spans import stamp
from flows.browse.filters import Filters
from flows.browse.listing import Row
from pipeline.reports.html import hashed, moment, shown
from pipeline.search import KINDS, Hit

_HERE = Path(__file__).parent / "page"

STATES = {"complete": "", "gaps": "with gaps", "unfinished": "not finished", "running": "at work"}
"""What is said of the state of a run; nothing where all is well."""

CHOICES = {"complete": "complete", "gaps": "with gaps", "unfinished": "not finished"}
"""What a filter by state offers."""


def list_page(
    found: Sequence[Row],
    form: Filters,
    *,
    hits: Sequence[Hit] | None,
    notes: Sequence[str],
    page: int,
    pages: int,
    count: int,
) -> tuple[str, str]:
    """The page of `longmedia browse`, and its policy.

    `found` are the recordings of this page of `count`, `hits` what a search has found, `form` what was asked for.
    """
    script = _own("browse.js")
    return _rendered(
        "browse.html", script, "connect-src 'self'; form-action 'self'",
        rows=found, form=form, kinds=KINDS, hits=hits, notes=notes, page=page, pages=pages, count=count,
    )  # fmt: skip


def site_page(
    found: Sequence[Row], names: dict[str, str], speakers: dict[str, list[str]], chapters: dict[str, list[str]]
) -> str:
    """The index of a folder of reports: `names` are their files; by `speakers` and `chapters` a row is found, too."""
    told = [
        {
            "words": " ".join([row.name, row.headline, row.day, *speakers[row.recording], *chapters[row.recording]]),
            "speakers": speakers[row.recording],
            "day": row.day,
            "state": "unfinished" if row.running else row.state,
        }
        for row in found
    ]
    data = json.dumps(told).replace("<", "\\u003c")
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
    text = made.get_template(template).render(
        policy=policy, script=script, style=style, states=STATES, choices=CHOICES, **values
    )
    return text, policy


def _own(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
