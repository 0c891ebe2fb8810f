# /// script
# requires-python = ">=3.11"
# dependencies = ["iree-base-compiler==3.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "a convolution of one window is refused where a stride loses the rest of the input"
# implementation = "iree 3.13.0"
# kind = "bug"
# gravity = 4
# breaks = ["arguments.pair-order"]
# report = "iree/3.13.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The size of the output is (5 - 3) // 3 + 1 = 1, so the module is valid StableHLO, and there is a result."""

import sys

import iree.compiler as compiler

MODULE = """
func.func @conv(%image: tensor<1x1x1x5xf32>, %kernel: tensor<1x1x1xWIDTHxf32>) -> tensor<1x1x1x1xf32> {
  %output = stablehlo.convolution(%image, %kernel)
    dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1],
    window = {stride = [1, 3]}
    {batch_group_count = 1 : i64, feature_group_count = 1 : i64}
    : (tensor<1x1x1x5xf32>, tensor<1x1x1xWIDTHxf32>) -> tensor<1x1x1x1xf32>
  return %output : tensor<1x1x1x1xf32>
}
"""
for width in (5, 3):
    text = MODULE.replace("WIDTH", str(width))
    try:
        arguments = ["--iree-llvmcpu-target-cpu=generic"]
        compiler.compile_str(text, target_backends=["llvm-cpu"], input_type="stablehlo", extra_args=arguments)
    except compiler.CompilerToolError as refused:
        if width == 5:
            raise  # without a stride that loses something it must compile
        line = next(line for line in str(refused).splitlines() if "error:" in line)
        print(f"kernel of {width}: refused: {line.partition('error: ')[2]}")
        sys.exit(1)
    print(f"kernel of {width}: compiled, as required")
