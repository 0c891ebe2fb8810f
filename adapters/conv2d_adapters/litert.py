"""LiteRT's (TensorFlow Lite's) operator `CONV_2D` on the CPU, in a model that is made for every call.

Weight and bias are its constants, as in models in use, so nothing is kept; making it takes less than a millisecond.
Explicit padding is the operator `PAD`. A call without a bias has one of zeros, as LiteRT's converter writes it. LiteRT
flushes subnormals, as its interpreter.cc says; its format keeps strides and dilations in 32 bits. The option `kernels`
is `default` (XNNPACK, where it takes the model), `builtin` or `reference`.
"""

from importlib.metadata import version
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from conv2d_conformance.adapter import VIEWS, Adapter, Capabilities
from conv2d_conformance.forms.form_error import FormError

VERSIONS = {schema.BuiltinOperator.CONV_2D: 6, schema.BuiltinOperator.PAD: 1}  # 6 is the first with groups
KERNELS = {"default": "AUTO", "builtin": "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "reference": "BUILTIN_REF"}


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
    operands, result = [read, *(tensor(array.shape, array) for array in (weight, bias))], tensor((1, 1, 1, 1))
    kind = schema.Conv2DOptionsT(schema.Padding.SAME if padding == "same" else schema.Padding.VALID, **options)
    nodes.append(schema.OperatorT(0, operands, [result], schema.BuiltinOptions.Conv2DOptions, kind))
    codes = [schema.OperatorCodeT(code, None, number, code) for code, number in VERSIONS.items()]
    graph, builder = schema.SubGraphT(tensors, [source], [result], nodes), flatbuffers.Builder()
    builder.Finish(schema.ModelT(3, codes, [graph], "", buffers).Pack(builder), b"TFL3")
    return bytes(builder.Output())


def make(kernels: str = "default") -> Adapter:
    if kernels not in KERNELS:
        raise FormError(f"kernels is {', '.join(KERNELS)}, not {kernels!r}", "leave kernels out for the default")

    def conv2d(input: Any, weight: Any, bias: Any = None, **given: Any) -> Any:
        x, w = np.moveaxis(input, 1, -1), np.moveaxis(weight, 1, -1)
        names = "strideH", "strideW", "dilationHFactor", "dilationWFactor"
        options = dict(zip(names, (*given["stride"], *given["dilation"]), strict=True))
        content = model(x.shape, w, np.zeros(len(w), w.dtype) if bias is None else bias, given["padding"], options)
        resolver = OpResolverType[KERNELS[kernels]]
        interpreter = Interpreter(None, content, num_threads=1, experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
        interpreter.invoke()
        return np.moveaxis(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), -1, 1)

    return Adapter(
        name="litert",
        version=version("ai-edge-litert"),
        description=f"LiteRT's CONV_2D on the CPU, kernels: {kernels}",
        conv2d=conv2d,
        configure=make,
        composed={"padding": "PAD"},
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
