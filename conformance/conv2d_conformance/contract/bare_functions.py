"""Whether a bare function can be called as the contract calls it, and means by its parameters what the contract means.

A function is given what it names, and claims no more. So a name that is spelt in another way is a claim that is lost
in silence: a conv2d with `b=None` in the place of `bias` would be certified as one without a bias.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping

from conv2d_conformance.contract.adapter import ATTRIBUTES

SPELT_OTHERWISE = {
    "bias": ("b", "biases", "bias_term", "beta"),
    "stride": ("strides", "s", "step", "steps", "subsample", "window_strides"),
    "padding": ("pad", "pads", "paddings", "p", "zero_padding"),
    "dilation": ("dilations", "dilate", "d", "rate", "dilation_rate", "rhs_dilation", "atrous_rate"),
    "groups": ("group", "g", "num_groups", "n_groups", "ngroups", "feature_group_count", "group_count"),
    "padding_mode": ("pad_mode", "padding_type", "border_mode"),
}
"""As libraries and people do."""

CLOSE = 0.75
"""How much two names are alike, of which one may be a slip of the other."""

Parameters = Mapping[str, inspect.Parameter]


def fault_of_parameters(signature: inspect.Signature) -> tuple[str, str] | None:
    """What is wrong with the parameters of a function, and what to do; None where it can be called as it is.

    Parameters of its own may have any name that resembles none of the contract's, and need a default.
    """
    parameters = signature.parameters
    advice = (
        "name it as the contract does, conv2d(input, weight, bias=None, *, stride=1, ...), or wrap it in an Adapter"
    )
    for meant, name in _misspelt(parameters):
        return f"it has a parameter {name}, which is never given: did you mean {meant}?", advice
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    arrays = [None, None, None] if "bias" in parameters or takes_any else [None, None]
    attributes = ATTRIBUTES[:-1] if takes_any else [name for name in ATTRIBUTES if name in parameters]
    try:
        bound = signature.bind(*arrays, **dict.fromkeys(attributes))
    except TypeError as error:
        call = ", ".join(("input", "weight", "bias")[: len(arrays)] + tuple(f"{name}=..." for name in attributes))
        return f"it cannot be called as conv2d({call}): {error}", advice
    if "bias" in parameters and "bias" not in bound.arguments:
        return "its third parameter is not the bias, which is given by position", advice
    return None


def _misspelt(parameters: Parameters) -> list[tuple[str, str]]:
    """Names that are missing, each with a parameter that may stand for it; the first two may have any name."""
    own = [
        name
        for name, parameter in list(parameters.items())[2:]
        if name not in ("bias", *ATTRIBUTES) and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    ]
    missing = [name for name in ("bias", *ATTRIBUTES) if name not in parameters]
    found = []
    for meant in missing:
        close = difflib.get_close_matches(meant, own, n=1, cutoff=CLOSE)
        found += [(meant, name) for name in own if name.lower() in SPELT_OTHERWISE[meant] or name in close]
    return found
