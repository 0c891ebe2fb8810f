"""A limited implementation is asked nothing outside its limits, whatever it answers, and judged as any other inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.diagnosis.diagnoses import Diagnoses
from conv2d_conformance.effort import Effort
from conv2d_conformance.emulation.adapters import EVERYTHING, as_conv2d, as_gradients
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import Derived
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.initialisation import ideal
from conv2d_conformance.mutants.limits import a_square_kernel_of_any
from conv2d_conformance.running.examine import examine
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.simplifier import Simplifier

LITTLE = Effort("little", drawn=3, multiply_adds=3_000, tiles=60, combined=6)

SQUARE = ("KH == KW", "C % 4 == 0")
PLAIN = ("SH == SW and SH <= 2", "N == 1", "dtype in {float32, float16}", "padding != same or DH == DW")


def _square(sizes: dict[str, Any]) -> bool:
    return bool(sizes["kernel"][0] == sizes["kernel"][1] and sizes["C"] % 4 == 0)


def _plain(sizes: dict[str, Any]) -> bool:
    stride, dilation = sizes["stride"], sizes["dilation"]
    is_alike = sizes["padding"] != "same" or dilation[0] == dilation[1]
    is_plain = stride[0] == stride[1] <= 2 and sizes["N"] == 1 and sizes["dtype"] in ("float32", "float16")
    return bool(is_alike and is_plain)


class Recording(InProcess):
    """Keeps the sizes of all that is asked, as they are seen by who is called."""

    def __init__(self, adapter: Adapter) -> None:
        super().__init__(adapter)
        self.seen: list[dict[str, Any]] = []

    def ask(self, request: Request) -> Answer:
        if request.operation == "initialize":
            given = request.arguments
            kernel = given["kernel_size"]
            kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
            self.seen.append({"kernel": kernel, "C": given["in_channels"], "N": 1, **_NO_CALL, "dtype": given["dtype"]})
        elif request.products or not request.line:  # illegal calls have no products, and the fingerprint no lines
            x, w = request.arrays["input"], request.arrays["weight"]
            assert x is not None
            assert w is not None
            pairs = {name: _pair(request.arguments.get(name, 1)) for name in ("stride", "dilation")}
            self.seen.append(
                {
                    "kernel": w.shape[2:],
                    "C": x.shape[-3],
                    "N": x.shape[0] if x.ndim == 4 else 1,
                    **pairs,
                    "padding": request.arguments.get("padding", 0),
                    "dtype": str(x.dtype),
                }
            )
        return super().ask(request)


_NO_CALL: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "padding": 0}


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _adapter(limits: tuple[str, ...], wrong: Callable[[Call], bool] = lambda _: False) -> Adapter:
    """Right but where a call is meant to be wrong, with gradients and layers."""

    def conv2d(call: Call) -> Array:
        right = call.right()
        return right + np.asarray(1, right.dtype) if wrong(call) else right

    return Adapter(
        name="limited",
        version="1",
        conv2d=as_conv2d(conv2d),
        gradients=as_gradients(Derived.right),
        initialize=ideal.adapter.initialize,
        # Without `validation`, calls outside are none of its business.
        capabilities=replace(EVERYTHING, limits=limits, validation=False, dtypes=frozenset({"float32", "float16"})),
    )


def _examined(implementation: Recording) -> dict[str, Examination]:
    claimed = implementation.hello.claimed
    simplifier = Simplifier(diagnose=Diagnoses().sentence_about, unsteady=[])
    return {
        check.name: examine(check, implementation, LITTLE, 0, simplifier=simplifier)
        for check in [*catalogue().values()][::5]
        if check.needs <= claimed
    }


@pytest.mark.parametrize(
    ("limits", "keeps", "wrong"),
    [
        (SQUARE, _square, lambda _: False),
        (SQUARE, _square, lambda call: call.geometry.KH > 1),
        (PLAIN, _plain, lambda call: call.geometry.KH > 1),
    ],
    ids=["right, square filters", "wrong, square filters", "wrong, plain strides"],
)
def test_nothing_is_asked_outside(
    limits: tuple[str, ...], keeps: Callable[[dict[str, Any]], bool], wrong: Callable[[Call], bool]
) -> None:
    implementation = Recording(_adapter(limits, wrong))
    found = _examined(implementation)
    take(implementation, shapes=SHAPES[:1])
    assert len(implementation.seen) > 300
    assert [sizes for sizes in implementation.seen if not keeps(sizes)] == []
    failed = [name for name, one in found.items() if one.tally.outcome == "fail"]
    assert bool(failed) == wrong(Call(np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 3, 3))))


def test_who_is_wrong_outside_alone_passes_and_must_not_where_it_checks_arguments() -> None:
    limits = ("KH == KW",)
    implementation = InProcess(_adapter(limits, lambda call: call.geometry.KH != call.geometry.KW))
    check = catalogue()["test_values::test_definition"]
    assert examine(check, implementation, LITTLE, 0).tally.outcome == "pass"
    outside = examine(catalogue()["test_validation::test_outside_limits"], implementation, LITTLE, 0).tally
    assert outside.outcome == "fail"
    assert outside.failure is not None
    assert "or a rejection: the call is beyond the limits" in outside.failure.required


def test_right_answers_and_rejections_are_both_right_outside() -> None:
    def refusing(call: Call) -> Array:
        if call.geometry.KH != call.geometry.KW:
            raise ValueError("square filters alone")
        return call.right()

    claims = replace(EVERYTHING, limits=("KH == KW",))
    for function in (refusing, Call.right):
        adapter = replace(a_square_kernel_of_any.adapter, conv2d=as_conv2d(function), capabilities=claims)
        found = examine(catalogue()["test_validation::test_outside_limits"], InProcess(adapter), LITTLE, 0).tally
        assert found.outcome == "pass"
        assert found.asked == found.elements > 20
