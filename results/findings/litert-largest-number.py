# /// script
# requires-python = ">=3.11"
# dependencies = ["ai-edge-litert==2.3.0", "flatbuffers==25.12.19", "numpy"]
# [tool.conv2d-conformance]
# title = "what overflows, and every infinity, becomes the largest finite number in LiteRT's own kernels"
# implementation = "litert 2.3.0"
# kind = "bug"
# gravity = 3
# breaks = ["numerics.overflow"]
# report = "litert/2.3.0/linux-x86_64-kernels=reference.json"
# known = "https://github.com/tensorflow/tensorflow/issues/45312"
# system = []
# ///
"""A product beyond the largest float32 is infinity. The model is one CONV_2D, without an activation."""

import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

four, zero = np.full(1, 4, np.float32).view(np.uint8), np.zeros(1, np.float32).view(np.uint8)
buffers = [schema.BufferT(), schema.BufferT(), schema.BufferT(four), schema.BufferT(zero), schema.BufferT()]
shapes = [[1, 1, 1, 1], [1, 1, 1, 1], [1], [1, 1, 1, 1]]
tensors = [schema.TensorT(shape, schema.TensorType.FLOAT32, place + 1) for place, shape in enumerate(shapes)]
options = schema.Conv2DOptionsT(schema.Padding.VALID, 1, 1)
node = schema.OperatorT(0, [0, 1, 2], [3], schema.BuiltinOptions.Conv2DOptions, options)
graph = schema.SubGraphT(tensors, [0], [3], [node])
code = schema.OperatorCodeT(schema.BuiltinOperator.CONV_2D, None, 1, schema.BuiltinOperator.CONV_2D)
builder = flatbuffers.Builder()
builder.Finish(schema.ModelT(3, [code], [graph], "", buffers).Pack(builder), b"TFL3")

wrong = 0
for kernels in ("BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN_REF"):
    resolver = OpResolverType[kernels]
    interpreter = Interpreter(None, bytes(builder.Output()), num_threads=1, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    for pixel in (np.inf, 2e38):
        interpreter.set_tensor(0, np.full((1, 1, 1, 1), pixel, np.float32))
        interpreter.invoke()
        found = interpreter.get_tensor(3).item()
        print(f"{kernels}: {pixel} under a weight of 4: got {found}, required inf")
        wrong |= found != np.inf
sys.exit(wrong)
