"""From a folder of weights to a model: quantised, kept, adapted, and what is said where that cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `gemma`")

from pipeline.errors import ModelError, WeightsDamagedError, WeightsMissingError  # noqa: E402
from pipeline.models.gemma.loading import load_gemma  # noqa: E402
from pipeline.models.gemma.model import Gemma  # noqa: E402
from pipeline.models.huggingface.quantized import LoadOptions, compute_dtype  # noqa: E402
from pipeline.models.weights.content_hash import build  # noqa: E402
from pipeline.prompts import Prompt  # noqa: E402
from pipeline.settings import Gemma as Settings  # noqa: E402
from pipeline.settings import load as load_settings  # noqa: E402

Checkpoint = Callable[[str], Path]


def _open(model: Path | str, folder: Path, **changes: object) -> Gemma:
    settings = Settings.model_validate({"model": str(model), "device": "cpu", **changes})
    return Gemma(load_gemma(settings, folder, frame_tokens=70))


def _logits(gemma: Gemma) -> torch.Tensor:
    model = gemma.loaded.model
    with torch.no_grad():
        return model(input_ids=torch.arange(20, 60)[None]).logits


def test_a_second_start_reads_the_kept_quantised_weights_and_says_the_same(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    original = shutil.copytree(checkpoint("unified"), tmp_path / "weights")
    first = _open(original, tmp_path / "models")
    kept = list((tmp_path / "models" / "quantized").iterdir())
    assert [path.name for path in kept] == [f"weights-nf4-float32-{build(original)}"]
    assert not list((tmp_path / "models" / "quantized").glob(".tmp-*"))
    second = _open(original, tmp_path / "models")
    assert torch.equal(_logits(first), _logits(second))
    assert first.name == second.name == f"weights nf4 {build(original)}"
    # It is the kept ones that were read: with those damaged, it fails.
    weights = kept[0] / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(WeightsDamagedError, match="Fetch the folder again"):
        _open(original, tmp_path / "models")


@pytest.mark.parametrize("fault", ["folder", "saving"])
def test_where_quantised_weights_cannot_be_kept_the_model_works_all_the_same(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The disk is full, or the folder of the weights is read-only: the next start is a slow one, and that is all."""
    models = tmp_path / "models"
    if fault == "folder":
        models.write_text("no folder")
    else:
        monkeypatch.setattr("transformers.PreTrainedModel.save_pretrained", _full)
    kept = _open(checkpoint("unified"), models)
    assert torch.equal(_logits(kept), _logits(_open(checkpoint("unified"), tmp_path / "other", keep_quantized=False)))
    assert models.is_file() or not list((models / "quantized").iterdir())


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_other_weights_are_another_build(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from data.checkpoints import tiny

    assert build(tiny.write(tmp_path / "other", "unified", seed=1)) != build(checkpoint("unified"))
    assert build(tiny.write(tmp_path / "same", "unified", seed=0)) == build(checkpoint("unified"))


# peft asks transformers by an old name.
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_a_lora_adapter_changes_what_it_says(checkpoint: Checkpoint, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft", reason="needs the extra `lora`")
    base = _open(checkpoint("unified"), tmp_path, keep_quantized=False)
    before = _logits(base)
    config = peft.LoraConfig(target_modules=r".*language_model.*\.q_proj", init_lora_weights=False)
    peft.get_peft_model(base.loaded.model, config).save_pretrained(tmp_path / "voice")
    adapted = _open(checkpoint("unified"), tmp_path, adapter=tmp_path / "voice", keep_quantized=False)
    assert adapted.name.endswith("+ voice")
    assert (_logits(adapted) - before).abs().max() > 1e-3
    assert adapted.write([Prompt("Go on.")], max_tokens=2)[0].tokens_out > 0
    with pytest.raises(WeightsMissingError, match="no LoRA adapter"):
        _open(checkpoint("unified"), tmp_path, adapter=tmp_path, keep_quantized=False)


def test_gemma_computes_in_bfloat16_or_float32_never_in_float16() -> None:
    assert compute_dtype(LoadOptions(device="cpu")) is torch.float32
    assert compute_dtype(LoadOptions(device="cpu", dtype="bfloat16")) is torch.bfloat16


def test_the_word_none_is_a_quantisation() -> None:
    assert load_settings(sets=["gemma.quantization=none"]).gemma.quantization == "none"


def test_a_folder_below_the_models_folder_is_found_by_its_hub_name(checkpoint: Checkpoint, tmp_path: Path) -> None:
    shutil.copytree(checkpoint("unified"), tmp_path / "google--gemma-4-12B-it")
    gemma = _open("google/gemma-4-12B-it", tmp_path, quantization="none")
    assert gemma.name.startswith("google/gemma-4-12B-it none ")


def test_another_architecture_is_refused_before_it_is_loaded(checkpoint: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gemma4_unified_assistant"):
        _open(checkpoint("assistant"), tmp_path)


def test_missing_weights_are_never_fetched_by_a_run_and_say_how_to_get_them(tmp_path: Path) -> None:
    # A process of its own: the hub library reads its variables when it is imported. Whoever opens a socket is noted.
    script = (
        "import socket, sys; from pathlib import Path; from pipeline.errors import WeightsMissingError\n"
        "from pipeline.models.gemma.loading import load_gemma; from pipeline.models.identity import gemma_identity\n"
        "from pipeline.settings import Gemma, Models\n"
        "sys.addaudithook(lambda name, _: print(name) if name.startswith('socket.') else None)\n"
        "here, drafted = Path(sys.argv[1]), Gemma(model=sys.argv[2], drafter='google/gemma-4-12B-it-assistant')\n"
        "for act in (lambda: load_gemma(Gemma(), here, frame_tokens=70),\n"
        "            lambda: gemma_identity(Gemma(), Models(folder=here)),\n"
        "            lambda: gemma_identity(drafted, Models(folder=here))):\n"
        "    try: act()\n"
        "    except WeightsMissingError as error: print(error)"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hub")}
    environment.pop("HF_HUB_OFFLINE", None)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "config.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(tmp_path / "here")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    for line, name in zip(lines, ("12B-it", "12B-it", "12B-it-assistant"), strict=True):
        assert f"the weights of google/gemma-4-{name} are not on this machine." in line
        assert f"`longmedia models get google/gemma-4-{name}`" in line
        assert str(tmp_path / f"google--gemma-4-{name}") in line
        assert "--recipe cascade" in line
    assert "about 24 GB" in lines[0]


def test_a_missing_folder_is_not_taken_for_a_hub_id(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"no such folder.*cascade"):
        _open(tmp_path / "absent", tmp_path)


def test_a_folder_without_weights_or_processor_says_so(checkpoint: Checkpoint, tmp_path: Path) -> None:
    partial = shutil.copytree(checkpoint("unified"), tmp_path / "partial")
    (partial / "processor_config.json").unlink()
    (partial / "tokenizer.json").unlink()
    with pytest.raises(WeightsMissingError, match="no usable processor"):
        _open(partial, tmp_path, quantization="none")
    (partial / "model.safetensors").unlink()
    with pytest.raises(WeightsMissingError, match="whole"):
        _open(partial, tmp_path, quantization="none")
    (partial / "config.json").write_text("{")
    with pytest.raises(WeightsDamagedError, match=r"config\.json"):
        _open(partial, tmp_path, quantization="none")


_LOAD = "from pipeline.models.gemma.loading import load_gemma; load_gemma(Gemma(), Path('.'), frame_tokens=70)"
_IDENTIFY = "from pipeline.models.identity import gemma_identity; gemma_identity(Gemma(), Models())"


@pytest.mark.parametrize(
    ("library", "act"),
    [
        *((library, _LOAD) for library in ("torch", "transformers", "torchvision", "bitsandbytes")),
        *((library, _IDENTIFY) for library in ("torch", "transformers", "torchvision")),
    ],
)
def test_a_missing_library_names_the_extra(library: str, act: str) -> None:
    script = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from pathlib import Path; from pipeline.errors import MissingExtraError\n"
        "from pipeline.settings import Gemma, Models\n"
        f"try: {act}\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"{library} is not installed. `pip install -U 'longmedia[gemma]'"), done.stderr


def test_nothing_heavy_is_imported_before_a_model_is_loaded() -> None:
    script = (
        "import sys, pipeline.process, pipeline.stages.describe_frames, pipeline.models.gemma.hearing\n"
        "import pipeline.models.huggingface.text, pipeline.doctor\n"
        "print({'torch', 'transformers', 'bitsandbytes', 'faster_whisper', 'xllamacpp'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
