"""ncnn's layers `Convolution` and `ConvolutionDepthWise` on the CPU, in a network of one layer.

Options: `weights` (constant: part of the network, as ncnn's users have them; or input, ncnn's `dynamic_weight`),
`clone` (off: a Mat is the memory of the array; on: its copy, `Mat.clone`), `winograd` (on; off) and `threads` (1).

ncnn has no batch axis, and its parameters are C's `int`. A network takes little time to make, so none is kept. It reads
the memory that holds its weights, and that of its inputs, until the answer is there.
"""

from typing import Any

import ncnn
import numpy as np

from conv2d_adapters.options.reading import number_of, one_of
from conv2d_conformance import Adapter, Capabilities

Array = np.ndarray[Any, Any]
SAME_UPPER = -233
LIMITS = ("N == 1", *(f"{name} < 2**31" for name in ("SH", "SW", "DH", "DW")))


def parameters(weight: Array, has_bias: bool, stride: Any, padding: Any, dilation: Any, groups: int) -> dict[int, int]:
    """The parameters of the layer, by the numbers that ncnn gives them."""
    kernel, of_word = weight.shape[2:], {"valid": (0, 0), "same": (SAME_UPPER, SAME_UPPER)}
    top, left = of_word[padding] if isinstance(padding, str) else padding
    filters = {0: weight.shape[0], 1: kernel[1], 11: kernel[0], 5: int(has_bias), 6: weight.size}
    steps = {2: dilation[1], 12: dilation[0], 3: stride[1], 13: stride[0]}
    return filters | steps | {4: left, 15: left, 14: top, 16: top} | ({7: groups} if groups > 1 else {})


def configure(weights: str = "constant", clone: str = "off", winograd: str = "on", threads: str = "1") -> Adapter:
    is_input = one_of(("constant", "input"), weights=weights) == "input"
    to_mat = ncnn.Mat if one_of(("on", "off"), clone=clone) == "off" else lambda array: ncnn.Mat(array).clone()
    has_winograd = one_of(("on", "off"), winograd=winograd) == "on"
    number = number_of(threads=threads)

    def conv2d(input: Array, weight: Array, bias: Array | None = None, **call: Any) -> Any:
        given = [weight] if bias is None else [weight, bias]
        arrays = [input.reshape(input.shape[-3:]), *(given if is_input else ())]
        names, values = "xwb"[: len(arrays)], parameters(weight, bias is not None, **call) | {19: int(is_input)}
        layer = "Convolution" if call["groups"] == 1 else "ConvolutionDepthWise"
        lines = [*(f"Input {name} 0 1 {name}" for name in names), f"{layer} y {len(names)} 1 {' '.join(names)} y"]
        lines[-1] += "".join(f" {key}={value}" for key, value in values.items())
        network = ncnn.Net()
        network.opt.num_threads, network.opt.use_winograd_convolution = number, has_winograd
        memory = bytes(4) + b"".join(array.tobytes() for array in given)  # the four bytes stand for float32
        wrong = network.load_param_mem("\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines, ""]))
        network.load_model_mem(memory)
        extractor, mats = network.create_extractor(), [to_mat(array) for array in arrays]
        for name, mat in zip(names, mats, strict=True):
            wrong = wrong or extractor.input(name, mat)
        wrong, answer = (wrong, None) if wrong else extractor.extract("y")
        if wrong:
            raise RuntimeError(f"ncnn returned {wrong}")
        answer = np.array(answer)
        return answer.reshape(input.shape[:-3] + answer.shape)

    return Adapter(
        name="ncnn",
        version=ncnn.__version__,
        description="Convolution and ConvolutionDepthWise on the CPU" + ("" if has_winograd else ", without Winograd"),
        conv2d=conv2d,
        configure=configure,
        capabilities=Capabilities(
            dtypes={"float32"},
            grades={"float32": "B6"} if has_winograd else {},
            padding={"explicit", "valid", "same"},
            limits=LIMITS,
            unbatched=True,
            deterministic=True,
            thread_safe=True,
        ),
    )


adapter = configure()
