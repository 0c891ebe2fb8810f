# /// script
# requires-python = ">=3.11"
# dependencies = ["apache-tvm==0.27.0.post1", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride or a dilation of 2^31 and more is refused"
# implementation = "tvm 0.27.0.post1"
# kind = "limit"
# gravity = 5
# breaks = ["stride.beyond-kernel"]
# report = "tvm/0.27.0.post1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A stride beyond the input gives one window, however large it is. TVM documents an int and takes one of 32 bits."""

import sys

import tvm
from tvm import relax


def compiled(stride: int) -> None:
    builder = relax.BlockBuilder()
    image = relax.Var("image", relax.TensorType((1, 1, 3, 3), "float32"))
    kernel = relax.Var("kernel", relax.TensorType((1, 1, 1, 1), "float32"))
    with builder.function("main", [image, kernel]):
        value = builder.emit(relax.op.nn.conv2d(image, kernel, strides=(stride, 1)))
        builder.emit_func_output(value)
    tvm.compile(builder.get(), target="llvm")


compiled(2**31 - 1)
print("stride 2^31 - 1: compiled")
try:
    compiled(2**31)
except ValueError as refused:
    print(f"stride 2^31: required is the same; refused: {str(refused).rpartition('false: ')[2]}")
    sys.exit(1)
