"""What the fields of the form mean, and that list and search are narrowed by them alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.browse.answers import Site
from flows.browse.filters import filters
from pipeline.search import Wanted
from pipeline.settings import Report
from pipeline.store import Store
from tests.pipeline.reports.test_html import HOSTILE, Page
from tests.pipeline.search.archive import meeting, recorded


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = meeting(tmp_path / "store")  # Board meeting.mp3 of March, Brücke.mp4 of May
    recorded(
        store, "c" * 32, [(3, "The roof again.", "Zoë")], name="open.wav", created="2026-06-01T00:00:00", done=False
    )
    return store


def page(store: Store, query: str) -> Page:
    site = Site(store, Report())
    try:
        answer = site.answer(f"/{site.secret}/?{query}")
    finally:
        site.close()
    assert answer.status == 200
    return Page(answer.body.decode())


def names(found: Page) -> list[str]:
    return sorted(name for name in ("Board meeting.mp3", "Brücke.mp4", "open.wav")
                  if any(name in text for text, _ in found.found("a", class_="open")))  # fmt: skip


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ["Board meeting.mp3", "Brücke.mp4", "open.wav"]),
        ("speaker=anna", ["Board meeting.mp3"]),
        ("speaker=ZO%C3%8B", ["open.wav"]),
        ("speaker=nobody", []),
        ("since=2026-05-01", ["Brücke.mp4", "open.wav"]),
        ("until=2026-05-01", ["Board meeting.mp3", "Brücke.mp4"]),
        ("since=2026-04-01&until=2026-05-30", ["Brücke.mp4"]),
        ("state=unfinished", ["open.wav"]),
        ("state=complete&since=2026-05-01", ["Brücke.mp4"]),
        ("q=roof", ["Board meeting.mp3", "open.wav"]),
        ("q=roof&speaker=anna", ["Board meeting.mp3"]),
        ("q=roof&state=unfinished", ["open.wav"]),
        ("q=roof&since=2026-06-01", ["open.wav"]),
        ("q=roof&kind=summary", ["Board meeting.mp3"]),
    ],
)
def test_list_and_search_are_narrowed_alike(store: Store, query: str, left: list[str]) -> None:
    assert names(page(store, query)) == left


def test_the_form_keeps_what_was_asked_for(store: Store) -> None:
    found = page(store, "q=roof&speaker=Anna&since=2026-01-01&until=2026-12-31&state=complete&kind=transcript")
    values = {own["name"]: own.get("value") for _, own in found.found("input")}
    assert values == {"q": "roof", "speaker": "Anna", "since": "2026-01-01", "until": "2026-12-31"}
    assert [own["value"] for _, own in found.found("option") if "selected" in own] == ["transcript", "complete"]
    ((_, filled),) = found.found("details")
    assert "open" in filled
    assert "open" not in page(store, "").found("details")[0][1]
    assert page(store, "speaker=nobody").found("p", class_="count")[0][0] == "No recording fits the filters"


def test_pages_keep_the_filters(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.browse.answers._A_PAGE", 1)
    assert page(store, "until=2026-05-01&speaker=").found("a", rel="next")[0][1]["href"] == "./?until=2026-05-01&page=2"


def test_what_cannot_be_understood_is_told_and_stays_text(store: Store) -> None:
    found = page(store, "since=yesterday&state=fine&kind=odd&speaker=" + HOSTILE.replace("#", "").replace("&", ""))
    assert [text for text, _ in found.found("p", class_="note")] == ["yesterday: no day, such as 2026-03-24."]
    assert len(found.found("script")) == 1
    assert not found.found("img")


def test_the_fields_are_those_of_the_search() -> None:
    asked = filters(
        {"q": " a ", "kind": "screen", "speaker": "Bo", "since": "2026-03-24", "until": "", "state": "gaps"}
    )
    assert (asked.words, asked.wanted) == ("a", Wanted(None, ("screen",), "Bo", date(2026, 3, 24), None, ("gaps",)))
    assert asked.on
    assert not filters({"q": "a", "kind": "screen"}).on


@given(
    st.dictionaries(st.sampled_from(["q", "kind", "speaker", "since", "until", "state", "page"]), st.text(max_size=500))
)
def test_no_field_breaks_it(fields: dict[str, str]) -> None:
    asked = filters(fields)
    assert asked.wanted.recordings is None
    assert asked.page(2).startswith("./?")
