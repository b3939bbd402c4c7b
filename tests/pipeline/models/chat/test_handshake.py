"""An engine is proved before it is used: each silent fault of an engine is made to happen, and refused by name."""

from __future__ import annotations

import pytest

from pipeline.errors import EndpointError, InputMismatchError, ModelError
from pipeline.models.endpoint.client import Endpoint
from pipeline.models.gemma.dialects import DIALECTS
from pipeline.models.gemma.handshake import Handshake, PictureProof, SoundProof, tone
from pipeline.models.gemma.limits import served_limits
from pipeline.models.gemma.served import ServedChat
from tests.pipeline.models.chat.engines import FAULTS, MODEL, Engine, endpoint_of, running


def handshake(engine: Engine, frames: int = 60) -> Handshake:
    dialect = DIALECTS[engine.dialect]
    budget = dialect.budgets[0]
    limits = served_limits(MODEL, 32_768, frames=dialect.frames, clips=dialect.clips)
    chat = ServedChat(Endpoint(endpoint_of(engine)), dialect, context=32_768, budget=budget)
    return Handshake(chat, dialect, limits, budget=budget, frames=frames)


def proved(shake: Handshake) -> tuple[str, SoundProof, PictureProof]:
    return shake.answers(), shake.hears(), shake.sees()


@pytest.mark.parametrize("name", list(DIALECTS))
def test_an_engine_that_takes_requests_as_its_documentation_says_is_proved(name: str) -> None:
    with running(Engine(name, answer=lambda arrived: f"{len(arrived)} parts")) as engine:
        answer, sound, pictures = proved(handshake(engine))
    stamp = 5 if DIALECTS[name].keeps_order else 0  # MM, a colon and SS; in the text where the order is lost
    assert answer == "1 parts"
    assert (sound.beside, sound.heard) == (2, "2 parts")
    assert (pictures.first, pictures.further) == (2 + stamp, 2 + stamp)
    assert pictures.beside(60) == 60 * (2 + stamp)
    assert pictures.beside(0) == 0


@pytest.mark.parametrize("name", ["vllm", "llamacpp"])
@pytest.mark.parametrize("fault", list(FAULTS))
def test_what_an_engine_does_in_silence_is_refused_by_name(name: str, fault: str) -> None:
    with running(Engine(name, fault=fault)) as engine, pytest.raises(ModelError) as refused:
        proved(handshake(engine))
    assert isinstance(refused.value, InputMismatchError | EndpointError)
    assert FAULTS[fault] in refused.value.message
    assert f"{DIALECTS[name].engine} (dialect {name})" in refused.value.message
    assert refused.value.cure or fault == "counts nothing"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("fault", ["drops sound", "drops pictures", "thinks", "cuts the prompt", "pictures first"])
def test_ollama_is_refused_by_the_same_names(fault: str) -> None:
    with running(Engine("ollama", fault=fault)) as engine, pytest.raises(InputMismatchError, match=FAULTS[fault]):
        proved(handshake(engine))


@pytest.mark.parametrize("fault", ["drops sound", "drops pictures", "thinks", "cuts sound"])
def test_mlx_vlm_is_refused_by_the_same_names(fault: str) -> None:
    with running(Engine("mlx-vlm", fault=fault)) as engine, pytest.raises(InputMismatchError, match=FAULTS[fault]):
        proved(handshake(engine))


def test_a_request_never_holds_more_pictures_than_the_engine_takes() -> None:
    with running(Engine("mlx-vlm")) as engine:
        handshake(engine, frames=60).sees()
    shown = [sum(part["type"] == "image_url" for part in body["messages"][0]["content"])
             for body in engine.bodies if isinstance(body["messages"][0]["content"], list)]  # fmt: skip
    assert max(shown) == 32


def test_the_tone_is_whole_tokens_and_no_silence() -> None:
    for seconds in (1, 0.99, 15):
        samples = tone(seconds)
        assert samples.size % 640 == 0
        assert 0.2 < abs(samples).max() <= 1
