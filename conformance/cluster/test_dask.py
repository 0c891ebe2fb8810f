"""A cluster of Dask makes the same reports, whatever becomes of its workers: `tox -e dask`."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.checks import catalogue
from conv2d_conformance.implementation.target import TargetError
from conv2d_conformance.pool import pool
from conv2d_conformance.pool.cluster import NoCluster
from conv2d_conformance.pool.cluster import cluster as cluster_of
from conv2d_conformance.power import measurement, suites
from conv2d_conformance.report.report import Report
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.selftest import kills
from conv2d_conformance.variants import alarms
from conv2d_conformance.variants.alarms import VariantResult
from conv2d_conformance.verifying import Finding, verify
from on_json import plain

LocalCluster: Any = importlib.import_module("distributed").LocalCluster
WRONG = "conv2d_conformance.mutants.channels:bias_dropped"
ASKED: dict[str, Any] = {"effort": "quick", "only": "bias.*"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as found:
        yield found


def carried_out(folder: Path, target: str, on_progress: Callable[..., None] = lambda *_: None, **more: Any) -> Report:
    output = folder / f"{len(list(folder.iterdir()))}.json"
    return run(Options(target=target, output=output, **ASKED | more), on_progress)


def without_times(report: Report) -> Any:
    found = plain(report)
    del found["execution"]
    return found


def without_failures(report: Report) -> Any:
    """How far a case is reduced depends on the failures that a process met before."""
    found = without_times(report)
    for entry in found["requirements"]:
        entry["failure"] = entry["failure"] is not None
    return found


def test_a_run_of_a_cluster_is_the_run_of_one_machine(cluster: Any, tmp_path: Path) -> None:
    here = carried_out(tmp_path, "reference-correlate")
    there = carried_out(tmp_path, "reference-correlate", scheduler=cluster.scheduler_address)
    assert without_times(there) == without_times(here)
    assert verify(there) == Finding()


def test_what_is_broken_is_broken_there(cluster: Any, tmp_path: Path) -> None:
    here = carried_out(tmp_path, WRONG)
    there = carried_out(tmp_path, WRONG, scheduler=cluster.scheduler_address)
    assert there.conclusion.exit_status == 1
    assert without_failures(there) == without_failures(here)
    stopped = carried_out(tmp_path, WRONG, scheduler=cluster.scheduler_address, stop="first")
    assert stopped.is_stopped


def pids(cluster: Any) -> list[int]:
    return [worker.pid for worker in cluster.workers.values()]


def children_of(worker: int) -> list[int]:
    """The processes that carry out tasks for a worker."""
    found = [pid for path in Path(f"/proc/{worker}/task").glob("*/children") for pid in path.read_text().split()]
    return [int(pid) for pid in found if "kept_process" in Path(f"/proc/{pid}/cmdline").read_text()]


def the_worker(cluster: Any) -> int:
    return pids(cluster)[0]


def a_child(cluster: Any) -> int:
    return next(child for worker in pids(cluster) for child in children_of(worker))


@pytest.mark.parametrize("victim", [the_worker, a_child])
def test_nothing_is_lost_with_a_process(victim: Callable[[Any], int], cluster: Any, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(done: int, *_: object) -> None:
        if done and not killed:
            killed.append(victim(cluster))
            os.kill(killed[0], signal.SIGKILL)

    here = carried_out(tmp_path, "reference-correlate", only="padding.*")
    there = carried_out(tmp_path, "reference-correlate", kill, only="padding.*", scheduler=cluster.scheduler_address)
    assert killed
    assert without_times(there) == without_times(here)
    until = time.monotonic() + 50
    while any(children_of(worker) for worker in pids(cluster)):
        assert time.monotonic() < until, "a child is left"
        time.sleep(0.01)


def test_other_commands_use_it_alike(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["bias_dropped"]
    met = kills.run(names=names, scheduler=cluster.scheduler_address)
    assert [(one.mutant, one.check, one.killed, one.case) for one in met] == [
        (one.mutant, one.check, one.killed, one.case) for one in kills.run(names=names)
    ]
    only = ["bias_dropped", "core"]
    two = dict([*suites().items()][:2])
    monkeypatch.setattr(measurement, "suites", lambda: two)
    assert measurement.run(names=only, scheduler=cluster.scheduler_address) == measurement.run(names=only)
    few = {name: check for name, check in catalogue().items() if name.startswith("test_bias")}
    monkeypatch.setattr(alarms, "checks", lambda: few)
    found: list[VariantResult] = []
    scheduler = cluster.scheduler_address
    alarms.run([0], lambda _, results, *__: found.append(results["core"]), names=["core"], scheduler=scheduler)
    assert len(found) == len(few)
    assert [one.alarms for one in found if one.alarms] == []


@pytest.mark.parametrize(
    ("resources", "said"), [("?GPU=1", "the scheduler has no worker with GPU"), ("?GPU", "is no list of resources")]
)
def test_resources_that_nobody_has_are_told(cluster: Any, resources: str, said: str) -> None:
    with pytest.raises(NoCluster, match=said), pool(1, f"{cluster.scheduler_address}{resources}"):
        pass


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[cluster_of.__module__], "SECONDS_TO_REACH", 1.0)
    with (
        pytest.raises(NoCluster, match=r"no scheduler of Dask answers at tcp://127\.0\.0\.1:9"),
        pool(1, "tcp://127.0.0.1:9"),
    ):
        pass


def test_workers_with_the_resource_get_the_tasks() -> None:
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", resources={"GPU": 1}
        ) as found,
        pool(1, f"{found.scheduler_address}?GPU=1") as executor,
    ):
        assert executor.submit(os.getppid).result() in pids(found)


def test_a_target_that_no_worker_reaches_is_told(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(TargetError):
        carried_out(tmp_path, "nothing.py:conv2d", scheduler=cluster.scheduler_address)
