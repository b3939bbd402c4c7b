"""The store on object stores: an S3-compatible server of the test's own, and any URL that fsspec opens."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.store import RunKey, Store
from pipeline.store.files import Files
from pipeline.store.tables import DescribeRow
from tests.pipeline.store.documents import document

ROOT = Path(__file__).parents[3]
KEY = RunKey("recording", {"describe": "d", "merge": "m"})

_SERVER = """
import sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_WRITER = """
import sys
from pipeline.store import RunKey, Store
from pipeline.store.tables import DescribeRow, HearRow
url, who = sys.argv[1:]
run = Store(url).run(RunKey("two", {"hear": "shared", "describe": who}))
for n in range(20):
    row = dict(recording="r", index=n, start=n, end=n + 1, status="processed")
    with run.writing():
        run.hear.write(n, [HearRow(**row, heard_start=n, transcript="x" * 9999)])
        run.describe.write(n, [DescribeRow(**row, kind="window", inputs="", summary="x" * 9999)])
"""


def row(index: int = 0) -> DescribeRow:
    return DescribeRow(recording="r", index=index, start=0, end=1, kind="window", inputs="", status="processed")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, pytest.MonkeyPatch]]:
    if find_spec("moto") is None:
        pytest.skip("needs moto[server]")
    home = tmp_path_factory.mktemp("s3")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        words = [sys.executable, "-c", _SERVER]
        with subprocess.Popen(
            words, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as child:
            assert child.stdout is not None
            port = int(child.stdout.readline())
            _put(f"http://127.0.0.1:{port}/bucket")
            yield f"s3://bucket/store?endpoint_override=127.0.0.1:{port}&scheme=http", patch
            child.kill()


def _put(url: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            request = urllib.request.Request(url, method="PUT")  # noqa: S310 - loopback
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.2)


def test_a_run_on_s3(s3: tuple[str, pytest.MonkeyPatch]) -> None:
    store = Store(s3[0])
    run = store.run(KEY)
    assert store.runs() == []
    with run.writing():
        run.save(document(KEY))
        run.describe.write(0, [row()])
        run.describe.write(1, [row(1)])
        run.level(1).write(0, [])
    assert [one.key for one in Store(s3[0]).runs()] == [KEY]
    assert run.document() == document(KEY)
    assert (run.levels(), run.describe.numbers(), [one.index for one in run.chunks()]) == ([1], [0, 1], [0, 1])
    assert run.parts() == {"recording/describe=d": 2, "recording/merge=m/level=1": 1}
    assert not run.busy()
    run.describe.delete(1)
    assert run.describe.numbers() == [0]


def test_two_writers_on_s3_never_show_a_half_part(s3: tuple[str, pytest.MonkeyPatch]) -> None:
    """Two runs that share what was heard; meanwhile whatever can be listed can be read, and nothing goes away."""
    words = [sys.executable, "-c", _WRITER, s3[0]]
    writers = [subprocess.Popen([*words, who], cwd=ROOT) for who in ("one", "two")]
    runs = [Store(s3[0]).run(RunKey("two", {"hear": "shared", "describe": who})) for who in ("one", "two")]
    seen = [0]
    while any(writer.poll() is None for writer in writers):
        heard = list(runs[0].heard())
        assert all(len(one.transcript) == 9999 for one in heard)
        seen.append(len(heard))
    assert [writer.wait() for writer in writers] == [0, 0]
    assert seen == sorted(seen)
    assert any(0 < count < 20 for count in seen), "nobody looked while they wrote"
    for run in runs:
        assert [one.index for one in run.heard()] == [one.index for one in run.chunks()] == list(range(20))


def test_a_bucket_that_is_not_there_is_an_error_with_its_name(s3: tuple[str, pytest.MonkeyPatch]) -> None:
    with pytest.raises(StoreError, match="elsewhere"):
        Files(s3[0].replace("bucket", "elsewhere")).write("x", b"1")


def test_any_url_that_fsspec_opens() -> None:
    run = Store("memory://longmedia/store").run(KEY)
    run.save(document(KEY))
    run.describe.write(0, [row()])
    (found,) = Store("memory://longmedia/store").runs()
    assert (found.key, list(found.chunks())) == (KEY, [row()])


@pytest.mark.parametrize("url", ["nonsense://x", "gopher://x/y"])
def test_what_nobody_opens_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Files(url)
