"""A module of `torch.aten.convolution`, whose sizes are all open, as in a model that PyTorch exports so.

It names the dtype and the arguments of a call and no shape, so that one module serves every size.
"""

from typing import Any

from conv2d_adapters.iree_modules.mlir import ELEMENTS, function


def tensor(array: Any) -> str:
    return f"!torch.vtensor<[{','.join('?' * array.ndim)}],{ELEMENTS[array.dtype.name]}>"


def module(input: Any, weight: Any, bias: Any, *, stride: Any, padding: Any, dilation: Any, groups: int) -> str:
    """The text of the module for arrays of this dtype, with a bias or without one."""
    types = [tensor(array) for array in (input, weight, bias) if array is not None]
    added, its_type = ("%none", "!torch.none") if bias is None else ("%p2", types[2])
    lists = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "beyond": (0, 0),
    }  # the last: of a transposed one
    signature = (
        f"{types[0]}, {types[1]}, {its_type}, {'!torch.list<int>, ' * 3}!torch.bool, !torch.list<int>, !torch.int"
    )
    lines = [
        "%none = torch.constant.none",
        "%transposed = torch.constant.bool false",
        f"%groups = torch.constant.int {groups}",
        *(f"%{name}{axis} = torch.constant.int {pair[axis]}" for name, pair in lists.items() for axis in (0, 1)),
        *(
            f"%{name} = torch.prim.ListConstruct %{name}0, %{name}1 : (!torch.int, !torch.int) -> !torch.list<int>"
            for name in lists
        ),
        f"%y = torch.aten.convolution %p0, %p1, {added}, %stride, %padding, %dilation, %transposed, %beyond, %groups "
        f": {signature} -> {types[0]}",
        f"return %y : {types[0]}",
    ]
    return function(types, types[0], lines)
