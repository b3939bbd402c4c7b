"""A LoRA adapter of a GGUF model, with random numbers: what llama.cpp adds to the model's own.

`python -m data.checkpoints.gguf_adapter MODEL ADAPTER` writes one for the queries of every layer. Each has two tensors,
`lora_a` of shape (rank, in) and `lora_b` of shape (out, rank); their product, times alpha / rank, is added.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter

_QUERIES = ".attn_q.weight"


def write(model: Path, adapter: Path, *, architecture: str = "", rank: int = 4, seed: int = 0) -> Path:
    """Write an adapter of `model` to `adapter` and return it; `architecture` is the model's own where empty."""
    reader = GGUFReader(model)
    writer = GGUFWriter(adapter, architecture or str(reader.fields["general.architecture"].contents()))
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    numbers = np.random.default_rng(seed)
    for tensor in reader.tensors:
        if tensor.name.endswith(_QUERIES):
            into, out = (int(size) for size in tensor.shape)
            for part, shape in (("lora_a", (rank, into)), ("lora_b", (out, rank))):
                writer.add_tensor(f"{tensor.name}.{part}", numbers.normal(0, 0.3, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return adapter


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("adapter", type=Path)
    arguments = parser.parse_args()
    print(write(arguments.model, arguments.adapter))
