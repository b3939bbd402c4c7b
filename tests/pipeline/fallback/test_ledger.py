"""The ledger: every change is found, a crash is told from tampering, and without it nothing is sent."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import EgressRefusedError, LedgerError
from pipeline.fallback.ledger import Ledger

ROOT = Path(__file__).parents[3]


def filled(path: Path) -> Ledger:
    """Three requests, the last without an outcome."""
    ledger = Ledger(path)
    for n in range(2):
        number = ledger.request({"chunk": f"chunk {n}", "sha256": "ab" * 32}, cost=100, cap=1000)
        ledger.outcome(number, {"outcome": "answered"}, cost=40)
    ledger.request({"chunk": "chunk 2", "sha256": "cd" * 32}, cost=100, cap=1000)
    return ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "egress.jsonl"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "egress.jsonl"
    filled(path)
    return path


def test_an_intact_ledger(path: Path) -> None:
    verdict = filled(path).verify()
    assert (verdict.records, verdict.spent, verdict.unsettled, verdict.torn, verdict.faults) == (5, 180, 100, 0, ())
    assert path.stat().st_mode & 0o077 == 0
    assert Ledger(path).verify(verdict.head).faults == ()
    assert Ledger(path).verify("0" * 64).faults == (f"no record has the hash {'0' * 64}",)


def test_no_ledger_yet(path: Path) -> None:
    assert Ledger(path).verify().faults == ()
    assert list(Ledger(path).records()) == []


def refuses(path: Path) -> bool:
    with pytest.raises(LedgerError, match=str(path.name)):
        Ledger(path).request({}, cost=1, cap=1000)
    return True


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_byte_is_found(good: Path, path: Path, data: st.DataObject) -> None:
    content = bytearray(good.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.parent.mkdir(exist_ok=True)
    path.with_name("egress.jsonl.head").write_bytes(good.with_name("egress.jsonl.head").read_bytes())
    path.write_bytes(content)
    assert Ledger(path).verify().faults
    assert refuses(path)


@pytest.mark.parametrize(
    "order", [(1, 2, 3, 4), (0, 1, 3, 4), (0, 2, 1, 3, 4), (0, 1, 2, 3), (0, 1), (), (0, 1, 2, 3, 4, 4)]
)
def test_lines_removed_moved_doubled_or_cut_off(path: Path, order: tuple[int, ...]) -> None:
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[n] for n in order))
    assert Ledger(path).verify().faults
    assert refuses(path)


def test_a_ledger_that_was_deleted_is_missed(path: Path) -> None:
    filled(path)
    path.unlink()
    assert Ledger(path).verify().faults == ("5 record(s) are missing at the end",)
    assert refuses(path)


def test_a_head_that_was_deleted_or_spoiled_is_missed(path: Path) -> None:
    filled(path)
    head = path.with_name("egress.jsonl.head")
    head.write_bytes(b"{}")
    with pytest.raises(LedgerError, match="head"):
        Ledger(path).verify()
    head.write_text(json.dumps({"records": 5, "hash": "f" * 64}))
    assert Ledger(path).verify().faults == ("the head file names another last record",)
    head.unlink()
    assert Ledger(path).verify().faults
    assert refuses(path)


def test_a_line_torn_by_a_crash_is_no_tampering_and_is_made_good(path: Path) -> None:
    filled(path)
    with path.open("ab") as out:
        out.write(b'{"before":"')
    verdict = Ledger(path).verify()
    assert (verdict.torn, verdict.faults, verdict.records) == (11, (), 5)
    Ledger(path).request({"chunk": "chunk 3"}, cost=1, cap=1000)
    kinds = [record["type"] for record in Ledger(path).records()]
    assert kinds[5:] == ["repair", "request"]
    assert Ledger(path).verify().faults == ()


def test_a_last_line_cut_short_by_a_hand_is_tampering(path: Path) -> None:
    filled(path)
    path.write_bytes(path.read_bytes()[:-20])
    assert Ledger(path).verify().faults == ("1 record(s) are missing at the end",)


def test_a_crash_between_the_line_and_its_head(path: Path) -> None:
    ledger = filled(path)
    head = path.with_name("egress.jsonl.head").read_bytes()
    ledger.request({"chunk": "chunk 3"}, cost=100, cap=1000)
    path.with_name("egress.jsonl.head").write_bytes(head)
    verdict = Ledger(path).verify()
    assert (verdict.records, verdict.unsettled, verdict.faults) == (6, 200, ())
    Ledger(path).request({"chunk": "chunk 4"}, cost=100, cap=1000)
    assert Ledger(path).verify().faults == ()


def test_the_cap_counts_what_has_no_outcome_in_full(path: Path) -> None:
    ledger = filled(path)
    with pytest.raises(EgressRefusedError, match=r"money cap is reached: 0\.000180 of 0\.000279"):
        ledger.request({}, cost=100, cap=279)
    assert ledger.request({}, cost=100, cap=280) == 6


def test_a_ledger_cut_while_in_use_stops_everything(path: Path) -> None:
    ledger = filled(path)
    path.write_bytes(b"")
    with pytest.raises(LedgerError, match="cut or replaced"):
        ledger.request({}, cost=1, cap=1000)


def test_a_ledger_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="cannot be written"):
        Ledger(tmp_path / "file" / "egress.jsonl").request({}, cost=1, cap=1000)


def test_a_disk_that_is_full(path: Path) -> None:
    filled(path)
    size, limits = path.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, limits[1]))
    try:
        with pytest.raises(LedgerError, match="cannot be written"):
            Ledger(path).request({}, cost=1, cap=1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (Ledger(path).verify().torn, Ledger(path).verify().faults) == (10, ())


def test_processes_share_one_ledger_and_one_cap(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from pipeline.fallback.ledger import Ledger\nfrom pipeline.errors import EgressRefusedError\n"
        "ledger = Ledger(Path(sys.argv[1]))\nsent = 0\n"
        "for n in range(8):\n"
        "    try: number = ledger.request({'chunk': str(n)}, cost=10, cap=100)\n"
        "    except EgressRefusedError: continue\n"
        "    ledger.outcome(number, {'outcome': 'answered'}, cost=10); sent += 1\n"
        "print(sent)\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    sent = [int(child.communicate(timeout=300)[0]) for child in children]
    assert sum(sent) == 10
    verdict = Ledger(path).verify()
    assert (verdict.spent, verdict.faults) == (100, ())
