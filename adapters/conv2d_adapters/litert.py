"""LiteRT's (TensorFlow Lite's) operator `CONV_2D` on the CPU, in a model that is made for every call.

Weight and bias are constants of the model, as in models in use, so nothing is kept from call to call; making a model
takes less than a millisecond. Explicit padding is LiteRT's operator `PAD`. `CONV_2D` always has a bias: where a call has
none, it is zeros, as from LiteRT's converter. Groups follow from the shapes; arrays are NHWC and OHWI. LiteRT flushes
subnormals while a model runs, as its interpreter.cc says, and the format keeps strides and dilations in 32 bits.

Option: `kernels`, which is `default` (XNNPACK, where it takes the model), `builtin` or `reference`.
"""

from importlib.metadata import version
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS
from conv2d_conformance.forms.form_error import FormError

CODES = {
    schema.BuiltinOperator.CONV_2D: 6,
    schema.BuiltinOperator.PAD: 1,
}  # with the version: 6 is the first with groups
BUILTIN, REFERENCE = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES, OpResolverType.BUILTIN_REF
KERNELS = {"default": OpResolverType.AUTO, "builtin": BUILTIN, "reference": REFERENCE}


def model(shape: tuple[int, ...], weight: Any, bias: Any, padding: Any, options: dict[str, int]) -> bytes:
    buffers, tensors, nodes, types = [schema.BufferT()], [], [], schema.TensorType

    def tensor(size: Any, data: Any = None, type: int = types.FLOAT32) -> int:
        tensors.append(schema.TensorT(list(size), type, len(buffers)))
        buffers.append(schema.BufferT() if data is None else schema.BufferT(np.frombuffer(data.tobytes(), np.uint8)))
        return len(tensors) - 1

    read = source = tensor(shape)
    if not isinstance(padding, str) and any(padding):
        amounts = np.array([(0, 0), *((amount, amount) for amount in padding), (0, 0)], np.int32)
        read = tensor(shape + amounts.sum(axis=1))
        operands = [source, tensor((4, 2), amounts, types.INT32)]
        nodes.append(schema.OperatorT(1, operands, [read], schema.BuiltinOptions.PadOptions, schema.PadOptionsT()))
    operands, result = [read, tensor(weight.shape, weight), tensor(bias.shape, bias)], tensor((1, 1, 1, 1))
    kind = schema.Conv2DOptionsT(schema.Padding.SAME if padding == "same" else schema.Padding.VALID, **options)
    nodes.append(schema.OperatorT(0, operands, [result], schema.BuiltinOptions.Conv2DOptions, kind))
    codes = [schema.OperatorCodeT(code, None, number, code) for code, number in CODES.items()]
    graph = schema.SubGraphT(tensors, [source], [result], nodes)
    builder = flatbuffers.Builder()
    builder.Finish(schema.ModelT(3, codes, [graph], "", buffers).Pack(builder), b"TFL3")
    return bytes(builder.Output())


def make(kernels: str = "default") -> Adapter:
    if kernels not in KERNELS:
        raise FormError(f"kernels is {', '.join(KERNELS)}, not {kernels!r}", "leave kernels out for the default")

    def conv2d(input: Any, weight: Any, bias: Any = None, **given: Any) -> Any:
        x, w = np.moveaxis(input, 1, -1), np.moveaxis(weight, 1, -1)
        names = (("stride", "stride{}"), ("dilation", "dilation{}Factor"))
        options = {name.format(axis): given[key][place] for key, name in names for place, axis in enumerate("HW")}
        content = model(x.shape, w, np.zeros(len(w), w.dtype) if bias is None else bias, given["padding"], options)
        interpreter = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=KERNELS[kernels])
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
        interpreter.invoke()
        return np.moveaxis(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), -1, 1)

    return Adapter(
        name="litert",
        version=version("ai-edge-litert"),
        description=f"LiteRT's operator CONV_2D on the CPU, kernels {kernels}",
        conv2d=conv2d,
        configure=make,
        capabilities=Capabilities(
            padding={"explicit", "valid", "same"},
            views=frozenset(VIEWS),
            non_finite=True,
            deterministic=True,
            subnormals={"float32": "flushed"},
            limits=("SH < 2**31 and SW < 2**31", "DH < 2**31 and DW < 2**31"),
        ),
    )


adapter = make()
