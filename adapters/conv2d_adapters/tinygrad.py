"""tinygrad's `tinygrad.nn.Conv2d` on the CPU: the layer is constructed for every call, with the given parameters.

clang compiles every kind of call, in some 0.25 s, and three times that for gradients. tinygrad keeps what is compiled,
by the kernel and never by the data. bfloat16 is not claimed: clang has it from release 15 on. With the padding `same`
the layer compares its stride with 1 as it is, and refuses the pair (1, 1), so it gets the one of a pair of equal ones.
"""

from importlib.metadata import version
from typing import Any

from tinygrad import Tensor, nn

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS


def hand(*arrays: Any) -> list[Any]:
    return [None if array is None else Tensor(array, device="CPU") for array in arrays]


def as_one(stride: Any) -> Any:
    """The number of a pair of equal integers; anything else as it is, so that the layer judges it."""
    is_one = isinstance(stride, tuple) and len(stride) == 2 and {*map(type, stride)} == {int} and len({*stride}) == 1
    return stride[0] if is_one else stride


def convolve(input: Any, weight: Any, bias: Any, **attributes: Any) -> Any:
    if "stride" in attributes and isinstance(attributes.get("padding"), str):
        attributes["stride"] = as_one(attributes["stride"])
    layer = nn.Conv2d(input.shape[-3:][0], weight.shape[0], weight.shape[2:], bias=bias is not None, **attributes)
    layer.weight, layer.bias = weight, bias
    return layer(input)


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    return convolve(*hand(input, weight, bias), **attributes).numpy()


def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
    x, w, b, by_output = hand(input, weight, bias, grad_output)
    leaves = [x, w] if b is None else [x, w, b]
    found = convolve(x, w, b, **attributes).gradient(*leaves, gradient=by_output)
    arrays = [value.numpy() for value in found]
    return arrays if b is not None else [*arrays, None]


def initialize(
    in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **given: Any
) -> Any:
    Tensor.manual_seed(seed)
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, **given)
    return [None if value is None else value.cast(dtype).numpy() for value in (layer.weight, layer.bias)]


adapter = Adapter(
    name="tinygrad",
    version=version("tinygrad"),
    description="tinygrad.nn.Conv2d on the CPU, compiled by clang",
    conv2d=conv2d,
    initialize=initialize,
    gradients=gradients,
    capabilities=Capabilities(
        dtypes={"float32", "float64", "float16"},
        padding={"explicit", "same"},
        arguments={"pair", "scalar", "defaults"},
        views=frozenset(VIEWS),
        validation=True,
        non_finite=True,
        deterministic=True,
    ),
)
