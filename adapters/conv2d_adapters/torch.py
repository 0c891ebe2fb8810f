"""PyTorch's `torch.nn.functional.conv2d`, on the CPU or on a CUDA device."""

from typing import Any

import torch

from conv2d_conformance import Adapter, Capabilities

CAPABILITIES = Capabilities(
    dtypes={"float32", "float64"},
    padding={"explicit", "valid", "same"},
    arguments={"pair", "scalar", "defaults"},
    unbatched=True,
    empty_batch=True,
    validation=True,
)


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    x, w = torch.from_numpy(input), torch.from_numpy(weight)
    b = None if bias is None else torch.from_numpy(bias)
    return torch.nn.functional.conv2d(x, w, b, **attributes).numpy()


adapter = Adapter(
    name="torch",
    version=torch.__version__,
    description="torch.nn.functional.conv2d",
    conv2d=conv2d,
    capabilities=CAPABILITIES,
)
