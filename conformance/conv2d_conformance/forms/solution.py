"""A solution of KernelBench as an adapter: constructed as its problem file says, and judged within its geometry.

Its judge constructs the problem's Model and the solution under one seed, so that their parameters are equal. Here the
parameters are those of the call: every `torch.nn.Conv2d` that the constructor makes draws them, and then they are
loaded.
"""

from __future__ import annotations

import importlib
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.contract.adapter import UNVERSIONED, Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.contract.delivered import Delivered
from conv2d_conformance.forms import claims, fixed_call
from conv2d_conformance.forms.claims import claims_of
from conv2d_conformance.forms.fixed_call import EXCLUDED, FixedCall, fixes_sizes, require_inside, versioned
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.frameworks import open_arrays
from conv2d_conformance.forms.function import environment_of, require_known
from conv2d_conformance.forms.layer import LayerCalls, Layers, layers_of
from conv2d_conformance.hinted import unless_it_leaves

PROBLEMS = "conv2d_adapters.problems"
"""A module for each framework of such problems, with a function `fixed_call`."""

OPTIONS = {"device": "where the parameters lie, in the words of the framework", **fixed_call.OPTIONS, **claims.OPTIONS}

OF_A_PROBLEM = ("Model", "get_inputs", "get_init_inputs")


def of_solution(solution: Callable[..., Any], framework: str, options: Mapping[str, str]) -> Adapter:
    """The adapter of a class that solves a problem. FormError says what is missing, or what it has besides."""
    require_known(options, OPTIONS)
    path = options["problem"]
    found = problem_of(path)
    arrays = open_arrays(framework, options.get("device"))
    layers = layers_of(framework, arrays)
    fixed = _fixed_call(framework, path, found)
    limits = fixed.limits(sizes=fixes_sizes(options))

    def construct(_: Mapping[str, Any], dtype: str, parameters: Mapping[str, Any]) -> Any:
        with layers.drawn(parameters):
            return layers.place(solution(*found["get_init_inputs"]()), dtype)

    _require_parameters(construct, fixed, layers, arrays.hand)
    calling = _SolutionCalls(LayerCalls(construct, arrays, layers), limits)
    shown = CORE | {f"dtype.{fixed.dtype}"}
    return Adapter(
        name=getattr(solution, "__name__", ""),
        version=UNVERSIONED,
        conv2d=calling.conv2d,
        capabilities=claims_of(shown, options, excluded=EXCLUDED, limits=limits).capabilities,
        description=f"a solution of {path}, a layer of {framework} on {arrays.device}; the limits are the problem's",
        environment={**environment_of("solution", arrays), "problem": versioned(path)},
    )


def problem_of(path: str) -> Mapping[str, Any]:
    """What a problem file defines. FormError where it is none."""
    if not Path(path).is_file():
        raise FormError(f"there is no problem file {path!r}", f"looked for in {Path.cwd()}")
    try:
        found = runpy.run_path(path, run_name=Path(path).stem)
    except (Exception, SystemExit) as error:
        raise FormError(
            f"the problem file {path} raised {_told(error)}", unless_it_leaves("it must run by itself", error)
        ) from None
    if missing := [name for name in OF_A_PROBLEM if name not in found]:
        raise FormError(
            f"{path} is no problem of KernelBench: it has no {missing[0]}", f"it needs {', '.join(OF_A_PROBLEM)}"
        )
    return found


def _fixed_call(framework: str, path: str, found: Mapping[str, Any]) -> FixedCall:
    model, inputs, initial = (found[name] for name in OF_A_PROBLEM)
    read = importlib.import_module(f"{PROBLEMS}.{framework}").fixed_call
    try:
        fixed: FixedCall = read(lambda: model(*initial()), inputs)
    except FormError as error:
        raise FormError(f"{path}: {error.sentence}", error.hint) from None
    except (Exception, SystemExit) as error:
        hint = unless_it_leaves("its problem must run on the CPU", error)
        raise FormError(f"the Model of {path} raised {_told(error)}", hint) from None
    return fixed


def _require_parameters(construct: Any, fixed: FixedCall, layers: Layers, hand: Callable[[Array], Any]) -> None:
    """FormError where the parameters of the problem cannot be given to the solution."""
    sizes = fixed.shape
    shape = (sizes["M"], sizes["C"] // fixed.attributes["groups"], sizes["KH"], sizes["KW"])
    given = {"weight": _counted(shape), "bias": _counted(shape[:1]) if fixed.has_bias else None}
    tensors = {name: hand(array) for name, array in given.items() if array is not None}
    try:
        layer = construct({}, "float32", tensors)
    except (Exception, SystemExit) as error:
        hint = unless_it_leaves("run it by itself", error)
        raise FormError(f"constructed as its problem says, it raised {_told(error)}", hint) from None
    if sentence := layers.fault_of_parameters(layer, tensors):
        raise FormError(sentence, "its parameters must be the weight and the bias of the problem's Model, by name")


def _counted(shape: tuple[int, ...]) -> Array:
    return np.arange(1, 1 + int(np.prod(shape)), dtype=np.float32).reshape(shape)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".removesuffix(": ")


class _SolutionCalls:
    """Makes the calls of a solution that its problem makes, and no others."""

    def __init__(self, calls: LayerCalls, limits: tuple[str, ...]) -> None:
        self._calls, self._limits = calls, limits

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Delivered:
        require_inside(self._limits, input, weight, bias, attributes)
        return self._calls.conv2d(input, weight, bias, **attributes)
