"""The gradients of a layer of Keras behind a padding, by the input and the weights, as each back end takes them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any


def by_tensorflow(layer: Any, pad: Any, x: Any, by_output: Any) -> Sequence[Any]:
    tf = importlib.import_module("tensorflow")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(pad(x))
    sources = [x, *(variable.value for variable in layer.trainable_variables)]
    found: Sequence[Any] = tape.gradient(y, sources, by_output, tf.UnconnectedGradients.ZERO)
    return found


def by_jax(layer: Any, pad: Any, x: Any, by_output: Any) -> Sequence[Any]:
    jax = importlib.import_module("jax")
    weights = [variable.value for variable in layer.trainable_variables]
    _, pull_back = jax.vjp(lambda x, weights: layer.stateless_call(weights, [], pad(x))[0], x, weights)
    by_input, by_weights = pull_back(by_output)
    return [by_input, *by_weights]


def by_torch(layer: Any, pad: Any, x: Any, by_output: Any) -> Sequence[Any]:
    torch = importlib.import_module("torch")
    x = x.detach().requires_grad_()
    weights = [variable.value for variable in layer.trainable_variables]
    found: Sequence[Any] = torch.autograd.grad(layer(pad(x)), [x, *weights], by_output)
    return found


BACKENDS: dict[str, Callable[[Any, Any, Any, Any], Sequence[Any]]] = {
    "tensorflow": by_tensorflow,
    "jax": by_jax,
    "torch": by_torch,
}
