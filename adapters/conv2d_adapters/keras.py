"""Keras's `keras.layers.Conv2D`: the layer is built for every call, and its weights are set to those of the call.

Option: `backend` (tensorflow, jax or torch; by default the one that Keras itself chooses), a setting for the whole
process. The gradients are those of the back end. Keras documents no stride together with a dilation.
"""

import importlib
import warnings
from typing import Any

import keras

from conv2d_adapters.on_keras.gradients import BACKENDS
from conv2d_adapters.on_keras.layers import Layers
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS
from conv2d_conformance.forms.form_error import FormError

CAPABILITIES = Capabilities(
    dtypes={"float32", "float64", "float16", "bfloat16"},
    padding={"explicit", "same", "valid"},
    arguments={"pair", "scalar", "defaults"},
    views=frozenset(VIEWS),  # `keras.ops.convert_to_tensor` takes every array of NumPy
    validation=True,
    non_finite=True,
    deterministic=True,
    limits=("SH == 1 and SW == 1 or DH == 1 and DW == 1",),
)


def make(keras: Any) -> Adapter:
    layers = Layers(keras)
    return Adapter(
        name="keras",
        version=keras.__version__,
        description=f"keras.layers.Conv2D on {layers.backend}",
        conv2d=layers.conv2d,
        initialize=layers.initialize,
        gradients=layers.gradients,
        configure=configure,
        capabilities=CAPABILITIES,
        environment={layers.backend: importlib.import_module(layers.backend).__version__},
        composed={"padding": "keras.layers.ZeroPadding2D"},
    )


def configure(*, backend: str) -> Adapter:
    if backend not in BACKENDS:
        told = f"backend is tensorflow, jax or torch, not {backend!r}"
        raise FormError(told, "leave backend out for Keras's own choice")
    if backend == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is dangerous where layers were made before
        keras.config.set_backend(backend)
    return make(importlib.import_module("keras"))


adapter = make(keras)
