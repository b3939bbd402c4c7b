"""The prompts of a merge, and how much fits into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.merge.finish import Draft
from pipeline.merge.inputs import Note
from pipeline.merge.plan import Limits
from pipeline.models.protocol import Writer
from pipeline.prompts import Prompt, PromptTemplate
from pipeline.settings import Merge
from pipeline.text.identify import language_name

_REMARK_TOKENS = 96
"""Tokens of the prompt kept for naming what a first answer lost or invented."""

_CITE = "After every sentence write the number of its note in square brackets."


class MergePrompts:
    """What all nodes of a run share."""

    def __init__(self, writer: Writer, rules: Merge, template: PromptTemplate) -> None:
        """Raises `LimitError` where the budget leaves no room for notes."""
        self.writer = writer
        self.count = lru_cache(maxsize=8192)(writer.count)
        self.template = template
        self.cite = rules.cite
        self.translated = rules.language is not None
        self.language = rules.language
        budget = min(rules.budget, writer.context)
        overhead = writer.prompt_tokens(self.prompt("")) + _REMARK_TOKENS
        self.limits = Limits(budget, overhead, rules.max_tokens, writer.count(self.line(99, "")) + 1)
        self.limits.check()
        self.prose = max(1, round(self.limits.cap * (1 - rules.carry)))

    def prompt(self, text: str, remarks: str = "") -> Prompt:
        """The template filled in, and below it what is to be done better than last time."""
        language = self.language or language_name(text, "the language of the notes")
        prompt = self.template.fill(text=text, language=language)
        return replace(prompt, user="\n".join(filter(None, [prompt.user, _CITE if self.cite else "", remarks])))

    def line(self, label: int, text: str) -> str:
        """A note as the writer sees it."""
        return f"[{label}] {' '.join(text.split())}" if self.cite else f"- {' '.join(text.split())}"

    def text(self, notes: Sequence[Note]) -> str:
        """The notes of a prompt, a line each; one without text is left out, and keeps its number."""
        return "\n".join(self.line(label, note.text) for label, note in enumerate(notes, 1) if note.text)

    def fits(self, prompt: Prompt) -> bool:
        """Whether prompt and answer stay within the budget."""
        return self.writer.prompt_tokens(prompt) + self.limits.cap <= self.limits.budget

    def remarks(self, draft: Draft) -> str:
        """What the second try is told, within its tokens."""
        figures = draft.fidelity
        parts: list[str] = []
        for opening, names in (("Leave out, it is not in the notes:", figures.invented), ("Name:", figures.missing)):
            kept: list[str] = []
            for name in names:
                text = " ".join([*parts, f"{opening} {'; '.join([*kept, name])}."])
                if self.count(text) > _REMARK_TOKENS:
                    break
                kept.append(name)
            if kept:
                parts.append(f"{opening} {'; '.join(kept)}.")
        return " ".join(parts) or "Say nothing twice."
