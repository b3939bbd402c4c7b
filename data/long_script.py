"""A meeting without end: agenda items drawn from our own templates, each with its own numbers, names and dates."""

import random
from collections.abc import Iterator
from itertools import count

from data.facts import Draw
from data.script import Line, Pause, parse
from data.templates import CLOSINGS, ITEMS, OPENINGS, Slot

LONG_PAUSE_S = 8.0
LONG_PAUSE_EVERY = 25  # items, about half an hour


def long_script(seed: int) -> Iterator[Line]:
    """Lines for ever; the same seed gives the same lines. Take as many as needed."""
    random_numbers = random.Random(f"script {seed}")
    order: list[tuple[Slot, ...]] = []
    for number in count(1):
        if not order:  # every kind of item once, then all anew in another order
            order = random_numbers.sample(ITEMS, len(ITEMS))
        draw = Draw(random_numbers)
        words = draw.words(number)
        for slot in (OPENINGS, *order.pop(), CLOSINGS):
            variant = random_numbers.choice(slot) if isinstance(slot, tuple) else slot
            yield parse(variant.format_map(words))
        yield Pause(LONG_PAUSE_S if number % LONG_PAUSE_EVERY == 0 else round(random_numbers.uniform(0.5, 3.0), 2))
