"""What the parameters of a function mean: by the names of the document, by others that are in use, or by their place.

A name that the document has means what it means there, whatever its place. So does another spelling of one, which
libraries use (`b`, `strides`). A parameter without a default that has neither means what the document has in its place,
provided that all before it do so too. One with a default is the function's own, and is not given. What is guessed is
told.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.contract.adapter import ATTRIBUTES, DOCUMENTED_DEFAULTS
from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_conformance.contract.signature import CLOSE, SPELT_OTHERWISE
from conv2d_conformance.forms.fault import FormError

ORDER = ("input", "weight", "bias", *DOCUMENTED_DEFAULTS)
"""As in the document."""

ARRAYS = {
    "input": ("x", "inp", "inputs", "image", "images", "img", "a"),
    "weight": ("w", "weights", "kernel", "filter", "filters", "filt", "k"),
}
OUTPUT = ("out", "output")
SHOWN = {"bias": "bias", "stride": "stride", "padding": "padding.explicit", "dilation": "dilation", "groups": "groups"}
"""The feature that a parameter shows."""

EXAMPLE = "for example conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)"


@dataclass(frozen=True)
class Reading:
    """Which parameter takes what: `given` by position, in order, and `named` by the name that it has in the function.

    `takes_any`: other attributes are given by the names of the document. `output` is among them where the function
    writes its result into a parameter. `has_defaults`: it has those of the document for what a call may leave out.
    """

    given: tuple[str, ...]
    named: Mapping[str, str]
    takes_any: bool = False
    has_defaults: bool = False

    def takes(self, meaning: str) -> bool:
        return meaning in self.given or meaning in self.named or (self.takes_any and meaning in ORDER)

    @property
    def features(self) -> frozenset[str]:
        """What the parameters show, the dtypes apart."""
        shown = {"multi-channel", *(feature for name, feature in SHOWN.items() if self.takes(name))}
        shown |= {f"padding-mode.{mode}" for mode in PADDING_MODES[1:] if self.takes("padding_mode")}
        return frozenset(shown | ({"arguments.defaults"} if self.has_defaults else set()))

    @property
    def text(self) -> str:
        """How the function is called, for people."""
        named = (name if name == meaning else f"{name}={meaning}" for meaning, name in self.named.items())
        return ", ".join([*self.given, *named, *(["**others"] if self.takes_any else [])])

    def arguments(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The call with these values; what is missing is left out, and what the function does not take is too."""
        positional = [values[name] for name in self.given if name in values]
        named = {name: values[meaning] for meaning, name in self.named.items() if meaning in values}
        if self.takes_any:
            named |= {name: values[name] for name in ORDER if name in values and name not in (*self.given, *self.named)}
        return positional, named


def read(function: Any, output: str | None = None) -> Reading:
    """The reading of a function. FormError says what its parameters cannot mean.

    `output` names the parameter that the result is written to; by default one named so that has no default. A function
    whose parameters cannot be seen is given all in the order of the document.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        parameters = []
    kinds = {parameter.kind for parameter in parameters}
    own = [item for item in parameters if item.kind not in (item.VAR_KEYWORD, item.VAR_POSITIONAL)]
    takes_any = inspect.Parameter.VAR_KEYWORD in kinds
    if not own and (not takes_any or inspect.Parameter.VAR_POSITIONAL in kinds):
        return Reading(ORDER[:3], {}, takes_any) if takes_any else Reading(ORDER, {})
    if output is not None and output not in (parameter.name for parameter in own):
        raise FormError(f"it has no parameter {output}", f"its parameters are: {', '.join(item.name for item in own)}")
    meanings = _meanings(own, output)
    given = tuple(meanings[item.name] for item in own if item.kind is item.POSITIONAL_ONLY and item.name in meanings)
    named = {meaning: name for name, meaning in meanings.items() if meaning not in given}
    if not takes_any and (lost := [name for name in ("input", "weight") if name not in meanings.values()]):
        raise FormError(f"it has no parameter for the {' and the '.join(lost)}", EXAMPLE)
    defaults = {meanings[item.name]: item.default for item in own if item.name in meanings}
    has_defaults = not {*given} & {*DOCUMENTED_DEFAULTS} and DOCUMENTED_DEFAULTS.items() <= defaults.items()
    return Reading(given, named, takes_any, has_defaults)


def _meanings(parameters: list[inspect.Parameter], output: str | None) -> dict[str, str]:
    """What each parameter means, in their order; those of the function's own are left out."""
    found: dict[str, str] = {}
    in_order = True
    for place, parameter in enumerate(parameters):
        meaning = _by_name(parameter, output)
        if meaning is None and parameter.default is parameter.empty:
            if not in_order or place >= len(ORDER) or parameter.kind is parameter.KEYWORD_ONLY:
                raise FormError(f"it has a parameter {parameter.name} without a default, and nothing for it", EXAMPLE)
            meaning = ORDER[place]
        in_order = in_order and place < len(ORDER) and meaning == ORDER[place]
        if meaning is None:
            if close := difflib.get_close_matches(parameter.name, ATTRIBUTES, n=1, cutoff=CLOSE):
                raise FormError(f"it has a parameter {parameter.name}: did you mean {close[0]}?", EXAMPLE)
            continue
        if meaning in found.values():
            twice = next(name for name, other in found.items() if other == meaning)
            raise FormError(f"its parameters {twice} and {parameter.name} both seem to be the {meaning}", EXAMPLE)
        found[parameter.name] = meaning
    return found


def _by_name(parameter: inspect.Parameter, output: str | None) -> str | None:
    name = parameter.name.lower()
    if parameter.name == output or (output is None and name in OUTPUT and parameter.default is parameter.empty):
        return "output"
    if name in (*ORDER, *ATTRIBUTES):
        return name
    for meaning, spellings in {**ARRAYS, **SPELT_OTHERWISE}.items():
        if name in spellings:
            return meaning
    return None
