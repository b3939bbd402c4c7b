"""What a run may ask beyond this machine, once the local model has failed."""

from __future__ import annotations

import functools
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pipeline.errors import EgressError, EgressRefusedError, EndpointError, ModelError, SettingsError
from pipeline.fallback.gate import RunGate
from pipeline.fallback.hook import Question, load_hook
from pipeline.fallback.ledger import Ledger
from pipeline.fallback.redaction import load_redaction
from pipeline.models.endpoint.egress import Gate
from pipeline.models.endpoint.messages import Ask
from pipeline.models.protocol import Written
from pipeline.prompts import Prompt
from pipeline.settings import Fallback
from pipeline.settings.addresses import is_loopback

if TYPE_CHECKING:
    from pipeline.models.endpoint.client import Endpoint

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 3
"""Failed questions in a row after which a run asks no more: the server is down, not the question wrong."""


@runtime_checkable
class Gated(Protocol):
    """What asks a model in a server."""

    url: str
    gate: Gate | None


class FallbackClient:
    """The fallback of one run."""

    def __init__(self, rules: Fallback, gate: RunGate) -> None:
        """Nothing is sent yet; raises `SettingsError` where the hook or the redaction cannot be had."""
        self._rules = rules
        self._gate = gate
        self._hook = load_hook(self._rules.hook)
        self._redact = load_redaction(self._rules.redact)
        self._failed = 0
        if self._redact is not None and {"audio", "frames"} & set(self._rules.kinds):
            log.warning("fallback.redact cleans text only: audio and frames leave as they are.")

    def ask(self, question: Question) -> Written:
        """The fallback's answer, its `details` naming it `cloud`.

        Raises `EgressError` where nothing may leave, and `ModelError` where no sound answer came.
        """
        if self._failed >= GIVE_UP_AFTER:
            raise EndpointError(f"{GIVE_UP_AFTER} questions in a row failed: no more are asked in this run.")
        gate = self._gate.at(question.where, question.trigger, question.reason)
        gate.check(self._rules.url, self._rules.model, question.ask.kind)
        try:
            written = self._hook(question, lambda ask: self._send(ask, question.max_tokens, gate))
        except EndpointError:
            self._failed += 1
            raise
        except (EgressError, ModelError):
            raise
        except Exception as error:  # noqa: BLE001 - a hook is anybody's code, and its message may hold anything
            why = f"the hook {self._rules.hook} failed with {type(error).__name__}."
        else:
            self._failed = 0
            log.warning("%s was answered by %s.", question.where, self._rules.model)
            return replace(written, details={**written.details, "source": "cloud"})
        raise ModelError(why)

    def _send(self, ask: Ask, max_tokens: int, gate: Gate) -> Written:
        return self._endpoint.ask(self._redacted(ask), max_tokens=max_tokens, gate=gate)

    def _redacted(self, ask: Ask) -> Ask:
        if self._redact is None:
            return ask
        try:
            clean = Prompt(user=self._redact(ask.prompt.user), system=self._redact(ask.prompt.system))
        except Exception as error:  # noqa: BLE001 - as with hooks: what cannot be redacted stays here
            why = f"not sent: redaction failed with {type(error).__name__}."
        else:
            return replace(ask, prompt=clean)
        raise EgressRefusedError(why)

    @functools.cached_property
    def _endpoint(self) -> Endpoint:
        from pipeline.models.endpoint.client import Endpoint

        return Endpoint(self._rules)


def open_fallback(
    rules: Fallback, path: Path, run: str, *, egress: bool, also: tuple[Path, ...] = ()
) -> FallbackClient | None:
    """The fallback of this run, or None where the run or the settings do not want one; `also` as in `RunGate`.

    Raises `SettingsError` where the run asks for what the settings do not switch on.
    """
    if not egress:
        return None
    if not rules.enabled:
        raise SettingsError("egress is asked for, but fallback.enabled is false.", cure="See docs/fallback.md.")
    return FallbackClient(rules, _gate(rules, path, run, egress, also))


def admit(
    asks: object,
    rules: Fallback,
    model: str,
    path: Path,
    run: str,
    *,
    egress: bool,
    kind: str = "text-only",
    also: tuple[Path, ...] = (),
) -> None:
    """Give what asks a server on another machine, `model` by name, the gate of this run; it will be sent `kind`.

    Raises `EgressRefusedError` where it may not be asked.
    """
    if isinstance(asks, Gated) and not is_loopback(asks.url):
        gate = _gate(rules, path, run, egress, also)
        gate.check(asks.url, model, kind)
        asks.gate = gate


def _gate(rules: Fallback, path: Path, run: str, egress: bool, also: tuple[Path, ...]) -> RunGate:
    return RunGate(rules, Ledger(rules.ledger), path, run, egress, also=also)
