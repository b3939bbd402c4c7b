"""The two networks once more, in torch: what ours are compared with. Nothing of `pipeline` builds them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional


class PyanNet(nn.Module):
    """segmentation-3.0 over the published tensors."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.tensors = dict(tensors)
        self.lstm = nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
        self.lstm.load_state_dict(
            {name.removeprefix("lstm."): one for name, one in tensors.items() if name.startswith("lstm.")}
        )

    def filters(self) -> Tensor:
        """The band-passes, from the integral of a cosine (or sine) over each band."""
        low_hz, band_hz = (
            self.tensors[f"sincnet.conv1d.0.filterbank.{name}_"].double() for name in ("low_hz", "band_hz")
        )
        low = 50 + low_hz.abs()
        high = torch.clamp(low + 50 + band_hz.abs(), 50, 8000)
        at = torch.arange(-125, 126, dtype=torch.float64)[None] / 16000
        window = 0.54 - 0.46 * torch.cos(2 * math.pi * torch.arange(251, dtype=torch.float64) / 250)
        centre, half = math.pi * (low + high), math.pi * (high - low)
        envelope = torch.sinc(half * at / math.pi) * window
        even, odd = torch.cos(centre * at) * envelope, -torch.sin(centre * at) * envelope
        return torch.cat([even, odd])[:, None].float()

    def forward(self, sound: Tensor) -> Tensor:
        """(chunks, 1, samples) in, (chunks, frames, 7) out."""
        given = self.tensors

        def norm(x: Tensor, name: str) -> Tensor:
            return functional.instance_norm(x, weight=given[f"{name}.weight"], bias=given[f"{name}.bias"])

        x = functional.conv1d(norm(sound, "sincnet.wav_norm1d"), self.filters(), stride=10).abs()
        for number in range(3):
            if number:
                name = f"sincnet.conv1d.{number}"
                x = functional.conv1d(x, given[f"{name}.weight"], given[f"{name}.bias"])
            x = functional.leaky_relu(norm(functional.max_pool1d(x, 3), f"sincnet.norm1d.{number}"))
        x, _ = self.lstm(x.transpose(1, 2))
        for name in ("linear.0", "linear.1"):
            x = functional.leaky_relu(functional.linear(x, given[f"{name}.weight"], given[f"{name}.bias"]))
        return functional.linear(x, given["classifier.weight"], given["classifier.bias"])


class CamPlusPlus(nn.Module):
    """CAM++ over the published tensors, without a rectifier at its end."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.tensors = dict(tensors)

    def norm(self, x: Tensor, name: str) -> Tensor:
        """Batch normalisation as in use."""
        given = [self.tensors.get(f"{name}.{part}") for part in ("running_mean", "running_var", "weight", "bias")]
        return functional.batch_norm(x, *given)

    def conv(self, x: Tensor, name: str, **options: int) -> Tensor:
        """A convolution over time."""
        return functional.conv1d(x, self.tensors[f"{name}.weight"], self.tensors.get(f"{name}.bias"), **options)

    def plane(self, x: Tensor, name: str, stride: tuple[int, int] = (1, 1), edge: int = 1) -> Tensor:
        """A convolution over frequency and time."""
        return functional.conv2d(x, self.tensors[f"{name}.weight"], stride=stride, padding=edge)

    def forward(self, bands: Tensor) -> Tensor:
        """(1, frames, 80) in, (1, 192) out."""
        relu = functional.relu
        x = relu(self.norm(self.plane(bands.transpose(1, 2)[:, None], "head.conv1"), "head.bn1"))
        for layer in (1, 2):
            for block, stride in ((0, (2, 1)), (1, (1, 1))):
                name = f"head.layer{layer}.{block}"
                y = relu(self.norm(self.plane(x, f"{name}.conv1", stride), f"{name}.bn1"))
                y = self.norm(self.plane(y, f"{name}.conv2"), f"{name}.bn2")
                if block == 0:
                    x = self.norm(self.plane(x, f"{name}.shortcut.0", stride, 0), f"{name}.shortcut.1")
                x = relu(x + y)
        x = relu(self.norm(self.plane(x, "head.conv2", (2, 1)), "head.bn2")).flatten(1, 2)
        x = relu(
            self.norm(self.conv(x, "xvector.tdnn.linear", stride=2, padding=2), "xvector.tdnn.nonlinear.batchnorm")
        )
        for block, (layers, dilation) in enumerate(((12, 1), (24, 2), (16, 2)), 1):
            for layer in range(1, layers + 1):
                name = f"xvector.block{block}.tdnnd{layer}"
                y = self.conv(relu(self.norm(x, f"{name}.nonlinear1.batchnorm")), f"{name}.linear1")
                y = relu(self.norm(y, f"{name}.nonlinear2.batchnorm"))
                local = self.conv(y, f"{name}.cam_layer.linear_local", padding=dilation, dilation=dilation)
                means = functional.avg_pool1d(y, 100, 100, ceil_mode=True).repeat_interleave(100, dim=2)
                context = y.mean(2, keepdim=True) + means[..., : y.shape[2]]
                context = relu(self.conv(context, f"{name}.cam_layer.linear1"))
                x = torch.cat([x, local * torch.sigmoid(self.conv(context, f"{name}.cam_layer.linear2"))], 1)
            name = f"xvector.transit{block}"
            x = self.conv(relu(self.norm(x, f"{name}.nonlinear.batchnorm")), f"{name}.linear")
        x = relu(self.norm(x, "xvector.out_nonlinear.batchnorm"))
        x = torch.cat([x.mean(2), x.std(2)], 1)[..., None]
        return self.norm(self.conv(x, "xvector.dense.linear"), "xvector.dense.nonlinear.batchnorm").flatten(1)
