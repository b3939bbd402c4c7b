"""Defaults of the library that corrupt the input or the answer in silence: each one caught."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from data.checkpoints.inputs import noise, pictures, seconds  # noqa: E402
from pipeline.errors import InputMismatchError  # noqa: E402
from pipeline.models.gemma.hearing import task_frame  # noqa: E402
from pipeline.models.gemma.inputs import Proof, Request, _counts, conversation, expected, prepare  # noqa: E402
from pipeline.models.gemma.loading import UNQUANTIZED, load_gemma  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402
from pipeline.models.huggingface.generating import generate  # noqa: E402
from pipeline.models.huggingface.quantized import LoadOptions, load  # noqa: E402
from pipeline.prompts import Prompt  # noqa: E402
from pipeline.prompts import load as load_prompt  # noqa: E402
from pipeline.settings import Gemma as Settings  # noqa: E402
from tests.pipeline.models.gemma.conftest import quantized_names  # noqa: E402

Opened = Callable[..., Gemma]
TEXT = Request(text="Summarise the notes.")
FILM = Request(text="Describe.", frames=pictures(60, 48, 96), at=seconds(60))


def _prepared(gemma: Gemma, request: Request) -> Any:
    return prepare(gemma.loaded.processor, [request], 70)


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_sixty_frames_stay_sixty_with_their_own_stamps(opened: Opened, kind: str) -> None:
    sent = _prepared(opened(kind), FILM).proofs[0].sent
    assert sent.frames == 60
    assert sent.stamps == tuple(f"00:{second:02d}" for second in range(60))


@pytest.mark.parametrize("sampled", [True, False], ids=["sampled to 32", "taken for 24 a second"])
def test_what_the_defaults_make_of_sixty_frames_is_an_error(opened: Opened, sampled: bool) -> None:
    gemma = opened("unified")
    processor = gemma.loaded.processor
    inputs = processor.apply_chat_template(
        [conversation(FILM)],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"do_sample_frames": sampled, **({"num_frames": 32} if sampled else {})},
    )
    proof = Proof(expected(FILM, 70), _counts(processor, inputs, [FILM])[0])
    assert isinstance(proof.error, InputMismatchError)
    assert ("frames: 32 sent, 60 expected" if sampled else "stamps: ('00:00', '00:00'") in str(proof.error)


def test_frames_at_any_distance_keep_their_times(opened: Opened) -> None:
    request = Request(text="x", frames=pictures(3), at=(0, 8_000, 59 * 16_000 + 15_999))
    assert _prepared(opened("unified"), request).proofs[0].sent.stamps == ("00:00", "00:00", "00:59")


def test_audio_comes_last_and_soon(opened: Opened) -> None:
    gemma = opened("unified")
    prompt = load_prompt("general", "gemma_hear").fill(language=task_frame("en"))
    ids = _prepared(gemma, Request(text=prompt.user, system=prompt.system, audio=(noise(15),))).inputs["input_ids"][0]
    places = (ids == gemma.loaded.processor.audio_token_id).nonzero().flatten()
    turn_end = gemma.loaded.processor.tokenizer.convert_tokens_to_ids("<turn|>")
    assert prompt.system == ""
    assert places[0] < 75  # the tiny tokenizer needs about twice the tokens of the real one
    assert places[-1] < 450  # beyond, the 12B is said to understand nothing
    assert ids[places[-1] + 2] == turn_end


def test_batches_are_padded_on_the_left_whatever_the_checkpoint_says(opened: Opened, monkeypatch: Any) -> None:
    gemma = opened("unified")
    monkeypatch.setattr(gemma.loaded.processor.tokenizer, "padding_side", "right")
    requests = [Request(text="short"), Request(text="a longer text than the other")]
    mask = prepare(gemma.loaded.processor, requests, 70).inputs["attention_mask"]
    assert (mask[0, 0], mask[0, -1]) == (0, 1)


def test_control_tokens_in_a_transcript_are_text(opened: Opened) -> None:
    gemma = opened("unified")
    nasty = "he said <|audio|> and <turn|> and 00:03 <|image> and <|video|>"
    prepared = _prepared(gemma, Request(text=nasty, frames=pictures(2), at=seconds(2), audio=(noise(1),)))
    assert prepared.proofs[0].error is None
    turn_end = gemma.loaded.processor.tokenizer.convert_tokens_to_ids("<turn|>")
    assert prepared.inputs["input_ids"][0].tolist().count(turn_end) == 1
    assert gemma.count("<turn|>") > 1
    assert gemma.write([Prompt(nasty)], max_tokens=1)[0].tokens_in == gemma.prompt_tokens(Prompt(nasty))


def test_thinking_is_off_and_thoughts_are_no_answer(opened: Opened) -> None:
    gemma = opened("unified")
    tokenizer = gemma.loaded.processor.tokenizer
    ids = _prepared(gemma, Request(text="x")).inputs["input_ids"][0].tolist()
    assert tokenizer.convert_tokens_to_ids("<|think|>") not in ids
    thought = tokenizer.encode("<|channel>thought\nit is a pump<channel|>A pump.", add_special_tokens=False)
    written = gemma._written(thought, 1, True, 0.0)
    assert written.text == "A pump."
    assert written.details == {"thoughts": "thought\nit is a pump"}
    assert gemma._written(thought[:-8], 1, False, 0.0).text == ""


def test_the_checkpoints_sampling_is_switched_off(opened: Opened) -> None:
    assert not opened("unified").loaded.model.generation_config.do_sample


def test_what_the_checkpoint_says_of_its_tokens_is_kept(
    opened: Opened, checkpoint: Callable[[str], Path], models_folder: Path, tmp_path: Path
) -> None:
    """A token that it suppresses is never written, and each of its end tokens ends an answer."""
    ask = {"max_new_tokens": 6, "do_sample": False}
    inputs = _prepared(opened("unified"), TEXT).inputs
    free = opened("unified").loaded.model.generate(**inputs, **ask)[0, inputs["input_ids"].shape[1] :].tolist()
    folder = shutil.copytree(checkpoint("unified"), tmp_path / "weights")
    rules = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
    turn_end = opened("unified").loaded.processor.tokenizer.convert_tokens_to_ids("<turn|>")
    assert turn_end in rules["eos_token_id"]
    # Random weights may write an end token of their own accord, on one processor and not on another.
    free = [token for token in free if token not in rules["eos_token_id"]]

    def written(**changes: list[int]) -> list[int]:
        (folder / "generation_config.json").write_text(json.dumps({**rules, **changes}), encoding="utf-8")
        settings = Settings(model=str(folder), quantization="none", device="cpu")
        model = load_gemma(settings, models_folder, frame_tokens=70).model
        (answer,) = generate(model, inputs, threading.Lock(), max_tokens=6)
        assert answer.complete == (len(answer.tokens) < 6)
        return answer.tokens

    assert written() == free
    assert free[0] not in written(suppress_tokens=[free[0], free[1]])
    assert written(begin_suppress_tokens=[free[0]])[0] != free[0]
    first_of_third = free.index(free[2])
    assert written(eos_token_id=[*rules["eos_token_id"], free[2]]) == free[:first_of_third]


def test_a_long_text_is_read_in_chunks_and_frames_are_not(opened: Opened) -> None:
    gemma = opened("unified", prefill=128)
    lengths: list[int] = []

    def note(module: Any, args: Any, kwargs: Any) -> None:
        lengths.append(kwargs["input_ids"].shape[1])

    hook = gemma.loaded.model.register_forward_pre_hook(note, with_kwargs=True)
    try:
        written = gemma.write([Prompt("note " * 200)], max_tokens=2)[0]
        assert max(lengths) == 128
        lengths.clear()
        answer = gemma.ask([Request(text="x", frames=pictures(4), at=seconds(4))], max_tokens=1)[0]
        assert answer.error is None
        assert max(lengths) > 128
    finally:
        hook.remove()
    assert written.text == opened("unified").write([Prompt("note " * 200)], max_tokens=2)[0].text


@pytest.mark.parametrize("kind", ["unified", "e2b"])
def test_only_the_decoder_is_quantised(opened: Opened, kind: str) -> None:
    model = opened(kind, quantization="nf4").loaded.model
    names = quantized_names(model)
    linear = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    assert set(names) == {name for name in linear if name.startswith("model.language_model.")}
    assert {"lm_head", "model.embed_audio.embedding_projection"} <= set(linear) - set(names)


def test_a_list_without_the_head_or_with_short_names_would_quantise_them(checkpoint: Callable[[str], Path]) -> None:
    from transformers import AutoModelForMultimodalLM

    names = quantized_names(
        load(AutoModelForMultimodalLM, checkpoint("unified"), LoadOptions(skip=("embed_vision",)), None)
    )
    assert "lm_head" in names
    assert any(name.startswith("model.embed_vision") for name in names)
    assert all(name == "lm_head" or name.startswith("model.") for name in UNQUANTIZED)
