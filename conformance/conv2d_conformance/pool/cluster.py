"""A cluster of Dask as a pool of processes, by its interface of `concurrent.futures`. Dask is imported only when asked.

Dask gives the task of a worker that died to another one, several times, so that nothing is lost with a worker.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

from conv2d_conformance import sources
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.pool import children

SECONDS_TO_REACH = 10.0


class NoCluster(Hinted):
    """There is no cluster at this address, or none that can carry out tasks of this suite."""

    is_of_the_environment = True


class ClusterExecutor(Executor):
    """Hands tasks to the workers of a cluster, each of which must have the sources of this suite.

    They carry them out in children, which are there for this executor alone.
    """

    def __init__(self, client: Any, resources: dict[str, float]) -> None:
        self._client = client
        self.key = os.urandom(8).hex()
        self._inner = client.get_executor(pure=False, resources=resources or None)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        given: Future[Any] = self._inner.submit(carry_out, sources.digest(), self.key, function, arguments, named)
        return given

    def end(self) -> None:
        """End what is still at work, and all children."""
        with suppress(Exception):
            self._client.run(children.end, self.key, on_error="ignore")


def carry_out(
    digest: str, key: str, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """Carry out a task in a child of a worker. NoCluster where the worker has other sources."""
    if sources.digest() != digest:
        raise NoCluster("a worker has other sources of the suite", "install the same version everywhere")
    return children.carried_out(key, function, arguments, named)


@contextmanager
def cluster(address: str) -> Iterator[ClusterExecutor]:
    """The workers of the scheduler at an address, those alone that have the resources behind a `?`. NoCluster.

    Whatever ends this context takes back the tasks that are not done.
    """
    try:
        distributed: Any = importlib.import_module("distributed")  # as it is missing where types are checked
    except ImportError:
        raise NoCluster("--scheduler needs Dask", "pip install 'conv2d-conformance[dask]'") from None
    place, resources = _parsed(address)
    for name in ("distributed", "distributed.client"):  # what is lost is told in a sentence
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(place, timeout=SECONDS_TO_REACH, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise NoCluster(f"no scheduler of Dask answers at {place}: {reason}", "start one: dask scheduler") from None
    try:
        _require_workers(client, resources)
        executor = ClusterExecutor(client, resources)
        try:
            yield executor
        finally:
            executor.end()
    finally:
        with suppress(Exception):
            client.close(timeout=SECONDS_TO_REACH)


def import_dask() -> None:
    """Import Dask before it is needed, which takes a second. Where it is missing, `cluster` says so."""
    with suppress(ImportError):
        importlib.import_module("distributed")


def _parsed(address: str) -> tuple[str, dict[str, float]]:
    """The address, and how much of each resource a task needs: tcp://HOST:PORT?GPU=1."""
    place, _, query = address.partition("?")
    try:
        resources = {name: float(amount) for name, amount in parse_qsl(query, strict_parsing=True)} if query else {}
    except ValueError:
        raise NoCluster(f"{query!r} is no list of resources", "write tcp://HOST:PORT?GPU=1") from None
    if "://" not in place:
        raise NoCluster(f"{place!r} is no address of a scheduler", "write tcp://HOST:PORT")
    return place, resources


def _require_workers(client: Any, resources: dict[str, float]) -> None:
    """At least one worker can take a task; others may come later. A task that nobody can take would wait for ever."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    able = [
        worker
        for worker in workers
        if all(worker.get("resources", {}).get(name, 0) >= amount for name, amount in resources.items())
    ]
    if not able:
        needed = f" with {', '.join(resources)}" if resources else ""
        given = f' --resources "{" ".join(f"{name}={amount:g}" for name, amount in resources.items())}"'
        hint = f"start some: dask worker ADDRESS --nthreads 1{given if resources else ''}"
        raise NoCluster(f"the scheduler has no worker{needed}", hint)
