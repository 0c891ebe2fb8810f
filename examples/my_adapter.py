"""`my_conv.py` as an adapter, which claims more than the arguments that a function names."""

import torch

from conv2d_conformance import Adapter, Capabilities


def conv2d(input, weight, bias=None, **attributes):
    x, w, b = (None if array is None else torch.from_numpy(array) for array in (input, weight, bias))
    return torch.nn.functional.conv2d(x, w, b, **attributes).numpy()


adapter = Adapter(
    name="my-conv",
    version="1.0",
    conv2d=conv2d,
    capabilities=Capabilities(
        dtypes={"float32", "float64"},
        padding={"explicit", "valid", "same"},
        arguments={"pair", "scalar", "defaults"},
        unbatched=True,
        empty_batch=True,
        deterministic=True,
    ),
)
