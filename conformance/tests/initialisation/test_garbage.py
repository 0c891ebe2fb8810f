"""Whatever an initialiser returns is a verdict: no value, dtype or size ends the suite."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.layer_case import parse
from conv2d_conformance.checks import catalogue
from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.initialisation.ideal import adapter, initialize
from conv2d_conformance.initialisation.layer_question import draw, fault_of
from conv2d_conformance.initialisation.plan import replay_of
from conv2d_conformance.verdict.examination import Examination, Nonconforming

CHECKS = [check for name, check in catalogue().items() if name.startswith("test_initialisation::")]
LINES = ("init c8m10k3x5 g2 bias {} seed:1,2", "init c4m6k3x2 nobias {} seed:1,1", "init c1m1k1x1 bias {} seed:1,2")


def everywhere(value: float) -> Callable[[Array], Any]:
    return lambda array: np.full_like(array, value)


def by_turns(one: float, other: float) -> Callable[[Array], Any]:
    return lambda array: np.where(np.arange(array.size).reshape(array.shape) % 2, one, other).astype(array.dtype)


def in_one_place(value: float) -> Callable[[Array], Any]:
    return lambda array: np.where(np.arange(array.size).reshape(array.shape) == 0, value, array).astype(array.dtype)


VALUES = {
    **{f"{value!r} everywhere": everywhere(value) for value in (1e300, 1e160, 1e38, 5e-324, 0.0, np.nan, np.inf)},
    **{f"{value!r} in one place": in_one_place(value) for value in (-1.7e308, 1e38, np.nan, -np.inf)},
    "both infinities": by_turns(np.inf, -np.inf),
    "both ends of the range": by_turns(1.7e308, -1.7e308),
    "all of it too large": lambda array: (array.astype(np.float64) * 1e300).astype(array.dtype),
    "all of it subnormal": lambda array: (array.astype(np.float64) * 1e-310).astype(array.dtype),
    "any bits": lambda array: np.frombuffer(np.random.default_rng(3).bytes(array.nbytes), array.dtype).reshape(
        array.shape
    ),
}
"""Of the right form, so that the tests of the law see them."""

FORMS = {
    "integers": lambda array: np.full(array.shape, 2**62),
    "truth values": lambda array: array > 0,
    "complex numbers": lambda array: array.astype(complex),
    "beyond a double": lambda array: np.full(array.shape, np.longdouble("1e4000")),
    "objects": lambda array: np.full(array.shape, 10**400, object),
    "text": lambda array: array.astype(str),
    "a list": lambda array: array.tolist(),
    "nothing at all": lambda array: array[:0],
    "no axes": lambda array: array.reshape(-1)[0],
    "a scalar": lambda array: 1.0,  # noqa: ARG005  # whatever the array
    "the other byte order": lambda array: array.astype(array.dtype.newbyteorder()),
}


def spoilt(change: Callable[[Array], Any], dtype: str, *, weight: bool = True, bias: bool = True) -> Adapter:
    def changed(*arguments: Any, **named: Any) -> tuple[Any, Any]:
        w, b = initialize(*arguments, **named)
        with np.errstate(all="ignore"):
            return change(w) if weight else w, change(b) if bias and b is not None else b

    claims = replace(adapter.capabilities, dtypes=frozenset({dtype}), torch_seed_stream=True)
    return replace(adapter, initialize=changed, capabilities=claims)


def verdicts(made: Adapter) -> dict[str, str]:
    """The outcome of each check: whatever a check raises but its verdict is the suite's own failure."""
    found: dict[str, str] = {}
    for check in CHECKS:
        examination = Examination(InProcess(made), EFFORTS["quick"], check.requirements, seed=1)
        with contextlib.suppress(Nonconforming):
            check.function(iut=examination)
        found[check.name.removeprefix("test_initialisation::test_")] = examination.tally.outcome
    return found


@pytest.mark.parametrize("name", VALUES)
def test_garbage_is_a_verdict(name: str) -> None:
    found = verdicts(spoilt(VALUES[name], "float64"))
    assert set(found.values()) <= {"pass", "fail"}
    assert "fail" in found.values()


@pytest.mark.parametrize("name", FORMS)
def test_garbage_of_another_form_is_a_verdict(name: str) -> None:
    found = verdicts(spoilt(FORMS[name], "float64"))
    assert set(found.values()) <= {"fail", "error"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("parts", [{"weight": False}, {"bias": False}, {}], ids=["bias", "weight", "both"])
def test_a_replay_of_garbage_says_what_came(parts: dict[str, Any], dtype: str) -> None:
    for change in VALUES.values():
        made = spoilt(change, dtype, **parts)
        for line in LINES:
            drawn = draw(replay_of(parse(line.format(dtype)), stream=True), InProcess(made))
            assert drawn.fault is None
            assert drawn.alarm is None or fault_of(drawn, drawn.alarm).got


def test_garbage_can_be_drawn_and_what_did_not_come_cannot(tmp_path: Path) -> None:
    file = tmp_path / "garbage.py"
    file.write_text(
        "from dataclasses import replace\n"
        "import numpy as np\n"
        "from conv2d_conformance.initialisation.ideal import adapter, initialize\n"
        "def filled(value):\n"
        "    def made(*a, **k):\n"
        "        return tuple(None if x is None else np.full_like(x, value) for x in initialize(*a, **k))\n"
        "    return made\n"
        "huge = replace(adapter, initialize=filled(1e300))\n"
        "none = replace(adapter, initialize=lambda *a, **k: None)\n"
    )
    plot = tmp_path / "law.svg"
    quick = ("--effort", "quick", "--isolation", "none", "--dtype", "float64", "--plot", str(plot))
    none = CliRunner().invoke(program, ["initialisation", f"{file}:none", *quick])
    assert (none.exit_code, plot.exists()) == (1, False)
    assert "law.svg is not drawn: initialize returned a value of type NoneType" in " ".join(none.output.split())
    huge = CliRunner().invoke(program, ["initialisation", f"{file}:huge", *quick])
    assert (huge.exit_code, plot.exists()) == (1, True)
