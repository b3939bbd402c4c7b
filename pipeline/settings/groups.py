"""Every setting of the run itself, group by group: its type, its range, its default and its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.settings.group import NAMED_ONLY, SAME_TEXT, Group, Names
from pipeline.settings.languages import language_code
from pipeline.settings.ranges import count_of, count_range


class Audio(Group):
    """How sound is cut into windows."""

    length_s: Annotated[float, Field(gt=1, le=60)] = Field(30, description="longest window, seconds")
    cut_range_s: Annotated[float, Field(ge=0.5, le=30)] = Field(
        5, description="a window is cut at the quietest point of its last so many seconds"
    )
    lead_in_s: Annotated[float, Field(ge=0, le=5)] = Field(
        1.5, description="where there is no quiet point, the next window hears so many seconds before its own"
    )
    track: Annotated[str, Field(pattern=r"^(auto|mix|all|\d+)$")] = Field(
        "auto",
        description="audio track: a number from 0, `mix` (all as one), `all` (one person on each), or `auto`",
    )
    channel: Annotated[int, Field(ge=0, le=63)] | Literal["each"] | None = Field(
        None,
        description="the only channel of the track to be heard, from 0; `each`: one person on each; none: all as one",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.cut_range_s + self.lead_in_s >= self.length_s:
            raise ValueError("cut_range_s and lead_in_s together must be shorter than length_s")
        if self.track in ("mix", "all") and self.channel is not None:
            raise ValueError(f"channel is a channel of one track: not with track `{self.track}`")
        return self


class Video(Group):
    """How pictures are cut into segments."""

    length_s: Annotated[int, Field(ge=2, le=60)] = Field(60, description="longest segment, seconds")
    fps: Annotated[float, Field(ge=0.01, le=4)] = Field(1, description="frames a second that the model sees")
    frame_tokens: Annotated[
        Literal[70, 140, 280, 560, 1120],
        BeforeValidator(lambda value: int(value) if isinstance(value, str) and value.isdigit() else value),
    ] = Field(70, description="soft tokens a frame, at most")
    scene_range_s: Annotated[float, Field(ge=0, le=59)] = Field(
        20, description="a scene change in the last so many seconds of a segment moves its border there; 0: never"
    )


class Hear(Group):
    """What turns sound into words."""

    engine: Literal["auto", "whisper", "gemma"] = Field(
        "auto", description="auto: the recipe's own; `whisper` puts the recogniser in front of the recipe `gemma`"
    )
    model: str = Field(
        "whisper-base", description="a name from `longmedia models list`, a hub id, or a CTranslate2 folder"
    )
    language: Annotated[str, AfterValidator(language_code)] | None = Field(
        None,
        description="language spoken, such as `en`; none: found in every window, in doubt with its neighbours",
    )
    beam: Annotated[int, Field(ge=1, le=10)] = Field(5, description="beam size; 1 is greedy")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="where the recogniser runs; auto: on CUDA where CTranslate2 can use it, else on the CPU"
    )
    compute_type: Literal[
        "default",
        "auto",
        "int8",
        "int8_float32",
        "int8_float16",
        "int8_bfloat16",
        "int16",
        "float16",
        "bfloat16",
        "float32",
    ] = Field("default", description="CTranslate2 compute type; default: int8 on a CPU, float16 on CUDA")
    hotwords: Names = Field(
        (),
        description="engine whisper: words and names to be expected, such as `Pavel Novak,Okafor`; a few dozen at most",
    )
    vocabulary: Annotated[str, Field(pattern=r"^[^/\\\x00]+$")] | None = Field(
        None,
        description="name of a file beside each recording with more hotwords, one a line, such as `vocabulary.txt`; "
        "none: no file is read",
        json_schema_extra=NAMED_ONLY,
    )
    stretch_s: Annotated[float, Field(ge=2, le=30)] | None = Field(
        None,
        description="engine gemma: longest stretch of audio in one request, seconds; none: 15 for the 12B, else 30",
    )
    max_tokens: Annotated[int, Field(ge=32, le=1024)] = Field(
        400, description="engine gemma: longest transcript of a request, tokens"
    )
    part_rows: Annotated[int, Field(ge=1, le=512)] = Field(
        4, description="windows a Parquet part and a batch: what a crash can cost", json_schema_extra=SAME_TEXT
    )


class Speakers(Group):
    """Who speaks."""

    enabled: bool | None = Field(
        None, description="tell speakers apart by their voices; none: where the weights `diariser` are on this machine"
    )
    count: Annotated[str, BeforeValidator(str), AfterValidator(count_range)] | None = Field(
        None, description="how many people speak, where that is known: `2`, or `2-5`; none: found by itself"
    )
    distance: Annotated[float, Field(ge=0.05, le=1.5)] | None = Field(
        None,
        description="cosine distance below which two voices are one person: larger gives fewer speakers; none: 0.38, "
        "on the telephone 0.29",
    )
    remember: bool = Field(
        False,
        description="keep the voice of whoever is named with `speakers name`, in this store only, so that later "
        "recordings can propose the name: a voice is biometric data",
        json_schema_extra=SAME_TEXT | NAMED_ONLY,
    )
    part_rows: Annotated[int, Field(ge=1, le=512)] = Field(
        4, description="windows a Parquet part: what a crash can cost", json_schema_extra=SAME_TEXT
    )

    @property
    def least(self) -> int:
        """The smallest number of speakers."""
        return 1 if self.count is None else count_of(self.count)[0]

    @property
    def most(self) -> int | None:
        """The largest number of speakers, None where it is not known."""
        return None if self.count is None else count_of(self.count)[1]


class See(Group):
    """What is measured and read in the picture, without a model that describes it."""

    enabled: bool = Field(True, description="look at the picture: movement, cuts, stillness, text, key frames")
    text: bool = Field(True, description="read the text in the picture")
    side: Annotated[int, Field(ge=160, le=4096)] = Field(
        1280, description="longer side of the pictures that are read, pixels; larger reads smaller text"
    )
    key_frames: Annotated[int, Field(ge=0, le=12)] = Field(3, description="pictures kept of a segment, at most")
    key_frame_side: Annotated[int, Field(ge=64, le=1920)] = Field(480, description="their longer side, pixels")
    part_rows: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="segments a Parquet part: what a crash can cost", json_schema_extra=SAME_TEXT
    )


class Describe(Group):
    """How a chunk's summary is written."""

    max_tokens: Annotated[int, Field(ge=16, le=2048)] | None = Field(
        None, description="longest summary of a chunk, tokens; none: 110 of words, 300 of words and pictures"
    )
    windows: Annotated[int, Field(ge=1, le=8)] = Field(
        1, description="windows that share one summary; more than 1 saves time on small machines"
    )
    listen_again: bool | None = Field(
        None,
        description="recipe gemma: hear the sound again while describing it; none: not for the 12B, which loses late "
        "audio",
    )
    part_rows: Annotated[int, Field(ge=1, le=512)] = Field(
        16, description="chunks a Parquet part and a batch: what a crash can cost", json_schema_extra=SAME_TEXT
    )


