"""What is wrong with a cluster is told in a sentence, where there is no Dask too; `tox -e dask` tries one."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance import sources
from conv2d_conformance.cli import program
from conv2d_conformance.cli.problems import problem_of
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.pool import children, pool
from conv2d_conformance.pool.children import TaskKills
from conv2d_conformance.pool.cluster import ClusterExecutor, NoCluster, carry_out
from conv2d_conformance.report.header import Introduction
from conv2d_conformance.running.draws import Draws
from conv2d_conformance.running.elsewhere import AnotherImplementation, CheckTask, ClusterLost, _result, examined
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import _beforehand


def test_without_dask_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match="--scheduler needs Dask; pip install"), pool(1, "tcp://127.0.0.1:1"):
        pass


def test_dask_is_imported_while_the_target_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    there = sys.modules[ClusterExecutor.__module__]
    monkeypatch.setattr(there, "importlib", SimpleNamespace(import_module=imported.append))
    options = Options(target="reference-correlate", scheduler="tcp://127.0.0.1:1")
    assert [*_beforehand(options, Draws(keeps=False))] == [None]
    assert imported == ["distributed"]
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert [*_beforehand(options, Draws(keeps=False))] == [None]


def test_a_worker_with_other_sources_does_nothing() -> None:
    assert carry_out(sources.digest(), "key", divmod, (7, 2), {}) == (3, 1)
    children.end("key")
    with pytest.raises(NoCluster, match="a worker has other sources of the suite"):
        carry_out(64 * "0", "key", divmod, (7, 2), {})


def test_a_worker_that_would_draw_other_cases_does_nothing() -> None:
    """Another version of Hypothesis draws other cases from the same seed."""
    target = "reference-correlate"
    introduction = Introduction.of(connect(target, isolation="none").hello)
    task = CheckTask(Options(target=target), introduction, {"hypothesis": "0.1"}, "test_bias::test_added")
    with pytest.raises(AnotherImplementation, match=r"a worker has hypothesis .*, and this process 0\.1"):
        examined(task)


class Client:
    """Takes down what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def get_executor(self, **chosen: Any) -> Client:
        self.asked.append(chosen)
        return self

    def submit(self, *given: Any) -> Future[Any]:
        self.asked.append(given)
        return Future()


def test_tasks_are_new_each_time_and_carry_the_sources_and_the_resources() -> None:
    client = Client()
    executor = ClusterExecutor(client, {"GPU": 1.0})
    executor.submit(divmod, 7, 2)
    assert client.asked == [
        {"pure": False, "resources": {"GPU": 1.0}},
        (carry_out, sources.digest(), executor.key, divmod, (7, 2), {}),
    ]
    assert ClusterExecutor(client, {}).key != executor.key


def test_a_lost_cluster_is_told_as_one_and_other_errors_are_not() -> None:
    lost: Future[Any] = Future()
    lost.cancel()
    with pytest.raises(ClusterLost) as told:
        _result(lost)
    assert problem_of(told.value).exit_code == 3
    killed: Future[Any] = Future()
    killed.set_exception(
        type("KilledWorker", (Exception,), {"__module__": "distributed.scheduler"})("no worker\nat all")
    )
    with pytest.raises(ClusterLost, match="the cluster is lost: no worker; what was found is kept"):
        _result(killed)
    deadly: Future[Any] = Future()
    deadly.set_exception(TaskKills("a task has no result", "look there"))
    with pytest.raises(ClusterLost, match="the cluster is lost: a task has no result; what was found is kept"):
        _result(deadly)
    broken: Future[Any] = Future()
    broken.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        _result(broken)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reference-correlate", "--isolation", "none"), "--scheduler has its own processes"),
        (("reference-correlate", "--workers", "2"), "--scheduler has its own processes"),
        (("reference-correlate", "reference-direct"), "--scheduler divides the checks of one target"),
    ],
)
def test_what_a_cluster_cannot_do_is_refused(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(program, ["run", *words, "--scheduler", "tcp://127.0.0.1:1"])
    assert (result.exit_code, said in result.output) == (2, True)
