"""Tensors out of a file that torch saved, without torch and without the powers of pickle.

Such a file is a zip: a pickle that names tensors, and their numbers beside it. The pickle may call three names, all of
them functions of ours; any other ends the reading.
"""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import WeightsDamagedError

Tensors = Mapping[str, NDArray[np.float32]]
"""Tensors by their names."""

_KINDS = {"FloatStorage": "<f4", "LongStorage": "<i8"}


def read_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors of floats in `path`, by their names; a dictionary `state_dict` inside stands for the whole.

    Raises `WeightsDamagedError` where it is no such file, or asks for anything but tensors.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            (index,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
            loaded = _Reader(archive, index.removesuffix("data.pkl")).load()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, IndexError) as error:
        raise _damaged(path, error) from error
    except (zipfile.BadZipFile, pickle.UnpicklingError) as error:
        raise _damaged(path, error) from error
    named = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else {}
    found = {
        str(name): cast("NDArray[np.float32]", value)
        for name, value in named.items()
        if isinstance(value, np.ndarray) and value.dtype == np.float32
    }
    if not found:
        raise _damaged(path, ValueError("no tensors"))
    return found


def _damaged(path: Path, error: Exception) -> WeightsDamagedError:
    return WeightsDamagedError(
        f"{path}: not a file of tensors ({error}).", cure="Delete its folder; `longmedia models get` brings it again."
    )


class _Reader(pickle.Unpickler):
    """Builds arrays in place of tensors; knows nothing else."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{folder}data.pkl")))
        self._archive = archive
        self._folder = folder

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in _KINDS:
            return _KINDS[name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any, /) -> NDArray[Any]:
        word, kind, key, _, _ = pid
        if word != "storage" or not str(key).isdecimal():
            raise pickle.UnpicklingError(f"it asks for {word} {key}")
        return np.frombuffer(self._archive.read(f"{self._folder}data/{key}"), kind)


def _tensor(values: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> Any:
    """An array of `shape` over `values`; only tensors whose numbers lie in order are taken."""
    size = math.prod(shape)
    steps = tuple(math.prod(shape[at + 1 :]) for at in range(len(shape)))
    if size > 1 and any(step != stride for step, stride, long in zip(steps, strides, shape, strict=True) if long > 1):
        raise pickle.UnpicklingError("a tensor whose numbers are not in order")
    if not 0 <= offset <= offset + size <= len(values):
        raise pickle.UnpicklingError("a tensor that is larger than its numbers")
    return values[offset : offset + size].reshape(shape)
