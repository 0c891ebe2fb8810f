"""Whether a bare function can be called as the contract calls it, and names its parameters as the contract does.

A function gets the arguments that it names, and claims no others. So a misspelt name would silently lose a claim: a
conv2d with `b=None` instead of `bias` would be certified as one without a bias.
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
"""The spellings of libraries and people, for each name of the contract."""

CLOSE = 0.75
"""Two names at least this similar may be one name misspelt."""

SignatureParameters = Mapping[str, inspect.Parameter]


def fault_of_parameters(signature: inspect.Signature) -> tuple[str, str] | None:
    """What is wrong with the parameters of a function, and what to do; None where it can be called as it is.

    Its other parameters need a default and a name that resembles none of the contract's.
    """
    parameters = signature.parameters
    advice = (
        "name it as the contract does, conv2d(input, weight, bias=None, *, stride=1, ...), or wrap it in an Adapter"
    )
    for meant, name in _misspelt(parameters):
        if name in SPELT_OTHERWISE[meant]:
            advice += "; a target that ends with ?arrays=numpy is read by names that are in use, too"
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


def _misspelt(parameters: SignatureParameters) -> list[tuple[str, str]]:
    """Each missing name, with a parameter that may stand for it. The first two parameters may have any name."""
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
