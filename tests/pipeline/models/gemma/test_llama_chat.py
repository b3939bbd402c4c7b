"""Gemma 4 through llama.cpp in this process, beside transformers on the same weights: the same prompt, the same odds.

llama.cpp keeps its cache in half precision: log-probabilities that spread over 0.16 differ by some 0.002.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from PIL import Image  # noqa: E402

from chunkers.frames import frame_size  # noqa: E402
from data.checkpoints import gguf_adapter  # noqa: E402
from data.checkpoints.inputs import noise, pictures, seconds  # noqa: E402
from pipeline.doctor import examine_engine  # noqa: E402
from pipeline.models.gemma.bodies import body  # noqa: E402
from pipeline.models.gemma.chat import Message, Picture, Sound  # noqa: E402
from pipeline.models.gemma.chat_gemma import ChatGemma  # noqa: E402
from pipeline.models.gemma.inputs import Request, prepare, whole_tokens  # noqa: E402
from pipeline.models.gemma.limits import frame_stamp  # noqa: E402
from pipeline.models.gemma.llama_chat import DIALECT, load_llama_gemma  # noqa: E402
from pipeline.models.gemma.parts import parts  # noqa: E402
from pipeline.models.llamacpp.server import LlamaServer  # noqa: E402
from pipeline.models.registry import Registry  # noqa: E402
from pipeline.prompts import Prompt  # noqa: E402
from pipeline.settings import Gemma as GemmaSettings  # noqa: E402
from pipeline.settings import load  # noqa: E402
from tests.pipeline.models.gemma.seen import masks  # noqa: E402

TEXT = "Write the transcript of the words.\n\nAnswer: 12 of them, and so on."
KINDS = ("unified", "e2b")
NEAR = 0.006
FIRST_BYTE = 17
"""Of the tokens that are one byte each, in the tiny vocabulary."""


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """12B without encoders, E2B with them."""
    return str(request.param)


@pytest.fixture(scope="module")
def server(kind: str, gguf: Callable[[str], Path]) -> Iterator[LlamaServer]:
    """llama.cpp with the tiny model and its projector."""
    folder = gguf(kind)
    running = LlamaServer(
        folder / f"tiny-{kind}.gguf",
        context=4096,
        threads=1,
        projector=folder / f"mmproj-tiny-{kind}.gguf",
        picture_tokens=70,
    )
    yield running
    running.close()


def asked(server: LlamaServer, request: Request, pictures_: tuple[Picture, ...] = ()) -> dict[str, Any]:
    """llama.cpp's answer of one token, and how likely its five best were."""
    stamps = tuple(map(frame_stamp, request.at))
    sounds = [Sound(whole_tokens(samples)) for samples in request.audio]
    message = Message(parts(DIALECT, request.text, pictures_, stamps, sounds), request.system)
    written = body(DIALECT, message, model="", budget=70, context=4096, max_tokens=1, temperature=0.0)
    # Half a letter would be an answer without odds.
    whole = {"logit_bias": [[token, False] for token in range(FIRST_BYTE, FIRST_BYTE + 256)]}
    return server.chat({**written, **whole, "logprobs": True, "top_logprobs": 5, "seed": 0}, 1)


def compare(answer: dict[str, Any], inputs: Any, model: Any, **masks: Any) -> None:
    """The same number of tokens, and the same log-probabilities of the first one."""
    assert answer["usage"]["prompt_tokens"] == inputs["input_ids"].shape[1]
    with torch.no_grad():
        logits = model(**{**inputs, **masks}).logits[0, -1]
    expected = torch.log_softmax(logits.float(), -1)
    (first,) = answer["choices"][0]["logprobs"]["content"]
    found = {one["id"]: one["logprob"] for one in first["top_logprobs"]}
    assert len(found) == 5
    for token, odds in found.items():
        assert odds == pytest.approx(expected[token].item(), abs=NEAR)


@pytest.mark.parametrize("length_s", [0, 0.3, 15])
def test_hears_and_reads_what_transformers_does(
    kind: str, server: LlamaServer, opened: Callable[..., Any], length_s: float
) -> None:
    # Whole steps of 16 bits, for the sound goes as a WAV file.
    samples = np.round(noise(length_s, 3) * 32_767) / np.float32(32_768)
    request = Request(text=TEXT, system="Be brief.", audio=(samples.astype(np.float32),) * bool(length_s))
    running = opened(kind).loaded
    compare(asked(server, request), prepare(running.processor, [request], 70).inputs, running.model)


