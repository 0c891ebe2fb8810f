"""The features that an implementation must claim before a case is asked."""

from __future__ import annotations

import math
from typing import Any

from conv2d_conformance.cases.case import Case, Elements
from conv2d_conformance.contract.capabilities import FEATURE_OF_ARGUMENT


def features_of(case: Case) -> frozenset[str]:
    """The features that the call uses, under the names of `Capabilities.features`."""
    stride, padding, dilation = case.stride, case.padding, case.dilation
    used = features_of_arguments(stride, padding, dilation, case.groups) | {
        FEATURE_OF_ARGUMENT["bias"]: case.bias,
        "multi-channel": case.C > 1 or case.M > 1,
        "several-dtypes": len(set(case.dtypes.values())) > 1,
        f"padding-mode.{case.padding_mode}": case.padding_mode != "zeros",
        "arguments.scalar": any(isinstance(value, int) for value in (stride, padding, dilation)),
        "arguments.defaults": bool(case.omit),
        "unbatched": case.N is None,
        "empty-batch": case.N == 0,
        f"views.{case.view}": case.view is not None,
        "non-finite": isinstance(case.data, Elements) and not all(math.isfinite(v) for _, _, v in case.data.entries),
        "validation": bool(case.overrides),
    }
    return frozenset(name for name, is_used in used.items() if is_used) | {f"dtype.{n}" for n in case.dtypes.values()}


def features_of_arguments(stride: Any, padding: Any, dilation: Any, groups: int) -> dict[str, bool]:
    """The features of these arguments, and whether their values use them."""
    return {
        FEATURE_OF_ARGUMENT["stride"]: stride not in (1, (1, 1)),
        FEATURE_OF_ARGUMENT["dilation"]: dilation not in (1, (1, 1)),
        FEATURE_OF_ARGUMENT["groups"]: groups > 1,
        FEATURE_OF_ARGUMENT["padding"]: padding not in (0, (0, 0), "same", "valid"),
        f"padding.{padding}": isinstance(padding, str),
    }
