"""Apache TVM's `relax.op.nn.conv2d`, compiled by LLVM for the CPU.

It has no bias, which is added by `relax.op.add`. Compiling takes some 0.1 s, so what is compiled is kept; the key is
the configuration (shapes, dtypes and arguments), never the data. The runtime takes every array, and copies it.
"""

from typing import Any

import tvm
from tvm import relax

from conv2d_adapters.caches.by_text import Kept
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

RENAMED = {"stride": "strides"}


@Kept
def compiled(types: tuple[tuple[tuple[int, ...], str], ...], attributes: tuple[tuple[str, Any], ...]) -> Any:
    """The convolution of arrays of these shapes and dtypes, with a bias where there are three."""
    builder = relax.BlockBuilder()
    parameters = [relax.Var(f"p{place}", relax.TensorType(*kind)) for place, kind in enumerate(types)]
    with builder.function("main", parameters):
        with builder.dataflow():
            x, w, *bias = parameters
            value = builder.emit(relax.op.nn.conv2d(x, w, **dict(attributes)))
            for vector in bias:
                value = builder.emit(relax.op.add(value, relax.op.reshape(vector, (1, -1, 1, 1))))
            result = builder.emit_output(value)
        builder.emit_func_output(result)
    return relax.VirtualMachine(tvm.compile(builder.get(), target="llvm"), tvm.cpu())["main"]


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    arrays = [array for array in (input, weight, bias) if array is not None]
    types = tuple((array.shape, array.dtype.name) for array in arrays)
    named = tuple((RENAMED.get(name, name), value) for name, value in attributes.items())
    return compiled(types, named)(*map(tvm.runtime.tensor, arrays)).numpy()


adapter = Adapter(
    name="tvm",
    version=tvm.__version__,
    description="relax.op.nn.conv2d of Apache TVM, compiled by LLVM for the CPU",
    conv2d=conv2d,
    composed={"bias": "relax.op.add"},
    capabilities=Capabilities(
        dtypes={"float32", "float64", "float16", "bfloat16"},
        arguments={"pair", "scalar", "defaults"},
        views=frozenset(VIEWS),
        non_finite=True,
        deterministic=True,
        grades={"float16": "R-acc16", "bfloat16": "R-acc16"},  # sums are of `out_dtype`, by default that of the arrays
    ),
)
