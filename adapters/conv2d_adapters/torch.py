"""PyTorch's `torch.nn.functional.conv2d`.

Options: `threads` (a number), `onednn` (on, off), `device` (cpu, cuda), `tf32` (on, off; CUDA alone). All but `device`
are settings of PyTorch for the whole process, and stay when the adapter is no longer used.

All that PyTorch documents is claimed. What does not hold, and on which processors, is declared in
`torch.deviations.toml`.
"""

from dataclasses import replace
from typing import Any

import torch

from conv2d_adapters.arrays.torch import to_array, to_tensor
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.forms.frameworks import open_arrays

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


def set_for_the_process(*, threads: str = "1", onednn: str = "on", tf32: str = "off") -> None:
    """Change PyTorch's settings for the whole process. ValueError for an unknown value, and then nothing changes."""
    if not threads.isdecimal():
        raise ValueError(f"threads is a number, not {threads!r}")
    with_onednn, with_tf32 = is_on("onednn", onednn), is_on("tf32", tf32)
    backends: Any = torch.backends
    torch.set_num_threads(int(threads))
    backends.mkldnn.enabled = with_onednn
    backends.cudnn.allow_tf32 = with_tf32


def is_on(name: str, value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError(f"{name} is on or off, not {value!r}")
    return value == "on"


def make(device: str = "cpu") -> Adapter:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        x, w = to_tensor(input, device), to_tensor(weight, device)
        b = None if bias is None else to_tensor(bias, device)
        return to_array(torch.nn.functional.conv2d(x, w, b, **attributes))

    def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
        given = (array for array in (input, weight, bias) if array is not None)
        leaves: Any = [to_tensor(array, device).requires_grad_() for array in given]
        x, w, b = leaves if bias is not None else (*leaves, None)
        y = torch.nn.functional.conv2d(x, w, b, **attributes)
        found = [to_array(tensor) for tensor in torch.autograd.grad(y, leaves, to_tensor(grad_output, device))]
        return found if bias is not None else [*found, None]

    return Adapter(
        name="torch",
        version=torch.__version__,
        description=f"torch.nn.functional.conv2d on {device}",
        conv2d=conv2d,
        gradients=gradients,
        configure=configure,
        capabilities=replace(CAPABILITIES, deterministic=device == "cpu"),
    )


def configure(*, threads: str = "1", onednn: str = "on", device: str = "cpu", tf32: str = "off") -> Adapter:
    """The adapter on a device; FormError if there is no such device. Other options are set for the whole process."""
    open_arrays("torch", device)
    set_for_the_process(threads=threads, onednn=onednn, tf32=tf32)
    return make(device)


adapter = make()
