"""Keys of stages: every setting changes the stages that own it and those behind them, and no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import settings as settings_module
from pipeline.chain import Stage, chain
from pipeline.errors import NoAudioError, SettingsError
from pipeline.models.gemma.memory import CONFIGS
from pipeline.models.hardware import GIB
from pipeline.models.weights.catalog import DIARISER
from pipeline.settings import Gemma, Models, Settings, load
from pipeline.source import Source
from pipeline.text.transcript_cues import ImportedCue, ImportedTranscript

STAGES = ("hear", "speakers", "see", "describe", "merge")
NOTHING = ""

BOTH = "hear, speakers and see"
"""What is cut otherwise is heard and looked at otherwise."""

APART = ["speakers.enabled=true"]
"""Speakers are told apart whether or not the weights are on this machine."""

CHANGES: dict[str, tuple[str, str, str]] = {
    # setting: (another value, first stage that it changes in `cascade`, the same in `gemma` with a film)
    "recipe": ("", NOTHING, NOTHING),  # the recipes are compared below
    "profile": ("meeting", "describe", "describe"),  # what a profile looks for is put to the describing prompts
    "audio.length_s": ("20", BOTH, BOTH),
    "audio.cut_range_s": ("4", BOTH, BOTH),
    "audio.lead_in_s": ("1", BOTH, BOTH),
    "audio.channel": ("0", BOTH, BOTH),
    "audio.track": ("", NOTHING, NOTHING),  # decided with the recording: compared below
    "video.length_s": ("40", "see", "see"),
    "video.fps": ("0.5", NOTHING, "describe"),
    "video.frame_tokens": ("140", NOTHING, "describe"),
    "video.scene_range_s": ("10", NOTHING, "describe"),
    "hear.engine": ("whisper", NOTHING, "hear"),
    "hear.model": ("OTHER", "hear", NOTHING),
    "hear.language": ("de", "hear", "hear"),
    "hear.beam": ("1", "hear", NOTHING),
    "hear.device": ("cuda", "hear", NOTHING),
    "hear.compute_type": ("float32", "hear", NOTHING),
    "hear.hotwords": ("Pavel Novak,Okafor", "hear", NOTHING),
    "hear.vocabulary": ("vocabulary.txt", NOTHING, NOTHING),  # no such file is there
    "hear.stretch_s": ("10", NOTHING, "hear"),
    "hear.max_tokens": ("200", NOTHING, "hear"),
    "hear.part_rows": ("8", NOTHING, NOTHING),
    "describe.max_tokens": ("64", "describe", "describe"),
    "describe.windows": ("2", NOTHING, NOTHING),  # of sound alone: compared below
    "speakers.enabled": ("", NOTHING, NOTHING),  # a stage more or less: compared below
    "speakers.count": ("3-4", "describe", "describe"),  # who is whom is told from the stored voices
    "speakers.distance": ("0.5", "describe", "describe"),
    "speakers.remember": ("true", NOTHING, NOTHING),
    "speakers.part_rows": ("8", NOTHING, NOTHING),
    "see.enabled": ("", NOTHING, NOTHING),  # a stage more or less
    "see.text": ("false", "see", "see"),
    "see.side": ("960", "see", "see"),
    "see.key_frames": ("1", "see", "see"),
    "see.key_frame_side": ("320", "see", "see"),
    "see.part_rows": ("8", NOTHING, NOTHING),
    "describe.listen_again": ("true", NOTHING, "describe"),
    "describe.part_rows": ("8", NOTHING, NOTHING),
    "write.engine": ("transformers", "describe", NOTHING),
    "write.model": ("qwen2.5-0.5b", "describe", NOTHING),
    "write.context": ("4096", "describe", NOTHING),
    "write.slots": ("2", "describe", NOTHING),
    "write.threads": ("3", NOTHING, NOTHING),
    "write.gpu_layers": ("-1", "describe", NOTHING),
    "write.adapter": ("OTHER/model.bin", "describe", NOTHING),
    "gemma.model": ("OTHER", NOTHING, "hear"),
    "gemma.quantization": ("int8", NOTHING, "hear"),
    "gemma.device": ("cuda", NOTHING, "hear"),
    "gemma.dtype": ("bfloat16", NOTHING, "hear"),
    "gemma.adapter": ("adapter", NOTHING, "hear"),
    "gemma.drafter": ("drafter", NOTHING, "hear"),
    "gemma.keep_quantized": ("false", NOTHING, NOTHING),
    "gemma.batch": ("2", NOTHING, "hear"),
    "gemma.prefill": ("1024", NOTHING, "hear"),
    "gemma.engine": ("", NOTHING, NOTHING),  # compared below
    "gemma.context": ("8192", NOTHING, NOTHING),  # not in this process through transformers
    "gemma.projector": ("mmproj.gguf", NOTHING, NOTHING),
    "gemma.gpu_layers": ("-1", NOTHING, NOTHING),
    "gemma.threads": ("3", NOTHING, NOTHING),
    "merge.budget": ("2048", "merge", "merge"),
    "merge.max_tokens": ("200", "merge", "merge"),
    "merge.carry": ("0", "merge", "merge"),
    "merge.cite": ("true", "merge", "merge"),
    "merge.language": ("German", "merge", "merge"),
}
"""Every setting that may change a text. Those of the groups below never do."""

NEVER = ("encryption.", "models.", "media.", "endpoint.", "fallback.", "report.", "webhook.")
"""`endpoint` counts where a server writes or is the multimodal model: tested below."""


@pytest.fixture(autouse=True)
def _gemma_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The weights of Gemma are not here: its identity is what the settings say. OTHER is a folder of one's own."""

    def identity(gemma: Gemma, models: Models) -> dict[str, str]:
        del models
        return {"model": gemma.model, "adapter": str(gemma.adapter), "drafter": str(gemma.drafter)}

    monkeypatch.setattr("pipeline.chain.gemma_identity", identity)
    (tmp_path / "OTHER").mkdir()
    (tmp_path / "OTHER" / "model.bin").write_bytes(b"other weights")
    monkeypatch.chdir(tmp_path)


