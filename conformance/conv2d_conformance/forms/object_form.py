"""Which form an object has that is no adapter."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.function import framework_of, of_function
from conv2d_conformance.forms.layer import framework_of_class, of_layer
from conv2d_conformance.forms.parameter_meanings import OUTPUT
from conv2d_conformance.forms.solution import of_solution
from conv2d_conformance.forms.submission import of_submission, takes_data

OF_THE_CONTRACT = (None, "numpy")


def adapter_of(found: Callable[..., Any], options: Mapping[str, str]) -> Adapter | None:
    """The adapter that a form makes of it. None for a function that is called as the contract does. FormError."""
    if (framework := framework_of_class(found)) is not None:
        if "problem" in options:
            return of_solution(found, framework, options)
        return of_layer(found, framework, options)
    if framework_of_class(type(found)) is not None:
        raise FormError(
            "it is a layer that is constructed, and has one geometry", f"name its class, {type(found).__name__}"
        )
    if takes_data(found):
        return of_submission(found, options)
    if not options and framework_of(found) in OF_THE_CONTRACT and not _writes_to_a_parameter(found):
        return None
    return of_function(found, options)


def _writes_to_a_parameter(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError):
        return False
    return any(name in OUTPUT and parameter.default is parameter.empty for name, parameter in parameters.items())
