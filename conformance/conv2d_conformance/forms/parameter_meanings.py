"""What the parameters of a callable mean: by the names of the document, by others that are in use, or by their place.

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
from conv2d_conformance.contract.bare_functions import CLOSE, SPELT_OTHERWISE
from conv2d_conformance.contract.capabilities import FEATURE_OF_ARGUMENT, PADDING_MODES
from conv2d_conformance.forms.form_error import FormError

OUTPUT = ("out", "output")


@dataclass(frozen=True)
class Document:
    """What the document calls the parameters: in `order`, or by name alone; `needed` are those that must be there."""

    order: tuple[str, ...]
    by_name: tuple[str, ...]
    needed: tuple[str, ...]
    spellings: Mapping[str, tuple[str, ...]]
    example: str

    def meaning(self, name: str) -> str | None:
        if name in (*self.order, *self.by_name):
            return name
        return next((meaning for meaning, spellings in self.spellings.items() if name in spellings), None)


CONV2D = Document(
    ("input", "weight", "bias", *DOCUMENTED_DEFAULTS),
    ("padding_mode",),
    ("input", "weight"),
    {
        "input": ("x", "inp", "inputs", "image", "images", "img"),
        "weight": ("w", "weights", "kernel", "filter", "filters", "filt"),
        **SPELT_OTHERWISE,
    },
    "for example conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
)

LAYER = Document(
    ("in_channels", "out_channels", "kernel_size", *DOCUMENTED_DEFAULTS, "bias", "padding_mode"),
    ("device", "dtype"),
    ("in_channels", "out_channels", "kernel_size"),
    {
        "in_channels": ("in_ch", "in_chans", "in_planes", "input_channels", "c_in", "cin"),
        "out_channels": ("out_ch", "out_chans", "out_planes", "output_channels", "c_out", "cout"),
        "kernel_size": ("kernel", "ksize", "kernel_shape", "filter_size", "k"),
        **SPELT_OTHERWISE,
    },
    "for example MyConv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, groups=1, bias=True)",
)


@dataclass(frozen=True)
class Reading:
    """Which parameter takes what: those `given` by position, in order, and those `named` as the function names them.

    `takes_any`: other attributes are given by the names of the document. `output` is among them where the function
    writes its result into a parameter. `has_defaults`: it has those of the document for what a call may leave out.
    """

    document: Document
    given: tuple[str, ...]
    named: Mapping[str, str]
    takes_any: bool = False
    has_defaults: bool = False

    def takes(self, meaning: str) -> bool:
        any_of = self.document.order if self.takes_any else ()
        return meaning in self.given or meaning in self.named or meaning in any_of

    @property
    def features(self) -> frozenset[str]:
        """What the parameters show, the dtypes apart."""
        shown = {"multi-channel", *(feature for name, feature in FEATURE_OF_ARGUMENT.items() if self.takes(name))}
        shown |= {f"padding-mode.{mode}" for mode in PADDING_MODES[1:] if self.takes("padding_mode")}
        return frozenset(shown | ({"arguments.defaults"} if self.has_defaults else set()))

    @property
    def text(self) -> str:
        """How the function is called, for people."""
        named = (name if name == meaning else f"{name}={meaning}" for meaning, name in self.named.items())
        return ", ".join([*self.given, *named, *(["**others"] if self.takes_any else [])])

    def arguments(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The call with these values; parameters without one are left out.

        So is what the function does not take, where it says no more than the document has without it. All else is given
        by its name, for Python to refuse.
        """
        positional = [values[name] for name in self.given if name in values]
        named = {name: values[meaning] for meaning, name in self.named.items() if meaning in values}
        if self.takes_any:
            others = {*self.document.order} - {*self.given, *self.named}
            named |= {name: values[name] for name in self.document.order if name in others and name in values}
        strays = [name for name in ATTRIBUTES if name in values and not self.takes(name)]
        named |= {name: values[name] for name in strays if not _says_nothing(name, values[name])}
        return positional, named


def read(function: Any, document: Document, output: str | None = None) -> Reading:
    """The reading of a callable. FormError says what its parameters cannot mean.

    `output` names the parameter that the result is written to; by default one named so that has no default. A callable
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
        return Reading(document, document.order[:3] if takes_any else document.order, {}, takes_any)
    if output is not None and output not in (parameter.name for parameter in own):
        raise FormError(f"it has no parameter {output}", f"its parameters are: {', '.join(item.name for item in own)}")
    meanings = _meanings(own, document, output)
    given = tuple(meanings[item.name] for item in own if item.kind is item.POSITIONAL_ONLY and item.name in meanings)
    named = {meaning: name for name, meaning in meanings.items() if meaning not in given}
    if not takes_any and (lost := [name for name in document.needed if name not in meanings.values()]):
        raise FormError(f"it has no parameter for the {' and the '.join(lost)}", document.example)
    defaults = {meanings[item.name]: item.default for item in own if item.name in meanings}
    has_defaults = not {*given} & {*DOCUMENTED_DEFAULTS} and DOCUMENTED_DEFAULTS.items() <= defaults.items()
    return Reading(document, given, named, takes_any, has_defaults)


def _meanings(parameters: list[inspect.Parameter], document: Document, output: str | None) -> dict[str, str]:
    """What each parameter means, in their order; those of the function's own are left out."""
    found: dict[str, str] = {}
    order = document.order
    in_order = True
    for place, parameter in enumerate(parameters):
        is_output = parameter.name == output or (output is None and _is_output(parameter))
        meaning = "output" if is_output else document.meaning(parameter.name.lower())
        if meaning is None and parameter.default is parameter.empty:
            if not in_order or place >= len(order) or parameter.kind is parameter.KEYWORD_ONLY:
                sentence = f"it has a parameter {parameter.name} without a default, and nothing for it"
                raise FormError(sentence, document.example)
            meaning = order[place]
        in_order = in_order and place < len(order) and meaning == order[place]
        if meaning is None:
            if close := difflib.get_close_matches(parameter.name, order, n=1, cutoff=CLOSE):
                raise FormError(f"it has a parameter {parameter.name}: did you mean {close[0]}?", document.example)
            continue
        if meaning in found.values():
            twice = next(name for name, other in found.items() if other == meaning)
            sentence = f"its parameters {twice} and {parameter.name} both seem to be the {meaning}"
            raise FormError(sentence, document.example)
        found[parameter.name] = meaning
    return found


def _says_nothing(name: str, value: Any) -> bool:
    """Whether an attribute is the default of the document, as a number or as a pair, and of no other type."""
    numbers = value if type(value) is tuple else (value,)
    return all(type(number) is int and number == DOCUMENTED_DEFAULTS.get(name) for number in numbers)


def _is_output(parameter: inspect.Parameter) -> bool:
    return parameter.name in OUTPUT and parameter.default is parameter.empty