def film(**more: object) -> Source:
    return Source(Path("film.mkv"), "content", track=0, pictures=True, **more)  # type: ignore[arg-type]


def keys(settings: Settings, source: Source, only: Stage | None = None) -> dict[str, str]:
    apart = settings.model_copy(update={"speakers": settings.speakers.model_copy(update={"enabled": True})})
    return dict(chain(apart, source, only).run.stages)


def first_change(before: dict[str, str], after: dict[str, str]) -> str:
    """The first stage whose key differs; every stage that rests on it must differ, too, and no other."""
    differs = tuple(stage for stage in STAGES if before.get(stage) != after.get(stage))
    behind = {stage: STAGES[STAGES.index(stage) :] for stage in ("see", "describe", "merge")}
    expected = {"hear": ("hear", "describe", "merge"), BOTH: STAGES, NOTHING: (), **behind}
    return next(name for name, stages in expected.items() if stages == differs)


def test_the_table_names_every_setting() -> None:
    listed = {key for key, *_ in settings_module.table()}
    assert {key for key in listed if not key.startswith(NEVER)} == set(CHANGES)


@pytest.mark.parametrize("recipe", ["cascade", "gemma"])
@pytest.mark.parametrize("setting", [key for key, (value, *_) in CHANGES.items() if value])
def test_a_setting_changes_its_own_stages_and_those_behind(setting: str, recipe: str) -> None:
    value, cascade, gemma = CHANGES[setting]
    before = keys(load(sets=[f"recipe={recipe}"]), film())
    after = keys(load(sets=[f"recipe={recipe}", f"{setting}={value}"]), film())
    assert first_change(before, after) == (cascade if recipe == "cascade" else gemma)


@pytest.mark.parametrize("setting", [key for key, *_ in settings_module.table() if key.startswith(NEVER)])
def test_where_things_are_and_how_fast_they_go_changes_nothing(setting: str) -> None:
    other = {"int": "3", "float": "7.5", "bool": "true"}
    (kind, default) = next((kind, default) for key, kind, default, _ in settings_module.table() if key == setting)
    special = {
        "encryption.key": "env:SOME", "models.source": "hub", "models.folder": "elsewhere", "media.ffmpeg": "ffmpeg",
        "models.keep_loaded": "true",
        "endpoint.url": "http://127.0.0.1:9/v1", "endpoint.model": "m", "endpoint.answers_as": "m", "endpoint.proxy": "http://p",
        "endpoint.dialect": "vllm",
        "endpoint.key_variable": "SOME", "endpoint.cap_field": "max_completion_tokens", "endpoint.tokenizer": "t.json",
        "fallback.when": "too-long", "fallback.kinds": "audio", "fallback.hook": "m:f", "fallback.redact": "contacts",
        "fallback.ledger": "ledger.jsonl", "fallback.hosts": "h", "fallback.plain_hosts": "h", "fallback.allow": "*",
        "fallback.deny": "*", "report.length": "short", "webhook.url": "http://127.0.0.1:9/done",
        "webhook.secret": "env:SOME",
    }  # fmt: skip
    same = special.get(setting, special.get(setting.replace("fallback.", "endpoint.")))
    value = same or other.get(kind) or ("3" if default.replace(".", "").isdigit() else "")
    if setting == "fallback.prices":
        value = '{"m": {"input": 1, "output": 2}}'
    assert value, setting
    sets = [f"{setting}={value}"] if setting != "fallback.prices" else []
    sets += ["webhook.secret=env:SOME"] * (setting == "webhook.url")
    fixed = {"fallback": {"prices": {"m": {"input": 1, "output": 2}}}} if not sets else {}
    changed = load(None, sets, **fixed)
    assert changed != load()
    assert keys(load(), film()) == keys(changed, film())


