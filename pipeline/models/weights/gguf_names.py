"""What the names of GGUF files tell: the quantisation, the parts of a split file, and which of them is a projector.

`model-Q4_K_M.gguf`, `Q4_K_M/model-Q4_K_M-00001-of-00002.gguf`, `mmproj-BF16.gguf`. Source: the naming convention in
ggml's documentation of the format, and `gguf-split`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})$")
_LABEL = re.compile(
    r"(?:^|[-_.])((?:UD-)?(?:I?Q\d+(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP\d(?:_[A-Z0-9]+)*|BF16|F16|F32))(?=$|[-.])",
    re.IGNORECASE,
)
_DYNAMIC = "UD-"
"""A publisher's own mixtures of quantisations begin so."""
_BEST_PROJECTOR = ("BF16", "F16", "F32")
"""In this order: BF16 loses nothing of what was trained in it."""


@dataclass(frozen=True, slots=True)
class GgufModel:
    """One model in GGUF files."""

    files: tuple[str, ...]
    """Its files in order, each with its path."""
    quantization: str
    """As its name tells it, in capitals; empty where it does not."""
    parts: int
    """Files that it is made of; `files` may have fewer."""

    @property
    def whole(self) -> bool:
        """Whether all parts are there."""
        return len(self.files) == self.parts


def gguf_models(paths: Iterable[str]) -> list[GgufModel]:
    """The models among `paths`, parts of a split one together, projectors and other files left out."""
    parts: dict[tuple[str, int], list[str]] = defaultdict(list)
    for path in sorted(paths):
        stem = _stem(path)
        if stem is None or is_projector(path):
            continue
        split = _SPLIT.search(stem)
        folder = PurePosixPath(path).parent
        parts[str(folder / _SPLIT.sub("", stem)), int(split[2]) if split else 1].append(path)
    return [GgufModel(tuple(files), _label(whole), count) for (whole, count), files in parts.items()]


def with_quantization(models: Sequence[GgufModel], quantization: str) -> list[GgufModel]:
    """Those of `models` with that quantisation; one that bears it exactly comes before a publisher's own mixture."""
    wanted = quantization.upper()
    return [one for one in models if one.quantization == wanted] or [
        one for one in models if one.quantization == _DYNAMIC + wanted
    ]


def is_projector(path: str) -> bool:
    """Whether that GGUF file is the one that hears and sees for a text model."""
    return "mmproj" in PurePosixPath(path).name.lower()


def best_projector(paths: Iterable[str]) -> str | None:
    """The projector among `paths` that loses least, None where there is none."""
    found = sorted(path for path in paths if _stem(path) is not None and is_projector(path))
    return min(found, key=_rank, default=None)


def files_of(path: Path) -> list[Path]:
    """All files of the model that begins with `path`: of a split one every part that lies beside it, else itself."""
    split = _SPLIT.search(path.stem)
    if path.suffix != ".gguf" or split is None:
        return [path]
    return sorted(path.parent.glob(f"{_escaped(_SPLIT.sub('', path.stem))}-?????-of-{split[2]}.gguf"))


def lost_parts(path: Path) -> int:
    """How many parts of the split model that begins with `path` are not beside it."""
    split = _SPLIT.search(path.stem)
    return int(split[2]) - len(files_of(path)) if split else 0


def _escaped(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def _stem(path: str) -> str | None:
    name = PurePosixPath(path)
    return name.stem if name.suffix == ".gguf" else None


def _label(stem: str) -> str:
    found = _LABEL.findall(PurePosixPath(stem).name)
    return found[-1].upper() if found else ""


def _rank(path: str) -> tuple[int, str]:
    label = _label(PurePosixPath(path).stem)
    return _BEST_PROJECTOR.index(label) if label in _BEST_PROJECTOR else len(_BEST_PROJECTOR), path
