"""The eyes and ears of a Gemma 4 as llama.cpp wants them: the file that it calls `mmproj`.

The 12B has no encoders: `gemma4uv` and `gemma4ua` are linear layers. E2B and E4B have: `gemma4v` is a vision tower,
`gemma4a` a conformer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter
from numpy.typing import NDArray

Tensor = NDArray[np.float32]

_UNIFIED = {
    "vision_embedder.patch_ln1": "v.patch_norm.1",
    "vision_embedder.patch_ln2": "v.patch_norm.2",
    "vision_embedder.pos_norm": "v.patch_norm.3",
    "vision_embedder.patch_dense": "v.patch_embd",
    "vision_embedder.pos_embedding": "v.position_embd",
    "embed_vision.embedding_projection": "mm.input_projection",
    "embed_audio.embedding_projection": "mm.a.input_projection",
}

_TOWERS = {
    "vision_tower.patch_embedder.input_proj": "v.patch_embd",
    "vision_tower.patch_embedder.position_embedding_table": "v.position_embd",
    "embed_vision.embedding_projection": "mm.input_projection",
    "embed_audio.embedding_projection": "mm.a.input_projection",
    "audio_tower.output_proj": "a.pre_encode.out",
    "audio_tower.subsample_conv_projection.input_proj_linear": "a.input_projection",
    "audio_tower.subsample_conv_projection.layer0.conv": "a.conv1d.0",
    "audio_tower.subsample_conv_projection.layer0.norm": "a.conv1d.0.norm",
    "audio_tower.subsample_conv_projection.layer1.conv": "a.conv1d.1",
    "audio_tower.subsample_conv_projection.layer1.norm": "a.conv1d.1.norm",
}

_VISION_LAYER = {
    "input_layernorm": "ln1",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_out",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "attn_post_norm",
    "pre_feedforward_layernorm": "ln2",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "post_feedforward_layernorm": "ffn_post_norm",
}

_AUDIO_LAYER = {
    "feed_forward1.pre_layer_norm": "ffn_norm",
    "feed_forward1.ffw_layer_1": "ffn_up",
    "feed_forward1.ffw_layer_2": "ffn_down",
    "feed_forward1.post_layer_norm": "ffn_post_norm",
    "norm_pre_attn": "attn_pre_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.post": "attn_out",
    "self_attn.relative_k_proj": "attn_k_rel",
    "self_attn.per_dim_scale": "per_dim_scale",
    "norm_post_attn": "attn_post_norm",
    "lconv1d.pre_layer_norm": "conv_norm",
    "lconv1d.linear_start": "conv_pw1",
    "lconv1d.depthwise_conv1d": "conv_dw",
    "lconv1d.conv_norm": "norm_conv",
    "lconv1d.linear_end": "conv_pw2",
    "feed_forward2.pre_layer_norm": "ffn_norm_1",
    "feed_forward2.ffw_layer_1": "ffn_up_1",
    "feed_forward2.ffw_layer_2": "ffn_down_1",
    "feed_forward2.post_layer_norm": "ffn_post_norm_1",
    "norm_out": "ln2",
}
"""Parts of a layer of the conformer. The two norms about its convolution carry each other's name in a GGUF."""

_KINDS = (".weight", ".bias", ".input_min", ".input_max", ".output_min", ".output_max")


