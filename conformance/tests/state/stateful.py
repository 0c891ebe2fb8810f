"""Implementations that remember, each named after what. They are run in a process of their own."""

from typing import Any

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.contract.arrays import Array
from conv2d_reference import direct

KEPT: dict[Any, Any] = {}


def stateless(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
) -> Array:
    return direct.conv2d(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def its_first_weight(input: Array, weight: Array, bias: Array | None = None, *, groups: Any = 1) -> Array:
    return direct.conv2d(input, KEPT.setdefault(weight.shape, weight.copy()), bias, groups=groups)


def every_third_call(input: Array, weight: Array, bias: Array | None = None, *, groups: Any = 1) -> Array:
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    found: Array = direct.conv2d(input, weight, bias, groups=groups) + (KEPT["calls"] % 3 == 0)
    return found


def the_dtype_before(input: Array, weight: Array, bias: Array | None = None, *, groups: Any = 1) -> Array:
    before, KEPT["dtype"] = KEPT.get("dtype"), input.dtype
    return direct.conv2d(input, weight, bias, groups=groups) + (before not in (None, input.dtype))


def nothing_and_is_wrong(input: Array, weight: Array, bias: Array | None = None, *, groups: Any = 1) -> Array:
    return direct.conv2d(input, weight[..., ::-1], bias, groups=groups)


def a_rejection(input: Array, weight: Array, bias: Array | None = None, *, stride: Any = 1, groups: Any = 1) -> Array:
    was_rejected, KEPT["rejected"] = KEPT.get("rejected"), True
    result = direct.conv2d(input, weight, bias, stride=stride, groups=groups)
    KEPT["rejected"] = False
    return result + bool(was_rejected)


def how_often_it_was_asked(input: Array, weight: Array, bias: Array | None = None, *, groups: Any = 1) -> Array:
    """Within every bound, and another answer each time."""
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    result = direct.conv2d(input, weight, bias, groups=groups)
    found: Array = result + result.dtype.type(2.0**-23) * abs(result) * (KEPT["calls"] % 2)
    return found


claims_two_dtypes = Adapter(
    name="the_dtype_before",
    version="1",
    conv2d=lambda *arrays, groups, **_: the_dtype_before(*arrays, groups=groups),
    capabilities=Capabilities(dtypes={"float32", "float64"}),
)
