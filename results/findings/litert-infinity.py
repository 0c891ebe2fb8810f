# /// script
# requires-python = ">=3.11"
# dependencies = ["ai-edge-litert==2.3.0", "flatbuffers==25.12.19", "numpy"]
# [tool.conv2d-conformance]
# title = "an infinity becomes NaN, which spreads, in a call of one channel and a kernel of one element"
# implementation = "litert 2.3.0"
# kind = "bug"
# gravity = 3
# breaks = ["special-values.infinity-times-zero", "special-values.outside-window"]
# report = "litert/2.3.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""One pixel of infinity under a weight of 1 is infinity. The model is one CONV_2D, without an activation."""

import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

one, zero = np.ones(1, np.float32).view(np.uint8), np.zeros(1, np.float32).view(np.uint8)
buffers = [schema.BufferT(), schema.BufferT(), schema.BufferT(one), schema.BufferT(zero), schema.BufferT()]
shapes = [[1, 1, 1, 1], [1, 1, 1, 1], [1], [1, 1, 1, 1]]
tensors = [schema.TensorT(shape, schema.TensorType.FLOAT32, place + 1) for place, shape in enumerate(shapes)]
options = schema.Conv2DOptionsT(schema.Padding.VALID, 1, 1)
node = schema.OperatorT(0, [0, 1, 2], [3], schema.BuiltinOptions.Conv2DOptions, options)
graph = schema.SubGraphT(tensors, [0], [3], [node])
code = schema.OperatorCodeT(schema.BuiltinOperator.CONV_2D, None, 1, schema.BuiltinOperator.CONV_2D)
builder = flatbuffers.Builder()
builder.Finish(schema.ModelT(3, [code], [graph], "", buffers).Pack(builder), b"TFL3")

interpreter = Interpreter(None, bytes(builder.Output()), num_threads=1)
interpreter.allocate_tensors()
interpreter.set_tensor(0, np.full((1, 1, 1, 1), np.inf, np.float32))
interpreter.invoke()
found = interpreter.get_tensor(3).item()
print(f"infinity under a weight of 1: got {found}, required inf")
sys.exit(found != np.inf)