def projector(writer: GGUFWriter, checkpoint: Path, config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
    """Fill `writer` with what the checkpoint sees and hears with; its folder holds nothing more about that."""
    del checkpoint
    unified = config["model_type"] == "gemma4_unified"
    writer.add_type("mmproj")
    _vision(writer, config, unified=unified)
    _audio(writer, config, unified=unified)
    tensors = _unified(config, weights) if unified else _towers(config, weights)
    for name, tensor in tensors:
        writer.add_tensor(name, np.ascontiguousarray(tensor))


def _vision(writer: GGUFWriter, config: Mapping[str, Any], *, unified: bool) -> None:
    vision = config["vision_config"]
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_vision_projector_type("gemma4uv" if unified else "gemma4v")
    writer.add_vision_projection_dim(config["text_config"]["hidden_size"])
    writer.add_vision_image_size(224)  # must be there; pictures have any size
    writer.add_vision_patch_size(vision["patch_size"])
    writer.add_vision_projector_scale_factor(vision["pooling_kernel_size"])
    writer.add_vision_embedding_length(vision["mm_embed_dim"] if unified else vision["hidden_size"])
    writer.add_vision_feed_forward_length(vision.get("intermediate_size", 0))
    writer.add_vision_block_count(vision.get("num_hidden_layers", 0))
    writer.add_vision_head_count(vision.get("num_attention_heads", 0))
    writer.add_vision_attention_layernorm_eps(vision["rms_norm_eps"])
    writer.add_vision_image_mean([0.0] * 3)
    writer.add_vision_image_std([1.0] * 3)
    writer.add_vision_use_gelu(True)


def _audio(writer: GGUFWriter, config: Mapping[str, Any], *, unified: bool) -> None:
    audio = config["audio_config"]
    width = audio["audio_embed_dim"] if unified else audio["hidden_size"]
    writer.add_clip_has_audio_encoder(True)
    writer.add_clip_audio_projector_type("gemma4ua" if unified else "gemma4a")
    writer.add_audio_projection_dim(config["text_config"]["hidden_size"])
    writer.add_audio_num_mel_bins(width if unified else 128)
    writer.add_audio_embedding_length(width)
    writer.add_audio_feed_forward_length(0 if unified else 4 * width)
    writer.add_audio_block_count(audio.get("num_hidden_layers", 0))
    writer.add_audio_head_count(audio.get("num_attention_heads", 0))
    writer.add_audio_attention_layernorm_eps(audio["rms_norm_eps"])


def _unified(config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    vision = config["vision_config"]
    side = vision["patch_size"] * vision["pooling_kernel_size"]
    for name, tensor in _parts(weights):
        stem, kind = _split(name)
        made = tensor
        if stem == "vision_embedder.pos_embedding":
            made = tensor.transpose(1, 0, 2)  # a table for columns, a table for rows
        elif stem == "vision_embedder.patch_ln1" or name == "vision_embedder.patch_dense.weight":
            made = _channels_first(tensor, side)
        yield f"{_UNIFIED[stem]}{kind}", made


def _channels_first(tensor: Tensor, side: int) -> Tensor:
    """The last axis, a patch of `side` x `side` x 3, put as 3 x `side` x `side`: transformers has a pixel's colours
    beside each other, llama.cpp a colour's pixels."""
    patch = tensor.reshape(*tensor.shape[:-1], side, side, 3)
    return np.moveaxis(patch, -1, -3).reshape(tensor.shape)


def _towers(config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    side = config["vision_config"]["patch_size"]
    for name, tensor in _parts(weights):
        stem, kind = _split(name)
        made = tensor.reshape(tensor.shape or (1,))  # a bound of a layer is a scalar there, a vector here
        if stem == "vision_tower.patch_embedder.input_proj":
            made = np.moveaxis(tensor.reshape(-1, side, side, 3), -1, 1)
        elif stem.endswith("per_dim_scale"):
            made = np.logaddexp(tensor, 0).astype(np.float32)  # softplus
        elif stem.endswith("depthwise_conv1d"):
            made = tensor[:, 0]
        yield f"{_tower_name(stem.removesuffix('.linear'))}{kind}", made


def _tower_name(stem: str) -> str:
    for prefix, letter, names in (
        ("vision_tower.encoder.layers.", "v", _VISION_LAYER),
        ("audio_tower.layers.", "a", _AUDIO_LAYER),
    ):
        if stem.startswith(prefix):
            index, part = stem.removeprefix(prefix).split(".", 1)
            return f"{letter}.blk.{index}.{names[part]}"
    return _TOWERS[stem]


def _parts(weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """All but the text model, without the prefix of all names."""
    for name, tensor in weights.items():
        if not name.startswith("model.language_model."):
            yield name.removeprefix("model."), tensor


def _split(name: str) -> tuple[str, str]:
    """The stem, and which tensor of it; a bare parameter is a weight."""
    for kind in _KINDS:
        if name.endswith(kind):
            return name.removesuffix(kind), kind
    return name, ".weight"
