"""Our two networks are the published ones: beside torch they give the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chunkers.audio import windows
from chunkers.probing import probe
from pipeline.errors import ModelError
from pipeline.models.diariser import campplus, segmentation
from pipeline.models.diariser.features import mel_bands
from pipeline.models.diariser.files import SEGMENTATION, VOICE
from pipeline.models.diariser.onnx_file import Network
from pipeline.models.diariser.running import Runner
from pipeline.models.diariser.tensors import Tensors, read_tensors
from pipeline.models.protocol import Samples

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def speech() -> Samples:
    with windows(probe(ROOT / "data" / "meeting.opus")) as stream:
        return next(iter(stream)).samples


@pytest.fixture(scope="module")
def of_segmentation(diariser_folder: Path) -> Tensors:
    return read_tensors(diariser_folder / SEGMENTATION.name)


@pytest.fixture(scope="module")
def of_voices(diariser_folder: Path) -> Tensors:
    return read_tensors(diariser_folder / VOICE.name)


def test_the_segmentation_is_the_published_one(speech: Samples, of_segmentation: Tensors) -> None:
    torch = pytest.importorskip("torch")
    from tests.pipeline.models.diariser.torch_networks import PyanNet

    chunks = np.stack([speech[:160000], speech[260000:420000]])[:, None]
    ours = Runner(segmentation.network(of_segmentation)).run(chunks)
    reference = PyanNet({name: torch.tensor(one) for name, one in of_segmentation.items()})
    with torch.no_grad():
        theirs = reference(torch.tensor(chunks)).numpy()
    assert ours.shape == (2, segmentation.FRAMES, 7)
    assert np.abs(ours - theirs).max() < 0.01
    assert (ours.argmax(axis=2) == theirs.argmax(axis=2)).mean() > 0.998
    assert len(np.unique(ours.argmax(axis=2))) >= 2, "somebody speaks, and pauses"


def test_the_filters_are_band_passes(of_segmentation: Tensors) -> None:
    """Each lets the middle of its band through, and nothing far from it."""
    filters = segmentation.band_passes(of_segmentation)[:40, 0]
    low = 50 + np.abs(of_segmentation["sincnet.conv1d.0.filterbank.low_hz_"][:, 0])
    high = low + 50 + np.abs(of_segmentation["sincnet.conv1d.0.filterbank.band_hz_"][:, 0])
    gains = np.abs(np.fft.rfft(filters, 16000))
    for gain, middle in zip(gains, (low + np.minimum(high, 8000)) / 2, strict=True):
        assert gain[int(middle)] > 0.5 * gain.max()


@pytest.mark.parametrize("length", [6400, 16000, 48000, 80000])
def test_the_vector_is_the_published_one(speech: Samples, of_voices: Tensors, length: int) -> None:
    """Short and long: a layer takes means over stretches of two seconds, the last of which may be shorter."""
    torch = pytest.importorskip("torch")
    from tests.pipeline.models.diariser.torch_networks import CamPlusPlus

    bands = mel_bands(speech[20000 : 20000 + length])[None]
    ours = Runner(campplus.network(of_voices)).run(bands)
    reference = CamPlusPlus({name: torch.tensor(one) for name, one in of_voices.items()})
    with torch.no_grad():
        theirs = reference(torch.tensor(bands)).numpy()
    assert ours.shape == (1, campplus.SIZE)
    assert np.abs(ours - theirs).max() < 1e-4
    assert (ours < -0.1).sum() > 50, "no rectifier at the end"


def test_a_network_written_by_hand() -> None:
    net = Network()
    at = net.add("LeakyRelu", net.add("Add", "x", net.constant(np.array([1, -5], np.float32))), alpha=0.5)
    at = net.add("Transpose", at, perm=[1, 0])
    file = net.model(given="x", shape=["n", 2], made=at, made_shape=[2, "n"])
    assert Runner(file).run(np.array([[1, 2], [3, 9]], np.float32)).tolist() == [[2, 4], [-1.5, 4]]


def test_what_fails_is_told_without_what_was_heard() -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        Runner(b"no network")
    net = Network()
    file = net.model(given="x", shape=[1, 2], made=net.add("Relu", "x"), made_shape=[1, 2])
    with pytest.raises(ModelError, match=r"failed on \(3,\)"):
        Runner(file).run(np.zeros(3, np.float32))
