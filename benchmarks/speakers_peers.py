"""A peer with the same weights on the same dialogues: `python -m benchmarks.speakers_peers [--folder FOLDER]`.

sherpa-onnx (`pip install sherpa-onnx` beside the packages of the benchmarks; it is in no lock) takes our two networks
as they are, with the metadata that it wants behind them. Its settings are its defaults: clustering at a threshold of
0.5, or to the number of people where that is told. DER is that of `benchmarks.speakers`; one thread each.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.dialogues import PEOPLE, Dialogue, Line, Sound, clips, dialogue, fetch
from benchmarks.rows import Row, hand_back
from benchmarks.speakers import CLIPS, COLLAR_S, error_rate, pieces_of, told
from pipeline.models.diariser import campplus, segmentation
from pipeline.models.diariser.files import SEGMENTATION, VOICE, WEIGHTS
from pipeline.models.diariser.tensors import read_tensors
from pipeline.models.diariser.voices import Diariser
from pipeline.models.weights.fetch import locate
from pipeline.settings import load
from pipeline.stages.speakers.clustering import Wanted

_METADATA = 14
"""The field of an ONNX file that holds a pair of words."""

_SEGMENTATION = {
    "num_speakers": "3",
    "powerset_max_classes": "2",
    "num_classes": "7",
    "sample_rate": "16000",
    "window_size": "160000",
    "receptive_field_size": "991",
    "receptive_field_shift": "270",
}
_VOICE = {
    "framework": "3d-speaker",
    "language": "any",
    "sample_rate": "16000",
    "output_dim": "192",
    "normalize_samples": "1",
    "feature_normalize_type": "global-mean",
}


def metadata(words: Mapping[str, str]) -> bytes:
    """What to put behind an ONNX file, so that it holds these pairs too: a field of protobuf for each."""

    def field(number: int, body: bytes) -> bytes:
        return bytes([number << 3 | 2, len(body)]) + body  # none is longer than 127 bytes

    return b"".join(field(_METADATA, field(1, k.encode()) + field(2, v.encode())) for k, v in words.items())


def networks(weights: Path, folder: Path) -> None:
    """Write both networks as sherpa-onnx wants them."""
    tensors = [read_tensors(weights / file.name) for file in (SEGMENTATION, VOICE)]
    (folder / "segmentation.onnx").write_bytes(segmentation.network(tensors[0]) + metadata(_SEGMENTATION))
    (folder / "voice.onnx").write_bytes(campplus.network(tensors[1]) + metadata(_VOICE))


def peer(folder: Path, sound: Sound, people: int | None) -> list[Line]:
    """Who speaks when, as sherpa-onnx has it; `people` is how many there are, None where that is not told."""
    import sherpa_onnx

    segments: Any = sherpa_onnx.OfflineSpeakerSegmentationModelConfig(
        pyannote=sherpa_onnx.OfflineSpeakerSegmentationPyannoteModelConfig(model=str(folder / "segmentation.onnx"))
    )
    voice: Any = sherpa_onnx.SpeakerEmbeddingExtractorConfig(model=str(folder / "voice.onnx"))
    groups: Any = sherpa_onnx.FastClusteringConfig(num_clusters=people or -1, threshold=0.5)
    config: Any = sherpa_onnx.OfflineSpeakerDiarizationConfig(segmentation=segments, embedding=voice, clustering=groups)
    found: Any = sherpa_onnx.OfflineSpeakerDiarization(config).process(sound).sort_by_start_time()
    return [(one.start, one.end, f"S{one.speaker}") for one in found]


def score(name: str, made: Dialogue, lines: list[Line], started: float) -> None:
    """Print a line about what one of them told."""
    cost = time.process_time() - started
    rates = [error_rate(made.lines, lines, collar) for collar in (COLLAR_S, 0.0)]
    people = len({who for *_, who in lines})
    print(f"  {name:<28} {people} found  DER {rates[0]:6.1%} / {rates[1]:6.1%}  {cost:6.1f} s of CPU", flush=True)
    hand_back(Row(f"{made.name}, {name}: diarisation error", 100 * rates[0], "%"))


def main() -> None:
    """Score both on every dialogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/voices"))
    parser.add_argument("--minutes", type=float, default=2)
    options = parser.parse_args()
    fetch(options.folder)
    voices = {person: clips(options.folder, person, CLIPS) for person in PEOPLE}
    weights, names = locate(WEIGHTS, load().models), list(voices)
    diariser = Diariser(weights)
    groups = [names[:2], names[2:5], names[3:7]]
    with tempfile.TemporaryDirectory() as folder:
        networks(weights, Path(folder))
        for (seed, group), kind in itertools.product(enumerate(groups, 50), ("clean", "noisy", "telephone")):
            made = dialogue({name: voices[name] for name in group}, options.minutes * 60, kind, seed)
            print(made.name)
            for label, number in (("", None), (", number known", len(group))):
                started = time.process_time()
                pieces, vectors = pieces_of(diariser, made.sound)
                wanted = Wanted() if number is None else Wanted(number, number)
                score(f"longmedia{label}", made, told(pieces, vectors, wanted), started)
                started = time.process_time()
                score(f"sherpa-onnx{label}", made, peer(Path(folder), made.sound, number), started)


if __name__ == "__main__":
    main()
