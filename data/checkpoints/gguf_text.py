"""The text half of a Gemma 4 as llama.cpp wants it: hyperparameters, tokenizer, chat template, tensors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter, TokenType
from numpy.typing import NDArray

_LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "post_attention_norm",
    "pre_feedforward_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "post_feedforward_layernorm": "post_ffw_norm",
    "layer_scalar": "layer_output_scale",
    "per_layer_input_gate": "inp_gate",
    "per_layer_projection": "proj",
    "post_per_layer_input_norm": "post_norm",
}
"""Parts of a layer: their names in transformers, and in a GGUF."""

_WHOLE = {
    "embed_tokens": "token_embd",
    "norm": "output_norm",
    "embed_tokens_per_layer": "per_layer_token_embd",
    "per_layer_model_projection": "per_layer_model_proj",
    "per_layer_projection_norm": "per_layer_proj_norm",
}

_UNROTATED = 1e30
"""A divisor of a rotary frequency so large that nothing turns."""

_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
_SHOWN = ("<|channel>", "<channel|>")
"""Control tokens that llama.cpp must write out, for its parser of thoughts reads them."""


def text_model(
    writer: GGUFWriter, checkpoint: Path, config: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]
) -> None:
    """Fill `writer` with the text model of the folder `checkpoint`."""
    text = config["text_config"]
    _hyperparameters(writer, text)
    _tokenizer(writer, checkpoint)
    for name, tensor in weights.items():
        if name.startswith("model.language_model."):
            writer.add_tensor(_tensor_name(name.removeprefix("model.language_model.")), tensor)
    # Of the global layers only a share of the frequencies turns; llama.cpp divides the others away.
    head = _global_head(text)
    turning = int(head * text["rope_parameters"]["full_attention"]["partial_rotary_factor"] / 2)
    factors = np.full(head // 2, _UNROTATED, dtype=np.float32)
    factors[:turning] = 1
    writer.add_tensor("rope_freqs.weight", factors)


def _hyperparameters(writer: GGUFWriter, text: Mapping[str, Any]) -> None:
    sliding = [kind == "sliding_attention" for kind in text["layer_types"]]
    layers, shared = len(sliding), int(text["num_kv_shared_layers"])
    others = text.get("per_layer_config") or {}
    heads = [
        int(others.get(str(index), {}).get("num_key_value_heads", text["num_key_value_heads"]))
        for index in range(layers)
    ]
    doubled = [2 if text.get("use_double_wide_mlp") and index >= layers - shared else 1 for index in range(layers)]
    ropes = text["rope_parameters"]
    writer.add_block_count(layers)
    writer.add_context_length(text["max_position_embeddings"])
    writer.add_embedding_length(text["hidden_size"])
    writer.add_embedding_length_per_layer_input(text.get("hidden_size_per_layer_input") or 0)
    writer.add_feed_forward_length([text["intermediate_size"] * factor for factor in doubled])
    writer.add_head_count(text["num_attention_heads"])
    writer.add_head_count_kv(heads)
    writer.add_key_length(_global_head(text))
    writer.add_value_length(_global_head(text))
    writer.add_key_length_swa(text["head_dim"])
    writer.add_value_length_swa(text["head_dim"])
    writer.add_layer_norm_rms_eps(text["rms_norm_eps"])
    writer.add_rope_freq_base(ropes["full_attention"]["rope_theta"])
    writer.add_rope_freq_base_swa(ropes["sliding_attention"]["rope_theta"])
    writer.add_rope_dimension_count(_global_head(text))
    writer.add_rope_dimension_count_swa(text["head_dim"])
    writer.add_shared_kv_layers(shared)
    writer.add_sliding_window(text["sliding_window"])
    writer.add_sliding_window_pattern(sliding)
    writer.add_final_logit_softcapping(text["final_logit_softcapping"] or 0.0)


def _global_head(text: Mapping[str, Any]) -> int:
    """Width of a head in the layers that see everything."""
    whole = text["layer_types"].index("full_attention")
    return int(text["per_layer_config"][str(whole)]["head_dim"])


def _tokenizer(writer: GGUFWriter, checkpoint: Path) -> None:
    state: dict[str, Any] = json.loads((checkpoint / "tokenizer.json").read_text(encoding="utf-8"))
    special = {token["id"] for token in state["added_tokens"] if token["special"]}
    tokens = sorted(state["model"]["vocab"], key=state["model"]["vocab"].__getitem__)
    kinds = [
        TokenType.USER_DEFINED
        if token in _SHOWN
        else TokenType.CONTROL
        if index in special
        else TokenType.BYTE
        if _BYTE.fullmatch(token)
        else TokenType.NORMAL
        for index, token in enumerate(tokens)
    ]
    writer.add_tokenizer_model("gemma4")
    writer.add_token_list(tokens)
    writer.add_token_scores([-1000.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in state["model"]["merges"]])
    writer.add_add_space_prefix(False)
    writer.add_add_bos_token(True)
    for name in ("bos", "eos", "unk", "pad", "mask"):
        getattr(writer, f"add_{name}_token_id")(tokens.index(f"<{name}>"))
    writer.add_eot_token_id(tokens.index("<turn|>"))
    writer.add_chat_template((checkpoint / "chat_template.jinja").read_text(encoding="utf-8"))


def _tensor_name(name: str) -> str:
    """The name in a GGUF of `layers.3.mlp.up_proj.weight`, or of a tensor outside of the layers."""
    stem = name.removesuffix(".weight")
    if not stem.startswith("layers."):
        return f"{_WHOLE[stem]}.weight"
    _, index, part = stem.split(".", 2)
    return f"blk.{index}.{_LAYER[part]}.weight"
