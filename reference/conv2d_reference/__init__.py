"""The definition of `nn_conv2d` as code.

`direct` reads like the definition: seven loops, for exact numbers as well as for floats. `correlate` computes the same
with `numpy.pad` and `scipy.signal.correlate2d`. The two share only the check of arguments, so they confirm each other.
`Conv2d` is the layer that the document describes. `conv2d` is the function of `direct`.

There are two versions of the derivatives as well: `gradients_direct` visits every term of the definition,
`gradients_by_tap` works on whole arrays. `gradients` is the function of `gradients_direct`.
"""

from conv2d_reference import correlate, direct, gradients_by_tap, gradients_direct
from conv2d_reference.arguments import Attributes, Geometry, resolve, resolve_attributes
from conv2d_reference.direct import conv2d
from conv2d_reference.gradients_direct import gradients
from conv2d_reference.layer import Conv2d
from conv2d_reference.sizes import output_size, parameter_shapes, same_padding

__all__ = [
    "Attributes",
    "Conv2d",
    "Geometry",
    "conv2d",
    "correlate",
    "direct",
    "gradients",
    "gradients_by_tap",
    "gradients_direct",
    "output_size",
    "parameter_shapes",
    "resolve",
    "resolve_attributes",
    "same_padding",
]
