"""A function that writes its result to a parameter: into NaN, and not beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.answers import Broken, Request, Result
from conv2d_conformance.forms.sizes import output_shape
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question
from conv2d_reference.arguments import resolve

Make = Callable[..., Any]

HEAD = "import numpy as np\n\ndef conv2d(input, weight, bias, stride, padding, dilation, groups, out):\n"
SMALL = "import numpy as np\n\ndef conv2d(x, w, out):\n    np.multiply(x, w, out)\n"


def request() -> Any:
    arrays = {"input": np.full((1, 1, 2, 2), 3, np.float32), "weight": np.full((1, 1, 1, 1), 2, np.float32)}
    return Request("conv2d", {"stride": (1, 1)}, {**arrays, "bias": None})


def smoke(folder: Path, source: str, target: str = "mine.py:conv2d?without=dtype.float16,dtype.bfloat16") -> Any:
    (folder / "mine.py").write_text(source)
    found = CliRunner().invoke(program, ["smoke", target, "--isolation", "none"])
    return found.exit_code, " ".join(found.output.split())


def test_what_is_written_is_the_answer(folder: Path, body: str) -> None:
    status, output = smoke(folder, f"{HEAD}{body}    out[...] = y\n")
    assert status == 0, output


def test_what_is_not_written_is_not_a_number(implementation: Make, body: str) -> None:
    found = implementation(f"{HEAD}{body}    out[..., :-1] = y[..., :-1]\n")
    question = Question(parse("n1c1h2w3 m1k1"), found.hello.capabilities)
    fault = judge(question, found.ask(question.request)).fault
    assert fault is not None
    assert fault.got == "nan at y[0,0,0,2]; 2 of 6 elements are wrong"


@pytest.mark.parametrize("statement", ["", "    return out\n"])
def test_it_returns_nothing_or_what_it_was_given(implementation: Make, statement: str) -> None:
    answer = implementation(SMALL + statement).ask(request())
    assert isinstance(answer, Result)
    assert answer.observed == ()
    (output,) = answer.arrays
    assert output is not None
    assert output.tolist() == [[[[6, 6], [6, 6]]]]


def test_what_else_it_returns_is_no_answer(implementation: Make) -> None:
    answer = implementation(SMALL + "    return out.copy()\n").ask(request())
    told = "conv2d returned a value of type numpy.ndarray, though it was given the memory for its result"
    assert answer == Broken("not-an-array", told)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("16", "4 bytes outside of its output, the first of them 0 bytes past the end"),
        ("-4", "4 bytes outside of its output, the first of them 4 bytes before the start"),
    ],
)
def test_what_is_written_beside_it_is_seen(implementation: Make, place: str, told: str) -> None:
    source = f"import ctypes\n{SMALL}    ctypes.memset(out.ctypes.data + {place}, 0, 4)\n"
    (observation,) = implementation(source).ask(request()).observed
    assert (observation.kind, observation.sentence) == ("guard-changed", f"the call wrote {told}")


def test_a_tensor_is_written_to(implementation: Make) -> None:
    torch = pytest.importorskip("torch")
    source = (
        "import torch\n\ndef conv2d(x: torch.Tensor, w: torch.Tensor, *, output):\n    torch.mul(x, w, out=output)\n"
    )
    found = implementation(source)
    assert found.ask(request()).arrays[0].tolist() == [[[[6, 6], [6, 6]]]]
    assert found.hello.environment["arrays"] == f"torch {torch.__version__}"


@pytest.mark.usefixtures("standins")
def test_a_copy_on_a_device_is_written_to(implementation: Make) -> None:
    source = "def conv2d(x, w, y=None):\n    y[...] = x.held * w.held\n"
    answer = implementation(source, "mine.py:conv2d?arrays=cupy&out=y").ask(request())
    assert answer.arrays[0].tolist() == [[[[6, 6], [6, 6]]]]
    assert answer.observed == ()


@pytest.mark.usefixtures("standins")
def test_memory_that_is_written_to_after_the_call_is_seen(implementation: Make) -> None:
    source = """
kept = []

def conv2d(x, w, out):
    for earlier in kept:
        earlier[...] = 0
    out[...] = x.held * w.held
    kept.append(out)
"""
    found = implementation(source, "mine.py:conv2d?arrays=cupy")
    assert found.ask(request()).observed == ()
    (observation,) = found.ask(request()).observed
    assert observation.kind == "output-changed"


def test_a_parameter_with_a_default_is_left_alone(implementation: Make) -> None:
    source = "def conv2d(input, weight, out=None):\n    return input * weight if out is None else None\n"
    assert implementation(source).ask(request()).arrays[0].tolist() == [[[[6, 6], [6, 6]]]]


@pytest.mark.usefixtures("standins")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("arrays=jax", "nobody can write to a jax.Array"),
        ("claims=validation", "validation cannot be claimed: the caller makes the memory for the result"),
        ("out=z", "it has no parameter z"),
    ],
)
def test_what_cannot_be_is_told(adapter_of: Make, options: str, told: str) -> None:
    with pytest.raises(LoadError, match=told):
        adapter_of(SMALL, f"mine.py:conv2d?{options}")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"stride": (2, 3), "padding": (1, 2), "dilation": (2, 1)},
        {"stride": 2, "padding": 1, "dilation": 1},
        {"padding": "same", "dilation": (1, 2)},
        {"padding": "valid", "stride": (3, 1)},
    ],
)
@pytest.mark.parametrize("batch", [(), (0,), (2,)])
def test_the_memory_has_the_shape_of_the_result(arguments: dict[str, Any], batch: tuple[int, ...]) -> None:
    x, w = (*batch, 3, 9, 8), (4, 3, 3, 2)
    found = resolve(x, w, None, dtypes=[np.dtype("float32")] * 2, **arguments)
    assert output_shape(x, w, arguments) == (*batch, found.M, found.OH, found.OW)
