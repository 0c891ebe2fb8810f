"""A submission to gpu-mode as an adapter: a function of one tuple, within the geometry of its problem where it is told.

The tuple is (input, kernel, output), the output full of NaN. It returns the output, or an array of its own.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.contract.delivered import Delivered
from conv2d_conformance.forms import fixed_call, function
from conv2d_conformance.forms.claims import claims_of
from conv2d_conformance.forms.fixed_call import EXCLUDED, fixes_sizes, require_inside, versioned
from conv2d_conformance.forms.function import FunctionCalls, arrays_of, of_calls, require_known
from conv2d_conformance.forms.parameter_meanings import CONV2D, Reading
from conv2d_conformance.forms.task import limits_of_task

DATA = Reading(CONV2D, ("input", "weight", "output"), {})
"""What is in the `data` of a judge."""

OPTIONS = {**{name: told for name, told in function.OPTIONS.items() if name != "out"}, **fixed_call.OPTIONS}


def takes_data(found: Callable[..., Any]) -> bool:
    """Whether its one parameter is `data`, in which a judge of kernels passes everything, the result's memory too."""
    try:
        return [*inspect.signature(found).parameters] == ["data"]
    except (ValueError, TypeError):
        return False


def of_submission(submission: Callable[..., Any], options: Mapping[str, str]) -> Adapter:
    """The adapter of a submission. FormError says what is missing; its name and its version are the caller's matter."""
    require_known(options, OPTIONS)

    @functools.wraps(submission)
    def unpacking(*data: Any) -> Any:
        return submission(data)

    calls = FunctionCalls(unpacking, DATA, arrays_of(submission, DATA, options), returns_another=True)
    if (path := options.get("problem")) is None:
        return of_calls(submission, calls, options)
    return _within_problem(of_calls(submission, calls, {}), calls, path, options)


def _within_problem(adapter: Adapter, calls: FunctionCalls, path: str, options: Mapping[str, str]) -> Adapter:
    limits = limits_of_task(path, sizes=fixes_sizes(options))
    claimed = claims_of(CORE | {"dtype.float32"}, options, excluded=EXCLUDED, limits=limits)

    def conv2d(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Delivered:
        require_inside(limits, input, weight, bias, attributes)
        return calls.conv2d(input, weight)

    return replace(
        adapter,
        conv2d=conv2d,
        capabilities=claimed.capabilities,
        description=f"{adapter.description}; the limits are those of the problem in {path}",
        environment={**adapter.environment, "problem": versioned(path)},
    )
