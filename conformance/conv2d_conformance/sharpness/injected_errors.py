"""Answers with an error that is known: in one product of each sum, in one of its partial sums, in one output."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import call
from conv2d_conformance.contract.arrays import Array, Floats, dtype_of
from conv2d_conformance.emulation import orders
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.terms import Order, lower, summed
from conv2d_conformance.sharpness.rules import Refuses

PRODUCT, SUM, OUTPUT = "product", "sum", "output"
KINDS = {
    PRODUCT: "the largest product of every sum",
    SUM: "the sum of the first half of every sum's products",
    OUTPUT: "the largest output alone",
}
"""What is off by a factor of 1 + e."""

ORDERS: tuple[Order, ...] = (orders.sequential, orders.backwards, orders.pairwise, orders.interleaved(8))
"""Right in every class."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Of one case: the exact answer in float64, and by how much it changes for each kind of error with e = 1."""

    case: Case
    exact: Floats
    effects: dict[str, Floats]

    def off_by(self, kind: str, e: float) -> Array:
        """The answer with this error in place of that of rounding, to the nearest number."""
        off = self.expected.astype(np.float64) + e * self.effects[kind]
        with np.errstate(over="ignore"):
            return off.astype(dtype_of(self.case.dtype))

    @cached_property
    def expected(self) -> Array:
        """The exact answer, rounded once."""
        return self.exact.astype(dtype_of(self.case.dtype))


def answers(case: Case) -> Answers:
    """For a case of a batch without a bias."""
    x, w = (array.astype(np.float64) for array in lower(_call(case)))
    exact = _shaped(case, w @ x)
    half = w.shape[2] // 2
    alone = np.zeros_like(exact)
    largest = np.unravel_index(np.abs(exact).argmax(), exact.shape)
    alone[largest] = exact[largest]
    effects = {
        PRODUCT: _shaped(case, _largest_products(x, w)),
        SUM: _shaped(case, w[..., :half] @ x[:, :, :half]),
        OUTPUT: alone,
    }
    return Answers(case, exact, effects)


def in_other_orders(case: Case) -> list[Array]:
    """Right answers, in the accumulator that class A asks for."""
    asked = _call(case)
    return [summed(asked, order) for order in ORDERS]


def _largest_products(x: Floats, w: Floats) -> Floats:
    """Of every output: (N, G, M // G, pixels)."""
    found = np.zeros((*x.shape[:2], w.shape[1], x.shape[3]))
    for m in range(w.shape[1]):
        products = x * w[None, :, m, :, None]
        place = np.abs(products).argmax(axis=2, keepdims=True)
        found[:, :, m] = np.take_along_axis(products, place, axis=2)[:, :, 0]
    return found


def _shaped(case: Case, total: Floats) -> Floats:
    return total.reshape(case.output_shape)


def _call(case: Case) -> Call:
    arguments, arrays = call(case)
    given: dict[str, Any] = arguments | arrays
    return Call(**given)


def smallest_seen(answers: Answers, kind: str, refuses: Refuses, most: int) -> int | None:
    """The largest k of which the rule refuses an error of 2^-k, at most `most`; None where it sees not even e = 1."""
    return next((k for k in range(most, -1, -1) if refuses(answers.off_by(kind, 2.0**-k))), None)
