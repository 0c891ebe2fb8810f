"""A function on framework arrays: found by its annotations, asked on its device, and seen there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.contract.answers import Broken, Rejected, Request, Result
from conv2d_conformance.implementation.host import Worker
from conv2d_conformance.implementation.target import LoadError, load, parse

Make = Callable[..., Any]

ON_TENSORS = """
import torch

def conv2d(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None, stride=1, padding=0, dilation=1, groups=1):
    return torch.nn.functional.conv2d(x, w, b, stride, padding, dilation, groups)
"""
POINTWISE = """
import {framework}

def conv2d(x, w):
    return {framework}.{array}(x.held[:, 0:1] * w.held[0, 0, 0, 0])
"""
ON_CUPY = POINTWISE.format(framework="cupy", array="ndarray")
ON_JAX = POINTWISE.format(framework="jax", array="Array")


def request(value: Any = 3.0) -> Any:
    arrays = {"input": np.full((1, 1, 2, 2), value, np.float32), "weight": np.full((1, 1, 1, 1), 2, np.float32)}
    return Request("conv2d", {"groups": 1}, {**arrays, "bias": None})


def smoke(text: str) -> Any:
    return CliRunner().invoke(program, ["smoke", text, "--isolation", "none"])


def seen(answer: Any) -> Any:
    assert isinstance(answer, Result), answer
    return [observation.sentence for observation in answer.observed]


def test_a_function_on_tensors_is_right_in_all_that_it_claims(implementation: Make) -> None:
    pytest.importorskip("torch")
    hello = implementation(ON_TENSORS).hello
    assert hello.environment["arrays"].startswith("torch ")
    assert hello.environment["device"] == "cpu"
    assert hello.description == (
        "a function on arrays of torch on cpu, called with x=input, w=weight, b=bias, stride, padding, dilation, groups"
    )
    assert hello.capabilities.dtypes == {"float32", "float64", "float16", "bfloat16"}
    found = smoke("mine.py:conv2d")
    assert found.exit_code == 0, found.output


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("line", ["torch.relu(x)", "x.unsqueeze(0)"])
def test_who_is_given_numpy_arrays_and_wants_tensors_is_told(implementation: Make, line: str) -> None:
    pytest.importorskip("torch")
    implementation(f"import torch\n\ndef conv2d(x, w):\n    return {line}\n")
    found = CliRunner().invoke(program, ["replay", "n1c1h2w3 m1k1", "mine.py:conv2d", "--isolation", "none"])
    assert "a function on tensors is a target with ?arrays=torch" in " ".join(found.output.split())
    assert "is it a fault of the adapter" not in found.output


@pytest.mark.usefixtures("folder")
def test_a_wrong_one_is_diagnosed(implementation: Make) -> None:
    pytest.importorskip("torch")
    implementation(ON_TENSORS.replace("padding, dilation, groups)\n", "padding[::-1], dilation, groups)\n"))
    target = "mine.py:conv2d?without=arguments.defaults"
    found = CliRunner().invoke(program, ["replay", "n1c1h4w5 m1k2x3 p1x2", target, "--isolation", "none"])
    assert found.exit_code == 1
    assert "a conv2d that takes padding as (width, height)" in " ".join(found.output.split())


ANNOTATIONS = {
    "x: torch.Tensor": "torch",
    "x: 'torch.Tensor'": "torch",
    "x: 'Tensor'": "torch",
    "x, w: 'Tensor | None'": "torch",
    "x, w: Optional[Tensor]": "torch",
    "x, w, device: torch.device = None": None,
    "x: np.ndarray, w: torch.Tensor": "numpy",
    "x: 'np.ndarray | torch.Tensor', w": "numpy",
    "x: 'jax.Array'": "jax",
    "x: np.ndarray": "numpy",
    "x: 'list[float]'": None,
    "x: int, w: 'Unknown'": None,
}


@pytest.mark.parametrize("parameters", ANNOTATIONS)
def test_the_framework_is_guessed_from_annotations(parameters: str) -> None:
    torch = pytest.importorskip("torch")
    from typing import Optional

    from conv2d_conformance.forms.function import framework_of

    scope = {"torch": torch, "Tensor": torch.Tensor, "np": np, "Optional": Optional}
    exec(f"def conv2d({parameters}): ...", scope)
    assert framework_of(scope["conv2d"]) == ANNOTATIONS[parameters]


@pytest.mark.usefixtures("standins")
def test_two_frameworks_are_none(adapter_of: Make) -> None:
    source = "def conv2d(x: 'cupy.ndarray', w: 'jax.Array'): ..."
    with pytest.raises(LoadError, match=r"its annotations name arrays of cupy and of jax \(say which they are"):
        adapter_of(source)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("device", "sentence"),
    [
        ("cuda", "there is no device cuda for torch here: "),
        ("abacus", "there is no device abacus for torch here: Expected one of cpu, cuda"),
        ("meta", "the device meta cannot be examined: a tensor there has a shape and no numbers"),
    ],
)
def test_a_device_that_is_not_there_is_no_verdict(adapter_of: Make, device: str, sentence: str) -> None:
    torch = pytest.importorskip("torch")
    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("there is one here")
    with pytest.raises(LoadError) as caught:
        adapter_of(ON_TENSORS, f"mine.py:conv2d?device={device}")
    assert caught.value.sentence.startswith(f"conv2d in mine.py: {sentence}")
    assert "\n" not in caught.value.sentence
    assert smoke(f"mine.py:conv2d?device={device}").exit_code == 3


def test_a_result_on_another_device_is_no_answer(implementation: Make) -> None:
    pytest.importorskip("torch")
    source = "import torch\ndef conv2d(x: torch.Tensor, w): return torch.empty(x.shape, device='meta')"
    answer = implementation(source).ask(request())
    assert answer == Broken("not-an-array", "conv2d returned a tensor on meta, not on cpu")


def test_what_is_no_tensor_is_no_answer(implementation: Make) -> None:
    pytest.importorskip("torch")
    for value, told in (
        ("x.numpy()", "a value of type numpy.ndarray"),
        ("None", "None"),
        ("[x]", "a value of type list"),
    ):
        source = f"import torch\ndef conv2d(x: torch.Tensor, w): return {value}"
        assert implementation(source).ask(request()) == Broken(
            "not-an-array", f"conv2d returned {told}, not a torch.Tensor"
        )


@pytest.mark.usefixtures("standins")
def test_copies_are_made_on_the_way_in_and_out(implementation: Make) -> None:
    for source, arrays, device in ((ON_CUPY, "cupy", "cuda:1"), (ON_JAX, "jax", "cpu")):
        found = implementation(source, f"mine.py:conv2d?arrays={arrays}&device={device}")
        answer = found.ask(request())
        assert seen(answer) == []
        assert answer.arrays[0].tolist() == [[[[6, 6], [6, 6]]]]
        assert found.hello.environment["arrays"] == f"{arrays} stand-in"


@pytest.mark.usefixtures("standins")
def test_dtypes_are_those_of_the_framework_there(adapter_of: Make) -> None:
    assert adapter_of(ON_JAX, "mine.py:conv2d?arrays=jax").capabilities.dtypes == {"float32", "float16", "bfloat16"}
    assert adapter_of(ON_CUPY, "mine.py:conv2d?arrays=cupy").capabilities.dtypes == {"float32", "float64", "float16"}


SEEN = {
    "x.held[0, 0, 1, 1] = 9": "the call changed its input",
    "w.held.base[-1] = 9": "the call wrote 4 bytes outside of its weight, the first of them 4092 bytes past the end",
    "x.held.base[1023] = 9": "the call wrote 4 bytes outside of its input, the first of them 4 bytes before the start",
}


@pytest.mark.usefixtures("standins")
@pytest.mark.parametrize("line", SEEN)
def test_what_a_call_does_to_its_copies_is_seen(implementation: Make, line: str) -> None:
    source = ON_CUPY.replace("    return", f"    {line}\n    return")
    assert seen(implementation(source, "mine.py:conv2d?arrays=cupy").ask(request())) == [SEEN[line]]


@pytest.mark.usefixtures("standins")
def test_a_result_that_the_next_call_overwrites_is_seen(implementation: Make) -> None:
    source = "import cupy, numpy\nkept = numpy.zeros((1, 1, 2, 2), numpy.float32)\n"
    source += "def conv2d(x, w):\n    kept[...] = x.held * w.held\n    return cupy.ndarray(kept)\n"
    found = implementation(source, "mine.py:conv2d?arrays=cupy")
    assert seen(found.ask(request(1.0))) == []
    assert seen(found.ask(request(2.0))) == ["the call changed the result of an earlier call"]


@pytest.mark.usefixtures("standins")
def test_an_error_that_comes_late_belongs_to_its_call(implementation: Make) -> None:
    failing = ON_CUPY.replace(
        "    return", "    if x.held[0, 0, 0, 0] == 1:\n        cupy.pending.append(ValueError('late'))\n    return"
    )
    found = implementation(failing, "mine.py:conv2d?arrays=cupy")
    assert found.ask(request(1.0)) == Rejected("ValueError", "late")
    assert seen(found.ask(request(2.0))) == []
    deleting = ON_JAX.replace("return ", "value = ") + "    value.delete()\n    return value\n"
    answer = implementation(deleting, "mine.py:conv2d?arrays=jax").ask(request())
    assert answer == Rejected("RuntimeError", "Array has been deleted")


@pytest.mark.usefixtures("standins")
def test_too_little_memory_is_no_refusal(implementation: Make) -> None:
    source = "class OutOfMemoryError(RuntimeError): ...\n\ndef conv2d(x, w):\n    raise OutOfMemoryError('80 GiB')\n"
    answer = implementation(source, "mine.py:conv2d?arrays=cupy").ask(request())
    assert answer == Broken("memory", "conv2d ran out of memory: 80 GiB")


@pytest.mark.parametrize("text", ["mine.py:conv2d", "mine.py:Layer?without=gradients"])
def test_tensors_that_are_copies_lie_within_guard_bands(
    folder: Path, implementation: Make, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    pytest.importorskip("torch")
    from conv2d_adapters.arrays.torch import Arrays

    def copies(self: Any, device: Any, made: Any = Arrays.__init__) -> None:
        made(self, device)
        self.copies = True

    monkeypatch.setattr(Arrays, "__init__", copies)
    layer = "\nclass Layer(torch.nn.Conv2d): ...\n"
    (folder / "mine.py").write_text(ON_TENSORS + layer)
    found = smoke(text)
    assert found.exit_code == 0, found.output
    if "Layer" not in text:
        source = ON_TENSORS.replace("    return", "    x.view(-1)[-1] = 9\n    return")
        assert "the call changed its input" in seen(implementation(source).ask(request()))


def test_a_function_of_a_framework_is_on_its_arrays() -> None:
    torch = pytest.importorskip("torch")
    adapter = load(parse("torch.nn.functional:conv2d"))
    assert adapter.environment["arrays"] == f"torch {torch.__version__}"
    assert adapter.description.endswith("called with input, weight, bias, stride, padding, dilation, groups")
    found = smoke("torch.nn.functional:conv2d?claims=padding.same,padding.valid,unbatched,arguments.scalar")
    assert found.exit_code == 0, found.output


def test_a_lost_device_is_lost_for_one_call_alone(standins: Path) -> None:
    source = ON_CUPY.replace(
        "    return",
        "    if x.held[0, 0, 0, 0] == 1:\n        cupy.lost.append(ValueError('illegal address'))\n    return",
    )
    (standins / "mine.py").write_text(source)
    with Worker("mine.py:conv2d?arrays=cupy") as found:
        first, second = found.ask(request(1.0)), found.ask(request(2.0))
    assert isinstance(first, Broken)
    assert first.kind == "died"
    assert "conv2d left the device of no further use: ValueError: illegal address" in first.stderr
    assert seen(second) == []


@pytest.mark.usefixtures("standins")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            "arrays=cupy&device=cuda:7",
            "there is no device cuda:7 for cupy here: cudaErrorInvalidDevice: invalid device",
        ),
        ("arrays=jax&device=gpu", "there is no device gpu for jax here: Unknown backend gpu"),
        ("arrays=numpy&device=cuda", "there is no device cuda for numpy here: NumPy computes on the cpu alone"),
        ("arrays=fortran", "arrays=fortran is not known"),
        ("arrays=numpy&colour=red", "colour is no option of such a target"),
        ("arrays=cupy&claims=views.steps", "views.steps cannot be claimed: what is handed over is a dense copy"),
        ("arrays=numpy&claims=gradients", "gradients cannot be claimed: a function has its result alone"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(adapter_of: Make, options: str, told: str) -> None:
    with pytest.raises(LoadError) as caught:
        adapter_of(ON_CUPY, f"mine.py:conv2d?{options}")
    assert caught.value.sentence.startswith(f"conv2d in mine.py: {told}")


def test_a_framework_that_is_not_installed_is_named(adapter_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(LoadError, match="arrays=cupy needs cupy, which is not installed"):
        adapter_of("def conv2d(x, w): ...", "mine.py:conv2d?arrays=cupy")


def test_a_target_on_numpy_imports_no_framework(folder: Path) -> None:
    (folder / "mine.py").write_text("def conv2d(input, weight):\n    return input\n")
    program = (
        "import sys\nfrom conv2d_conformance.implementation.target import load, parse\n"
        "target = parse('mine.py:conv2d')\nassert 'numpy' not in sys.modules\nload(target)\n"
        "sys.exit(any(name.startswith(('torch', 'jax', 'cupy', 'conv2d_adapters')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
