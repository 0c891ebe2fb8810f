"""The layer Conv2D of Keras with any of its back ends: channels come last."""

from __future__ import annotations

from typing import Any

from conv2d_adapters.on_keras.gradients import BACKENDS
from conv2d_conformance.contract.arrays import Array

LAST = "channels_last"
NAMES = {"stride": "strides", "padding": "padding", "dilation": "dilation_rate", "groups": "groups", "bias": "use_bias"}


class Layers:
    """Calls of layers of the module `keras`, each built for the call. Explicit padding is by ZeroPadding2D.

    A kernel that is drawn would take a number from Python's generator before it is replaced by that of the call.
    """

    def __init__(self, keras: Any) -> None:
        self._keras, self._ops, self.backend = keras, keras.ops, keras.backend.backend()

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Any:
        layer, pad, x = self._loaded(input, weight, bias, **attributes)
        return self._ops.convert_to_numpy(self._ops.transpose(layer(pad(x)), (0, 3, 1, 2)))

    def gradients(self, input: Array, weight: Array, bias: Array | None, grad_output: Array, **attributes: Any) -> Any:
        differentiate, transpose = BACKENDS[self.backend], self._ops.transpose
        found = differentiate(*self._loaded(input, weight, bias, **attributes), self._tensor(grad_output, (0, 2, 3, 1)))
        by_input, by_kernel, *by_bias = found
        results = [transpose(by_input, (0, 3, 1, 2)), transpose(by_kernel, (3, 2, 0, 1)), *by_bias]
        arrays = [self._ops.convert_to_numpy(value) for value in results]
        return arrays if by_bias else [*arrays, None]

    def initialize(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        *,
        dtype: str = "float32",
        seed: int = 0,
        **given: Any,
    ) -> Any:
        self._keras.utils.set_random_seed(seed)
        layer = self._construct(out_channels, kernel_size, dtype, **given)
        layer.build((1, *layer.kernel_size, in_channels))
        kernel, *bias = layer.get_weights()
        return kernel.transpose(3, 2, 0, 1), bias[0] if bias else None

    def _construct(self, filters: int, kernel_size: Any, dtype: str, **given: Any) -> Any:
        named = {NAMES.get(name, name): value for name, value in given.items()}
        return self._keras.layers.Conv2D(filters, kernel_size, dtype=dtype, data_format=LAST, **named)

    def _loaded(self, input: Array, weight: Array, bias: Array | None, **given: Any) -> tuple[Any, Any, Any]:
        """The layer with the weights, what pads the input, and the input."""
        dtype = weight.dtype.name
        pad = self._keras.layers.Identity(dtype=dtype)
        if not isinstance(given.get("padding", "valid"), str):
            pad = self._keras.layers.ZeroPadding2D(given.pop("padding"), LAST, dtype=dtype)
        named = {"bias": bias is not None, **given}
        layer = self._construct(weight.shape[0], weight.shape[2:], dtype, kernel_initializer="zeros", **named)
        x = self._tensor(input, (0, 2, 3, 1))
        layer.build(pad.compute_output_shape(x.shape))
        kernel = self._tensor(weight, (2, 3, 1, 0))
        layer.set_weights([kernel] if bias is None else [kernel, bias])
        return layer, pad, x

    def _tensor(self, array: Array, axes: tuple[int, ...]) -> Any:
        return self._ops.transpose(self._ops.convert_to_tensor(array), axes)
