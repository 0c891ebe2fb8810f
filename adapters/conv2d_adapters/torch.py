"""PyTorch's `torch.nn.functional.conv2d`.

Options: `threads` (a number), `onednn` (on, off), `device` (cpu, cuda), `tf32` (on, off; CUDA alone).
"""

from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import torch

from conv2d_conformance import Adapter, Capabilities

CAPABILITIES = Capabilities(
    dtypes={"float32", "float64", "float16", "bfloat16"},
    padding={"explicit", "valid", "same"},
    arguments={"pair", "scalar", "defaults"},
    unbatched=True,
    empty_batch=True,
    # PyTorch has no negative strides, and warns that it does not support arrays that are read-only.
    views={"transposed", "channels-last", "offset", "broadcast", "fortran"},
    validation=True,
    non_finite=True,
    deterministic=True,
    # By oneDNN on processors with AVX512_BF16, whose instruction for dot products knows no subnormals.
    subnormals={"bfloat16": "flushed"},
)


def to_tensor(array: np.ndarray[Any, Any], device: str = "cpu") -> torch.Tensor:
    """The array as a tensor; the two libraries exchange bfloat16 by its bits alone."""
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16).to(device)
    return torch.from_numpy(array).to(device)


def to_array(tensor: torch.Tensor) -> np.ndarray[Any, Any]:
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        bits: np.ndarray[Any, Any] = tensor.view(torch.int16).numpy()
        return bits.view(ml_dtypes.bfloat16)
    return tensor.numpy()


def with_options(capabilities: Capabilities, *, threads: str, onednn: str, tf32: str) -> Capabilities:
    """Set what PyTorch keeps for the whole process, and claim what then holds. ValueError for an unknown value."""
    torch.set_num_threads(int(threads))
    torch.backends.mkldnn.enabled = is_on("onednn", onednn)
    torch.backends.cudnn.allow_tf32 = is_on("tf32", tf32)
    return capabilities if torch.backends.mkldnn.enabled else replace(capabilities, subnormals={})


def is_on(name: str, value: str) -> bool:
    if value not in ("on", "off"):
        raise ValueError(f"{name} is on or off, not {value!r}")
    return value == "on"


def make(device: str = "cpu", capabilities: Capabilities = CAPABILITIES) -> Adapter:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        x, w = to_tensor(input, device), to_tensor(weight, device)
        b = None if bias is None else to_tensor(bias, device)
        return to_array(torch.nn.functional.conv2d(x, w, b, **attributes))

    def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
        leaves = [to_tensor(array, device).requires_grad_() for array in (input, weight, bias) if array is not None]
        y = torch.nn.functional.conv2d(*leaves, **attributes)
        found = [to_array(tensor) for tensor in torch.autograd.grad(y, leaves, to_tensor(grad_output, device))]
        return found if bias is not None else [*found, None]

    return Adapter(
        name="torch",
        version=torch.__version__,
        description=f"torch.nn.functional.conv2d on {device}",
        conv2d=conv2d,
        gradients=gradients,
        configure=configure,
        capabilities=capabilities,
    )


def configure(*, threads: str = "1", onednn: str = "on", device: str = "cpu", tf32: str = "off") -> Adapter:
    capabilities = with_options(CAPABILITIES, threads=threads, onednn=onednn, tf32=tf32)
    return make(device, replace(capabilities, deterministic=device == "cpu"))


adapter = make()
