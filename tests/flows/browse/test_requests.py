"""Who may ask, what is meant, and which bytes of a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.browse.requests import Asked, admitted, asked, span_of


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"host": "127.0.0.1:8000"}, True),
        ({"host": "LOCALHOST:8000"}, True),
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}, True),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "none"}, True),
        ({}, False),
        ({"host": "127.0.0.1"}, False),
        ({"host": "127.0.0.1:8001"}, False),
        ({"host": "evil.example:8000"}, False),
        ({"host": "127.0.0.1.evil.example:8000"}, False),
        ({"host": "127.0.0.1:8000", "origin": "http://evil.example"}, False),
        ({"host": "127.0.0.1:8000", "origin": "null"}, False),
        ({"host": "127.0.0.1:8000", "origin": "https://127.0.0.1:8000"}, False),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "cross-site"}, False),
        ({"host": "127.0.0.1:8000", "sec-fetch-site": "same-site"}, False),
    ],
)
def test_who_may_ask(headers: dict[str, str], may: bool) -> None:
    assert admitted(headers, 8000) is may


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("/s/", Asked("list")),
        ("/s/?q=a+b&kind=screen&q=c", Asked("list", fields={"q": "c", "kind": "screen"})),
        ("/s/progress.json", Asked("progress")),
        ("/s/r/abc", Asked("report", "abc")),
        ("/s/m/a%2Fb", Asked("media", "a/b")),
        ("/s", None),
        ("/", None),
        ("/t/", None),
        ("/s/r/", None),
        ("/s/r/a/b", None),
        ("/s/m/../../etc/passwd", None),
        ("/s/.search/index.sqlite", None),
        ("s/", None),
        ("//[/s/", None),
        ("/s/?" + "&".join(f"a{n}=1" for n in range(30)), None),
        ("http://127.0.0.1/s/", Asked("list")),
    ],
)
def test_what_is_meant(target: str, meant: Asked | None) -> None:
    assert asked(target, "s") == meant


@pytest.mark.parametrize(
    ("wanted", "span"),
    [
        (None, (0, 100)),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=9-5", (0, 100)),
        ("bytes=0-1,5-6", (0, 100)),
        ("bytes=-", (0, 100)),
        ("items=0-9", (0, 100)),
    ],
)
def test_ranges(wanted: str | None, span: tuple[int, int] | None) -> None:
    assert span_of(wanted, 100) == span


@given(st.integers(0, 10**6), st.integers(0, 10**6) | st.none(), st.integers(0, 10**6) | st.none())
def test_a_range_lies_in_the_file(size: int, first: int | None, last: int | None) -> None:
    found = span_of(f"bytes={'' if first is None else first}-{'' if last is None else last}", size)
    if found is not None:
        assert 0 <= found[0] <= found[1] <= size
        if first is not None and (last is None or last >= first):
            assert found == (first, size if last is None else min(size, last + 1))
