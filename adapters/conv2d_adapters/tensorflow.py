"""TensorFlow's `tf.nn.conv2d`, with the gradients of `tf.GradientTape`.

Its documentation knows filters for all channels of the input alone, and no groups, which are so not claimed.

Options: `device` (CPU:0; GPU:0: whatever TensorFlow has here);
`jit` (off: each operation by itself; on: the call as a whole, compiled by XLA, see `on_tensorflow/calls.py`);
`tf32` (off; of use on a GPU alone), a setting for the whole process.
"""

from typing import Any

import tensorflow as tf

from conv2d_adapters.on_tensorflow.calls import Calls, require_options
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

CAPABILITIES: dict[str, Any] = {
    "dtypes": {"float32", "float64", "float16", "bfloat16"},
    "groups": False,
    "padding": {"explicit", "same", "valid"},
    "empty_batch": True,
    "views": frozenset(VIEWS),  # `tf.convert_to_tensor` takes every array of NumPy
    "validation": True,
    "non_finite": True,
    "thread_safe": True,
}
WORDS = {"same": "SAME", "valid": "VALID"}


def convolve(
    x: Any,
    w: Any,
    b: Any,
    *,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,  # noqa: ARG001  # 1 in every call, since nothing else is claimed
) -> Any:
    image, filters = tf.transpose(x, (0, 2, 3, 1)), tf.transpose(w, (2, 3, 1, 0))
    pads = WORDS[padding] if isinstance(padding, str) else [(0, 0), *((pad, pad) for pad in padding), (0, 0)]
    y = tf.nn.conv2d(image, filters, stride, pads, dilations=dilation)
    return tf.transpose(y if b is None else tf.nn.bias_add(y, b), (0, 3, 1, 2))


def configure(*, device: str = "CPU:0", jit: str = "off", tf32: str = "off") -> Adapter:
    require_options(device, jit=jit, tf32=tf32)
    tf.config.experimental.enable_tensor_float_32_execution(tf32 == "on")
    calls, on_cpu = Calls(convolve, device, jit == "on"), device.startswith("CPU")
    grades = {"float32": "R-tf32", "float32/gradients": "R-tf32"} if tf32 == "on" and not on_cpu else {}
    return Adapter(
        name="tensorflow",
        version=tf.__version__,
        description=f"tf.nn.conv2d on {device}{', compiled by XLA' * (jit == 'on')}",
        conv2d=calls.conv2d,
        gradients=calls.gradients,
        configure=configure,
        capabilities=Capabilities(**CAPABILITIES, deterministic=on_cpu, grades=grades),
        environment={} if on_cpu else {"device": device},
        composed={"bias": "tf.nn.bias_add"},
    )


adapter = configure()