class Write(Group):
    """The text model that summarises and merges."""

    engine: Literal["auto", "llamacpp", "transformers", "endpoint"] = Field(
        "auto",
        description="auto: transformers with bitsandbytes NF4 on CUDA where the extra `gemma` is installed, llama.cpp "
        "elsewhere; endpoint: your server",
    )
    model: str = Field(
        "qwen2.5-1.5b",
        description="a name from `longmedia models list`, a hub id (`owner/name-GGUF:Q4_K_M`), a GGUF file or a folder",
    )
    context: Annotated[int, Field(ge=1024, le=262_144)] = Field(8192, description="tokens of one request, at most")
    slots: Annotated[int, Field(ge=1, le=32)] = Field(
        16,
        description="prompts computed together; 16 is fastest on a CPU; they may change a word of each other's answers",
    )
    threads: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="CPU threads; 0: one a core", json_schema_extra=SAME_TEXT
    )
    gpu_layers: Annotated[int, Field(ge=-1, le=10_000)] = Field(
        0, description="layers that llama.cpp puts on a GPU; -1: all"
    )
    adapter: Path | None = Field(
        None, description="engine llamacpp: GGUF file of a LoRA adapter of the model", json_schema_extra=NAMED_ONLY
    )


class Gemma(Group):
    """The multimodal model of the recipe `gemma`."""

    engine: Literal["auto", "transformers", "llamacpp", "server"] = Field(
        "auto",
        description="what runs it; auto: llamacpp where the model is a GGUF file, else transformers, both in this "
        "process; server: yours, see endpoint",
    )
    model: str = Field(
        "google/gemma-4-12B-it",
        description="a hub id (12B, E4B or E2B), or a folder with the weights; engine llamacpp: a GGUF file, or "
        "`owner/name-GGUF:Q4_K_M`",
    )
    projector: Path | None = Field(
        None,
        description="engine llamacpp: the GGUF file that hears and sees; none: mmproj*.gguf beside the model",
        json_schema_extra=NAMED_ONLY,
    )
    quantization: Annotated[
        Literal["nf4", "int8", "none"],
        BeforeValidator(lambda value: "none" if value is None else value),  # `--set` reads that word as null
    ] = Field("nf4", description="how the weights are held: 4, 8 or all bits")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where it runs")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="what it computes in; auto: bfloat16 on CUDA that has it, else float32"
    )
    adapter: Path | None = Field(
        None,
        description="LoRA adapter: a folder (needs the extra `lora`); engine llamacpp: a GGUF file",
        json_schema_extra=NAMED_ONLY,
    )
    drafter: str | None = Field(
        None,
        description="small model that drafts answers, such as `google/gemma-4-12B-it-assistant`; batches become one",
        json_schema_extra=NAMED_ONLY,
    )
    keep_quantized: bool = Field(
        True, description="keep the quantised weights on disk: a fast second start", json_schema_extra=SAME_TEXT
    )
    batch: Annotated[int, Field(ge=1, le=64)] | None = Field(
        None,
        description="requests in the model at once; more is faster, but may change a word; none: what the GPU holds, "
        "where transformers runs on CUDA, else 4",
    )
    prefill: Annotated[int, Field(ge=128, le=65_536)] = Field(
        2048, description="tokens of a merge that are read at once"
    )
    context: Annotated[int, Field(ge=1024, le=262_144)] = Field(
        32_768, description="engines llamacpp and server: tokens of one request, prompt and answer"
    )
    gpu_layers: Annotated[int, Field(ge=-1, le=10_000)] = Field(
        0, description="engine llamacpp: layers on a GPU, and with any the projector, too; -1: all"
    )
    threads: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="engine llamacpp: CPU threads; 0: one a core", json_schema_extra=SAME_TEXT
    )


class Merge(Group):
    """How summaries become one."""

    budget: Annotated[int, Field(ge=512, le=262_144)] = Field(
        32_768, description="tokens of one merge, prompt and answer; never more than the model's context"
    )
    max_tokens: Annotated[int, Field(ge=64, le=16_384)] = Field(400, description="longest merged summary, tokens")
    carry: Annotated[float, Field(ge=0, le=0.8)] = Field(
        0.4,
        description="share of a merged summary kept for sentences copied from the notes, "
        "so that numbers, dates and names which the writer left out are not lost; 0: none",
    )
    cite: bool = Field(
        False,
        description="number the notes and ask the writer to name them; small models do not, and every sentence is "
        "traced by its words anyway",
    )
    language: Annotated[str, Field(max_length=60)] | None = Field(
        None, description="language of merged summaries, such as `German`; none: the recording's own"
    )


class Report(Group):
    """How a run is shown: reports are written from the store, so nothing is made anew for another one."""

    same_text = True

    length: Literal["short", "normal", "long"] = Field(
        "normal", description="how much of the summary a report shows; long: every sentence of it, too"
    )
    by_speaker: bool = Field(False, description="show what each speaker said that says most, in their own words")
