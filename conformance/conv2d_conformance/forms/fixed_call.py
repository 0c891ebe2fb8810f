"""The call that a problem makes of a conv2d, as limits: what it fixes holds in every case, and the rest is open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE, DERIVED, FEATURES
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.limits import Values, condition
from conv2d_conformance.forms.claims import OPERATIONS
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.sizes import output_shape, pair

OPTIONS = {
    "problem": "the file of the problem that it solves: its geometry becomes the limits",
    "sizes": "fixed: the sizes that the problem calls it with are limits too; open, as without it: they are not",
}

SIZES = ("open", "fixed")


CLAIMABLE = frozenset(
    {
        *CORE,
        *(f"dtype.{name}" for name in DTYPES),
        *("non-finite", "deterministic", "thread-safe", "batch-invariant", "position-invariant"),
    }
)
"""All that can be said of a solution: its problem makes no other calls."""

EXCLUDED = dict.fromkeys(((FEATURES - DERIVED) | OPERATIONS) - CLAIMABLE, "its problem makes no such call")


@dataclass(frozen=True)
class FixedCall:
    """One legal call: the sizes of the weight, the attributes, and the `sizes` of the input."""

    shape: Mapping[str, int]
    attributes: Mapping[str, Any]
    has_bias: bool
    dtype: str
    sizes: Mapping[str, int]

    def limits(self, *, sizes: bool) -> tuple[str, ...]:
        """What every call has in common with this one; with its `sizes`, all but the numbers in its arrays."""
        bias = "given" if self.has_bias else "none"
        fixed = {**self.shape, **_numbers(self.attributes), **(self.sizes if sizes else {})}
        return (*(f"{name} == {value}" for name, value in fixed.items()), f"bias == {bias}")


def versioned(path: str) -> str:
    """A file of a problem with its digest, as reports name it."""
    return f"{Path(path).name} sha256:{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]}"


def fixes_sizes(options: Mapping[str, str]) -> bool:
    """Whether the sizes of the input are limits too. FormError where the option says neither."""
    asked = options.get("sizes", SIZES[0])
    if asked not in SIZES:
        raise FormError(f"sizes={asked} is not known", f"known are: {', '.join(SIZES)}")
    return asked == SIZES[1]


def require_inside(
    limits: Iterable[str], input: Array, weight: Array, bias: Array | None, attributes: Mapping[str, Any]
) -> None:
    """ValueError for a call that the problem does not make, which its solution would answer as another one."""
    values = _values(input, weight, bias, attributes)
    for limit in limits:
        if not condition(limit).holds(values):
            raise ValueError(f"the problem makes no such call: {limit} does not hold")


def _values(input: Array, weight: Array, bias: Array | None, attributes: Mapping[str, Any]) -> Values:
    """The sizes and words of a call, by the names that limits use."""
    oh, ow = output_shape(input.shape, weight.shape, attributes)[-2:]
    sizes = dict(zip(("C", "H", "W"), input.shape[-3:], strict=True))
    sizes |= dict(zip(("M", "KH", "KW"), (weight.shape[0], *weight.shape[2:]), strict=True))
    batch = input.shape[0] if input.ndim == 4 else 1
    given = "none" if bias is None else "given"
    return {**sizes, **_numbers(attributes), "N": batch, "OH": oh, "OW": ow, "bias": given}


def _numbers(attributes: Mapping[str, Any]) -> dict[str, int]:
    """The attributes of a call by the names that limits use."""
    found = dict(_of_both_axes(attributes))
    return {**found, "groups": attributes.get("groups", 1)}


def _of_both_axes(attributes: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for name, default, names in (("stride", 1, "SH SW"), ("padding", 0, "top left"), ("dilation", 1, "DH DW")):
        yield from zip(names.split(), pair(attributes.get(name, default)), strict=True)
