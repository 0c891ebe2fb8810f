"""tinygrad's `tinygrad.nn.Conv2d` on the CPU: the layer is constructed for every call, with the given parameters.

Options: `same` (number: the padding `same` is claimed where the stride is a number, since the layer compares it with 1
as it is; documented: it is claimed as in PyTorch's documentation, to which tinygrad's refers, where a pair is allowed);
`optimised` (on; off: tinygrad's setting `NOOPT`, by which no loop is unrolled or vectorised), for the whole process.

tinygrad rewrites every kind of call in Python, in some 0.15 s, and more than twice that for gradients, and in little
more than half of that where it does not optimise; clang takes another 0.04 s. tinygrad keeps what is compiled, by the
kernel and never by the data, in `CACHEDB`, too. bfloat16 is not claimed: clang has it from release 15 on.
"""

from importlib.metadata import version
from typing import Any

from tinygrad import Tensor, nn
from tinygrad.helpers import NOOPT, Context

from conv2d_adapters.options.reading import one_of
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

LIMITS = {"number": ("padding != same or stride == scalar",), "documented": ()}


def hand(*arrays: Any) -> list[Any]:
    return [None if array is None else Tensor(array, device="CPU") for array in arrays]


def convolve(input: Any, weight: Any, bias: Any, **attributes: Any) -> Any:
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
    with Context(DEFAULT_FLOAT=dtype):  # a fresh layer has the default dtype
        layer = nn.Conv2d(in_channels, out_channels, kernel_size, **given)
    return [None if value is None else value.numpy() for value in (layer.weight, layer.bias)]


def configure(same: str = "number", optimised: str = "on") -> Adapter:
    claimed = LIMITS[one_of(LIMITS, same=same)]
    NOOPT.value = int(one_of(("on", "off"), optimised=optimised) == "off")
    return Adapter(
        name="tinygrad",
        version=version("tinygrad"),
        description=f"tinygrad.nn.Conv2d on the CPU, compiled by clang{', not optimised' * NOOPT.value}",
        conv2d=conv2d,
        initialize=initialize,
        gradients=gradients,
        configure=configure,
        capabilities=Capabilities(
            dtypes={"float32", "float64", "float16"},
            padding={"explicit", "same"},
            arguments={"pair", "scalar", "defaults"},
            limits=claimed,
            views=frozenset(VIEWS),
            validation=True,
            non_finite=True,
            deterministic=True,
        ),
    )


adapter = configure()
