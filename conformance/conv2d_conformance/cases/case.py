"""A case: one concrete question to an implementation, complete in itself."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from conv2d_conformance.contract.adapter import ATTRIBUTES, DOCUMENTED_DEFAULTS
from conv2d_conformance.contract.capabilities import PADDING_MODES, VIEWS
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.contract.signatures import MAIN, SIGNATURES, Signature
from conv2d_conformance.hinted import Hinted

ARRAYS = ("input", "weight", "bias", "grad_output")
"""The arrays that an operation may take, in the order of a call."""

LETTERS = dict(zip(ARRAYS, ("x", "w", "b", "gy"), strict=True))
"""The letters by which lines name single elements: x[...], w[...], b[...], gy[...]."""

OVERRIDES = (
    *ATTRIBUTES,
    *(f"{array}-{part}" for part in ("shape", "dtype") for array in ARRAYS[:3]),
)
"""What an override can replace, in the order in which overrides are written."""

DEFAULT_MAGNITUDE = 7
LARGEST_MAGNITUDE = 2**31
LARGEST_SEED = 2**64 - 1

T = TypeVar("T")


class CaseError(Hinted, ValueError):
    """A line or a value that is not a case, and what is allowed instead."""


def _require(holds: bool, sentence: str, hint: str = "") -> None:
    if not holds:
        raise CaseError(sentence, hint)


def _is_integer(value: object, least: int, most: float = math.inf) -> bool:
    return type(value) is int and least <= value <= most


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the elements are made: a published name, a seed, and a magnitude if the name takes one."""

    name: str = "integers"
    seed: int = 0
    magnitude: int | None = None

    def __post_init__(self) -> None:
        # The default magnitude is left out, so that equal data have one line.
        if self.magnitude == DEFAULT_MAGNITUDE:
            object.__setattr__(self, "magnitude", None)
        _require(_is_integer(self.seed, 0, LARGEST_SEED), f"seed {self.seed!r} is not an integer from 0 to 2^64-1")
        if self.magnitude is not None:
            _require(self.name == "integers", f"recipe {self.name!r} has no magnitude", "only integers has one")
            _require(
                _is_integer(self.magnitude, 1, LARGEST_MAGNITUDE),
                f"magnitude {self.magnitude!r} is not an integer from 1 to 2^31, as in integers*100:7",
            )


