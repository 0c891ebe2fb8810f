"""A script fails where the run failed: it rebuilds the view, the calls before, the options, gradients and layers."""

from __future__ import annotations

import ast
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from conv2d_conformance.cases.layer_case import parse
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.implementation import target
from conv2d_conformance.reproducer import NoScript, script_of_layers

ADAPTER = """\
from dataclasses import replace

import numpy as np

from conv2d_conformance import Adapter
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import derived

FAULTY = True
seen = []


def conv2d(input, weight, bias=None, **attributes):
    result = Call(input, weight, bias, **attributes).right()
    return result + bool(FAULTY and is_wrong(input, weight, bias, attributes))


def gradients(input, weight, bias, grad_output, **attributes):
    gx, gw, gb = derived(input, weight, bias, grad_output, **attributes).right()
    return gx, gw + bool(FAULTY and is_wrong(input, grad_output, bias, attributes)), gb


def initialize(in_channels, out_channels, kernel_size, *, groups=1, bias=True, dtype="float32", seed=0):
    shape = (out_channels, in_channels // groups, *kernel_size)
    bound = (1 / np.prod(shape[1:])) ** 0.5
    draw = np.random.default_rng(seed).normal if FAULTY else np.random.default_rng(seed).uniform
    first, last = (0, bound / 3) if FAULTY else (-bound, bound)
    return tuple(draw(first, last, size).astype(dtype) for size in (shape, out_channels)) if bias else None


adapter = Adapter(
    name="mine", version="1", conv2d=conv2d, gradients=gradients, initialize=initialize, capabilities=EVERYTHING
)
"""

DENSE = "input.flags.c_contiguous and input.flags.writeable"
SIZE = "input.itemsize * input.size"
WRONG_IN = {
    "transposed": "input.strides[-2] < input.strides[-1]",
    "channels-last": "input.strides[-3] == input.itemsize and input.shape[-1] > 1",
    "offset": "input.strides[-1] == input.itemsize and input.strides[-2] > input.shape[-1] * input.itemsize",
    "broadcast": "0 in input.strides",
    "fortran": "input.flags.f_contiguous",
    "read-only": "not input.flags.writeable",
    "negative": "input.strides[-1] < 0",
    "steps": "input.strides[-1] == 2 * input.itemsize",
}
SMALL = "n2c3h4w5 m2k2x3 s1x1 p0x0 d1x1 g1 bias float32 integers:1"


@pytest.fixture
def wrong_where(folder: Path) -> Callable[[str], None]:
    """Write the adapter that is wrong where a condition holds, to a file of its own."""

    def write(condition: str) -> None:
        (folder / "mine.py").write_text(
            f"{ADAPTER}\n\ndef is_wrong(input, weight, bias, attributes):\n    return {condition}\n"
        )

    return write


def run_script(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(text)
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def assert_fails_until_mended(invoke: Callable[..., Result], folder: Path, *arguments: str) -> None:
    shown = invoke("replay", *arguments, "--script")
    assert shown.exit_code == 1, shown.output
    wrong = run_script(folder, shown.stdout)
    assert wrong.returncode == 1, (wrong.stdout, wrong.stderr)
    assert "wrong" in wrong.stdout + wrong.stderr
    assert "Traceback" not in wrong.stderr
    mine = folder / "mine.py"
    mine.write_text(mine.read_text().replace("FAULTY = True", "FAULTY = False"))
    right = run_script(folder, shown.stdout)
    assert right.returncode == 0, (right.stdout, right.stderr)
    assert right.stdout.startswith("right")


def test_every_view_has_a_condition() -> None:
    assert set(WRONG_IN) == set(VIEWS)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view(invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None], view: str) -> None:
    wrong_where(WRONG_IN[view])
    assert_fails_until_mended(invoke, folder, f"{SMALL} view={view}", "mine.py:adapter")


def test_a_view_of_one_array_alone(
    invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]
) -> None:
    wrong_where(f"{DENSE} and not weight.flags.c_contiguous")
    assert_fails_until_mended(invoke, folder, f"{SMALL} view=steps:w", "mine.py:adapter")


def test_what_is_read_beside_the_arrays(
    invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]
) -> None:
    wrong_where("np.isnan(np.lib.stride_tricks.as_strided(input, (input.size + 1,), (input.itemsize,))[-1])")
    assert_fails_until_mended(invoke, folder, SMALL, "mine.py:adapter")


@pytest.mark.parametrize("view", ["channels-last", "broadcast:gy"])
def test_gradients_of_views(
    invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None], view: str
) -> None:
    wrong_where("not weight.flags.c_contiguous")
    assert_fails_until_mended(invoke, folder, f"{SMALL} grad view={view}", "mine.py:adapter")


def test_gradients_that_are_wrong_in_one_element_of_many(
    invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]
) -> None:
    wrong_where("True")
    assert_fails_until_mended(invoke, folder, "n3c4h9w10 m6k3x2 nobias normal:1 grad", "mine.py:adapter")


