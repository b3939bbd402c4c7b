"""A sentence in another language than its source is found, and none where the two may be in the same."""

from __future__ import annotations

import pytest

from pipeline.text.identify import in_other_language, language_name
from pipeline.text.support import unsupported

FRENCH = "Le pont sera fermé lundi pour la réparation des vannes. Pour plus d'options, appuyez sur 8."
GERMAN = "Die Brücke wird am Montag geschlossen, weil die Ventile repariert werden."
JAPANESE = "月曜日に橋が閉鎖されます。バルブを修理するためです。"
NORWEGIAN = "Broen blir stengt på mandag fordi ventilene skal repareres."


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The bridge will be closed on Monday.", FRENCH),
        ("To lock the conference, press 8.", FRENCH),
        ("The bridge will be closed on Monday.", GERMAN),
        ("The bridge will be closed on Monday.", JAPANESE),
        ("Die Brücke wird geschlossen.", FRENCH),
        ("橋は月曜日に閉鎖されます。", GERMAN),
    ],
)
def test_another_language_is_found(sentence: str, source: str) -> None:
    assert in_other_language(sentence, source)
    assert unsupported(sentence, source)
    assert not in_other_language(sentence, f"{source} {sentence}")


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Le pont sera fermé lundi.", FRENCH),
        ("Maria Lopez, Halden, 412.000 Euro.", FRENCH),
        ("Broen bliver lukket på mandag.", NORWEGIAN),
        ("橋は月曜日に閉鎖されます。", JAPANESE),
        ("8.", FRENCH),
        ("The bridge will be closed on Monday.", ""),
        ("The bridge will be closed on Monday.", "412 7 33"),
    ],
)
def test_the_same_language_or_too_little_to_tell(sentence: str, source: str) -> None:
    assert not in_other_language(sentence, source)


def test_the_language_has_a_name_where_it_is_sure() -> None:
    assert [language_name(text, "?") for text in (FRENCH, GERMAN, JAPANESE, "412")] == [
        "French",
        "German",
        "Japanese",
        "?",
    ]