def test_the_model_of_a_server_counts_where_a_server_writes() -> None:
    server = ["write.engine=endpoint", "endpoint.url=http://127.0.0.1:9/v1"]
    one, two = (keys(load(sets=[*server, f"endpoint.model={name}"]), film()) for name in ("a", "b"))
    assert first_change(one, two) == "describe"


SERVER = ["recipe=gemma", "gemma.engine=server", "endpoint.model=m", "endpoint.dialect=vllm"]


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        (["endpoint.model=other"], "hear"),
        (["endpoint.dialect=transformers"], "hear"),
        (["gemma.context=8192"], "hear"),
        (["video.frame_tokens=140"], "describe"),
        (["endpoint.url=http://127.0.0.1:9/v1", "endpoint.concurrency=16", "endpoint.timeout_s=9"], NOTHING),
        (["gemma.quantization=int8", "gemma.batch=8", "gemma.model=OTHER", "gemma.prefill=512"], NOTHING),
    ],
)
def test_of_a_server_that_hears_and_sees_its_model_and_dialect_count(changed: list[str], stage: str) -> None:
    assert first_change(keys(load(sets=SERVER), film()), keys(load(sets=[*SERVER, *changed]), film())) == stage


def test_a_server_and_this_process_give_other_rows() -> None:
    assert first_change(keys(load(sets=["recipe=gemma"]), film()), keys(load(sets=SERVER), film())) == "hear"
    automatic = keys(load(sets=["recipe=gemma"]), film())
    assert automatic == keys(load(sets=["recipe=gemma", "gemma.engine=transformers"]), film())


