"""Two hours that never were: a note a minute, forty of them with a fact to find again.

Everything is made of the word lists below, the same at every run. A fact counts as recalled where
one sentence holds its value and the thing it belongs to; a value beside another thing is no recall.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chunkers.spans import Span, to_ticks
from pipeline.store.tables import DescribeRow
from pipeline.text.facts import find
from pipeline.text.sentences import sentences

_PEOPLE = (
    "Anna Keller|Pavel Novak|Mina Okafor|Ruth Abel|Jonas Lind|Carla Mendes|Tariq Aziz|Elin Strand|Hugo Brandt|"
    "Yuki Tanabe|Omar Haddad|Greta Sommer|Liam Doyle|Nadia Petrova"
)
_THINGS = (
    "harbour crane|boat shed|east roof|ticket office|night guard|school programme|coffee machine|passenger lift|"
    "whale skeleton|map archive|rope workshop|lighthouse model|diving bell|museum shop|staff kitchen|fire alarm|"
    "garden wall|bronze anchor|audio guide|summer camp|cargo scale|signal mast|oil painting|reading room|steam engine|"
    "floor heating|visitor survey|glass ceiling|parking lot|winter market|film evening|donation box|insurance policy|"
    "cleaning contract|newsletter|water pump|delivery van|press office|rescue boat|wooden jetty"
)
_MONTHS = ("January", "March", "April", "June", "September", "November")
_TOPICS = (
    "the view from the terrace|the mood among the volunteers|the colour of the new signs|the music at the entrance|"
    "the long queue on sunny days|the smell in the cellar|the old photographs|the way the guides speak to children|"
    "the noise from the street|the benches under the trees|the light in the great hall|the tone of the leaflets|"
    "the weather at the last festival|the manners of tour groups|the dust on the showcases|the habits of the gulls"
)
_SAYINGS = (
    "The group talks about {} for a while and comes to no decision.",
    "Someone makes a joke about {}, and the others laugh.",
    "There are different opinions about {}; nobody wants to hurry.",
    "They agree that {} deserves more attention than it gets.",
    "A short exchange about {} follows, friendly and without a result.",
    "One voice praises {}, another would rather change it slowly.",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A fact: the sentence that holds it, the thing it is about, its value, and when it was said."""

    sentence: str
    thing: str
    value: str
    span: Span

    def within(self, text: str) -> list[int]:
        """Numbers of the sentences of `text` that hold the fact."""
        wanted = {fact.key for fact in find(self.value, small=True)}
        return [
            number
            for number, line in enumerate(sentences(text))
            if self.thing in line.lower()
            and (wanted <= {fact.key for fact in find(line, small=True)} or self.value.lower() in line.lower())
        ]


def transcript(
    hours: float = 2.0, facts: int = 40, *, note_s: int = 60, seed: int = 5
) -> tuple[list[DescribeRow], list[Planted]]:
    """Level 0 of a recording of `hours`, a note every `note_s` seconds, and the `facts` planted, evenly spread."""
    dice = random.Random(seed)  # noqa: S311 - the same dice every time is the point
    topics = _TOPICS.split("|")
    count = round(hours * 3600 / note_s)
    at = [round((n + 0.5) * count / facts) for n in range(facts)]
    spans = [Span(to_ticks(n * note_s), to_ticks((n + 1) * note_s)) for n in range(count)]
    planted = {place: _fact(n, spans[place], dice) for n, place in enumerate(at)}
    rows = []
    for index, span in enumerate(spans):
        said = dice.choice(_SAYINGS).format(dice.choice(topics))
        text = f"{said} {planted[index].sentence}" if index in planted else said
        rows.append(
            DescribeRow(
                recording="generated",
                index=index,
                start=span.start,
                end=span.end,
                kind="window",
                inputs="",
                status="processed",
                summary=text,
            )
        )
    return rows, list(planted.values())


def recalled(planted: Sequence[Planted], texts: Iterable[str]) -> float:
    """Share of the facts that at least one of the texts holds."""
    texts = list(texts)
    return sum(any(fact.within(text) for text in texts) for fact in planted) / len(planted)


def _fact(number: int, span: Span, dice: random.Random) -> Planted:
    things, people = _THINGS.split("|"), _PEOPLE.split("|")
    thing = things[number % len(things)]
    person = people[number % len(people)]
    if number % 4 == 0:
        value = f"{dice.randrange(1_200, 98_000):,}"
        return Planted(f"{person} says that the {thing} costs {value} euros.", thing, value, span)
    if number % 4 == 1:
        value = f"{dice.randrange(1, 29)} {dice.choice(_MONTHS)}"
        return Planted(f"The work on the {thing} begins on {value}.", thing, value, span)
    if number % 4 == 2:
        return Planted(f"{person} will look after the {thing}.", thing, person, span)
    value = str(dice.randrange(13, 990))
    return Planted(f"{person} has counted {value} complaints about the {thing}.", thing, value, span)
