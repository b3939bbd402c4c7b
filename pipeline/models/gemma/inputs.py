"""From a request to the model's tensors, and the proof that nothing was lost on the way.

Before every call the audio tokens, frames and stamps are computed from the limits table and compared
with what the processor made. The library's defaults corrupt the input in silence (60 frames become
32; frames without metadata are taken for 24 a second), so a difference is an error, never a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from chunkers.spans import TICKS_PER_SECOND
from pipeline.errors import InputMismatchError, LimitError, ModelError
from pipeline.models.gemma.frames import Frames, holding, patches
from pipeline.models.gemma.limits import TOKEN_SAMPLES, GemmaLimits, audio_tokens, frame_stamp, frame_tokens
from pipeline.models.protocol import Samples

_STAMP = re.compile(r"(\d+:\d\d)\s*$")
_STAMP_TOKENS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question with what it is about; the model gets frames, text and audio in this order.

    Audio comes last: Gemma was trained so, and before the text it answers what it hears.
    """

    text: str
    system: str = ""
    frames: Frames | None = None
    at: tuple[int, ...] = ()
    """When each frame is, in ticks from the start of the segment; as many as there are frames."""
    patches: Future[Any] | None = None
    """What `Gemma.look` began to make of the frames; without it they are made with the rest."""
    audio: tuple[Samples, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What goes into the model for one request."""

    audio_tokens: int = 0
    frames: int = 0
    video_tokens: int = 0
    stamps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What was computed beforehand beside what the processor made."""

    expected: Counts
    sent: Counts

    @property
    def error(self) -> InputMismatchError | None:
        """The error that a difference is, else none."""
        differences = [
            f"{name}: {getattr(self.sent, name)} sent, {getattr(self.expected, name)} expected"
            for name in ("audio_tokens", "frames", "video_tokens", "stamps")
            if getattr(self.sent, name) != getattr(self.expected, name)
        ]
        return (
            InputMismatchError(f"the model would see something else: {'; '.join(differences)}") if differences else None
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """Tensors of a batch, left-padded, and a proof for each of its requests."""

    inputs: Any
    proofs: list[Proof]
    text_tokens: list[int]
    """Tokens of each request without the soft tokens of audio and video."""


def refusal(limits: GemmaLimits, request: Request) -> ModelError | None:
    """Why the request must not be sent, else none: `LimitError` where it is over a limit."""
    if request.audio:
        refused = _refused_audio(limits, request.audio)
        if refused is not None:
            return refused
    return None if request.frames is None else _refused_frames(limits, request.frames, request.at)


def _refused_audio(limits: GemmaLimits, audio: Sequence[Samples]) -> ModelError | None:
    if not limits.hears:
        return LimitError("this checkpoint has no ears: audio needs Gemma 4 12B, E2B or E4B.")
    if limits.clips is not None and len(audio) > limits.clips:
        return LimitError(
            f"{len(audio)} clips of audio in one request; this engine takes {limits.clips}.",
            cure="Set describe.listen_again to false.",
        )
    for samples in audio:
        if samples.dtype != np.float32 or samples.ndim != 1:
            return InputMismatchError(
                f"audio of type {samples.dtype} and shape {samples.shape}: the model takes one channel of float32."
            )
        if not samples.size or not np.abs(samples).max() <= 1:
            return InputMismatchError("audio that is empty, not finite or outside [-1, 1].")
        if samples.size > limits.audio_samples:
            return LimitError(
                f"{samples.size / TICKS_PER_SECOND:g} s of audio at once; the model takes {limits.audio_s} s."
            )
    return None


def _refused_frames(limits: GemmaLimits, frames: Frames, at: tuple[int, ...]) -> ModelError | None:
    if not limits.sees:
        return LimitError("this checkpoint has no eyes.")
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3 or len(frames) != len(at):
        return InputMismatchError(f"{len(at)} stamps for frames of type {frames.dtype} and shape {frames.shape}.")
    if not 1 <= len(frames) <= limits.frames:
        return LimitError(f"{len(frames)} frames at once; the model takes 1 to {limits.frames}.")
    if list(at) != sorted(set(at)) or not 0 <= at[0] <= at[-1] < limits.video_s * TICKS_PER_SECOND:
        return LimitError(f"frames out of order or beyond {limits.video_s} s of video.")
    return None


def expected(request: Request, budget: int) -> Counts:
    """What the processor must make of the request, with `budget` soft tokens a frame at most."""
    audio = sum(audio_tokens(samples.size) for samples in request.audio)
    if request.frames is None:
        return Counts(audio_tokens=audio)
    count, height, width, _ = request.frames.shape
    return Counts(
        audio_tokens=audio,
        frames=count,
        video_tokens=count * frame_tokens(height, width, budget),
        stamps=tuple(frame_stamp(tick) for tick in request.at),
    )


def prepare(processor: Any, requests: Sequence[Request], budget: int) -> Prepared:
    """Tensors and proofs of a batch; `processor` is Gemma's, `budget` the soft tokens a frame may cost."""
    inputs = holding(processor, _patches(processor, requests, budget)).apply_chat_template(
        [conversation(request) for request in requests],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        # A transcript may hold anything, also the text of a control token.
        sanitize_control_tokens=True,
        processor_kwargs={"padding": True, "padding_side": "left"},
    )
    sent = _counts(processor, inputs, requests)
    lengths = inputs["attention_mask"].sum(dim=1).tolist()
    return Prepared(
        inputs=inputs,
        proofs=[Proof(expected(request, budget), one) for request, one in zip(requests, sent, strict=True)],
        text_tokens=[length - one.audio_tokens - one.video_tokens for length, one in zip(lengths, sent, strict=True)],
    )


def _patches(processor: Any, requests: Sequence[Request], budget: int) -> list[Any]:
    return [
        request.patches.result() if request.patches else patches(processor, request.frames, request.at, budget)
        for request in requests
        if request.frames is not None
    ]


def conversation(request: Request) -> list[dict[str, Any]]:
    """The request as the processor's chat messages."""
    content: list[dict[str, Any]] = [{"type": "text", "text": request.text}]
    if request.frames is not None:
        content.insert(0, {"type": "video", "video": request.frames})
    content.extend({"type": "audio", "audio": whole_tokens(samples)} for samples in request.audio)
    system = [{"role": "system", "content": [{"type": "text", "text": request.system}]}] if request.system else []
    return [*system, {"role": "user", "content": content}]


def whole_tokens(samples: Samples) -> Samples:
    """`samples` with silence behind them up to a whole soft token.

    The processor of E2B and E4B makes no token of up to 20 ms at the end, and none at all of less than 10 ms, on which
    the model then breaks.
    """
    return np.pad(samples, (0, -samples.size % TOKEN_SAMPLES))


def _counts(processor: Any, inputs: Any, requests: Sequence[Request]) -> list[Counts]:
    """What the processor made, read back from its tensors."""
    frames = iter(inputs["num_frames_per_video"].tolist() if "num_frames_per_video" in inputs else [])
    return [
        Counts(
            audio_tokens=ids.count(processor.audio_token_id),
            frames=next(frames, 0) if request.frames is not None else 0,
            video_tokens=ids.count(processor.video_token_id),
            stamps=_stamps(processor, ids),
        )
        for request, ids in zip(requests, inputs["input_ids"].tolist(), strict=True)
    ]


def _stamps(processor: Any, ids: list[int]) -> tuple[str, ...]:
    """The text right before each frame."""
    begin = processor.tokenizer.convert_tokens_to_ids(processor.boi_token)
    before = [ids[max(0, place - _STAMP_TOKENS) : place] for place, token in enumerate(ids) if token == begin]
    stamps = (_STAMP.search(processor.tokenizer.decode(tokens)) for tokens in before)
    return tuple(stamp.group(1) if stamp else "" for stamp in stamps)
