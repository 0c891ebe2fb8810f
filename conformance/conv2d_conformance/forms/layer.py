"""A layer class as an adapter: it is constructed for every call, and weight and bias are loaded into it.

Its gradients are those of the framework, and its initial values those of its constructor.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import numpy as np

from conv2d_conformance.contract.adapter import UNVERSIONED, Adapter
from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.contract.delivered import Delivered
from conv2d_conformance.forms import claims
from conv2d_conformance.forms.claims import OPERATIONS, claims_of
from conv2d_conformance.forms.device_arrays import DeviceArrays, called
from conv2d_conformance.forms.frameworks import FrameworkArrays, open_arrays
from conv2d_conformance.forms.function import environment_of, require_known
from conv2d_conformance.forms.parameter_meanings import LAYER, Reading, read
from conv2d_conformance.forms.recent_results import Kept

PACKAGE = "conv2d_adapters.layers"
"""A module for each framework that has layers, with a class `Layers`."""

BASES = {"torch.nn.modules.module.Module": "torch"}
"""The class that the layers of a framework are subclasses of, and the framework."""

OPTIONS = {"device": "where the parameters lie, in the words of the framework", **claims.OPTIONS}

LOADED = "weight and bias are loaded into memory that the layer made"


class Layers(Protocol):
    """How the layers of a framework are made, loaded and differentiated, on one device."""

    def placing(self, dtype: str) -> dict[str, Any]: ...

    def place(self, layer: Any, dtype: str) -> Any: ...

    def parameter(self, layer: Any, name: str) -> Any: ...

    def load(self, layer: Any, name: str, array: Any) -> None: ...

    def replace(self, layer: Any, name: str, array: Any) -> None: ...

    def leaf(self, array: Any) -> Any: ...

    def gradients(self, result: Any, leaves: list[Any], grad_output: Any) -> list[Any]: ...

    def seed(self, seed: int) -> None: ...

    def drawn(self, parameters: Mapping[str, Any]) -> AbstractContextManager[None]: ...

    def fault_of_parameters(self, layer: Any, drawn: Mapping[str, Any]) -> str: ...


Construct = Callable[[Mapping[str, Any], str, Mapping[str, Any]], Any]
"""Makes a layer: of the arguments of its constructor by their meaning, in a dtype, to be given these parameters."""


def framework_of_class(found: Any) -> str | None:
    """The framework that a class is a layer of, known by the name of a base class: nothing is imported."""
    if not isinstance(found, type):
        return None
    bases = (f"{base.__module__}.{base.__qualname__}" for base in found.__mro__)
    return next((BASES[base] for base in bases if base in BASES), None)


def of_layer(layer: Callable[..., Any], framework: str, options: Mapping[str, str]) -> Adapter:
    """The adapter of a layer class. FormError says what is missing; its name and version are the caller's matter."""
    require_known(options, OPTIONS)
    reading = read(layer, LAYER)
    arrays = open_arrays(framework, options.get("device"))
    layers = layers_of(framework, arrays)
    shown = reading.features | {f"dtype.{name}" for name in arrays.dtypes} | OPERATIONS | {"seeded"}
    claimed = claims_of(shown, options, excluded=dict.fromkeys((f"views.{name}" for name in VIEWS), LOADED))
    calling = LayerCalls(_construct(layer, reading, layers), arrays, layers)
    return Adapter(
        name=layer.__name__,
        version=UNVERSIONED,
        conv2d=calling.conv2d,
        **{name: getattr(calling, name) for name in claimed.operations},
        capabilities=claimed.capabilities,
        description=f"a layer of {arrays.framework} on {arrays.device}, constructed with {reading.text}",
        environment=environment_of("layer", arrays),
    )


def layers_of(framework: str, arrays: FrameworkArrays) -> Layers:
    """The layers of a framework on the device of its arrays."""
    found: Layers = importlib.import_module(f"{PACKAGE}.{framework}").Layers(arrays.device)
    return found


