"""ExecuTorch on the CPU: `torch.nn.functional.conv2d`, exported by PyTorch, lowered, and run by ExecuTorch itself.

Option: `kernels` (xnnpack, to which the call is lowered; portable, ExecuTorch's own kernels in C++, which serve what no
back end takes).

Weight and bias are parameters of the module, as in models in use, so a program is made for every call, and nothing is
kept. That takes some 1 s of a core for XNNPACK and a third of that for the portable kernels. Most of it is spent in the
decompositions of PyTorch, which are made three times, or once. float32 alone is claimed of both.
"""

from importlib.metadata import version
from typing import Any

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import EdgeProgramManager, to_edge, to_edge_transform_and_lower
from executorch.runtime import Runtime

from conv2d_adapters.options.reading import one_of
from conv2d_conformance import Adapter, Capabilities


def lowered_to_xnnpack(exported: torch.export.ExportedProgram) -> EdgeProgramManager:
    return to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()])


LOWERED = {"xnnpack": lowered_to_xnnpack, "portable": to_edge}
SAID = {"xnnpack": "lowered to XNNPACK", "portable": "run by ExecuTorch's portable kernels"}


class Convolution(torch.nn.Module):
    """A module of one call."""

    def __init__(self, weight: Any, bias: Any, attributes: Any) -> None:
        super().__init__()
        self.weight = torch.from_numpy(weight)
        self.bias = None if bias is None else torch.from_numpy(bias)
        self.attributes = attributes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.conv2d(x, self.weight, self.bias, **self.attributes)


def configure(kernels: str = "xnnpack") -> Adapter:
    lower = LOWERED[one_of(LOWERED, kernels=kernels)]

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        x = torch.from_numpy(input)
        exported = torch.export.export(Convolution(weight, bias, attributes), (x,))
        program = Runtime.get().load_program(lower(exported).to_executorch().buffer)
        method = program.load_method("forward")  # it does not keep its program alive
        return method.execute([x])[0].numpy()

    return Adapter(
        name="executorch",
        version=version("executorch"),
        description=f"torch.nn.functional.conv2d, exported by PyTorch and {SAID[kernels]}",
        conv2d=conv2d,
        configure=configure,
        capabilities=Capabilities(
            padding={"explicit", "valid", "same"},
            arguments={"pair", "scalar", "defaults"},
            unbatched=True,
            non_finite=True,
            deterministic=True,
        ),
    )


adapter = configure()
