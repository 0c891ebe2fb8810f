"""The contract between the suite and an implementation under test.

An adapter is one small file: it translates a call and never repairs an answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conv2d_conformance.contract.capabilities import PADDING_MODES, Capabilities
from conv2d_conformance.contract.composed import as_composed

DOCUMENTED_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
ATTRIBUTES = (*DOCUMENTED_DEFAULTS, "padding_mode")

UNVERSIONED = "unversioned"
"""The version of a function that has no file."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """An implementation under test: its functions, and what it claims for them.

    conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros")
        input (N, C, H, W) or (C, H, W); weight (M, C // groups, KH, KW); bias (M,) or None.
        Returns (N, M, OH, OW), or (M, OH, OW) for an unbatched input.
    initialize(in_channels, out_channels, kernel_size, *, groups=1, bias=True, dtype="float32", seed=0)
        Returns the weight and the bias (or None) of a freshly constructed layer.
    gradients(input, weight, bias, grad_output, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros")
        Returns grad_input, grad_weight, grad_bias (or None).
    configure(**options)
        Takes the options of `TARGET?key=value` as strings and returns the adapter to use instead. Global settings that
        it makes in a library stay; with `--isolation none` they stay in the suite's own process.

    `padding_mode` is passed only where it is not "zeros". `environment` is what a report says of where it runs, besides
    the versions of Python and NumPy: a device, say. `composed` names the library's own operation for the bias or for
    explicit padding, where its convolution has none: {"bias": "jax.numpy.add"}.
    """

    name: str
    version: str
    conv2d: Callable[..., Any]
    initialize: Callable[..., Any] | None = None
    gradients: Callable[..., Any] | None = None
    configure: Callable[..., Adapter] | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    description: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    composed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "composed", as_composed(self.composed))


def adapter_from_function(function: Callable[..., Any]) -> Adapter:
    """Wrap a bare conv2d. It gets exactly the arguments that it names, and claims no others."""
    parameters = inspect.signature(function).parameters
    takes_any = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
    named = {*ATTRIBUTES[:-1], "bias"} if takes_any else set(parameters)
    has_documented_defaults = all(
        name in parameters and parameters[name].default == default for name, default in DOCUMENTED_DEFAULTS.items()
    )

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        given = attributes if takes_any else {name: attributes[name] for name in attributes if name in named}
        return function(input, weight, bias, **given) if "bias" in named else function(input, weight, **given)

    return Adapter(
        name=getattr(function, "__name__", type(function).__name__),
        version=UNVERSIONED,
        conv2d=conv2d,
        capabilities=Capabilities(
            bias="bias" in named,
            stride="stride" in named,
            dilation="dilation" in named,
            groups="groups" in named,
            padding={"explicit"} if "padding" in named else set(),
            padding_modes=set(PADDING_MODES) if "padding_mode" in named else {"zeros"},
            arguments={"pair", "defaults"} if has_documented_defaults else {"pair"},
        ),
    )
