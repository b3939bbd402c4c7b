"""The hook: who answers where the local model failed. Yours can be any function of this shape.

A hook decides what to ask; it sends nothing itself. `send` is its only road out: there the text is
redacted, the policy is asked, the ledger is written, and the answer is checked. A hook that opens a
connection of its own is outside of all that, and outside of what this project can promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pipeline.fallback.plugins import named
from pipeline.fallback.policy import Trigger
from pipeline.models.endpoint.messages import Ask
from pipeline.models.protocol import Written

Send = Callable[[Ask], Written]
"""Sends a request and gives its checked answer; raises `EgressError` or `ModelError`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the local model failed at.

    `where` is the chunk or node, such as `chunk 12` or `level 2 node 0`; `reason` says what went wrong
    there. The answer may have `max_tokens` tokens.
    """

    ask: Ask
    max_tokens: int
    where: str
    trigger: Trigger
    reason: str


class Hook(Protocol):
    """Answers a question, through `send`, or raises."""

    def __call__(self, question: Question, send: Send) -> Written:
        """The answer; what it is worth is checked like any local one."""
        ...


def endpoint(question: Question, send: Send) -> Written:
    """The hook that comes with the package: the question goes out as it is."""
    return send(question.ask)


def load_hook(name: str) -> Hook:
    """`endpoint`, an entry point of the group `longmedia.fallback`, or `module:function`; raises `SettingsError`."""
    hook: Hook = named(name, "longmedia.fallback", {"endpoint": endpoint})
    return hook
