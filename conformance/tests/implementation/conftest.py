import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.host import Worker
from worker_processes import our_children

MISBEHAVING = Path(__file__).with_name("misbehaving.py")


@pytest.fixture
def request_for() -> Callable[..., Request]:
    """A small conv2d call whose input has this value everywhere."""

    def make(value: float = 0.0, *, bias: Array | None = None, **arguments: Any) -> Request:
        arrays = {"input": np.full((1, 1, 2, 2), value, np.float32), "weight": np.ones((1, 1, 1, 1), np.float32)}
        return Request("conv2d", arguments, {**arrays, "bias": bias})

    return make


@pytest.fixture
def target() -> Callable[[str], str]:
    """The target of a misbehaving implementation."""
    return lambda name: f"{MISBEHAVING}:{name}"


@pytest.fixture
def worker(target: Callable[[str], str]) -> Iterator[Callable[..., Worker]]:
    """Start a worker for a misbehaving implementation; it is closed at the end."""
    workers: list[Worker] = []

    def start(name: str, **options: Any) -> Worker:
        workers.append(Worker(target(name), **options))
        return workers[-1]

    yield start
    for item in workers:
        item.close()


@pytest.fixture
def nothing_is_left_behind() -> Iterator[None]:
    gc.collect()  # what an earlier test left in a cycle would be closed in the middle of this one
    before = our_children(), os.listdir("/proc/self/fd"), threading.active_count()
    yield
    assert (our_children(), os.listdir("/proc/self/fd"), threading.active_count()) == before
