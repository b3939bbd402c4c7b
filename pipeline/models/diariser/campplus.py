"""A vector of a voice out of a few seconds of it: CAM++ (https://arxiv.org/abs/2303.00332), 3D-Speaker's.

The network is written here, its numbers are the published ones: convolutions over time and frequency, then 52 layers
over time in three blocks, each of which is given what all layers of its block before it made, then mean and deviation
over time. It ends in a normalisation without a rectifier: with one, half of every vector would be lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.models.diariser.features import BANDS, mel_bands
from pipeline.models.diariser.onnx_file import Network
from pipeline.models.diariser.running import Runner
from pipeline.models.diariser.tensors import Tensors
from pipeline.models.protocol import Samples

SIZE = 192
"""Numbers of a vector."""

_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers of each block, and the distance of the three frames that a layer looks at."""

_STRETCH = 100
"""Frames of two steps each over which a layer takes a mean, beside the mean of all."""

_CHANNELS = 32 * BANDS // 8
"""Channels over an eighth of the bands, in one line."""

_EPSILON = 1e-5


class CamPlusPlus:
    """The network with its numbers."""

    def __init__(self, tensors: Tensors) -> None:
        self._runner = Runner(network(tensors))

    def embedding(self, samples: Samples) -> NDArray[np.float32]:
        """The vector of the voice in 16 kHz samples, (192,), of length 1."""
        vector = self._runner.run(mel_bands(samples)[None])[0]
        unit: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-9)
        return unit


def network(tensors: Tensors) -> bytes:
    """The network as an ONNX file: (1, frames, 80) in, (1, 192) out."""
    net = _Layers(tensors)
    at = net.add("Unsqueeze", net.add("Transpose", "bands", perm=[0, 2, 1]), net.integers(1))
    at = net.relu(net.normalised(net.plane(at, "head.conv1", (1, 1)), "head.bn1"))
    for layer in ("head.layer1", "head.layer2"):
        at = net.residual(net.residual(at, f"{layer}.0", (2, 1)), f"{layer}.1", (1, 1))
    at = net.relu(net.normalised(net.plane(at, "head.conv2", (2, 1)), "head.bn2"))
    at = net.add("Reshape", at, net.integers(0, _CHANNELS, -1))
    at = net.line(at, "xvector.tdnn.linear", stride=2)
    at = net.activated(at, "xvector.tdnn.nonlinear")
    for block, (layers, dilation) in enumerate(_BLOCKS, 1):
        for number in range(1, layers + 1):
            made = net.dense(at, f"xvector.block{block}.tdnnd{number}", dilation)
            at = net.add("Concat", at, made, axis=1)
        name = f"xvector.transit{block}"
        at = net.line(net.activated(at, f"{name}.nonlinear"), f"{name}.linear")
    at = net.line(net.statistics(net.activated(at, "xvector.out_nonlinear")), "xvector.dense.linear")
    at = net.normalised(at, "xvector.dense.nonlinear.batchnorm")
    at = net.add("Squeeze", at, net.integers(2))
    return net.model(given="bands", shape=[1, "frames", BANDS], made=at, made_shape=[1, SIZE])


class _Layers(Network):
    """The layers of which the network is made; `name` is that of their tensors."""

    def __init__(self, tensors: Tensors) -> None:
        super().__init__()
        self._tensors = tensors

    def relu(self, at: str) -> str:
        """What is above zero."""
        return self.add("Relu", at)

    def normalised(self, at: str, name: str) -> str:
        """Batch normalisation; the last of the network has no scale of its own."""
        mean, variance = (self._tensors[f"{name}.running_{part}"] for part in ("mean", "var"))
        scale = self._tensors.get(f"{name}.weight", np.ones_like(mean))
        bias = self._tensors.get(f"{name}.bias", np.zeros_like(mean))
        constants = [self.constant(one) for one in (scale, bias, mean, variance)]
        return self.add("BatchNormalization", at, *constants, epsilon=_EPSILON)

    def activated(self, at: str, name: str) -> str:
        """Normalised, then rectified."""
        return self.relu(self.normalised(at, f"{name}.batchnorm"))

    def plane(self, at: str, name: str, stride: tuple[int, int]) -> str:
        """A convolution over frequency and time; what is beyond the edge is zero."""
        weight = self._tensors[f"{name}.weight"]
        edge = weight.shape[-1] // 2
        return self.add("Conv", at, self.constant(weight), strides=stride, pads=[edge] * 4)

    def line(self, at: str, name: str, *, stride: int = 1, dilation: int = 1) -> str:
        """A convolution over time; what is beyond the edge is zero."""
        weight = self._tensors[f"{name}.weight"]
        edge = weight.shape[-1] // 2 * dilation
        tensors = [self.constant(weight)]
        if f"{name}.bias" in self._tensors:
            tensors.append(self.constant(self._tensors[f"{name}.bias"]))
        return self.add("Conv", at, *tensors, strides=[stride], pads=[edge, edge], dilations=[dilation])

    def residual(self, at: str, name: str, stride: tuple[int, int]) -> str:
        """Two convolutions, added to what they were given."""
        made = self.relu(self.normalised(self.plane(at, f"{name}.conv1", stride), f"{name}.bn1"))
        made = self.normalised(self.plane(made, f"{name}.conv2", (1, 1)), f"{name}.bn2")
        if f"{name}.shortcut.0.weight" in self._tensors:
            at = self.normalised(self.plane(at, f"{name}.shortcut.0", stride), f"{name}.shortcut.1")
        return self.relu(self.add("Add", at, made))

    def dense(self, at: str, name: str, dilation: int) -> str:
        """What a layer of a block adds: a convolution, and by its means over time how much of each channel counts."""
        made = self.activated(
            self.line(self.activated(at, f"{name}.nonlinear1"), f"{name}.linear1"), f"{name}.nonlinear2"
        )
        local = self.line(made, f"{name}.cam_layer.linear_local", dilation=dilation)
        whole = self.add("ReduceMean", made, axes=[2], keepdims=1)
        context = self.relu(self.line(self.add("Add", whole, self._stretches(made)), f"{name}.cam_layer.linear1"))
        return self.add("Mul", local, self.add("Sigmoid", self.line(context, f"{name}.cam_layer.linear2")))

    def _stretches(self, at: str) -> str:
        """The mean of each stretch in place of its frames; the last stretch may be shorter."""
        means = self.add("AveragePool", at, kernel_shape=[_STRETCH], strides=[_STRETCH], ceil_mode=1)
        wide = self.add("Expand", self.add("Unsqueeze", means, self.integers(3)), self.integers(1, 1, 1, _STRETCH))
        spread = self.add("Reshape", wide, self.integers(0, 0, -1))
        length = self.add("Shape", at, start=2, end=3)
        return self.add("Slice", spread, self.integers(0), length, self.integers(2))

    def statistics(self, at: str) -> str:
        """Mean and deviation (of a sample) of each channel over time."""
        mean = self.add("ReduceMean", at, axes=[2], keepdims=1)
        away = self.add("Sub", at, mean)
        squares = self.add("ReduceSum", self.add("Mul", away, away), self.integers(2), keepdims=1)
        length = self.add("Cast", self.add("Shape", at, start=2, end=3), to=1)
        fewer = self.add("Sub", length, self.constant(np.array([1.0], np.float32)))
        return self.add("Concat", mean, self.add("Sqrt", self.add("Div", squares, fewer)), axis=1)
