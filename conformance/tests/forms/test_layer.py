"""A layer class: constructed as the document says, loaded, differentiated, and asked for its own initial values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.contract.answers import Broken, Rejected, Request, Result
from conv2d_conformance.implementation.target import LoadError

Make = Callable[..., Any]

torch = pytest.importorskip("torch")

LAYER = """
import numpy as np
import torch

class Layer(torch.nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(out_channels, in_channels // groups, *kernel_size))
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.geometry = stride, padding, dilation, groups
        bound = (in_channels // groups * kernel_size[0] * kernel_size[1]) ** -0.5
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x):
        return torch.nn.functional.conv2d(x, self.weight, self.bias, *self.geometry)
"""
WITHIN = """
import torch

class Layer(torch.nn.Module):
    def __init__(self, in_ch, out_ch, k, bias=False):
        super().__init__()
        self.inner = torch.nn.Conv2d(in_ch, out_ch, k, bias=bias)

    def forward(self, x):
        return self.inner(x)
"""


def array(*shape: int, dtype: Any = np.float32) -> Any:
    return np.arange(1, 1 + np.prod(shape)).reshape(shape).astype(dtype)


def request(operation: str = "conv2d", *, bias: Any = None, dtype: Any = np.float32, **more: Any) -> Any:
    arrays = {"input": array(1, 1, 2, 2, dtype=dtype), "weight": array(1, 1, 1, 2, dtype=dtype), "bias": bias}
    return Request(operation, {}, {**arrays, **more})


def command(*words: str) -> Any:
    found = CliRunner().invoke(program, words)
    return found.exit_code, " ".join(found.output.split())


@pytest.fixture
def layer(implementation: Make) -> Any:
    return lambda source=LAYER, options="": implementation(source, f"mine.py:Layer{options}")


def test_a_layer_is_right_in_all_that_it_claims(layer: Make) -> None:
    hello = layer().hello
    assert hello.operations == ("conv2d", "initialize", "gradients")
    assert hello.environment["form"] == "layer"
    assert hello.description.startswith(
        "a layer of torch on cpu, constructed with in_channels, out_channels, kernel_size"
    )
    status, output = command("smoke", "mine.py:Layer", "--isolation", "none")
    assert status == 0, output


@pytest.mark.usefixtures("layer")
def test_a_wrong_one_is_diagnosed(layer: Make) -> None:
    layer(LAYER.replace("self.weight, self.bias, *", "self.weight.flip(-1), self.bias, *"))
    status, output = command("replay", "n1c2h4w5 m2k2x3", "mine.py:Layer", "--isolation", "none")
    assert status == 1
    assert "a conv2d whose kernel is mirrored" in output


@pytest.mark.parametrize(("power", "status"), [("-0.5", 0), ("-0.4", 1)])
def test_initial_values_are_judged(layer: Make, power: str, status: int) -> None:
    layer(LAYER.replace("** -0.5", f"** {power}"))
    asked = command("replay", "init c64m64k3x3 bias float32 seed:7", "mine.py:Layer", "--isolation", "none")
    assert asked[0] == status, asked[1]


def test_it_is_loaded_and_differentiated(layer: Make) -> None:
    found = layer()
    bias = np.full(1, 5, np.float32)
    forward = found.ask(request(bias=bias))
    assert forward.arrays[0].tolist() == [[[[1 + 4 + 5], [3 + 8 + 5]]]]
    backward = found.ask(request("gradients", bias=bias, grad_output=array(1, 1, 2, 1)))
    assert [gradient.tolist() for gradient in backward.arrays] == [[[[[1, 2], [2, 4]]]], [[[[7, 10]]]], [3]]
    assert found.ask(request("gradients", grad_output=array(1, 1, 2, 1))).arrays[2] is None


def test_the_only_layer_within_is_loaded(layer: Make) -> None:
    found = layer(WITHIN)
    for dtype in (np.float32, np.float64, np.float16):
        answer = found.ask(request(dtype=dtype))
        assert answer.arrays[0].dtype == dtype
        assert answer.arrays[0].tolist() == [[[[5], [11]]]]
    two = WITHIN.replace("return self.inner(x)", "return self.other(self.inner(x))")
    two = two.replace("        self.inner =", "        self.other = torch.nn.Conv2d(1, 1, 1)\n        self.inner =")
    told = "the layer has no weight, or more than one"
    assert layer(two).ask(request()) == Rejected("AttributeError", told)


def test_a_device_and_a_dtype_are_given_to_who_takes_them(layer: Make) -> None:
    noted = WITHIN.replace("bias=False):", "bias=False, device=None, dtype=None):\n        Layer.noted = device, dtype")
    noted = noted.replace("bias=bias)", "bias=bias, device=device, dtype=dtype)")
    noted = noted.replace(
        "return self.inner(x)", "assert Layer.noted == ('cpu', torch.float64)\n        return self.inner(x)"
    )
    assert isinstance(layer(noted).ask(request(dtype=np.float64)), Result)


def test_a_layer_that_makes_another_weight_is_wrong(layer: Make) -> None:
    for wrong in ("out_channels, in_channels, *kernel_size", "out_channels, 1, *kernel_size, dtype=torch.float32"):
        source = LAYER.replace("out_channels, in_channels // groups, *kernel_size", wrong)
        source = source.replace("bias=True):", "bias=True, device=None, dtype=None):")
        arrays = {"input": array(1, 2, 2, 2, dtype=float), "weight": array(2, 1, 1, 2, dtype=float), "bias": None}
        answer = layer(source).ask(Request("conv2d", {"groups": 2}, arrays))
        assert isinstance(answer, Rejected)
        assert "the layer made a weight" in answer.message


def test_what_a_layer_made_of_its_weight_follows_it(layer: Make) -> None:
    source = LAYER.replace(
        "        self.bias =", "        self.flat = self.weight.detach().view(-1)\n        self.bias ="
    )
    source = source.replace("self.weight, self.bias, *", "self.flat.view(self.weight.shape), self.bias, *")
    assert layer(source).ask(request()).arrays[0].tolist() == [[[[5], [11]]]]


def test_what_else_a_layer_holds_has_its_dtype_too(layer: Make) -> None:
    source = LAYER.replace(
        "        self.bias =", "        self.register_buffer('one', torch.ones(1))\n        self.bias ="
    )
    source = source.replace("        return", "        assert self.one.dtype == x.dtype\n        return")
    assert isinstance(layer(source).ask(request(dtype=np.float64)), Result)


def test_what_does_not_fit_is_refused(layer: Make) -> None:
    arrays = {"input": array(1, 1, 2, 2), "weight": array(1, 2, 1, 2), "bias": None}
    answer = layer(options="?claims=validation").ask(Request("conv2d", {}, arrays))
    assert isinstance(answer, Rejected)
    assert answer.message == (
        "the layer made a weight (1, 1, 1, 2) of torch.float32, and is given one (1, 2, 1, 2) of torch.float32"
    )
    half = {"input": array(1, 1, 2, 2), "weight": array(1, 1, 1, 2), "bias": array(1, dtype=np.float16)}
    assert isinstance(layer().ask(Request("conv2d", {}, half)), Rejected)
    assert isinstance(layer().ask(Request("conv2d", {"padding_mode": "zero"}, request().arrays)), Rejected)


def test_initial_values_follow_the_seed_and_take_from_no_generator_otherwise(layer: Make) -> None:
    drawing = LAYER.replace("        bound =", "        np.random.random()\n        bound =")
    found = layer(drawing)
    sizes = {"in_channels": 2, "out_channels": 4, "kernel_size": (2, 3), "groups": 2, "dtype": "float32"}
    one, same, other = (found.ask(Request("initialize", {**sizes, "seed": seed}, {})).arrays for seed in (1, 1, 2))
    assert one[0].shape == (4, 1, 2, 3)
    assert [value.tobytes() for value in one] == [value.tobytes() for value in same]
    assert one[0].tobytes() != other[0].tobytes()
    assert found.ask(request()).observed == ()


def test_a_call_that_changes_its_weight_is_seen(layer: Make) -> None:
    source = LAYER.replace("        return", "        self.weight.data.add_(1)\n        return")
    (observation,) = layer(source).ask(request()).observed
    assert (observation.kind, observation.sentence) == ("input-changed", "the call changed its weight")


def test_what_is_no_tensor_is_no_answer(layer: Make) -> None:
    source = LAYER.replace("*self.geometry)\n", "*self.geometry).detach().numpy()\n")
    told = "conv2d returned a value of type numpy.ndarray, not a torch.Tensor"
    assert layer(source).ask(request()) == Broken("not-an-array", told)


@pytest.mark.parametrize(
    ("source", "options", "told"),
    [
        (LAYER, "?claims=views.steps", "views.steps cannot be claimed: weight and bias are loaded into memory"),
        (LAYER + "\nLayer = Layer(1, 1, (1, 1))\n", "", "it is a layer that is constructed, and has one geometry"),
        (LAYER, "?arrays=numpy", "arrays is no option of such a target"),
        (LAYER, "?device=meta", "the device meta cannot be examined"),
        (
            WITHIN.replace("in_ch, out_ch, k", "width"),
            "",
            "it has no parameter for the out_channels and the kernel_size",
        ),
    ],
)
def test_what_cannot_be_is_told(adapter_of: Make, source: str, options: str, told: str) -> None:
    with pytest.raises(LoadError, match=told):
        adapter_of(source, f"mine.py:Layer{options}")
