"""What this machine has, seen from a process whose limits are lower than the machine."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ctranslate2
import pytest

from pipeline.chain import Chain, chain
from pipeline.errors import ModelError
from pipeline.models import hardware
from pipeline.models.hardware import CUBLAS, GIB, memory
from pipeline.models.huggingface import quantized
from pipeline.models.registry import Registry
from pipeline.settings import load
from pipeline.source import Source
from tests.pipeline.quick import quick_settings

_SAY = """
import resource, sys
kind, size = getattr(resource, sys.argv[1]), int(sys.argv[2])
resource.setrlimit(kind, (size, resource.getrlimit(kind)[1]))
from pipeline.models.hardware import memory
print(memory())
"""


def _said(limit: str, size: int) -> int:
    done = subprocess.run([sys.executable, "-c", _SAY, limit, str(size)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_it_is_never_more_than_the_machine_has() -> None:
    assert GIB // 4 < memory() <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize("limit", ["RLIMIT_DATA", "RLIMIT_AS"])
def test_a_limit_of_the_users_own_counts(limit: str) -> None:
    lower = memory() // 2
    assert _said(limit, lower) == lower


def test_a_limit_above_the_machine_changes_nothing() -> None:
    if resource.getrlimit(resource.RLIMIT_DATA)[1] != resource.RLIM_INFINITY:
        pytest.skip("this process has a hard limit of its own")
    assert _said("RLIMIT_DATA", 1 << 50) == memory()


# -- a GPU that a library cannot use -----------------------------------------------------------------
#
# There is none here: that there is one is said where it is asked for, by the device node, `ctranslate2` and `torch`.


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine with an NVIDIA device that every library finds."""

    def forget() -> None:
        hardware.ctranslate2_has_cuda.cache_clear()
        quantized.text_on_cuda.cache_clear()

    forget()
    monkeypatch.setattr(hardware, "_nvidia", lambda: True)
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    loads = ctypes.CDLL
    monkeypatch.setattr(ctypes, "CDLL", lambda name, *more, **options: name == CUBLAS or loads(name, *more, **options))
    yield monkeypatch
    forget()


def _chain(folder: Path, *sets: str) -> Chain:
    return chain(quick_settings(folder, ["write.engine=auto", *sets]), Source(Path("talk.wav"), "content", track=0))


def _absent(name: str, *_: object, **__: object) -> Any:
    raise OSError(f"{name}: cannot open shared object file: No such file or directory")


def _too_old() -> int:
    raise RuntimeError("CUDA failed with error CUDA driver version is insufficient for CUDA runtime version")


@pytest.mark.parametrize(
    ("where", "name", "says", "why"),
    [
        (ctypes, "CDLL", _absent, f"{CUBLAS} cannot be loaded"),
        (ctranslate2, "get_cuda_device_count", _too_old, "driver version is insufficient"),
        (ctranslate2, "get_cuda_device_count", lambda: 0, "finds no CUDA device"),
    ],
    ids=["no library", "an error of the driver", "no device"],
)
def test_speech_is_recognised_on_the_cpu_where_cuda_cannot_be_used(
    gpu: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    where: Any,
    name: str,
    says: Any,
    why: str,
) -> None:
    usable = _chain(tmp_path)
    assert (usable.settings.hear.device, usable.settings.hear.compute_type) == ("cuda", "float16")
    hardware.ctranslate2_has_cuda.cache_clear()
    gpu.setattr(where, name, says)
    caplog.clear()
    with caplog.at_level(logging.WARNING, "pipeline.models.hardware"):
        unusable = [_chain(tmp_path) for _ in range(3)]
    (line,) = [record.getMessage() for record in caplog.records if record.name == "pipeline.models.hardware"]
    assert "on the CPU" in line
    assert why in line
    for one in unusable:
        assert (one.settings.hear.device, one.settings.hear.compute_type) == ("cpu", "int8")
        assert one.run == _chain(tmp_path, "hear.device=cpu").run
        assert one.run != usable.run
    with pytest.raises(ModelError, match=f"hear.device=cuda: .*{why}.*hear.device=cpu"):
        asked = load(sets=["hear.device=cuda", f"hear.model={_weights(tmp_path)}"])
        Registry().lease().whisper(asked.hear, asked.models)


def _weights(folder: Path) -> Path:
    (folder / "whisper").mkdir()
    for name in ("model.bin", "tokenizer.json"):
        (folder / "whisper" / name).write_bytes(b"")
    return folder / "whisper"


def test_the_library_that_is_looked_for_is_the_one_that_ctranslate2_loads() -> None:
    package = Path(ctranslate2.__file__).parent
    libraries = [*package.parent.glob("ctranslate2.libs/libctranslate2*"), *package.glob("libctranslate2*")]
    if not any(b"libcublas" in path.read_bytes() for path in libraries):
        pytest.skip("this build of CTranslate2 knows no CUDA")
    assert any(CUBLAS.encode() + b"\0" in path.read_bytes() for path in libraries)


@pytest.mark.parametrize("library", ["", "torch", "transformers", "accelerate", "bitsandbytes", "gguf"])
def test_the_recipe_cascade_needs_nothing_of_the_extra_on_a_machine_with_cuda(
    gpu: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, library: str
) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra `gemma`")
    gpu.setattr(torch.cuda, "is_available", lambda: True)
    gpu.setitem(sys.modules, "torchvision", None)  # no text model needs it
    if library:
        gpu.setitem(sys.modules, library, None)
    with caplog.at_level(logging.WARNING, "pipeline.models.huggingface"):
        engines = {_chain(tmp_path).settings.write.engine for _ in range(2)}
    assert engines == {"llamacpp" if library else "transformers"}
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("pipeline.models.hugging")]
    if library in ("", "torch"):  # without torch nobody knows of the device
        assert lines == []
    else:
        (line,) = lines
        assert line.endswith(f"writes on the CPU: {library} is not installed.")