def test_sees_what_transformers_does(kind: str, server: LlamaServer, opened: Callable[..., Any]) -> None:
    """Sliding layers look both ways inside of a picture, global ones never do.

    That is how Google describes the 12B, and what transformers does where it makes its masks beforehand. Without, its
    masks look both ways in every layer. E2B and E4B look back only: llama.cpp knows them by their width, which the
    tiny checkpoint has not.
    """
    width, height = frame_size(1280, 720, 70)
    frames = np.kron(pictures(2, height // 48, width // 48, seed=1), np.ones((1, 48, 48, 1), np.uint8))
    request = Request(text=TEXT, frames=frames, at=seconds(2))
    running = opened(kind).loaded
    inputs = prepare(running.processor, [request], 70).inputs
    answer = asked(server, request, tuple(map(lossless, frames)))
    compare(answer, inputs, running.model, attention_mask=masks(inputs, running.model))


def lossless(frame: Any) -> Picture:
    """A PNG, where a JPEG would depend on who opens it."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "PNG")
    return Picture(buffer.getvalue(), *frame.shape[:2])


# -- as the recipe drives it ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gemma(kind: str, gguf: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatGemma]:
    """The engine as a run gets it."""
    settings = GemmaSettings(engine="llamacpp", model=str(gguf(kind)), context=4096, batch=2, threads=1)
    made = load_llama_gemma(settings, tmp_path_factory.mktemp("none"), frame_tokens=70, frames=3)
    yield made
    made.close()


def test_what_is_sent_is_what_was_computed(gemma: ChatGemma) -> None:
    width, height = frame_size(640, 480, 70)
    requests = [
        Request(text="Say.", audio=(noise(1.01, 1),)),
        Request(text="See.", frames=pictures(3, height, width), at=seconds(3)),
        Request(text="See.", system="Be brief.", frames=pictures(1, width, height), at=seconds(1)),
        Request(text="Say <|audio|>."),
    ]
    answers = gemma.ask(requests, max_tokens=3)
    assert [answer.error for answer in answers] == [None] * 4
    sent = [answer.proof.sent if answer.proof else None for answer in answers]
    assert [one and (one.audio_tokens, one.frames, one.video_tokens) for one in sent] == [
        (26, 0, 0), (0, 3, 3 * 63), (0, 1, 63), None
    ]  # fmt: skip


def test_tokens_are_counted_as_they_are_sent(gemma: ChatGemma) -> None:
    prompt = Prompt("One <|turn> two.", system="Be brief.")
    (written,) = gemma.write([prompt], max_tokens=2)
    assert gemma.prompt_tokens(prompt) == written.tokens_in
    assert gemma.count("<|turn>") > 1


def test_the_text_beside_media_is_counted_without_an_answer(gemma: ChatGemma, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [Request(text="Say this now.", system="Be brief.", audio=(noise(1.01, 1),))]
    gemma.ask(requests, max_tokens=1)  # the handshake is done
    asked: list[Message] = []
    complete = gemma.chat.complete

    def noting(message: Message, **more: Any) -> Any:
        asked.append(message)
        return complete(message, **more)

    monkeypatch.setattr(gemma.chat, "complete", noting)
    (answer,) = gemma.ask([Request(text="Another text.", audio=(noise(1.01, 1),))], max_tokens=1)
    assert answer.error is None
    assert len(asked) == 1
    assert asked[0].sounds


def test_the_doctor_proves_a_gguf_file_that_nobody_called_llamacpp(gguf: Callable[[str], Path]) -> None:
    settings = load(None, [f"gemma.model={gguf('unified')}", "gemma.context=4096", "video.length_s=30"])
    assert settings.gemma.engine == "auto"
    with Registry(keep=False) as registry:
        lines = list(examine_engine(settings, registry.lease()))
    assert any("It hears every token" in line for line in lines)


def test_a_request_that_does_not_fit_is_an_error_of_its_own(gemma: ChatGemma) -> None:
    (answer,) = gemma.ask([Request(text="word " * 5000)], max_tokens=2)
    assert "context" in str(answer.error)


def test_an_adapter_changes_what_the_multimodal_model_says(gguf: Callable[[str], Path], tmp_path: Path) -> None:
    folder = gguf("unified")
    adapter = gguf_adapter.write(folder / "tiny-unified.gguf", tmp_path / "voice.gguf")
    settings = GemmaSettings(engine="llamacpp", model=str(folder), context=1024, batch=1, threads=1)
    said = []
    for one in (settings, settings.model_copy(update={"adapter": adapter})):
        made = load_llama_gemma(one, tmp_path, frame_tokens=70, frames=3)
        said.append((made.name, made.write([Prompt("Go on.")], max_tokens=12)[0].text))
        made.close()
    assert said[1][0] == said[0][0].replace(" (llama.cpp)", " + voice.gguf (llama.cpp)")
    assert said[1][1] != said[0][1]
