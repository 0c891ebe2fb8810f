"""A C function in a shared library: the example is right, and what goes wrong in C is seen."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from ctypes import sizeof
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.answers import Rejected
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.forms import header
from conv2d_conformance.forms.library import DTYPE_CODES, CallStruct
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import LoadError, load
from conv2d_conformance.implementation.target import parse as target_of
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

Make = Callable[..., Any]

EXAMPLE = (Path(__file__).parents[3] / "examples" / "my_conv.c").read_text(encoding="utf-8")
CASE = "n2c4h7w9 m6k3x2 s2x1 p1x2 d1x2 g2 bias uniform:1"

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no cc here")


def compiled(folder: Path, source: str, *options: str) -> Any:
    (folder / header.NAME).write_text(header.text())
    (folder / "mine.c").write_text(source)
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", *options, "mine.c"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def library(folder: Path) -> Any:
    """The function of a source, in this process. Each has a file of its own, since a loaded library stays."""

    def make(source: str = EXAMPLE, options: str = "") -> Any:
        done = compiled(folder, source, "-O1", "-shared", "-fPIC", "-o", "libmine.so")
        assert done.returncode == 0, done.stderr
        return InProcess(load(target_of(f"./libmine.so:my_conv2d{options}")))

    return make


def judged(implementation: InProcess, line: str = CASE) -> Any:
    question = Question(parse(line), implementation.hello.capabilities)
    answer = implementation.ask(question.request)
    return judge(question, answer), answer


def replaced(old: str, new: str) -> Any:
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new)


def test_the_example_is_right_in_all_that_it_claims(library: Make) -> None:
    hello = library().hello
    assert {f"dtype.{name}" for name in DTYPE_CODES} | CORE <= hello.capabilities.features
    assert hello.name == "libmine.so:my_conv2d"
    assert hello.version.startswith("sha256:")
    words = ["run", "./libmine.so:my_conv2d", "--effort", "quick", "--only", "padding.*", "--output", "report.json"]
    found = CliRunner().invoke(program, words)
    assert found.exit_code == 4, found.output
    assert "every MUST that is selected holds (padding.*)" in found.output


@pytest.mark.parametrize("dtype", DTYPE_CODES)
def test_every_dtype_is_right(library: Make, dtype: str) -> None:
    judgement, _ = judged(library(), f"{CASE} {dtype}")
    assert judgement.outcome == "pass"
    assert judgement.evidence > 0


def test_a_wrong_one_is_diagnosed(library: Make) -> None:
    library(replaced("* a->kw + kw]", "* a->kw + a->kw - 1 - kw]"))
    words = ["replay", "n1c1h4w5 m1k2x3", "./libmine.so:my_conv2d", "--isolation", "none"]
    found = CliRunner().invoke(program, words)
    assert found.exit_code == 1
    assert "a conv2d whose kernel is mirrored from left to right" in " ".join(found.output.split())


def test_what_is_not_written_is_not_a_number(library: Make) -> None:
    judgement, _ = judged(library(replaced("oh < a->oh; oh++", "oh < a->oh - 1; oh++")))
    assert judgement.fault.got.startswith("nan at y[0,0,3,0]")


SEEN = {
    "((float *)a->output)[a->n * a->m * a->oh * a->ow] = 0": (
        "guard-changed",
        "the call wrote 4 bytes outside of its output, the first of them 0 bytes past the end",
    ),
    "((char *)a->output)[-8] = 0": (
        "guard-changed",
        "the call wrote 1 bytes outside of its output, the first of them 8 bytes before the start",
    ),
    "((float *)a->weight)[0] = 0": ("input-changed", "the call changed its weight, first at index (0, 0, 0, 0)"),
    "((float *)a->bias)[a->m] = 0": (
        "guard-changed",
        "the call wrote 4 bytes outside of its arrays, the first of them 0 bytes past the end of its bias",
    ),
}


@pytest.mark.parametrize("statement", SEEN)
def test_what_is_written_out_of_bounds_is_seen(library: Make, statement: str) -> None:
    source = replaced(
        "case CONV2D_FLOAT32: conv2d_float(call);", "case CONV2D_FLOAT32: conv2d_float(call); break_it(call);"
    )
    source = source.replace(
        "int my_conv2d", f"static void break_it(const conv2d_call *a) {{ {statement}; }}\n\nint my_conv2d"
    )
    _, answer = judged(library(source))
    (observation,) = answer.observed
    assert (observation.kind, observation.sentence) == SEEN[statement]


def test_what_is_read_out_of_bounds_is_not_a_number(library: Make) -> None:
    judgement, _ = judged(library(replaced("h < a->h &&", "h <= a->h && a->c > 0 &&")), "n1c1h3w3 m1k3 p1 uniform:1")
    assert judgement.outcome == "fail"
    assert "nan" in judgement.fault.got


def test_another_status_than_0_is_a_refusal(library: Make) -> None:
    judgement, answer = judged(library(replaced("conv2d_float(call); return 0", "conv2d_float(call); return 7")))
    assert judgement.outcome == "fail"
    assert (answer.type, answer.message) == ("RefusedByStatus", "status 7")
    assert isinstance(answer, Rejected)


def test_the_header_is_what_the_suite_calls_with(folder: Path) -> None:
    sizes = [f'_Static_assert(sizeof(conv2d_call) == {sizeof(CallStruct)}, "");']
    for name in (field[0] for field in CallStruct._fields_):
        place = getattr(CallStruct, name)
        sizes.append(f'_Static_assert(offsetof(conv2d_call, {name}) == {place.offset}, "{name}");')
        sizes.append(f'_Static_assert(sizeof(((conv2d_call *)0)->{name}) == {place.size}, "{name}");')
    sizes += [f'_Static_assert(CONV2D_{name.upper()} == {number}, "{name}");' for name, number in DTYPE_CODES.items()]
    source = "\n".join(("#include <stddef.h>", '#include "conv2d_conformance.h"', *sizes, ""))
    assert compiled(folder, source, "-fsyntax-only").returncode == 0
    assert compiled(folder, source.replace("== 4,", "== 5,"), "-fsyntax-only").returncode != 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("./libmine.so:other", "it has no function other"),
        ("./libmine.so:my_conv2d?claims=validation", "validation cannot be claimed: the caller makes the memory"),
        ("./libmine.so:my_conv2d?claims=unbatched", "unbatched cannot be claimed: the header has no such thing"),
        ("./libmine.so:my_conv2d?device=cuda", "device is no option of such a target"),
        ("./broken.so:my_conv2d", "it cannot be loaded: "),
    ],
)
def test_what_stands_in_the_way_is_told(folder: Path, library: Make, text: str, told: str) -> None:
    library()
    (folder / "broken.so").write_text("no library")
    with pytest.raises(LoadError, match=told):
        load(target_of(text))
