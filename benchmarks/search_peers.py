"""Tantivy on the same terms as the index of `longmedia search`, for the benchmark of searching."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.search_data import LANGUAGES, Talk
from pipeline.search.query import parse
from pipeline.search.terms import terms


def tantivy(talk: Talk, hours: int, folder: Path, report: Callable[..., None]) -> None:
    """Print what Tantivy takes: one thread, 128 MB for the writer; it keeps the same text and columns."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    for name in ("recording", "speaker", "language"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", stored=True, index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="position")
    builder.add_integer_field("start", stored=True)
    builder.add_bytes_field("moments", stored=True)
    index = engine.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=128_000_000, num_threads=1)

    def put(hour: int) -> None:
        for one in talk.hour(hour):
            body = " ".join(term.text for term in terms(one.text, one.language))
            document = engine.Document(recording=f"{hour:032x}", speaker=one.speaker, language=one.language)
            document.add_text("text", one.text)
            document.add_text("body", body)
            document.add_integer("start", one.span.start)
            document.add_bytes("moments", one.packed())
            writer.add_document(document)

    began = time.monotonic()
    for hour in range(min(hours, 20)):
        list(talk.hour(hour))
    making = (time.monotonic() - began) / min(hours, 20)
    began = time.monotonic()
    for hour in range(hours):
        put(hour)
    writer.commit()
    took = time.monotonic() - began - making * hours
    print(f"Tantivy: {hours} hours, built in {took:.1f} s, {_size(folder):.1f} MB")
    index.reload()

    def ask(words: str) -> list[str]:
        query = parse(words, sorted(LANGUAGES))
        if any(phrase.open for clause in query.clauses for phrase in clause):
            return []  # Tantivy has no beginning of a word as a question
        searcher = index.searcher()
        found = searcher.search(index.parse_query(query.match, ["body"]), 20).hits
        return [str(searcher.doc(address)["recording"][0]) for _, address in found]

    report("Tantivy", ask, talk, hours)
    began = time.monotonic()
    put(hours)
    writer.commit()
    print(f"Tantivy: one hour more {time.monotonic() - began - making:.2f} s")


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6
