"""Who of up to three people speaks when in ten seconds of sound: pyannote segmentation-3.0.

The network is written here (PyanNet: band-pass filters that were learnt, two convolutions, four recurrent layers in
both directions, three linear ones), its numbers are the published ones. A frame is one of seven: nobody, one of three
people, or two of them at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chunkers.spans import TICKS_PER_SECOND
from pipeline.models.diariser.onnx_file import Network
from pipeline.models.diariser.running import Runner
from pipeline.models.diariser.tensors import Tensors
from pipeline.models.protocol import Samples

CHUNK = 10 * TICKS_PER_SECOND
"""Samples that the network takes at once."""

FRAMES = 589
"""Frames of a chunk."""

STEP = 270
"""Samples from one frame to the next."""

FIRST = 991 // 2
"""Sample on which the first frame is centred."""

PEOPLE = 3

_CLASSES = [speaking for size in range(3) for speaking in itertools.combinations(range(PEOPLE), size)]
"""Who speaks, by the number of a frame's class."""

_SPEAKS = np.array([[person in speaking for person in range(PEOPLE)] for speaking in _CLASSES])
_RATE, _STRIDE, _LEAST_HZ = 16_000.0, 10, 50.0
_LAYERS, _HIDDEN, _SLOPE = 4, 128, 0.01


class Segmentation:
    """The network with its numbers."""

    def __init__(self, tensors: Tensors) -> None:
        self._runner = Runner(network(tensors))

    def speaking(self, chunks: Sequence[Samples]) -> NDArray[np.bool_]:
        """Who speaks in each of `chunks` of `CHUNK` samples: (chunks, `FRAMES`, `PEOPLE`)."""
        scores = self._runner.run(np.stack(chunks).astype(np.float32)[:, None, :])
        found: NDArray[np.bool_] = _SPEAKS[scores.argmax(axis=2)]
        return found


def network(tensors: Tensors) -> bytes:
    """The network as an ONNX file: (chunks, 1, `CHUNK`) in, scores of the classes (chunks, `FRAMES`, 7) out."""
    net = Network()
    at = _normalised(net, "sound", tensors, "sincnet.wav_norm1d")
    at = net.add("Abs", net.add("Conv", at, net.constant(band_passes(tensors)), strides=[_STRIDE]))
    for number in range(3):
        if number:
            name = f"sincnet.conv1d.{number}"
            at = net.add("Conv", at, *(net.constant(tensors[f"{name}.{part}"]) for part in ("weight", "bias")))
        at = net.add("MaxPool", at, kernel_shape=[3], strides=[3])
        at = net.add("LeakyRelu", _normalised(net, at, tensors, f"sincnet.norm1d.{number}"), alpha=_SLOPE)
    at = net.add("Transpose", at, perm=[2, 0, 1])  # time, chunk, channel
    for layer in range(_LAYERS):
        at = _recurrent(net, at, tensors, layer)
    for name in ("linear.0", "linear.1"):
        at = net.add("LeakyRelu", _linear(net, at, tensors, name), alpha=_SLOPE)
    at = net.add("Transpose", _linear(net, at, tensors, "classifier"), perm=[1, 0, 2])
    return net.model(given="sound", shape=["chunks", 1, CHUNK], made=at, made_shape=["chunks", FRAMES, len(_CLASSES)])


def band_passes(tensors: Tensors) -> NDArray[np.float32]:
    """The filters of the first layer, (80, 1, 251): forty bands, each as an even and an odd filter.

    Only the borders of the bands were learnt (SincNet, https://arxiv.org/abs/1808.00158; with odd filters
    https://arxiv.org/abs/1910.10400). A filter is the difference of two low-passes under half a Hamming window.
    """
    name = "sincnet.conv1d.0.filterbank"
    window, half = tensors[f"{name}.window_"].astype(np.float64), tensors[f"{name}.n_"].astype(np.float64)
    low = _LEAST_HZ + np.abs(tensors[f"{name}.low_hz_"].astype(np.float64))
    high = low + _LEAST_HZ + np.abs(tensors[f"{name}.band_hz_"].astype(np.float64))
    high = np.clip(high, _LEAST_HZ, _RATE / 2)
    scale = window / (half / 2) / (2 * (high - low))
    even = (np.sin(high @ half) - np.sin(low @ half)) * scale
    odd = (np.cos(low @ half) - np.cos(high @ half)) * scale
    one, none = np.ones((len(low), 1)), np.zeros((len(low), 1))
    filters = [np.hstack([even, one, even[:, ::-1]]), np.hstack([odd, none, -odd[:, ::-1]])]
    return np.vstack(filters).astype(np.float32)[:, None, :]


def _normalised(net: Network, at: str, tensors: Tensors, name: str) -> str:
    scale, bias = (net.constant(tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
    return net.add("InstanceNormalization", at, scale, bias, epsilon=1e-5)


def _linear(net: Network, at: str, tensors: Tensors, name: str) -> str:
    weighted = net.add("MatMul", at, net.constant(tensors[f"{name}.weight"].T))
    return net.add("Add", weighted, net.constant(tensors[f"{name}.bias"]))


def _recurrent(net: Network, at: str, tensors: Tensors, layer: int) -> str:
    """A layer in both directions; torch keeps the gates as input, forget, cell, output, ONNX output second."""

    def gates(kind: str, suffix: str) -> NDArray[np.float32]:
        first, forget, cell, out = np.split(tensors[f"lstm.{kind}_l{layer}{suffix}"], 4)
        return np.concatenate([first, out, forget, cell])

    ways = ("", "_reverse")
    weights = np.stack([gates("weight_ih", way) for way in ways])
    again = np.stack([gates("weight_hh", way) for way in ways])
    biases = np.stack([np.concatenate([gates("bias_ih", way), gates("bias_hh", way)]) for way in ways])
    at = net.add(
        "LSTM",
        *(at, net.constant(weights), net.constant(again), net.constant(biases)),
        hidden_size=_HIDDEN,
        direction="bidirectional",
    )
    at = net.add("Transpose", at, perm=[0, 2, 1, 3])
    return net.add("Reshape", at, net.integers(0, 0, len(ways) * _HIDDEN))
