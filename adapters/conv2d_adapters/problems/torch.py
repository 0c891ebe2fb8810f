"""Models of PyTorch, called on the device `meta`, on which a layer of any size costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from conv2d_conformance.forms.fixed_call import FixedCall
from conv2d_conformance.forms.form_error import FormError

CONVOLUTION = "aten::convolution"
ONE_CONV2D = "what is judged here is one conv2d alone"


_Mode: Any = TorchDispatchMode  # so that its types are the same where PyTorch is not installed


class _Recorder(_Mode):  # type: ignore[misc]  # it has no types
    """Keeps the operations that are carried out, with their arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No: nothing is compiled here, and the compiler takes seconds to import."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.calls.append((function.name(), args))
        return function(*args, **(kwargs or {}))


def fixed_call(make_model: Callable[[], Any], make_inputs: Callable[[], list[Any]]) -> FixedCall:
    """The call of conv2d that a model makes of its inputs. FormError where it does more, or less, than that."""
    with torch.device("meta"), torch.no_grad():
        model, inputs = make_model(), make_inputs()
        with _Recorder() as recorder:
            result = model(*inputs)
    parameters = dict(model.named_parameters())
    if [name for name, _ in recorder.calls] != [CONVOLUTION]:
        computed = ", ".join(name.partition("::")[2] for name, _ in recorder.calls) or "nothing"
        raise FormError(f"its Model computes {computed}", ONE_CONV2D)
    x, weight, bias, stride, padding, dilation, transposed, _, groups = recorder.calls[0][1]
    if transposed or weight.dim() != 4 or len(inputs) != 1 or x is not inputs[0] or result.dim() != 4:
        raise FormError("its Model computes a convolution that is no conv2d of the whole input", ONE_CONV2D)
    used = [tensor for tensor in (weight, bias) if tensor is not None]
    if len(parameters) != len(used) or not all(any(one is tensor for one in parameters.values()) for tensor in used):
        told = ", ".join(parameters) or "none"
        raise FormError(f"its Model convolves with something else than its parameters ({told})", ONE_CONV2D)
    (n, c, h, w), (m, _, kh, kw) = x.shape, weight.shape
    return FixedCall(
        shape={"C": c, "M": m, "KH": kh, "KW": kw},
        attributes={"stride": tuple(stride), "padding": tuple(padding), "dilation": tuple(dilation), "groups": groups},
        has_bias=bias is not None,
        dtype=str(x.dtype).removeprefix("torch."),
        sizes={"N": n, "H": h, "W": w},
    )
