"""`certify` within a pytest: verdicts as those of `run`, and nothing of the caller's is left changed."""

from __future__ import annotations

import faulthandler
import gc
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
import scipy.special  # noqa: F401  # it adds a filter of warnings where it is first imported
from hypothesis import configuration

from conv2d_conformance import Adapter, certify
from conv2d_conformance.api import reaching
from conv2d_conformance.api.reaching import found_again
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation import forks_that_work
from conv2d_conformance.implementation.handed import OBJECTS
from conv2d_conformance.implementation.target import LoadError, TargetError
from conv2d_conformance.report.notebook import as_html
from conv2d_conformance.report.report import Report
from conv2d_conformance.running.hypothesis_draws import HOME
from conv2d_conformance.verdict.failure import Failure
from conv2d_reference import correlate

ONE = "padding.zeros-both-sides"


def right(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Array:
    return correlate.conv2d(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def of_swapped_padding() -> Callable[..., Array]:
    """A closure, which no other process finds."""

    def conv2d(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0) -> Array:
        return correlate.conv2d(input, weight, bias, padding=padding[::-1])

    return conv2d


def dying(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0) -> Array:
    if input.shape[0] > 1:
        os._exit(3)
    return correlate.conv2d(input, weight, bias, padding=padding)


def descriptors() -> list[tuple[str, str]]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # that of the listing itself
            found.append((name, os.readlink(f"/proc/self/fd/{name}")))
    return sorted(found)


def with_a_misspelt_bias(input: Array, weight: Array, b: Array | None = None) -> Array:
    return right(input, weight, b)


def surroundings() -> dict[str, object]:
    """All that a run could change in the process that asks for it."""
    return {
        "descriptors": descriptors(),
        "threads": threading.active_count(),
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "path": list(sys.path),
        "last": [getattr(sys, name, None) for name in ("last_type", "last_value", "last_exc")],
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook, sys.displayhook),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "collector": gc.get_threshold(),
        "warnings": list(warnings.filters),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "faults": faulthandler.is_enabled(),
        "random": (random.getstate(), np.random.get_state()[1].tolist()),  # type: ignore[index]  # a tuple
        "hypothesis": (repr(hypothesis.settings()), vars(configuration)[HOME]),
        "floats": np.geterr(),
        "children": Path(f"/proc/self/task/{os.getpid()}/children").read_text(),
        "handed over": dict(OBJECTS),
    }


def test_what_no_other_process_finds_is_judged_in_forks_and_nothing_is_left_changed(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = surroundings()
    found = certify(right, effort="quick", only=ONE)
    assert found.headline == f"every MUST that is selected holds ({ONE}); a selection earns no certificate"
    assert (found.run.isolation, found.failures, found.conforming) == ("process", (), False)
    assert found.implementation.description == "handed over, and run in forks of the process that has it"
    assert repr(found).startswith(f"<Report on {__name__}:right sha256:")
    assert repr(found).endswith(f": {found.headline}>")

    wrong = certify(of_swapped_padding(), effort="quick", only=ONE)
    assert [entry.id for entry in wrong.failing] == [ONE]
    assert "a conv2d that takes padding as (width, height)" in str(wrong.failures[0].diagnosis)
    assert surroundings() == before
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_it_stops_at_the_first_broken_must_where_that_is_enough() -> None:
    asked: dict[str, Any] = {"effort": "quick", "only": ONE, "isolation": "none"}
    found = certify(of_swapped_padding(), stop="first", **asked)
    assert (found.is_stopped, found.complete, found.conclusion.exit_status) == (True, False, 1)
    assert found.headline.startswith("not conforming: stopped at the first broken MUST; 1 requirement broken (")
    assert "a conv2d that takes padding as (width, height)" in str(found.failures[0].diagnosis)
    with pytest.raises(ValueError, match="stop must be one of 'never', 'must', 'first', got 'soon'"):
        certify(of_swapped_padding(), stop="soon", **asked)


def test_a_death_is_that_of_a_fork_and_a_finding() -> None:
    found = certify(dying, effort="quick", only=ONE)
    assert "the process ended with exit status 3" in found.failures[0].got


def test_where_there_is_no_fork_it_runs_in_this_process_and_the_report_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reaching, "why_no_fork", lambda: "some library does not work in a fork")
    place = tmp_path / "report.json"
    found = certify(right, effort="quick", only=ONE, output=place)
    assert found.run.isolation == "none"
    assert found.headline.endswith("without isolation there is a result and no certificate")
    assert (
        found.implementation.description
        == "handed over, and run in that process, since some library does not work in a fork"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert "some library does not work in a fork" in place.read_text(encoding="utf-8")


def test_a_run_in_another_thread_has_the_same_verdict_and_a_second_beside_it_is_refused() -> None:
    found: list[Report | BaseException] = []

    def run(**chosen: Any) -> None:
        try:
            found.append(certify(of_swapped_padding(), effort="quick", only=ONE, isolation="none", **chosen))
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert isinstance(found[0], Report), found[0]
    assert [entry.id for entry in found[0].failing] == [ONE]

    def conv2d(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0) -> Array:
        if len(found) == 1:
            run()
        return right(input, weight, bias, padding=padding)

    certify(conv2d, effort="quick", only=ONE, isolation="none")
    assert isinstance(found[1], RuntimeError)
    assert str(found[1]).startswith("another certify runs in this process")


def test_what_a_fresh_process_finds_is_named_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found_again(correlate.conv2d) == "conv2d_reference.correlate:conv2d"
    (tmp_path / "on_no_path.py").write_text("def conv2d(): ...\n")
    (tmp_path / "package_on_no_path").mkdir()
    (tmp_path / "package_on_no_path" / "__init__.py").touch()
    (tmp_path / "package_on_no_path" / "kernel.py").write_text("def conv2d(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    import on_no_path  # type: ignore[import-not-found]  # made above
    import package_on_no_path.kernel as kernel  # type: ignore[import-not-found]  # made above

    assert found_again(on_no_path.conv2d) == f"{tmp_path / 'on_no_path.py'}:conv2d"
    assert found_again(kernel.conv2d) is None
    monkeypatch.setattr(on_no_path, "conv2d", kernel.conv2d)
    assert found_again(kernel.conv2d) is None
    assert found_again(lambda: None) is None
    assert found_again(of_swapped_padding()) is None
    assert found_again(np.add) == "numpy:add"
    monkeypatch.setattr(right, "__module__", "__main__")
    assert found_again(right) is None


def test_a_library_that_a_fork_would_break_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    assert forks_that_work.why_no_fork() is None
    monkeypatch.setitem(sys.modules, "jax", sys)
    assert forks_that_work.why_no_fork() == "jax does not work in a fork"


@pytest.mark.parametrize(
    ("error", "told", "changed"),
    [
        (ValueError, "effort must be one of 'quick', 'standard', 'thorough', got 'fast'", {"effort": "fast"}),
        (ValueError, "seed must be an int of at least 0, got -1", {"seed": -1}),
        (ValueError, "matches no requirement", {"only": "paddings.*"}),
        (ValueError, "nowhere.toml cannot be read", {"deviations": "nowhere.toml"}),
        (ValueError, "workers must be 1", {"workers": 2}),
        (TypeError, "certify takes a target, a function or an Adapter, got a value of type int", {"implementation": 3}),
        (TargetError, "there is no bundled adapter 'torhc'", {"implementation": "torhc"}),
        (LoadError, "did you mean bias", {"implementation": with_a_misspelt_bias}),
    ],
)
def test_what_cannot_be_carried_out_is_said_at_once(error: type[Exception], told: str, changed: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"implementation": right, **changed}
    with pytest.raises(error) as caught:
        certify(**asked)
    assert told in str(caught.value)


def test_an_adapter_is_taken_as_it_is() -> None:
    adapter = Adapter(name="mine <b>", version="1", conv2d=of_swapped_padding(), description="a kernel")
    found = certify(adapter, effort="quick", only=ONE, isolation="none")
    assert (found.implementation.name, found.implementation.version) == ("mine <b>", "1")
    assert found.implementation.description == "a kernel; handed over, and run in this process"
    page = found._repr_html_()
    assert "mine &lt;b&gt; 1" in page
    assert "<b>padding.zeros-both-sides</b> MUST" in page
    assert found.failures[0].case in page


def test_no_name_and_no_message_acts_upon_the_page() -> None:
    hostile = "<script>alert('x')</script>\x1b[31m\u202e\"&"
    failure = Failure(
        case=hostile,
        got=hostile,
        required=hostile,
        first_case="",
        failed_repetitions=1,
        repetitions=1,
        diagnosis=hostile,
    )
    shown = [(hostile, hostile, hostile, replace(failure, got=f"{number}"[:1] + hostile)) for number in range(12)]
    page = as_html(hostile, holds=False, facts=[(hostile, hostile)], failures=shown)
    assert page.count("&lt;script&gt;") == 3 + 10 * 8
    assert not any(text in page for text in ("<script", "\x1b", "\u202e", "x'"))
    assert "and 2 failures more" in page
