"""Text is never markup: whatever is said or named, a real parser reads it back as that text and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chunkers.printable import printable
from pipeline.text.markup import code, escaped, markdown

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TEXT = st.text(st.characters(), max_size=80) | st.text("ab1 .-+=*_`~#|<>[]()!&;:/@$\\\n\t\x1b\u202e", max_size=60)
HOSTILE = [
    "# heading", "- item", "+ item", "* item", "1. first", "23) more", "---", "===", "> quote", "    code", "```sh",
    "~~~",
    "[x](javascript:alert(1))", "![](http://example.org/pixel.png)", "<script>alert(1)</script>", "<!-- -->", "a | b",
    "https://example.org", "www.example.org", "me@example.org", "&lt;b&gt;", "&#60;", "*a* _b_ `c` ~~d~~", "a\\", "\\",
    "| a |\n|---|", "[ref]: http://example.org", "<http://example.org>", "a  \nb", ":smile:", "$x$", "[^1]",
]  # fmt: skip


def read(source: str) -> tuple[list[str], str]:
    """The kinds of tokens in Markdown, and all of its text."""
    kinds, said = [], ""
    for token in PARSER.parse(source):
        kinds.append(token.type)
        for child in token.children or ():
            kinds.append(child.type)
            said += child.content
    return [kind for kind in kinds if kind not in ("inline", "text")], said


@given(TEXT)
@example("a\udcffb")
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    shown = printable(text)
    if not shown:
        assert not markdown(text)
        return
    assert read(markdown(text)) == (["paragraph_open", "paragraph_close"], shown)
    item = ["paragraph_open", "paragraph_close"]
    assert read(f"- {markdown(text)}\n") == (
        ["bullet_list_open", "list_item_open", *item, "list_item_close", "bullet_list_close"],
        shown,
    )
    assert read(f"# {markdown(text)}\n") == (["heading_open", "heading_close"], shown)
    kinds, said = read(f"| a | b |\n|---|---|\n| {markdown(text)} | c |\n")
    assert (kinds.count("td_open"), said) == (2, f"ab{shown}c")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_markdown_is_text(text: str) -> None:
    assert read(markdown(text)) == (["paragraph_open", "paragraph_close"], printable(text))


@pytest.mark.parametrize("address", ["https://example.org", "www.example.org", "me@example.org", "WWW.EXAMPLE.ORG"])
def test_an_address_is_no_link_where_addresses_become_links(address: str) -> None:
    """GitHub makes links of them before it looks at anything else: what it looks for must not be there."""
    assert not any(mark in markdown(address).lower() for mark in ("://", "www.", "e@"))


@given(TEXT)
def test_code_shows_the_text(text: str) -> None:
    if printable(text):
        kinds, said = read(f"- {code(text)}\n")
        assert ("code_inline" in kinds, said) == (True, printable(text))


@given(TEXT)
@example("a\udcffb")
def test_a_terminal_obeys_nothing_of_it(text: str) -> None:
    line = printable(text)
    assert not any(char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029" for char in line)
    assert not any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in line)
    line.encode()


def test_escape_sequences_lose_their_escape() -> None:
    sequences = "a\x1b[31mred\x9b0m\x1b]8;;http://x\x07b\r\nc\u202egnp.exe"
    assert printable(sequences) == "a [31mred 0m ]8;;http://x b cgnp.exe"
    assert printable("a\udce9\ud800") == "a\\xe9\ufffd"
    assert printable("  Grüße, 日本語 שלום 👍🏽  ") == "Grüße, 日本語 שלום 👍🏽"


@given(st.text(max_size=60))
def test_json_says_the_same_and_a_terminal_obeys_nothing(text: str) -> None:
    written = escaped(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(written) == {"text": text}
    assert not any("\x7f" <= char <= "\x9f" or "\u202a" <= char <= "\u202e" for char in written)
