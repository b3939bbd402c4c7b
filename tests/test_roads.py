"""Every road out of this machine is in docs/privacy.md: the files that can open one are known, each with its roads."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("chunkers", "pipeline", "flows", "longmedia")
SOURCES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]

_MODULES = (
    "aiohttp asyncio av boto3 dask distributed ffmpeg fsspec ftplib http httpcore httpx httpx2 huggingface_hub imaplib "
    "openai os.system poplib prefect prefect_dask pyarrow.fs requests s3fs smtplib socket socketserver ssl subprocess "
    "urllib.request urllib3 webbrowser websockets xmlrpc"
)
WAYS_OUT = frozenset(_MODULES.split())
"""Modules that open connections, or start programs that can."""

SERVER, CLOUD, PROXY = "a server of your own", "the cloud, for what failed", "a proxy"
WEBHOOK = "a webhook"
PREFECT, DASK, STORE = "a Prefect server", "a Dask cluster", "a store by its URL"
HUB, REGISTRY, OWN = "the model hub", "the package registry", "code of your own"
ONE_FILE = "opens the one recording, by a list of protocols and formats"
ENCODES = "encodes samples that it is given into a file, and opens nothing"
LOOPBACK = "asks itself, on loopback"
IMPORTS = "imports our own commands by their names"
SERVES = "answers browsers of this machine, and connects to nothing"
CACHE = "looks into the hub's cache on this disk"

KNOWN: dict[str, set[str]] = {
    "chunkers/arguments.py": {ONE_FILE},
    "chunkers/demuxing.py": {ONE_FILE},
    "chunkers/ffmpeg.py": {ONE_FILE},
    "chunkers/levels.py": {ONE_FILE},
    "chunkers/probe_process.py": {ONE_FILE},
    "chunkers/refusals.py": {ONE_FILE},
    "flows/archive.py": {PREFECT},
    "flows/artifacts.py": {PREFECT},
    "flows/browse/answers.py": {SERVES},
    "flows/browse/serving.py": {SERVES},
    "flows/cli.py": {IMPORTS},
    "flows/local.py": {PREFECT, DASK},
    "flows/pages.py": {PREFECT, DASK},
    "flows/recording.py": {PREFECT, DASK},
    "flows/schedule.py": {PREFECT},
    "flows/server.py": {PREFECT},
    "pipeline/fallback/plugins.py": {OWN},
    "pipeline/fallback/webhook.py": {WEBHOOK},
    "pipeline/models/endpoint/client.py": {SERVER, CLOUD, PROXY},
    "pipeline/models/endpoint/transport.py": {SERVER, CLOUD, PROXY},
    "pipeline/models/llamacpp/server.py": {LOOPBACK},
    "pipeline/models/weights/fetch.py": {HUB, REGISTRY},
    "pipeline/models/weights/here.py": {CACHE},
    "pipeline/models/weights/hub.py": {HUB},
    "pipeline/models/weights/places.py": {CACHE},
    "pipeline/reports/media.py": {ENCODES},
    "pipeline/store/files.py": {STORE},
}


def _names(path: Path) -> set[str]:
    """What a file imports, and what it calls by a dotted name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call):
            names.add(ast.unparse(node.func))
    return names


def _opens(path: Path) -> bool:
    names = _names(path)
    parts = {".".join(name.split(".")[:length]) for name in names for length in (1, 2)}
    return bool(parts & WAYS_OUT or "importlib.import_module" in names)


def test_every_file_that_can_open_a_road_is_known() -> None:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if _opens(path)}
    assert found == set(KNOWN), "add the file with its roads here, and a new road to docs/privacy.md and to the gate"


def test_the_page_names_every_road_and_no_other() -> None:
    lines = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    roads = {road for some in KNOWN.values() for road in some} - {ONE_FILE, ENCODES, LOOPBACK, IMPORTS, SERVES, CACHE}
    assert rows[0] == "road"
    assert sorted(rows[1:]) == sorted(roads)


@pytest.mark.parametrize("path", [path for path in SOURCES if "from_pretrained(" in path.read_text(encoding="utf-8")],
                         ids=lambda path: path.name)  # fmt: skip
def test_models_are_loaded_from_folders_and_never_fetched_on_the_way(path: Path) -> None:
    """Libraries fetch what a folder lacks, unless they are told not to; what is fetched is fetched by name, before."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "from_pretrained"
    ]
    assert calls
    for call in calls:
        assert "local_files_only" in {word.arg for word in call.keywords}, f"{path.name}:{call.lineno}"