def _construct(layer_class: Callable[..., Any], reading: Reading, layers: Layers) -> Construct:
    is_placed = reading.takes("device") and reading.takes("dtype")

    def construct(values: Mapping[str, Any], dtype: str, _: Mapping[str, Any]) -> Any:
        positional, named = reading.arguments({**values, **layers.placing(dtype)})
        layer = layer_class(*positional, **named)
        return layer if is_placed else layers.place(layer, dtype)

    return construct


class LayerCalls:
    """Makes layers, and the calls of them."""

    def __init__(self, construct: Construct, arrays: FrameworkArrays, layers: Layers) -> None:
        self._construct, self._arrays, self._layers = construct, arrays, layers
        self._kept = Kept(arrays)

    def _loaded(self, input: Array, given: Mapping[str, Array | None], attributes: Mapping[str, Any]) -> Any:
        """A layer with the given weight and bias."""
        weight = given["weight"]
        assert weight is not None
        sizes = {"in_channels": input.shape[-3:][0], "out_channels": weight.shape[0], "kernel_size": weight.shape[2:]}
        values = {**sizes, "bias": given["bias"] is not None, **attributes}
        parameters = {name: self._arrays.hand(array) for name, array in given.items() if array is not None}
        with _drawing_for_itself():
            layer = self._construct(values, weight.dtype.name, parameters)
        for name, tensor in parameters.items():
            # The bias of an illegal call alone has another dtype than the weight: the layer is to meet it itself.
            is_alike = tensor.dtype == parameters["weight"].dtype
            (self._layers.load if is_alike else self._layers.replace)(layer, name, tensor)
        return layer

    def _changed(self, layer: Any, given: Mapping[str, Array | None]) -> list[Observation]:
        """An observation for each parameter that is no longer what was loaded."""
        return [
            Observation("input-changed", f"the call changed its {name}")
            for name, array in given.items()
            if array is not None and self._arrays.take(self._layers.parameter(layer, name)).tobytes() != array.tobytes()
        ]

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Delivered:
        given = {"weight": weight, "bias": bias}
        layer, handed = self._loaded(input, given, attributes), DeviceArrays(self._arrays, {"input": input})
        value = called(self._arrays, layer, handed.values["input"])
        if wrong := self._arrays.fault(value):
            return Delivered(None, wrong=wrong)
        taken = self._arrays.take(value)
        observed = (*handed.changes(), *self._changed(layer, given), *self._kept.observe(value, taken))
        return Delivered(taken, observed)

    def gradients(self, input: Array, weight: Array, bias: Any, grad_output: Array, **attributes: Any) -> Delivered:
        given = {"weight": weight, "bias": bias}
        layer = self._loaded(input, given, attributes)
        handed = DeviceArrays(self._arrays, {"input": input, "grad_output": grad_output})
        leaves = [self._layers.leaf(handed.values["input"])]
        leaves += [self._layers.parameter(layer, name) for name, array in given.items() if array is not None]

        def differentiate() -> list[Any]:
            return [*self._layers.gradients(layer(leaves[0]), leaves, handed.values["grad_output"])]

        found = [self._arrays.take(value) for value in called(self._arrays, differentiate)]
        observed = (*handed.changes(), *self._changed(layer, given))
        return Delivered(found if bias is not None else [*found, None], observed)

    def initialize(
        self, in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str, seed: int, **given: Any
    ) -> tuple[Array, Array | None]:
        sizes = {"in_channels": in_channels, "out_channels": out_channels, "kernel_size": kernel_size}
        random.seed(seed)
        np.random.seed(seed)
        self._layers.seed(seed)
        layer = self._construct({**sizes, **given}, dtype, {})
        bias = self._layers.parameter(layer, "bias")
        weight = self._arrays.take(self._layers.parameter(layer, "weight"))
        return weight, None if bias is None else self._arrays.take(bias)


@contextmanager
def _drawing_for_itself() -> Iterator[None]:
    """Restore the random generators of the process: initial values that are replaced at once take nothing from them."""
    of_python, of_numpy = random.getstate(), np.random.get_state(legacy=False)
    try:
        yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)