@pytest.mark.parametrize(
    ("sets", "word"),
    [
        (["endpoint.dialect=mlx-vlm", "video.frame_tokens=280"], "mlx-vlm takes 32 pictures at once"),
        (["endpoint.dialect=ollama"], "Ollama makes 280 tokens of a picture"),
        (["endpoint.dialect=none"], "does not say what the server is"),
    ],
)
def test_what_a_server_cannot_take_is_refused_before_anything_is_loaded(sets: list[str], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        chain(load(sets=[*SERVER, *sets]), film())
    if "dialect=none" not in sets[0]:
        chain(load(sets=[*SERVER, *sets]), Source(Path("sound.mp3"), "content", track=0))  # no pictures are sent


def test_recipes_share_what_they_hear_with_the_same_engine() -> None:
    cascade = keys(load(), film())
    gemma = keys(load(sets=["recipe=gemma", "hear.engine=whisper"]), film())
    assert cascade["hear"] == gemma["hear"]
    assert first_change(cascade, gemma) == "describe"


def test_tracks_and_transcripts_are_ways_to_hear() -> None:
    heard = keys(load(), film())
    assert first_change(heard, keys(load(), Source(Path("film.mkv"), "content", track=1, pictures=True))) == BOTH
    mixed = keys(load(), Source(Path("film.mkv"), "content", track="mix", pictures=True))
    assert first_change(heard, mixed) == BOTH
    imported = [keys(load(), film(transcript=digest)) for digest in ("a", "b")]
    assert first_change(heard, imported[0]) == first_change(imported[0], imported[1]) == "hear"
    other_model = keys(load(sets=["hear.model=OTHER", "hear.beam=1"]), film(transcript="a"))
    assert other_model == imported[0], "what no engine hears is not asked how"


def test_automatic_settings_are_decided_before_they_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with CUDA `auto` is another arithmetic: its rows are others, and it says so."""
    auto = keys(load(), film())
    assert auto == keys(load(sets=["hear.device=cpu", "hear.compute_type=int8", "write.engine=llamacpp"]), film())
    monkeypatch.setattr("pipeline.chain.ctranslate2_has_cuda", lambda: True)
    on_cuda = keys(load(), film())
    assert first_change(auto, on_cuda) == "hear"
    assert on_cuda == keys(load(sets=["hear.device=cuda", "hear.compute_type=float16"]), film())


def test_libraries_that_can_change_the_text_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(load(), film())
    monkeypatch.setattr("pipeline.models.identity.importlib.metadata.version", lambda name: f"99 of {name}")
    assert first_change(before, keys(load(), film())) == BOTH


def test_a_chain_may_end_early_and_a_silent_film_is_only_seen() -> None:
    assert list(keys(load(), film(), "hear")) == ["hear"]
    whole, short = chain(load(), film()), chain(load(), film(), "hear")
    assert whole.run.stages["hear"] == short.run.run
    assert list(keys(load(), film(), "speakers")) == ["hear", "speakers"]
    silent = Source(Path("film.mkv"), "content", pictures=True)
    for recipe in ("cascade", "gemma"):
        assert list(keys(load(sets=[f"recipe={recipe}"]), silent)) == ["see", "describe", "merge"]
    assert list(keys(load(sets=["recipe=gemma", "see.enabled=false"]), silent)) == ["describe", "merge"]
    with pytest.raises(NoAudioError, match=r"see\.enabled=true"):
        chain(load(sets=["see.enabled=false"]), silent)
    with pytest.raises(NoAudioError, match="nothing to see"):
        chain(load(), Source(Path("sound.mp3"), "content"))
    with pytest.raises(NoAudioError, match="nothing to hear"):
        chain(load(sets=["recipe=gemma"]), silent, "hear")


def test_what_is_heard_first_names_a_run_that_ends_with_seeing() -> None:
    """Seeing rests on no recogniser; two runs that end with it are two where something else was heard before."""
    off = "speakers.enabled=false"
    one, other = (chain(load(sets=[off, *sets]), film(), "see").run for sets in ([], ["hear.beam=1"]))
    assert one.stages["see"] == other.stages["see"]
    assert one.run != other.run
    assert len(one.run) == len(one.stages["see"])


def test_speakers_are_told_apart_where_the_weights_are(tmp_path: Path) -> None:
    folder = f"models.folder={tmp_path}"
    assert list(chain(load(sets=[folder]), film()).run.stages) == ["hear", "see", "describe", "merge"]
    for file in DIARISER.files:
        path = tmp_path / DIARISER.name / file.name
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as out:
            out.truncate(file.size)
    on, off = load(sets=[folder]), load(sets=[folder, "speakers.enabled=false"])
    assert list(chain(on, film()).run.stages) == list(STAGES)
    assert list(chain(off, film()).run.stages) == ["hear", "see", "describe", "merge"]
    first, second = dict(chain(on, film()).run.stages), dict(chain(off, film()).run.stages)
    assert (first["hear"], first["see"]) == (second["hear"], second["see"])
    assert first["describe"] != second["describe"]


def test_a_transcript_that_names_every_speaker_is_believed() -> None:
    def named(*speakers: str | None) -> Source:
        cues = tuple(ImportedCue(n, n + 1, "Hello.", speaker) for n, speaker in enumerate(speakers))
        return film(transcript="a", words=ImportedTranscript(cues, "en", "srt"))

    assert "speakers" not in keys(load(), named("Anna", "Ben"))
    assert "speakers" in keys(load(), named("Anna", None))


def test_windows_share_a_summary_only_where_nothing_is_seen() -> None:
    sound = Source(Path("sound.mp3"), "content", track=0)
    assert first_change(keys(load(), sound), keys(load(sets=["describe.windows=2"]), sound)) == "describe"


def test_engines_are_needed_until_their_last_stage() -> None:
    cascade = chain(load(sets=APART), film())
    assert set(cascade.needs("hear")) == {"diariser", "reader", "text"}
    assert set(cascade.needs("speakers")) == {"reader", "text"}
    assert set(cascade.needs("see")) == {"text"}
    assert set(cascade.needs("describe")) == {"text"}
    assert set(cascade.needs("merge")) == set()


@pytest.mark.parametrize(
    ("sets", "word"),
    [(["video.length_s=20"], "shorter than audio.length_s"), (["video.fps=2"], "120 frames a segment")],
)
def test_settings_that_do_not_go_together_are_refused_before_anything_is_loaded(sets: list[str], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        chain(load(sets=["recipe=gemma", *sets]), film())
    chain(load(sets=sets), film())  # the other recipe never looks


def test_on_a_gpu_the_batch_is_what_its_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is in the keys, for a batch of another size may change a word."""
    Path("OTHER", "config.json").write_text(json.dumps(CONFIGS["google/gemma-4-12B-it"]))
    monkeypatch.setattr("pipeline.chain.torch_has_cuda", lambda: True)
    monkeypatch.setattr("pipeline.chain.torch_has_bfloat16", lambda: True)
    made = {}
    for gib in (16, 24, 80):
        monkeypatch.setattr("pipeline.chain.torch_cuda_memory", lambda gib=gib: gib * GIB)
        one = chain(load(None, ["recipe=gemma", "gemma.model=OTHER", "gemma.device=cuda"]), film())
        made[one.settings.gemma.batch] = one.run.stages["describe"]
    assert sorted(made) == list(made)
    assert len(set(made.values())) == 3
    given = chain(load(None, ["recipe=gemma", "gemma.model=OTHER", "gemma.batch=2"]), film())
    assert given.settings.gemma.batch == 2
