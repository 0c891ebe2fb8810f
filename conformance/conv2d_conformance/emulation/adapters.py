"""Adapters around a function that answers a call, and their default claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conv2d_conformance.contract.capabilities import ARGUMENTS, PADDING_MODES, PADDINGS, VIEWS, Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import Derived, derived
from conv2d_conformance.emulation.layer import NAMES, LayerCall

EVERYTHING = Capabilities(
    dtypes=frozenset(DTYPES),
    padding=frozenset(PADDINGS),
    padding_modes=frozenset(PADDING_MODES),
    arguments=frozenset(ARGUMENTS),
    unbatched=True,
    empty_batch=True,
    views=frozenset(VIEWS),
    validation=True,
    non_finite=True,
    deterministic=True,
    thread_safe=True,
)

INVARIANT = replace(
    EVERYTHING, batch_invariant=True, position_invariant=True, layout_invariant=True, thread_invariant=True
)
"""The claims of what sums each output in one order, which depends on nothing but the number of terms."""


def as_conv2d(function: Callable[[Call], Any]) -> Callable[..., Any]:
    """The function of a call as the conv2d of an adapter."""

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes, given=frozenset(attributes)))

    return conv2d


def as_gradients(function: Callable[[Derived], Any]) -> Callable[..., Any]:
    """The function of a call as the gradients of an adapter."""

    def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
        return function(derived(input, weight, bias, grad_output, **attributes))

    return gradients


def as_initialize(function: Callable[[LayerCall], Any]) -> Callable[..., Any]:
    """The function of a call as the initialize of an adapter."""

    def initialize(*arguments: Any, **named: Any) -> Any:
        named |= zip(NAMES, arguments, strict=False)
        return function(LayerCall(**named, given=frozenset(named)))

    return initialize
