"""The two GGUF files of a Gemma 4 for llama.cpp: the text model, and the projector that hears and sees for it.

They are found, read and held against each other before native code sees them: a projector of another model would end
the process, or fill the prompt with noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ModelError, WeightsMissingError
from pipeline.models.gemma.limits import GemmaLimits
from pipeline.models.weights.content_hash import build
from pipeline.models.weights.gguf_header import Value, read_header
from pipeline.models.weights.gguf_names import GgufModel, best_projector, gguf_models, with_quantization
from pipeline.models.weights.names import HubName, parse_hub_name
from pipeline.models.weights.places import hub_folder, model_in, not_here

_ARCHITECTURE = "gemma4"
_TYPE, _WIDTH, _CONTEXT = "general.architecture", f"{_ARCHITECTURE}.embedding_length", f"{_ARCHITECTURE}.context_length"
_SEES, _SEEN_WIDTH = "clip.vision.projector_type", "clip.vision.projection_dim"
_HEARS, _HEARD_WIDTH = "clip.audio.projector_type", "clip.audio.projection_dim"
_UNIFIED = {_SEES: "gemma4uv", _HEARS: "gemma4ua"}
"""The projectors of the 12B, which has no encoders."""
_TOWERS = {_SEES: "gemma4v", _HEARS: "gemma4a"}
"""Those of E2B and E4B; the larger ones have the first only."""

_WHERE = "Set gemma.model to the GGUF file and gemma.projector to its mmproj file"


@dataclass(frozen=True, slots=True)
class GgufPair:
    """Where the two files are, and what they are."""

    model: Path
    projector: Path
    limits: GemmaLimits

    @property
    def name(self) -> str:
        """Names and builds of both files, as rows show them."""
        return f"{self.model.stem} {build(self.model)} with {self.projector.stem} {build(self.projector)}"


def is_gguf(model: str, models: Path) -> bool:
    """Whether `model` is a GGUF file, a quantisation of a hub's model, or a place with GGUF files and no checkpoint."""
    name, place = _place(model, models)
    if name is not None and name.quantization:
        return True
    return place is not None and (
        place.suffix == ".gguf" or (bool(_texts(place)) and not (place / "config.json").exists())
    )


def find_pair(model: str, projector: Path | None, models: Path) -> tuple[Path, Path]:
    """Where the files are: `model` is a GGUF file, a folder that holds one, or a hub's model that is on this machine.

    Without `projector` it is the one file `mmproj*.gguf` beside the model, of several the one with the model's name; of
    a hub's model the one that loses least. Raises `WeightsMissingError` where a file is not there, or which one is
    meant is not clear.
    """
    name, place = _place(model, models)
    if place is None:
        raise not_here(name, models) if name else WeightsMissingError(f"{model}: no such file.", cure=f"{_WHERE}.")
    text = _text_model(place, name.quantization if name else "")
    if projector is not None:
        if not projector.is_file():
            raise WeightsMissingError(f"{projector}: no such file.", cure=f"{_WHERE}.")
        return text, projector
    beside = sorted({*text.parent.glob("*mmproj*.gguf"), *(place.glob("*mmproj*.gguf") if place.is_dir() else ())})
    found = [one for one in beside if one.name == f"mmproj-{text.name}"] or beside
    best = best_projector(map(str, found))
    if best is None:
        raise WeightsMissingError(
            f"{text.parent}: no projector (mmproj*.gguf) beside {text.name}, which neither hears nor sees alone.",
            cure=f"{_WHERE}; publishers of GGUF files have it in the same place, in BF16 or F16.",
        )
    if len(found) > 1 and name is None:
        raise WeightsMissingError(
            f"{text.parent}: several projectors: {', '.join(one.name for one in found)}.",
            cure="Name one with gemma.projector; BF16 loses nothing.",
        )
    return text, Path(best)


def read_pair(text: Path, projector: Path, *, context: int) -> GgufPair:
    """The pair, each file held against the other; `context` is how much of the model's own is used, in tokens.

    Raises `WeightsMissingError`, `WeightsDamagedError`, or `ModelError` where they are no Gemma 4 or not of one model.
    """
    says = read_header(text, (_TYPE, _WIDTH, _CONTEXT))
    if says.get(_TYPE) != _ARCHITECTURE:
        raise ModelError(
            f"{text}: no Gemma 4 but {says.get(_TYPE, 'something without a name')}.",
            cure="`--recipe cascade` runs other text models.",
        )
    made = read_header(projector, (_SEES, _SEEN_WIDTH, _HEARS, _HEARD_WIDTH))
    kinds = {key: made[key] for key in (_SEES, _HEARS) if key in made}
    unified = kinds == _UNIFIED
    if not kinds or not (unified or kinds.items() <= _TOWERS.items()):
        found = " and ".join(map(str, kinds.values())) or "no projector"
        raise ModelError(f"{projector}: no projector of a Gemma 4 but {found}.", cure=f"{_WHERE}.")
    for key in (_SEEN_WIDTH, _HEARD_WIDTH):
        if key in made and made[key] != says.get(_WIDTH):
            raise ModelError(
                f"{projector}: of another model than {text.name}: {made[key]} wide, not {says.get(_WIDTH)}.",
                cure=f"{_WHERE}, both of one model.",
            )
    return GgufPair(text, projector, _limits(says, kinds, unified=unified, context=context))


def _limits(says: dict[str, Value], kinds: dict[str, Value], *, unified: bool, context: int) -> GemmaLimits:
    """As `limits` has them for a checkpoint of transformers; llama.cpp takes one clip a request here, as servers do."""
    own = says.get(_CONTEXT)
    return GemmaLimits(
        context=min(context, own) if isinstance(own, int) else context,
        hears=_HEARS in kinds,
        sees=_SEES in kinds,
        hear_s=15.0 if unified else 30.0,
        hears_behind_frames=not unified,
        clips=1,
    )


def _place(model: str, models: Path) -> tuple[HubName | None, Path | None]:
    """The hub's name that `model` is, and the file or folder on this machine, each None where there is none."""
    path = Path(model).expanduser()
    name = parse_hub_name(model)
    if path.exists() or name is None:
        return None, path if path.exists() or path.suffix == ".gguf" else None
    return name, hub_folder(name, models)


def _texts(folder: Path) -> list[GgufModel]:
    """The models in GGUF files below a folder, projectors left out."""
    return gguf_models(str(one.relative_to(folder)) for one in folder.rglob("*.gguf")) if folder.is_dir() else []


def _text_model(place: Path, quantization: str) -> Path:
    if place.is_dir():
        texts = _texts(place)
        found = with_quantization(texts, quantization) if quantization else texts
        if len(found) != 1:
            names = ", ".join(one.files[0] for one in texts) or "none"
            raise WeightsMissingError(f"{place}: it must hold one GGUF model; it holds {names}.", cure=f"{_WHERE}.")
    elif not place.is_file():
        raise WeightsMissingError(f"{place}: no such file.", cure=f"{_WHERE}.")
    return model_in(place, quantization)
