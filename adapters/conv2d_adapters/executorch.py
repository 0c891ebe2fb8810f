"""ExecuTorch on the CPU: `torch.nn.functional.conv2d`, exported by PyTorch, lowered to XNNPACK, and run by itself.

Weight and bias are parameters of the module, as in models in use, so a program is made for every call, and nothing is
kept. That takes some 1 s of a core, most of it in `torch.export` and its passes: a quick run takes hours.
"""

from importlib.metadata import version
from typing import Any

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime

from conv2d_conformance import Adapter, Capabilities


class Convolution(torch.nn.Module):
    """A module of one call."""

    def __init__(self, weight: Any, bias: Any, attributes: Any) -> None:
        super().__init__()
        self.weight = torch.from_numpy(weight)
        self.bias = None if bias is None else torch.from_numpy(bias)
        self.attributes = attributes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.conv2d(x, self.weight, self.bias, **self.attributes)


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    x = torch.from_numpy(input)
    exported = torch.export.export(Convolution(weight, bias, attributes), (x,))
    lowered = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()])
    program = Runtime.get().load_program(lowered.to_executorch().buffer)
    method = program.load_method("forward")  # it does not keep its program alive
    return method.execute([x])[0].numpy()


adapter = Adapter(
    name="executorch",
    version=version("executorch"),
    description="torch.nn.functional.conv2d, exported by PyTorch and lowered to XNNPACK",
    conv2d=conv2d,
    capabilities=Capabilities(
        padding={"explicit", "valid", "same"},
        arguments={"pair", "scalar", "defaults"},
        unbatched=True,
        non_finite=True,
        deterministic=True,
    ),
)
