"""Hold a transcript against a reference: `python -m data.check NAME.reference.jsonl TRANSCRIPT.txt`.

Prints the word error rate under `data.normalise` and which planted facts the transcript holds.
"""

import argparse
import json
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

from data.normalise import normalise


def missing_facts(rows: list[dict[str, Any]], transcript: str) -> list[dict[str, str]]:
    """Planted facts that the transcript holds less often than they were said, in the order of the recording."""
    heard = f" {normalise(transcript)} "
    said: Counter[str] = Counter()
    missing = []
    for fact in (fact for row in rows for fact in row["facts"]):
        folded = f" {normalise(fact['value'])} "
        said[folded] += 1
        if heard.replace(" ", "  ").count(folded.replace(" ", "  ")) < said[folded]:
            missing.append(fact)
    return missing


def main(given: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m data.check", description=__doc__)
    parser.add_argument("reference", type=Path, help="NAME.reference.jsonl")
    parser.add_argument("transcript", type=Path, help="plain text")
    wanted = parser.parse_args(given)
    jiwer = import_module("jiwer")  # of the extra `dev`
    rows = [json.loads(line) for line in wanted.reference.read_text("utf-8").splitlines()]
    transcript = wanted.transcript.read_text("utf-8")
    words = jiwer.process_words(normalise(" ".join(row["text"] for row in rows)), normalise(transcript))
    facts = sum(len(row["facts"]) for row in rows)
    missing = missing_facts(rows, transcript)
    sys.stdout.write(
        f"word error rate {words.wer:.4f}: {words.substitutions} wrong, {words.deletions} lost, "
        f"{words.insertions} added of {words.hits + words.substitutions + words.deletions} words\n"
        f"facts heard {facts - len(missing)} of {facts}\n"
    )
    for fact in missing:
        sys.stdout.write(f"  missing {fact['kind']}: {fact['value']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
