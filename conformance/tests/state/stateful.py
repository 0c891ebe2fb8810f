"""Implementations that remember, each named after what. They are run in a process of their own."""

from conv2d_conformance import Adapter, Capabilities
from conv2d_reference import direct

KEPT = {}


def stateless(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    return direct.conv2d(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def its_first_weight(input, weight, bias=None, *, groups=1):
    return direct.conv2d(input, KEPT.setdefault(weight.shape, weight.copy()), bias, groups=groups)


def every_third_call(input, weight, bias=None, *, groups=1):
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    return direct.conv2d(input, weight, bias, groups=groups) + (KEPT["calls"] % 3 == 0)


def the_dtype_before(input, weight, bias=None, *, groups=1):
    before, KEPT["dtype"] = KEPT.get("dtype"), input.dtype
    return direct.conv2d(input, weight, bias, groups=groups) + (before not in (None, input.dtype))


def nothing_and_is_wrong(input, weight, bias=None, *, groups=1):
    return direct.conv2d(input, weight[..., ::-1], bias, groups=groups)


def a_rejection(input, weight, bias=None, *, stride=1, groups=1):
    was_rejected, KEPT["rejected"] = KEPT.get("rejected"), True
    result = direct.conv2d(input, weight, bias, stride=stride, groups=groups)
    KEPT["rejected"] = False
    return result + bool(was_rejected)


def how_often_it_was_asked(input, weight, bias=None, *, groups=1):
    """Within every bound, and another answer each time."""
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    result = direct.conv2d(input, weight, bias, groups=groups)
    return result + result.dtype.type(2.0**-23) * abs(result) * (KEPT["calls"] % 2)


claims_two_dtypes = Adapter(
    name="the_dtype_before",
    version="1",
    conv2d=lambda *arrays, groups, **_: the_dtype_before(*arrays, groups=groups),
    capabilities=Capabilities(dtypes={"float32", "float64"}),
)
