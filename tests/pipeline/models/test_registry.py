"""Models are loaded once, whoever asks, stay while somebody holds them, and are closed once."""

from __future__ import annotations

import ctypes
import platform
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from pipeline.models import registry as registry_module
from pipeline.models.hardware import GIB
from pipeline.models.registry import GEMMA, TEXT, WHISPER, Registry


class Model:
    """Takes a moment to load, and knows how often it was closed."""

    def __init__(self, name: str, loaded: list[str], load_s: float = 0.0) -> None:
        time.sleep(load_s)
        loaded.append(name)
        self.name = name
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def loaded() -> list[str]:
    """The names of the models in the order in which they were loaded."""
    return []


def loading(name: str, loaded: list[str], load_s: float = 0.0) -> Callable[[], Model]:
    return lambda: Model(name, loaded, load_s)


def test_many_threads_that_ask_at_once_load_it_once(loaded: list[str]) -> None:
    registry, all_here = Registry(keep=False), threading.Barrier(16)

    def ask(_number: int) -> Model:
        lease = registry.lease()
        all_here.wait(30)
        return lease.model(TEXT, "text", loading("text", loaded, 0.05))

    with ThreadPoolExecutor(16) as pool:
        models = list(pool.map(ask, range(16)))
    assert loaded == ["text"]
    assert len(set(map(id, models))) == 1
    assert models[0].closed == 0


def test_a_load_that_fails_is_tried_by_the_next_who_asks(loaded: list[str]) -> None:
    registry = Registry(keep=False)

    def fails() -> Model:
        raise MemoryError

    lease = registry.lease()
    with pytest.raises(MemoryError):
        lease.model(TEXT, "text", fails)
    model = registry.lease().model(TEXT, "text", loading("text", loaded))
    assert loaded == ["text"]
    lease.close()
    assert model.closed == 0, "who never got it has nothing to let go of"


def test_it_is_let_go_when_the_last_lease_lets_go(loaded: list[str]) -> None:
    registry = Registry(keep=False)
    one, two = registry.lease(), registry.lease()
    model = one.model(TEXT, "text", loading("text", loaded))
    assert two.model(TEXT, "text", loading("text", loaded)) is model
    one.close()
    assert model.closed == 0
    two.close()
    assert model.closed == 1
    two.close()
    registry.close()
    assert model.closed == 1
    assert registry.lease().model(TEXT, "text", loading("text", loaded)) is not model
    assert loaded == ["text", "text"]


def test_it_is_kept_for_the_next_where_there_is_memory(loaded: list[str]) -> None:
    registry = Registry(keep=True)
    lease = registry.lease()
    model = lease.model(TEXT, "text", loading("text", loaded))
    lease.close()
    assert model.closed == 0
    assert registry.lease().model(TEXT, "text", loading("text", loaded)) is model
    assert loaded == ["text"]
    registry.close()
    registry.close()
    assert model.closed == 1


@pytest.mark.parametrize(("gib", "closed"), [(8, 1), (64, 0)])
def test_the_memory_of_the_machine_decides(
    monkeypatch: pytest.MonkeyPatch, loaded: list[str], gib: int, closed: int
) -> None:
    monkeypatch.setattr(registry_module, "memory", lambda: gib * GIB)
    lease = Registry().lease()
    model = lease.model(TEXT, "text", loading("text", loaded))
    lease.close()
    assert model.closed == closed


def test_a_lease_lets_go_of_what_the_stages_to_come_do_not_need(loaded: list[str]) -> None:
    registry = Registry(keep=False)
    lease, other = registry.lease(), registry.lease()
    hears = lease.model(WHISPER, "hears", loading("hears", loaded))
    shared = lease.model(WHISPER, "shared", loading("shared", loaded))
    writes = lease.model(TEXT, "writes", loading("writes", loaded))
    sees = lease.model(GEMMA, "sees", loading("sees", loaded))
    other.model(WHISPER, "shared", loading("shared", loaded))
    lease.keep({TEXT, GEMMA})
    assert [one.closed for one in (hears, shared, writes, sees)] == [1, 0, 0, 0]
    lease.keep({TEXT})
    assert [one.closed for one in (hears, shared, writes, sees)] == [1, 0, 0, 1]
    other.close()
    lease.close()
    assert [one.closed for one in (hears, shared, writes, sees)] == [1, 1, 1, 1]
    assert loaded == ["hears", "shared", "writes", "sees"]


def test_who_asks_again_after_letting_go_holds_it_again(loaded: list[str]) -> None:
    lease = Registry(keep=False).lease()
    first = lease.model(WHISPER, "hears", loading("hears", loaded))
    lease.keep({TEXT})
    second = lease.model(WHISPER, "hears", loading("hears", loaded))
    assert (first.closed, second.closed, second is first) == (1, 0, False)
    lease.close()
    assert (first.closed, second.closed) == (1, 1)


def test_a_registry_that_is_closed_under_a_lease_is_no_fault_of_the_lease(loaded: list[str]) -> None:
    """A program that ends closes the registry while its recordings still stop."""
    with Registry(keep=False) as registry:
        lease = registry.lease()
        model = lease.model(TEXT, "text", loading("text", loaded))
    assert model.closed == 1
    lease.close()
    assert model.closed == 1


def test_what_has_no_close_is_just_forgotten() -> None:
    registry = Registry(keep=False)
    lease = registry.lease()
    assert lease.model(TEXT, "plain", lambda: 7) == 7
    lease.close()
    assert registry.lease().model(TEXT, "plain", lambda: 8) == 8


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no other C library is asked")
def test_memory_that_is_free_goes_back_before_a_model_is_loaded(loaded: list[str]) -> None:
    library, size = ctypes.CDLL(None), 1 << 16  # too small for a mapping of its own
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    blocks = [library.malloc(size) for _ in range(2000)]
    for block in blocks:
        ctypes.memset(block, 1, size)
    for block in blocks[:-1]:  # the last one keeps the library from giving back the others by itself
        library.free(block)
    held = psutil.Process().memory_info().rss
    Registry(keep=False).lease().model(TEXT, "text", loading("text", loaded))
    assert held - psutil.Process().memory_info().rss > 1000 * size
    library.free(blocks[-1])


def test_a_c_library_that_hands_nothing_back_is_no_fault(loaded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert Registry(keep=False).lease().model(TEXT, "text", loading("text", loaded)).name == "text"
