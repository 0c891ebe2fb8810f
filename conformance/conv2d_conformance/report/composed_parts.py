"""Which failures are about a part that the adapter composes, so that the convolution is not accused of them."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from conv2d_conformance.contract.composed import told
from conv2d_conformance.report.header import Introduction
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.failure import Failure

ABOUT = {
    "bias": (
        "bias.added",
        "bias.per-channel",
        "bias.in-padding-only-windows",
        "special-values.bias",
        "validation.bias-*",
        "gradients.bias",
    ),
    "padding": (
        "padding.zeros-both-sides",
        "padding.beyond-kernel",
        "padding.kernel-larger-than-input",
        "bias.in-padding-only-windows",
        "validation.padding-non-negative",
        "gradients.padding",
    ),
}
"""The requirements about each part. Nothing is composed where no bias is given, or the padding is `valid` or `same`."""


def composed_of(implementation: Introduction) -> dict[str, str]:
    """The operation of each part that the adapter composes."""
    return known(implementation.composed, {})


def composed_in(requirement: str, failure: Failure | None, composed: Mapping[str, str]) -> str:
    """The composed parts that a failure is about, as words; empty where it is about the convolution.

    Where it is known which requirement explains the failing case, that decides: a check of the bias also meets faults
    that have nothing to do with it.
    """
    if failure is None:
        return ""
    explained = (known(failure.explained_by, None), *known(failure.explained_too, ()))
    names = [name for name in explained if name] or [requirement]
    return told({part: by for part, by in composed.items() if any(_is_about(name, part) for name in names)})


def without_accusation(diagnosis: str, parts: str) -> str:
    """A diagnosis that says too which operation did the part that it is about."""
    return f"{diagnosis}; {parts}, not by the convolution" if parts else diagnosis


def _is_about(requirement: str, part: str) -> bool:
    return any(fnmatchcase(requirement, pattern) for pattern in ABOUT[part])
