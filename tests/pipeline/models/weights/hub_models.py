"""Models that the small hub gives, the commands that bring them, and the cache that its library keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path

from typer.testing import CliRunner

from flows.cli_models import app
from tests.pipeline.models.weights.small_hub import COMMIT

TINY = {"config.json": b"{}", "model.safetensors": b"weights " * 1000, "model.gguf": b"the same in another form"}
WHISPER = {
    ".gitattributes": b"*.bin lfs",
    "config.json": b'{"alignment_heads": [], "lang_ids": []}',
    "model.bin": b"recognises " * 9000,
    "tokenizer.json": b"{}",
    "vocabulary.json": b"[]",
}
GGUF = {
    "README.md": b"five files",
    "config.json": b"{}",
    "lm-Q4_K_M.gguf": b"GGUF four " * 2000,
    "lm-UD-Q4_K_M.gguf": b"GGUF mix " * 2000,
    "Q8_0/lm-Q8_0-00001-of-00002.gguf": b"GGUF eight " * 2000,
    "Q8_0/lm-Q8_0-00002-of-00002.gguf": b"eight again " * 2000,
    "lm-F16-00001-of-00002.gguf": b"GGUF, and its second part was never put there",
    "mmproj-F32.gguf": b"GGUF, hears and sees " * 10,
    "mmproj-BF16.gguf": b"GGUF, hears and sees " * 9,
}


def longmedia_models(*words: str | Path) -> str:
    """What `longmedia models` says."""
    done = CliRunner().invoke(app, [*map(str, words)])
    if done.exception is not None:
        raise done.exception
    return done.output


def get(models: Path, name: str = "own/tiny", *more: str) -> str:
    return longmedia_models("get", name, "--folder", models, *more)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones left out."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def snapshot(cache: Path, repository: str, files: dict[str, bytes]) -> Path:
    """What the hub's own library keeps of a repository: links to files that their hash names."""
    top = cache / "--".join(("models", *repository.split("/")))
    place = top / "snapshots" / COMMIT
    (top / "refs").mkdir(parents=True)
    (top / "blobs").mkdir()
    (top / "refs" / "main").write_text(COMMIT)
    for name, content in files.items():
        blob, link = top / "blobs" / hashlib.sha256(content).hexdigest(), place / name
        blob.write_bytes(content)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    return place
