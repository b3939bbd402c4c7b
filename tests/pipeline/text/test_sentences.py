"""Sentences end where a reader would end them, in any script, and are the same after they were joined again."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.sentences import ended, joined, sentences, terms


@pytest.mark.parametrize(
    "parts",
    [
        ["Hindi has a mark of its own.", "So it ends."],
        ["हम कल मिलेंगे।", "आप कब आएँगे?", "ठीक है।"],
        ["متى يصل القطار؟", "يصل في المساء.", "حسنا."],
        ["یہ پل نیا ہے۔", "کل کھلے گا۔"],
        ["橋は金曜日に開きます。", "本当ですか？！", "はい。"],
        ["他说：“我们走吧。”", "然后离开了。"],
        ["ዝናብ ነው።", "ወንዙ ሞላ፧", "አዎ።"],
        ["Կամուրջը նոր է։", "Վաղը կբացվի։"],
        ["ယနေ့ မိုးရွာသည်။", "မနက်ဖြန် နေသာမည်။"],
        ["네.", "알겠습니다.", "내일 만나요."],
        ["Мост открыт.", "А. С. Пушкин жил здесь."],
    ],
)
def test_every_script_ends_its_sentences(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "parts",
    [
        ["橋は開きます。", "本当？", "はい。"],
        ["我们走吧。", "好！"],
        ["هل وصل؟", "نعم۔"],
        ["How are you today?", "今天怎么样?", "Well!", "何?!", "はい。"],
    ],
)
def test_marks_that_need_no_space(parts: list[str]) -> None:
    assert sentences("".join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Dashwood and Mrs. Lee met Dr. Ng at St. Mary's.",
        "Some tools, e.g. Hammers and i.e. Nails, are here.",
        "Wir brauchen z. B. Schrauben, d. h. Eisenwaren, und z.B. Holz.",
        "Prof. J. R. Smith and Anna K. Berg wrote it.",
        "It weighs 3.5 kg and costs 1.200,50 euros.",
        "Am 24. März treffen wir uns, am 3. Tag danach nicht.",
        "Im 19. Jahrhundert stand hier die 2. Brücke.",
        "Vom 1. bis zum 15. Mai ist zu.",
        "The U.S. Army came at 5 p.m. on Monday.",
        "See No. 5 and Fig. 3 of vol. 2 for it.",
        "Der Umsatz lag bei 3 Mio. Euro bzw. 4 Mio. Dollar.",
        '"Why?" she asked, and he said "Never!" to her.',
        "Well... maybe it is so… or not.",
        "Le Dr. Martin et Mme. Durand sont là.",
        "El Sr. López y la Sra. Ruiz vienen.",
    ],
)
def test_what_ends_no_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("No. The pump is broken. So do I. Maria laughed.", 4),
        ("We chose plan B. The others left.", 2),
        ("We are 12. They are 9. In 2025. Nobody came.", 4),
        ("He lives in the U.S. She does not. Pens, paper, etc. Nothing else.", 4),
        ("Wir sind zu dritt. Danach kam er. Es waren 3. Sie gingen.", 4),
        ("He said “stop.” Then he left. (It was late.) We slept. It was 5 p.m. Maria came.", 6),
    ],
)
def test_what_does_end_one(text: str, number: int) -> None:
    assert len(sentences(text)) == number


@pytest.mark.parametrize(
    "text",
    [
        "- Budget approved\n- Staff hired\n- Roof repaired",
        "* Budget approved\r\n* Staff hired\r\n* Roof repaired",
        "• Budget approved • Staff hired • Roof repaired",
        "1. Budget approved\n2. Staff hired\n3. Roof repaired",
        "1. Budget approved 2. Staff hired 3. Roof repaired",
        "1) Budget approved 2) Staff hired 3) Roof repaired",
        "Budget approved\u2028Staff hired\u2029Roof repaired",
    ],
)
def test_bullets_without_full_stops_are_not_glued(text: str) -> None:
    assert sentences(text) == ["Budget approved", "Staff hired", "Roof repaired"]
    assert sentences(joined(sentences(text))) == sentences(text)


def test_a_bare_list_number_is_no_sentence() -> None:
    assert sentences("Two things. 1. The roof leaks. 2. The pump stands.") == [
        "Two things.",
        "The roof leaks.",
        "The pump stands.",
    ]


def test_only_what_needs_it_is_followed_by_a_line_break() -> None:
    assert joined(["It rained.", "Budget approved", "We met Dr.", "Anna left."]) == (
        "It rained. Budget approved\nWe met Dr.\nAnna left."
    )


texts = st.text(max_size=200) | st.text("aB1. \n-•)!?。।…\"”'", max_size=80)


@given(texts)
def test_sentences_are_the_same_after_they_were_joined(text: str) -> None:
    parts = sentences(text)
    assert sentences(joined(parts)) == parts


@given(texts)
def test_no_letter_is_lost(text: str) -> None:
    kept = "".join(sentences(text))
    assert [char for char in text if char.isalpha()] == [char for char in kept if char.isalpha()]


@pytest.mark.parametrize("unit", ["A. ", "1. ", "x ", "Mr. ", "- a\n", "1. a 2. b ", "。", "... ", '."'])
def test_time_grows_with_the_length_only(unit: str) -> None:
    started = time.process_time()
    sentences(unit * 50_000)
    assert time.process_time() - started < 5


def test_whether_a_text_is_finished() -> None:
    assert all(map(ended, ["Yes.", "“Yes.”", "好。", "ठीक है।", "متى؟ ", "Well…"]))
    assert not any(map(ended, ["Yes", "", "and then,", "1.5"]))


def test_a_word_keeps_its_vowel_signs() -> None:
    assert terms("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]
    assert terms("வணக்கம் உலகம்") == ["வணக்கம்", "உலகம்"]
    assert set(terms("ประชุมวันนี้")) & set(terms("การประชุม"))
    assert terms("The repairs, repaired") == ["the", "repair", "repair"]
