"""One spelling for what is said the same: the normaliser behind every word error rate that `data.check` states.

Lower case; no punctuation; numbers as digits without a thousands mark; units and ordinals as words or digits alike;
American spelling folded into British. Nothing else is forgiven: a wrong name or number is an error.
"""

import re

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()  # noqa: SIM905
SUFFIX = {1: "st", 2: "nd", 3: "rd"}
WORDS = (
    {word: str(value) for value, word in enumerate(NUMBERS)}
    | {word: f"{value}{SUFFIX.get(value, 'th')}" for value, word in enumerate(ORDINALS, 1)}
    | {"meter": "metre", "meters": "metres", "liter": "litre", "liters": "litres", "center": "centre"}
    | {f"{unit}meter{s}": f"{unit}metre{s}" for unit in ("kilo", "centi", "milli") for s in ("", "s")}
    | {"tons": "tonnes", "ton": "tonne", "harbor": "harbour", "percentage": "percent", "okay": "ok"}
)
RULES = (
    (r"(?<=\d),\s?(?=\d{3}\b)", ""),  # 48,250 and 48, 250
    (r"€\s?(\d+(?:\.\d+)?)", r"\1 euros"),
    (r"(?<=\d)\s?%", " percent"),
    (r"(?<=\d)[.:](?=\d)", " "),  # 9:30 and 9.30, 3.2
    (r"['\u2019]", ""),
    (r"[^\w\s]|_", " "),
)


def normalise(text: str) -> str:
    """Fold a text; folding it twice changes nothing."""
    folded = text.lower()
    for pattern, replacement in RULES:
        folded = re.sub(pattern, replacement, folded)
    return " ".join(WORDS.get(word, word) for word in folded.split())