def test_the_calls_before(invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]) -> None:
    wrong_where("(seen.append(input.dtype.name) or seen == ['float64', 'float32', 'float32'])")
    before = ("--after", f"{SMALL.replace('float32', 'float64')}", "--after", f"{SMALL} stride=(0,1)")
    # The illegal call ends before it is noted.
    other = "n1c1h2w2 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 uniform:2"
    assert "\ngot " not in invoke("replay", SMALL, "mine.py:adapter", *before).output
    assert_fails_until_mended(invoke, folder, SMALL, "mine.py:adapter", *before, "--after", other)


def test_no_text_of_a_case_or_a_path_becomes_code(invoke: Callable[..., Result], folder: Path) -> None:
    (folder / 'a """ b.py').write_text((folder / "right.py").read_text())
    case = """n1c1h4w3 m1k1x2 padding='\"\"\";open("written","w");\"\"\"'"""
    text = invoke("replay", case, 'a """ b.py:conv2d', "--script").stdout
    head = ast.get_docstring(ast.parse(text)) or ""
    assert """padding='\"\"\";open("written","w");\"\"\"'""" in head
    assert 'a """ b.py:conv2d' in head
    done = run_script(folder, text)
    assert done.returncode == 0, done.stderr
    assert not (folder / "written").exists()


TOGETHER = """
import threading
import time

from right import conv2d as right

one = threading.Lock()


def conv2d(*arrays, **arguments):
    alone = one.acquire(blocking=False)
    time.sleep(0.2)
    if alone:
        one.release()
    return right(*arrays, **arguments) + (0 if alone else 1)
"""
ALONE = """
from right import conv2d as right


def conv2d(input, *others, **arguments):
    return right(input, *others, **arguments) * (1 + 2.0**-23 * (len(input) > 1))
"""


@pytest.mark.parametrize(
    ("source", "case", "more", "reason"),
    [
        (TOGETHER, "n1c1h4w3 m1k1x2 {} normal:3", ("--beside", "n1c1h4w4 m1k1x2 normal:4"), "at the same time"),
        (ALONE, "n2c9h4w3 m1k3x2 {} normal:3", ("--invariance", "batch"), "must have the same bits"),
    ],
)
def test_what_one_call_after_another_does_not_show_has_no_script(
    invoke: Callable[..., Result], folder: Path, source: str, case: str, more: tuple[str, ...], reason: str
) -> None:
    (folder / "mine.py").write_text(source.replace("* (1 + 2.0**-23", "* np.float32(1 + 2.0**-23"))
    (folder / "mine.py").write_text("import numpy as np\n" + (folder / "mine.py").read_text())
    arguments = ("replay", case.format("float32"), "mine.py:conv2d", *more)
    shown = invoke(*arguments, "--script")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert reason in " ".join(shown.stderr.split())
    page = invoke(*arguments, "--format", "issue").stdout
    assert "Without a reproducer:" in page
    assert "The same without the suite" not in page
    command = next(line for line in page.splitlines() if line.startswith("replay "))
    again = shlex.split(command)[1:]
    assert (again[2].split()[0], again[4:]) == (case.split()[0], [*more])


def test_a_long_word_of_a_call_before_stays_a_comment(invoke: Callable[..., Result], folder: Path) -> None:
    long = f"n1c1h4w3 m1k1x2 stride=({','.join('1' * 200)})"
    text = invoke("replay", "n1c1h4w3 m1k1x2", "right.py:conv2d", "--after", long, "--script").stdout
    done = run_script(folder, text)
    assert (done.returncode, done.stderr) == (0, "")
    assert sum(line.startswith("# call 1: ") for line in text.splitlines()) == 1


def test_the_same_address_with_other_data(
    invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]
) -> None:
    address = "input.__array_interface__['data'][0]"
    wrong_where(f"({address} in seen) or seen.append({address})")
    assert_fails_until_mended(
        invoke, folder, SMALL, "mine.py:adapter", "--after", SMALL.replace("integers:1", "ones:1")
    )


def test_gradients_before_the_call(
    invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]
) -> None:
    wrong_where("weight.ndim == 4 and weight.shape[-1] == 3 and (seen or seen.append(1))")
    assert_fails_until_mended(invoke, folder, SMALL, "mine.py:adapter", "--after", f"{SMALL} grad")


def test_options_of_the_target(invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]) -> None:
    wrong_where("'on' in seen")
    with (folder / "mine.py").open("a") as file:
        file.write("\n\nadapter = replace(adapter, configure=lambda fast: seen.append(fast) or adapter)\n")
    assert "\ngot " not in invoke("replay", SMALL, "mine.py:adapter?fast=off").output
    assert_fails_until_mended(invoke, folder, SMALL, "mine.py:adapter?fast=on")


def test_the_number_of_threads(invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]) -> None:
    wrong_where("__import__('os').environ['OMP_NUM_THREADS'] == '1'")
    assert_fails_until_mended(invoke, folder, SMALL, "mine.py:adapter")


def test_the_values_of_layers(invoke: Callable[..., Result], folder: Path, wrong_where: Callable[[str], None]) -> None:
    wrong_where("False")
    assert_fails_until_mended(invoke, folder, "init c8m64k3x3 g1 bias float32 seed:1..4", "mine.py:adapter")


def test_a_command_has_no_script_of_layers() -> None:
    with pytest.raises(NoScript, match=r"^no script can be made for a command: "):
        script_of_layers(parse("init c1m1k1x1 seed:1"), target.parse("command:cat"))
