# /// script
# requires-python = ">=3.11"
# dependencies = ["ai-edge-litert==2.3.0", "flatbuffers==25.12.19", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride or a dilation of 2^15 and more is refused by LiteRT's own kernels"
# implementation = "litert 2.3.0"
# kind = "limit"
# gravity = 5
# breaks = ["stride.beyond-kernel", "dilation.one-by-one"]
# report = "litert/2.3.0/linux-x86_64-kernels=reference.json"
# known = ""
# system = []
# ///
"""A stride beyond the input gives one window, however large it is. The format of models keeps strides in 32 bits."""

import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

one, zero = np.ones(1, np.float32).view(np.uint8), np.zeros(1, np.float32).view(np.uint8)
buffers = [schema.BufferT(), schema.BufferT(), schema.BufferT(one), schema.BufferT(zero), schema.BufferT()]
shapes = [[1, 1, 1, 1], [1, 1, 1, 1], [1], [1, 1, 1, 1]]
tensors = [schema.TensorT(shape, schema.TensorType.FLOAT32, place + 1) for place, shape in enumerate(shapes)]


def model(stride: int) -> bytes:
    options = schema.Conv2DOptionsT(schema.Padding.VALID, stride, 1)
    node = schema.OperatorT(0, [0, 1, 2], [3], schema.BuiltinOptions.Conv2DOptions, options)
    graph = schema.SubGraphT(tensors, [0], [3], [node])
    code = schema.OperatorCodeT(schema.BuiltinOperator.CONV_2D, None, 1, schema.BuiltinOperator.CONV_2D)
    builder = flatbuffers.Builder()
    builder.Finish(schema.ModelT(3, [code], [graph], "", buffers).Pack(builder), b"TFL3")
    return bytes(builder.Output())


for stride in (2**15 - 1, 2**15):
    resolver = OpResolverType.BUILTIN_REF
    interpreter = Interpreter(None, model(stride), num_threads=1, experimental_op_resolver_type=resolver)
    try:
        interpreter.allocate_tensors()
    except RuntimeError as refused:
        print(f"stride {stride}: required is the same; refused: {refused}")
        sys.exit(1)
    print(f"stride {stride}: taken")
