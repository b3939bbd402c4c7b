"""A tiny checkpoint that answers the recipe's prompts, so that the whole road can be walked and read.

`python -m data.checkpoints.taught DIR` writes one; `longmedia run FILE --recipe gemma --model DIR` then ends in
a summary. It has learnt its few words by heart: what it says of a recording means nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from data.checkpoints import tiny
from data.checkpoints.inputs import noise, pictures, seconds, syllables
from pipeline.models.gemma.hearing import task_frame
from pipeline.models.gemma.inputs import Request
from pipeline.prompts import load

HEARD = "words"
LANGUAGE = "the language of the transcript"  # one word does not tell which
LISTEN = "SUMMARY: words\nEVENT 00:01: now"
WATCH = "SUMMARY: pictures\nSCREEN: MM 7\nEVENT 00:02: when"


def write(folder: Path) -> Path:
    """Write it to `folder`, which is returned; a minute or more on one core."""
    hear, watch, listen = (load("general", f"gemma_{role}") for role in ("hear", "watch", "listen"))
    lessons = []
    prompt = hear.fill(language=task_frame("en"))
    sounds = [*(noise(1, seed) for seed in (7, 8, 9)), syllables(1)]
    lessons += [(Request(text=prompt.user, audio=(sound,)), HEARD) for sound in sounds]
    prompt = listen.fill(transcript=f"00:00 {HEARD}", language=LANGUAGE)
    lessons.append((Request(text=prompt.user, system=prompt.system), LISTEN))
    prompt = watch.fill(transcript=f"00:00 {HEARD}", measured="(nothing)", language=LANGUAGE)
    lessons.append((Request(text=prompt.user, system=prompt.system, frames=pictures(3), at=seconds(3)), WATCH))
    return tiny.teach(tiny.write(folder, "unified"), lessons)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder)
