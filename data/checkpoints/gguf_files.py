"""The GGUF pair of a tiny checkpoint: what llama.cpp runs of it.

`python -m data.checkpoints.gguf_files CHECKPOINT` writes `NAME.gguf` (the text model, its tokenizer and its chat
template) and `mmproj-NAME.gguf` (what turns pixels and sound into embeddings) into the folder of a checkpoint that
`data.checkpoints.tiny` or `taught` made. The weights are kept as they are, in float32, so that both engines compute
with the same numbers. Names of tensors and keys are those that llama.cpp looks for.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gguf import GGUFWriter
from numpy.typing import NDArray
from safetensors.numpy import load_file

from data.checkpoints.gguf_projector import projector
from data.checkpoints.gguf_text import text_model

Weights = dict[str, NDArray[np.float32]]


class Pair(NamedTuple):
    """Where the two files are."""

    model: Path
    projector: Path


def write(folder: Path) -> Pair:
    """Write both files of the checkpoint in `folder`, beside it."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    weights: Weights = load_file(folder / "model.safetensors")
    pair = Pair(folder / f"{folder.name}.gguf", folder / f"mmproj-{folder.name}.gguf")
    with_all(GGUFWriter(pair.model, "gemma4"), text_model, folder, config, weights)
    with_all(GGUFWriter(pair.projector, "clip"), projector, folder, config, weights)
    return pair


def with_all(writer: GGUFWriter, fill: Any, folder: Path, config: dict[str, Any], weights: Weights) -> None:
    """Let `fill` say what is in the file, and write it."""
    writer.add_name(folder.name)
    fill(writer, folder, config, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    for path in write(parser.parse_args().folder):
        print(path)
