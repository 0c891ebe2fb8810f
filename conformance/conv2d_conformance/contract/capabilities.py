"""What an adapter claims, and so what is judged. Only what it does not claim is `unsupported`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, fields
from typing import Any

from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.grades import MEANINGS, TRANSFORMS, class_names
from conv2d_conformance.contract.limits import MOST_LIMITS, WORDS, condition
from conv2d_conformance.contract.signatures import dtype_of_subject

PADDINGS = WORDS["padding"]
PADDING_MODES = WORDS["padding_mode"]
ARGUMENTS = ("pair", "scalar", "defaults")
VIEWS = ("transposed", "channels-last", "offset", "broadcast", "fortran", "read-only", "negative", "steps")
SUBNORMALS = ("kept", "flushed")
GRADES = tuple(MEANINGS)

CORE = frozenset({"bias", "stride", "dilation", "groups", "multi-channel", "padding.explicit"})
"""The features that a certificate needs, besides one floating dtype."""

FEATURE_OF_ARGUMENT = {
    "bias": "bias",
    "stride": "stride",
    "padding": "padding.explicit",
    "dilation": "dilation",
    "groups": "groups",
}
"""The feature that an argument belongs to, where it has numbers other than the default."""

_CLOSED_SETS = {
    "dtypes": DTYPES,
    "padding": PADDINGS,
    "padding_modes": PADDING_MODES,
    "arguments": ARGUMENTS,
    "views": VIEWS,
}


def _as_set(name: str, value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        raise ValueError(f"Capabilities.{name} is the string {value!r}; give a set of strings, {{{value!r}}}")
    return frozenset(value)


def _as_limits(value: Iterable[str]) -> tuple[str, ...]:
    """The limits in their order, each of which can be read."""
    if isinstance(value, str):
        raise ValueError(f"Capabilities.limits is the string {value!r}; give a tuple, ({value!r},)")
    limits = tuple(value)
    for limit in limits:
        if not isinstance(limit, str):
            raise ValueError(f"Capabilities.limits: {limit!r} is no string; a limit reads as in 'KH == KW'")
        condition(limit)
    if len(limits) > MOST_LIMITS:
        raise ValueError(f"Capabilities.limits has {len(limits)} limits; at most {MOST_LIMITS} are possible")
    return tuple(limit.strip() for limit in limits)


def _require_known(name: str, chosen: Iterable[str], allowed: Iterable[str]) -> None:
    unknown = sorted(set(chosen) - set(allowed))
    if unknown:
        raise ValueError(f"{name}: {', '.join(map(repr, unknown))} not known; allowed are {', '.join(allowed)}")


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an adapter claims. The defaults are the mandatory core of profile `forward`.

    Every value is checked; ValueError names the field, what was given and what is allowed. `limits` are conditions on
    a call, such as "KH == KW", in the language of `contract.limits`: what does not keep them all is not claimed.
    """

    dtypes: Set[str] = frozenset({"float32"})
    bias: bool = True
    stride: bool = True
    dilation: bool = True
    groups: bool = True
    multi_channel: bool = True
    padding: Set[str] = frozenset({"explicit"})
    padding_modes: Set[str] = frozenset({"zeros"})
    arguments: Set[str] = frozenset({"pair"})
    unbatched: bool = False
    empty_batch: bool = False
    views: Set[str] = frozenset()
    non_finite: bool = False
    validation: bool = False
    deterministic: bool = False
    batch_invariant: bool = False
    position_invariant: bool = False
    layout_invariant: bool = False
    thread_invariant: bool = False
    thread_safe: bool = False
    seeded: bool = True
    torch_seed_stream: bool = False
    subnormals: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in _CLOSED_SETS.items():
            chosen = _as_set(name, getattr(self, name))
            _require_known(name, chosen, allowed)
            object.__setattr__(self, name, chosen)
        object.__setattr__(self, "limits", _as_limits(self.limits))
        if not self.dtypes:
            raise ValueError(f"Capabilities.dtypes is empty; claim at least one of {', '.join(DTYPES)}")
        for name, allowed in (("subnormals", SUBNORMALS), ("grades", GRADES)):
            claims = dict(getattr(self, name))
            _require_known(f"{name} (keys)", map(dtype_of_subject, claims), DTYPES)
            _require_known(name, claims.values(), allowed)
            object.__setattr__(self, name, claims)
        for subject, grade in self.grades.items():
            operation = subject.partition("/")[2]
            if operation and grade in TRANSFORMS:
                raise ValueError(
                    f"grades (for {subject}): no bound is known for {operation} by the transforms of {grade}; "
                    f"allowed are {', '.join(class_names(subject))}"
                )
            _require_known(f"grades (for {subject})", {grade}, class_names(subject))

    @property
    def features(self) -> frozenset[str]:
        """The claimed features, under the names that the spec uses."""
        flags = {name.replace("_", "-") for name in _FLAGS if getattr(self, name)}
        return frozenset(
            flags
            | {f"dtype.{name}" for name in self.dtypes}
            | {f"padding.{name}" for name in self.padding}
            | {f"padding-mode.{name}" for name in self.padding_modes - {"zeros"}}
            | {f"arguments.{name}" for name in self.arguments - {"pair"}}
            | {f"views.{name}" for name in self.views}
            | {name for name, follows in self._following.items() if follows}
        )

    @property
    def _following(self) -> dict[str, bool]:
        """The features that follow from claims, and whether they do."""
        return {
            "padding": bool(self.padding),
            "pairs": self.stride or self.dilation or "explicit" in self.padding,
            "several-dtypes": len(self.dtypes) > 1,
            "views": bool(self.views),
            "limits": bool(self.limits),
        }

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` turns into an equal value."""
        return {item.name: _as_json(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_json(cls, claims: Mapping[str, Any]) -> Capabilities:
        """The inverse of `to_json`; fields that are left out keep their default. ValueError for an unknown field."""
        _require_known("capabilities", claims, [item.name for item in fields(cls)])
        return cls(**claims)


def _as_json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


_FLAGS = tuple(item.name for item in fields(Capabilities) if item.type == "bool")

DERIVED = frozenset({"padding", "pairs", "several-dtypes", "views", "limits"})
"""Features that follow from claims: some padding, some pair of numbers, more than one dtype, some view, some limit."""

FEATURES = frozenset(
    {name.replace("_", "-") for name in _FLAGS}
    | {f"dtype.{name}" for name in DTYPES}
    | {f"padding.{name}" for name in PADDINGS}
    | {f"padding-mode.{name}" for name in PADDING_MODES[1:]}
    | {f"arguments.{name}" for name in ARGUMENTS[1:]}
    | {f"views.{name}" for name in VIEWS}
    | DERIVED
)
"""The closed list of features."""