@dataclass(frozen=True, slots=True)
class Elements:
    """Explicit data, which replaces a recipe after shrinking. Unnamed elements are zero, or as the recipe `base` says.

    Each entry is (array, index, value), array being "x", "w", "b" or "gy".
    """

    entries: tuple[tuple[str, tuple[int, ...], float], ...] = ()
    base: Recipe | None = None

    def __post_init__(self) -> None:
        # Zeros are left out and the rest is sorted, so that equal data have one line. A negative zero is a value.
        named = [(array, tuple(index), float(value)) for array, index, value in self.entries]
        if self.base is None:
            named = [entry for entry in named if entry[2] != 0 or math.copysign(1, entry[2]) < 0]
        named.sort(key=lambda entry: ("xwbgy".find(entry[0]), entry[1]))
        object.__setattr__(self, "entries", tuple(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call of conv2d, or of another `operation`. Axes are named as in the spec; N is None for an unbatched input.

    `stride`, `padding`, `dilation` are kept as the call passes them: an int, or a pair (height, width).
    `omit` names arguments that the call leaves out; here they must have their documented default.
    `view` is how the arrays lie in memory: all of them, or only the one that is `viewed`.
    `overrides` describe illegal calls: they replace an argument ("stride", ...), a shape ("bias-shape", ...) or a
    dtype ("weight-dtype", ...) of the call that the other fields describe.

    CaseError where a field has a value that only an override may have, or where two fields contradict each other.
    The constructor does not check whether the call as a whole is legal (does the kernel fit?).
    """

    N: int | None = 1
    C: int = 1
    H: int = 1
    W: int = 1
    M: int = 1
    KH: int = 1
    KW: int = 1
    stride: int | tuple[int, int] = (1, 1)
    padding: int | tuple[int, int] | str = (0, 0)
    dilation: int | tuple[int, int] = (1, 1)
    groups: int = 1
    bias: bool = False
    dtype: str = "float32"
    data: Recipe | Elements = Recipe()
    padding_mode: str = "zeros"
    omit: tuple[str, ...] = ()
    view: str | None = None
    overrides: tuple[tuple[str, Any], ...] = ()
    operation: str = MAIN
    viewed: str | None = None

    def __post_init__(self) -> None:
        _check_fields(self)
        if self.viewed is not None:
            _require(self.viewed in ARRAYS, f"viewed {self.viewed!r} is none of {', '.join(ARRAYS)}")
            if self.view is None or self.shapes.get(self.viewed) is None:
                # An array that is not passed has no layout: equal calls have one line.
                object.__setattr__(self, "view", None)
                object.__setattr__(self, "viewed", None)
        if self.omit:
            object.__setattr__(self, "omit", _sorted("omit", self.omit, tuple(DOCUMENTED_DEFAULTS)))
            _check_omit(self)
        if self.overrides:
            _check_overrides(self)
            order = _sorted("override", (name for name, _ in self.overrides), OVERRIDES)
            object.__setattr__(self, "overrides", tuple((name, dict(self.overrides)[name]) for name in order))
        if self.hands_over_output:
            _check_output(self)
        if isinstance(self.data, Elements):
            _check_elements(self.data, self.shapes)

    @property
    def is_finite(self) -> bool:
        """Whether no named element is NaN or an infinity; recipes make neither."""
        return not isinstance(self.data, Elements) or all(math.isfinite(value) for _, _, value in self.data.entries)

    @property
    def recipe(self) -> Recipe | None:
        """The recipe that makes the unnamed elements; None where it makes none."""
        return self.data if isinstance(self.data, Recipe) else self.data.base

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (self.C, self.H, self.W) if self.N is None else (self.N, self.C, self.H, self.W)

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        return (self.M, self.C // self.groups, self.KH, self.KW)

    @property
    def subject(self) -> str:
        """The subject of its grade: a dtype, or for another operation than conv2d both, as in float32/gradients."""
        return self.dtype if self.operation == MAIN else f"{self.dtype}/{self.operation}"

    @property
    def signature(self) -> Signature:
        return SIGNATURES[self.operation]

    @property
    def hands_over_output(self) -> bool:
        """Whether the call passes an array of the shape of conv2d's result."""
        return "grad_output" in self.signature.arrays

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of conv2d's result; a size is below 1 where the kernel does not fit."""
        sides = (
            (self.H, self.KH, *(_side(value, 0) for value in (self.stride, self.padding, self.dilation))),
            (self.W, self.KW, *(_side(value, 1) for value in (self.stride, self.padding, self.dilation))),
        )
        spatial = tuple(
            size if p == "same" else (size + 2 * (0 if p == "valid" else p) - d * (kernel - 1) - 1) // s + 1
            for size, kernel, s, p, d in sides
        )
        return (self.M, *spatial) if self.N is None else (self.N, self.M, *spatial)

    @property
    def shapes(self) -> dict[str, tuple[int, ...] | None]:
        """The shape of every array that the call passes, overrides included; None for no bias."""
        shapes = self.shapes_of_conv2d
        if self.hands_over_output:
            shapes["grad_output"] = self.output_shape
        return {name: shapes[name] for name in self.signature.arrays}

    @property
    def shapes_of_conv2d(self) -> dict[str, tuple[int, ...] | None]:
        """The shapes of the convolution that the case describes, whichever operation it asks for."""
        bias = (self.M,) if self.bias else None
        shapes = {"input": self.input_shape, "weight": self.weight_shape, "bias": bias}
        if self.overrides:
            shapes |= {name[:-6]: value for name, value in self.overrides if name.endswith("-shape")}
        return shapes

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the call, without the omitted ones and with the overrides."""
        arguments: dict[str, Any] = {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
        }
        if self.padding_mode != "zeros":
            arguments["padding_mode"] = self.padding_mode
        for name in self.omit:
            del arguments[name]
        if self.overrides:
            arguments |= {name: value for name, value in self.overrides if name in ATTRIBUTES}
        return arguments

    @property
    def dtypes(self) -> dict[str, str]:
        """The dtype of every array, overrides included."""
        dtypes = dict.fromkeys(ARRAYS, self.dtype)
        if self.overrides:
            dtypes |= {name[:-6]: value for name, value in self.overrides if name.endswith("-dtype")}
        return dtypes


def _side(value: Any, axis: int) -> Any:
    """The value of an argument for one axis: its side of a pair, or an int or a word that holds for both."""
    return value[axis] if isinstance(value, tuple) else value


# ---- the checks of the constructor -------------------------------------------------------------------------------


def _is_one_or_a_pair(value: object, least: int) -> bool:
    if type(value) is tuple:
        return len(value) == 2 and _is_integer(value[0], least) and _is_integer(value[1], least)
    return _is_integer(value, least)


_AXES = ("C", "H", "W", "M", "KH", "KW", "groups")
_sizes_of = attrgetter(*_AXES)
_AMONG = (("dtype", DTYPES), ("padding_mode", PADDING_MODES), ("view", (None, *VIEWS)))


def _check_fields(case: Case) -> None:
    """Check each field. It runs for every drawn case, so it composes a sentence only where a check fails."""
    if case.N is not None and not _is_integer(case.N, 0):
        raise CaseError(f"N = {case.N!r} is not an integer >= 0, nor None for an unbatched input")
    for axis, size in zip(_AXES, _sizes_of(case), strict=True):
        if type(size) is not int or size < 1:
            raise CaseError(f"{axis} = {size!r} is not an integer >= 1", _ILLEGAL_HINT)
    for name, least, words in (("stride", 1, ()), ("padding", 0, ("same", "valid")), ("dilation", 1, ())):
        value = getattr(case, name)
        if not _is_one_or_a_pair(value, least) and value not in words:
            allowed = " or ".join((f"an integer >= {least}", "a pair of them", *words))
            raise CaseError(f"{name} = {value!r} is not {allowed}", _ILLEGAL_HINT)
    if case.C % case.groups or case.M % case.groups:
        raise CaseError(f"groups {case.groups} does not divide both C = {case.C} and M = {case.M}", _ILLEGAL_HINT)
    for name, among in _AMONG:
        if getattr(case, name) not in among:
            raise CaseError(f"{name} {getattr(case, name)!r} is none of {', '.join(map(str, among))}")
    if case.operation not in SIGNATURES or case.signature.word is None:
        asked_in_cases = [name for name, signature in SIGNATURES.items() if signature.word is not None]
        raise CaseError(f"operation {case.operation!r} is none of {', '.join(asked_in_cases)}")
    recipe = case.recipe
    if recipe is not None and recipe.magnitude is not None:
        exact = 2 ** FORMATS[case.dtype].precision
        if recipe.magnitude > exact:
            raise CaseError(f"integers*{recipe.magnitude} is more than {case.dtype} holds exactly ({exact})")


_ILLEGAL_HINT = "an illegal call is written with an override, as in groups=0 or weight-shape=(2,1,0,3)"


def _sorted(what: str, names: Iterable[T], order: tuple[T, ...]) -> tuple[T, ...]:
    given = list(names)
    for name in given:
        _require(name in order, f"{what} of {name!r} is not possible", f"possible are {', '.join(map(str, order))}")
        _require(given.count(name) == 1, f"{what} of {name!r} is given more than once")
    return tuple(name for name in order if name in given)


def _check_omit(case: Case) -> None:
    for name in case.omit:
        value, default = getattr(case, name), DOCUMENTED_DEFAULTS[name]
        _require(
            value in (default, (default, default)),
            f"omit={name} contradicts {name} = {value!r}: only the default {default} can be left out",
        )
        _require(name not in dict(case.overrides), f"omit={name} contradicts the override of {name}")


def _check_overrides(case: Case) -> None:
    for name, value in case.overrides:
        if name.startswith("bias-") and not case.bias:
            raise CaseError(f"{name} needs a bias", "add the word bias")
        if name.endswith("-dtype"):
            _require(value in DTYPES, f"{name}={value} is none of {', '.join(DTYPES)}, as in weight-dtype=float64")
        if name.endswith("-shape"):
            is_shape = type(value) is tuple and all(_is_integer(size, 0) for size in value)
            _require(is_shape, f"{name}={value!r} is not a tuple of integers >= 0, as in bias-shape=(1,)")


def _check_output(case: Case) -> None:
    """Require a call that has a result, since grad_output has its shape."""
    _require(not case.overrides, "gradients are asked of legal calls alone", "leave out grad, or the override")
    _require(
        min(case.output_shape[-2:]) >= 1,
        f"the kernel does not fit, so that there is no output of which to take gradients: {case.output_shape}",
    )


def _check_elements(data: Elements, shapes: dict[str, tuple[int, ...] | None]) -> None:
    seen = set()
    for letter, index, _ in data.entries:
        token = f"{letter}[{','.join(map(str, index))}]"
        array = next((name for name, short in LETTERS.items() if short == letter), None)
        _require(array is not None, f"{token} names none of the arrays x, w, b and gy")
        shape = shapes.get(array or "")
        if shape is None:
            if array in shapes:
                raise CaseError(f"{token} needs a bias", "add the word bias")
            if array == "grad_output":
                raise CaseError(f"{token} needs gradients", "add the word grad")
            raise CaseError(f"{token} names the {array}, which the call does not hand over")
        inside = len(index) == len(shape) and all(map(_is_integer, index, (0,) * len(shape), (n - 1 for n in shape)))
        _require(inside, f"{token} lies outside the {array}, whose shape is {shape}")
        _require((letter, index) not in seen, f"{token} is given more than once")
        seen.add((letter, index))
