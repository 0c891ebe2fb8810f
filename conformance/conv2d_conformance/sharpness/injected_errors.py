"""Answers with a known error: in one product of each sum, in one of its partial sums, or in one output."""

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
"""The values that an error multiplies by 1 + e."""

ORDERS: tuple[Order, ...] = (orders.sequential, orders.backwards, orders.pairwise, orders.interleaved(8))
"""Orders of summation that are right in every class."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The exact answer to one case in float64, and its change by each kind of error with e = 1."""

    case: Case
    exact: Floats
    effects: dict[str, Floats]

    def off_by(self, kind: str, e: float) -> Array:
        """The exact answer with this error, rounded to the nearest number."""
        off = self.expected.astype(np.float64) + e * self.effects[kind]
        with np.errstate(over="ignore"):
            return off.astype(dtype_of(self.case.dtype))

    @cached_property
    def expected(self) -> Array:
        """The exact answer, rounded once."""
        return self.exact.astype(dtype_of(self.case.dtype))


def answers(case: Case) -> Answers:
    """The answers to a case with a batch axis and without a bias."""
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
    """Right answers in several orders, in the accumulator that class A requires."""
    asked = _call(case)
    return [summed(asked, order) for order in ORDERS]


def _largest_products(x: Floats, w: Floats) -> Floats:
    """The largest product of every output: (N, G, M // G, pixels)."""
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
    """The largest k, at most `most`, such that the rule refuses an error of 2^-k; None where it misses even e = 1."""
    return next((k for k in range(most, -1, -1) if refuses(answers.off_by(kind, 2.0**-k))), None)
