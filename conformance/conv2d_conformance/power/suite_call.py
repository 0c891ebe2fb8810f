"""One call that a suite makes, and its right answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.features import features_of_arguments
from conv2d_conformance.contract.adapter import DOCUMENTED_DEFAULTS
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import FEATURE_OF_ARGUMENT
from conv2d_conformance.emulation.call import Call


@dataclass(frozen=True, eq=False)
class SuiteCall:
    """A call of conv2d, with a label that is unique within its suite.

    stored: the answer that comes with the suite, if any. must_raise: the call is illegal and must be refused.
    """

    label: str
    arrays: Mapping[str, Array | None]
    arguments: Mapping[str, Any]
    view: str | None = None
    stored: Array | None = None
    must_raise: bool = False

    @classmethod
    def of(cls, case: Case, arrays: Mapping[str, Array | None], label: str) -> SuiteCall:
        """The call of a case, with other arrays of the same shapes."""
        return cls(label, arrays, case.arguments)

    @property
    def request(self) -> Request:
        return Request("conv2d", dict(self.arguments), dict(self.arrays), self.view)

    @cached_property
    def exact(self) -> Array:
        """The answer in float64."""
        return self.in_float64(lambda array: array)

    @cached_property
    def expected(self) -> Array:
        """The stored answer, or the exact answer rounded to the dtype of the input."""
        if self.stored is not None:
            return self.stored
        with np.errstate(over="ignore"):
            return self.exact.astype(self.given("input").dtype)

    def in_float64(self, change: Callable[[Array], Array]) -> Array:
        """The answer in float64 to the call after changing its arrays."""
        arrays: dict[str, Any] = {
            name: None if array is None else change(array.astype(np.float64)) for name, array in self.arrays.items()
        }
        with np.errstate(all="ignore"):
            return Call(**arrays, **self.arguments).right()

    def given(self, name: str) -> Array:
        """An array of the call, which must not be None."""
        array = self.arrays[name]
        assert array is not None
        return array

    @property
    def features(self) -> frozenset[str]:
        """The features that an implementation must claim before it is asked."""
        if self.must_raise:
            return frozenset({"validation"})
        given = DOCUMENTED_DEFAULTS | dict(self.arguments)
        x, w = self.given("input"), self.given("weight")
        values = (given[name] for name in ("stride", "padding", "dilation", "groups"))
        used = features_of_arguments(*values) | {
            FEATURE_OF_ARGUMENT["bias"]: self.arrays["bias"] is not None,
            "multi-channel": w.shape[0] > 1 or x.shape[-3] > 1,
            "arguments.scalar": any(
                isinstance(self.arguments.get(name), int) for name in ("stride", "padding", "dilation")
            ),
            "arguments.defaults": not DOCUMENTED_DEFAULTS.keys() <= self.arguments.keys(),
            "unbatched": x.ndim == 3,
            f"views.{self.view}": self.view is not None,
            f"dtype.{x.dtype.name}": True,
        }
        return frozenset(name for name, is_used in used.items() if is_used)
