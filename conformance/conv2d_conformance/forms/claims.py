"""What a form claims: what its parameters show, and what the options of the target add and take away."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.contract.capabilities import DERIVED, FEATURES, PADDING_MODES, Capabilities
from conv2d_conformance.contract.signatures import MAIN, SIGNATURES
from conv2d_conformance.forms.form_error import FormError

OPTIONS = {
    "claims": "features to claim besides, with commas between them",
    "without": "features not to claim",
    "dtypes": "the dtypes to claim instead of all that the framework has on the device",
    "grades": "accuracy classes, as in float32:R-tf32",
    "subnormals": "what becomes of subnormals, as in float32:flushed",
}

SETS = {"dtype": "dtypes", "padding": "padding", "padding-mode": "padding_modes", "views": "views"}
OPERATIONS = frozenset(SIGNATURES) - {MAIN}

NO_THREADS = "a target of this form has no option threads by which it could be asked; an adapter can have it"


@dataclass(frozen=True)
class Claims:
    """The capabilities, and the operations besides conv2d."""

    capabilities: Capabilities
    operations: frozenset[str]


def claims_of(
    shown: frozenset[str], options: Mapping[str, str], *, excluded: Mapping[str, str], limits: tuple[str, ...] = ()
) -> Claims:
    """The features and operations that are `shown`, plus what the options add and minus what they take away.

    All of it within the `limits`. `excluded` are those that the form cannot have, each with the reason. FormError for
    what is no feature.
    """
    added, removed = _words(options, "claims"), _words(options, "without")
    if both := added & removed:
        raise FormError(f"{', '.join(sorted(both))} is both claimed and left out", "say one of them")
    features: set[str] = {*((shown | added) - removed)}
    if "dtypes" in options:
        dtypes = {f"dtype.{name}" for name in options["dtypes"].split(",")}
        _require_known(dtypes)
        features = {name for name in features if not name.startswith("dtype.")} | dtypes
    excluded = {**excluded, "thread-invariant": NO_THREADS}
    for name in sorted(features & {*excluded}):
        raise FormError(f"{name} cannot be claimed: {excluded[name]}", f"leave it out, ?without={name}")
    try:
        capabilities = Capabilities(
            **_fields(frozenset(features) - OPERATIONS),
            **{name: _pairs(options, name) for name in ("grades", "subnormals")},
            limits=limits,
        )
    except ValueError as error:
        raise FormError(str(error), "change the options of the target") from None
    return Claims(capabilities, frozenset(features) & OPERATIONS)


def _words(options: Mapping[str, str], name: str) -> frozenset[str]:
    found = frozenset(filter(None, options.get(name, "").split(",")))
    _require_known(found)
    return found


def _require_known(features: frozenset[str] | set[str]) -> None:
    known = (FEATURES - DERIVED) | OPERATIONS
    for name in sorted(features - known):
        closest = difflib.get_close_matches(name, known, n=1)
        guess = f"did you mean {closest[0]}?" if closest else f"there are: {', '.join(sorted(known))}"
        raise FormError(f"{name} is nothing that can be claimed", guess)


def _fields(features: frozenset[str]) -> dict[str, Any]:
    """The arguments of Capabilities that claim these features and no others."""
    sets: dict[str, set[str]] = {"dtypes": set(), "padding": set(), "padding_modes": {PADDING_MODES[0]}, "views": set()}
    sets["arguments"] = {"pair"}
    flags = dict.fromkeys(("bias", "stride", "dilation", "groups", "multi_channel", "seeded"), False)
    for feature in features:
        kind, dot, word = feature.partition(".")
        if dot:
            sets[SETS.get(kind, kind)].add(word)
        else:
            flags[feature.replace("-", "_")] = True
    return {**sets, **flags}


def _pairs(options: Mapping[str, str], name: str) -> Any:
    found = {}
    for item in filter(None, options.get(name, "").split(",")):
        subject, colon, value = item.partition(":")
        if not colon:
            raise FormError(f"{item!r} in {name}={options[name]} has no colon", f"for example {OPTIONS[name]}")
        found[subject] = value
    return found
