"""Taking things out of a text before it leaves. It cannot clean audio or frames.

Rules find what has a fixed form. They do not know names, addresses or secrets: text that must not
leave is kept by `fallback.deny` and `.no-egress`, not by this.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.fallback.plugins import named

Redact = Callable[[str], str]
"""A text as it may leave, from the text as it is."""

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_DIGITS = re.compile(r"(?<![\w.,])\+?\(?\d(?:[ ()/.-]{0,2}\d){6,18}(?![\w]|[.,]\d)")


def contacts(text: str) -> str:
    """The text with e-mail addresses, account, card and telephone numbers replaced by what they are."""
    text = _EMAIL.sub("[e-mail]", text)
    text = _IBAN.sub("[account]", text)
    return _DIGITS.sub(_numbered, text)


def _numbered(match: re.Match[str]) -> str:
    """What a long run of digits is; quantities such as 412000 or 1.200.000 stay."""
    text = match[0]
    digits = [int(mark) for mark in text if mark.isdigit()]
    if len(digits) >= 13 and _luhn(digits):
        return "[card]"
    plain = text.isdigit() and not text.startswith("0")
    grouped = re.fullmatch(r"\d{1,3}(?:[., ]\d{3})+", text)
    return text if (plain and len(digits) < 10) or grouped else "[number]"


def _luhn(digits: list[int]) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if at % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def load_redaction(name: str | None) -> Redact | None:
    """`contacts`, an entry point of the group `longmedia.redaction`, or `module:function`; raises `SettingsError`."""
    return named(name, "longmedia.redaction", {"contacts": contacts}) if name else None
