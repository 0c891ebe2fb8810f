"""PyTorch's `torch.nn.functional.conv2d`.

Options, all of them on or off where nothing else is said:
`device` (cpu; cuda:0, mps, xpu: whatever PyTorch has here);
`compile` (off, or a back end of `torch.compile`: inductor, aot_eager, eager);
`channels_last` (off: as the arrays come, in the memory of NumPy where the device is the CPU);
`tf32`, `cudnn_deterministic`, `cudnn_benchmark` (off; on a CUDA device alone);
`threads` (1) and `onednn` (on).
The last two lines are settings of PyTorch for the whole process, and stay when the adapter is no longer used.

All that PyTorch documents is claimed. What does not hold, and on which processors, is declared in
`torch.deviations.toml`.
"""

from typing import Any

import torch

from conv2d_adapters.pytorch.calls import Calls, claimed, surroundings, words
from conv2d_adapters.pytorch.options import Settings, configured_by, read
from conv2d_conformance import Adapter, Capabilities

CAPABILITIES = Capabilities(
    dtypes={"float32", "float64", "float16", "bfloat16"},
    padding={"explicit", "valid", "same"},
    arguments={"pair", "scalar", "defaults"},
    unbatched=True,
    empty_batch=True,
    # PyTorch has no negative strides, and warns that it does not support read-only arrays.
    views={"transposed", "channels-last", "offset", "broadcast", "fortran", "steps"},
    validation=True,
    non_finite=True,
    deterministic=True,
    thread_safe=True,
)


def convolve(input: Any, weight: Any, bias: Any, **attributes: Any) -> Any:
    return torch.nn.functional.conv2d(input, weight, bias, **attributes)


def make(settings: Settings) -> Adapter:
    calls = Calls(settings.compiled(convolve), settings)
    return Adapter(
        name="torch",
        version=torch.__version__,
        description=words("torch.nn.functional.conv2d", settings),
        conv2d=calls.conv2d,
        gradients=calls.gradients,
        configure=configured_by(make),
        capabilities=claimed(CAPABILITIES, settings),
        environment=surroundings(settings),
    )


adapter = make(read())
