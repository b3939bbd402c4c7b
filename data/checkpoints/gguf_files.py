"""The GGUF pair of a tiny checkpoint: what llama.cpp runs of it.

`python -m data.checkpoints.gguf_files CHECKPOINT DIR` writes `NAME.gguf` (the text model, its tokenizer and its chat
template) and `mmproj-NAME.gguf` (what turns pixels and sound into embeddings) of a checkpoint that
`data.checkpoints.tiny` or `taught` made. The weights are kept as they are, in float32, so that both engines compute
with the same numbers. Names of tensors and keys are those that llama.cpp looks for.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gguf import GGUFWriter
from numpy.typing import NDArray
from safetensors.numpy import load_file

from data.checkpoints.gguf_projector import projector
from data.checkpoints.gguf_text import text_model

Weights = Mapping[str, NDArray[np.float32]]
Fill = Callable[[GGUFWriter, Path, Mapping[str, Any], Weights], None]


class Pair(NamedTuple):
    """Where the two files are."""

    model: Path
    projector: Path


def write(checkpoint: Path, folder: Path) -> Pair:
    """Write both files of the folder `checkpoint` to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pair = Pair(folder / f"{checkpoint.name}.gguf", folder / f"mmproj-{checkpoint.name}.gguf")
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    weights = load_file(checkpoint / "model.safetensors")
    _write(GGUFWriter(pair.model, "gemma4"), text_model, checkpoint, config, weights)
    _write(GGUFWriter(pair.projector, "clip"), projector, checkpoint, config, weights)
    return pair


def _write(writer: GGUFWriter, fill: Fill, checkpoint: Path, config: Mapping[str, Any], weights: Weights) -> None:
    """Let `fill` say what is in a file, and write it."""
    writer.add_name(checkpoint.name)
    fill(writer, checkpoint, config, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(*write(arguments.checkpoint, arguments.folder), sep="\n")
