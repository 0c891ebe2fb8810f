"""A pool of processes for a long computation, of this machine or of a cluster."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait

from conv2d_conformance.pool.cluster import cluster


@contextmanager
def pool(workers: int, scheduler: str = "") -> Iterator[Executor]:
    """Processes of the cluster with this `scheduler`, or fresh ones: a fork would share what mutants spoil.

    They end at once if an exception, Ctrl-C included, leaves this context, and if this process ends in any way.
    Otherwise the executor would first finish all its work.
    """
    if scheduler:
        with cluster(scheduler) as elsewhere:
            yield elsewhere
        return
    others = active_children()
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_the_end_to_the_parent) as executor:
        try:
            yield executor
        except BaseException:
            for child in active_children():
                if child not in others:
                    child.kill()
            raise


def _leave_the_end_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all of them
    end_with_the_parent()


def end_with_the_parent() -> None:
    """Let this process, a child, end at once when its parent has ended in any way."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    parent = parent_process()
    assert parent is not None, "only a child calls this"
    wait([parent.sentinel])
    os._exit(1)
