"""What is shown of the spec, the checks and what belongs to them."""

import math
import re
from collections.abc import Callable
from importlib.util import find_spec

import pytest
from click.testing import Result

from conv2d_conformance import spec
from conv2d_conformance.cli.explain import blocks_of_prose
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.grades import MEANINGS, class_names
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.selftest.score import first_attempt, published


def test_requirements_are_listed_one_a_line(invoke: Callable[..., Result]) -> None:
    lines = invoke("list", "requirements").output.splitlines()
    assert len(lines) == len(spec.load().requirements)
    assert "stride.steps\tMUST\tforward\tyes\tstride" in lines
    assert invoke("list").output.splitlines() == lines


def test_adapters_checks_mutants_and_networks_are_listed(invoke: Callable[..., Result]) -> None:
    adapters = {
        row[0]: row[1:] for row in (line.split("\t") for line in invoke("list", "adapters").output.splitlines())
    }
    assert adapters["torch"][0] == "PyTorch's `torch.nn.functional.conv2d`."
    assert adapters["reference-direct"][1] == "none needed"
    is_there = find_spec("torch") is not None
    assert adapters["torch"][1].startswith("torch installed" if is_there else "torch not installed: pip install")
    assert invoke("list", "checks").output.startswith("test_arguments::test_pair_order\tThe first number of a pair")
    assert "kernel_flipped\tvalues.no-flip\t\ta conv2d whose kernel is flipped" in invoke("list", "mutants").output
    assert invoke("list", "networks").output.startswith("ResNet-50\tconv1\t")


def test_efforts_are_listed_with_their_mutation_score(invoke: Callable[..., Result]) -> None:
    quick, standard, thorough = (line.split("\t") for line in invoke("list", "efforts").output.splitlines())
    assert quick[:3] == ["quick", "25", "2000000"]
    assert standard[3:] == [published()["standard"].sentence, published()["standard"].date]
    assert published()["standard"].killed >= published()["quick"].killed > 500
    assert thorough == ["thorough", "4000", "10000000000", "", ""]
    assert first_attempt()["quick"].sentence == "77 of 123 (62.6 %)"


def test_coverage_is_listed_by_effort(invoke: Callable[..., Result]) -> None:
    rows = {row[0]: row[1:] for row in (line.split("\t") for line in invoke("list", "coverage").output.splitlines())}
    assert rows["kernel, dtype"] == ["40", "40", "40"]
    possible, quick, standard = map(int, rows["all pairs"])
    assert 0.97 * possible < quick < standard == possible
    possible, quick, standard = map(int, rows["all triples"])
    assert 0.6 * possible < quick < 0.99 * possible < standard < possible


def test_explain_shows_everything_about_a_requirement(invoke: Callable[..., Result]) -> None:
    result = invoke("explain", "padding.same-extra-at-end")
    assert result.exit_code == 0
    assert result.output.startswith("padding.same-extra-at-end\n\nWith the padding `same`, the total padding")
    assert "level     MUST of profile forward\nfeatures  padding.same\nsource    document is silent" in result.output
    assert "check     test_padding::test_same_extra_at_end: " in result.output
    assert "cite as   conv2d-conformance spec edition 2, padding.same-extra-at-end\n" in result.output
    assert "\n    w = 1 10 100 1000, x = 1 .. 5    y = 3210 4321 5432 543 54\n" in result.output
    assert "case      n1c1h5w5 m1k4x2 s1x1 same d1x1 g1 nobias float32 integers:1\n" in result.output
    assert "output    1x1x5x5 float32, exactly\n" in result.output


@pytest.mark.parametrize("requirement", spec.load().requirements)
def test_every_requirement_can_be_explained(invoke: Callable[..., Result], requirement: str) -> None:
    result = invoke("explain", requirement)
    assert result.exit_code == 0, result.stderr
    meant_to_be_whole = ("case", "call", "    ")
    assert all(len(line) <= 100 for line in result.output.splitlines() if not line.startswith(meant_to_be_whole))


@pytest.mark.parametrize(
    ("requirement", "padding", "elements"),
    [
        ("padding-mode.reflect", "2,3", "2  1 |  0  1  2  3 |  2  1  0"),
        ("padding-mode.replicate-unlimited", "1", "0 |  0  1  2  3 |  3"),
        ("padding-mode.circular-same", "0,2", "|  0  1  2  3 |  0  1"),
        ("padding.zeros-both-sides", "2", ".  . |  0  1  2  3 |  .  ."),
    ],
)
def test_explain_draws_the_padding_of_an_axis(
    invoke: Callable[..., Result], requirement: str, padding: str, elements: str
) -> None:
    result = invoke("explain", requirement, "--size", "4", "--padding", padding)
    assert result.exit_code == 0
    (line,) = [line for line in result.output.splitlines() if line.startswith("element   ")]
    assert " ".join(line.split()[1:]) == " ".join(elements.split())
    assert len(line) == len(next(line for line in result.output.splitlines() if line.startswith("cell")))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("padding-mode.reflect", "--size", "3", "--padding", "3"), "padding_mode 'reflect' needs padding < H = 3"),
        (("padding-mode.circular", "--size", "3"), "a drawing needs both --size and --padding"),
        (("padding-mode.circular", "--size", "3", "--padding", "a"), "--padding is a number of cells, or two of them"),
        (("bias.added", "--size", "3", "--padding", "1"), "bias.added is not about padding"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(
    invoke: Callable[..., Result], arguments: tuple[str, ...], sentence: str
) -> None:
    result = invoke("explain", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {sentence}")


def test_an_unknown_requirement_gets_a_suggestion(invoke: Callable[..., Result]) -> None:
    result = invoke("explain", "padding.same-extra-at-begin")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "Error: The specification, edition 2, has no requirement 'padding.same-extra-at-begin'\n"
        "Hint: did you mean padding.same-extra-at-end"
    )


def test_prose_keeps_code_apart() -> None:
    text = "A sentence.\n\nBefore.\n\n```\na  b\n\n   c\n```\n\nAfter\nit.\n\nSource: here.\nExample: n1c1h1w1 m1k1"
    assert list(blocks_of_prose(text)) == ["Before.", "    a  b\n\n       c", "After\nit."]


@pytest.mark.parametrize("name", MEANINGS)
def test_every_class_can_be_explained(invoke: Callable[..., Result], name: str) -> None:
    result = invoke("explain", name.lower())
    assert result.exit_code == 0, result.stderr
    assert result.output.startswith(f"{name}\n\nAccuracy class {name}: {MEANINGS[name]}.\n\nlaw ")
    assert re.findall(r"^(\w+)  ", result.output, re.MULTILINE)[:3] == ["law", "contains", "who"]
    assert "numerics.grade and numerics.bound" in result.output
    rows = {line.split()[0]: line for line in result.output.splitlines() if line.startswith(DTYPES)}
    assert list(rows) == [dtype for dtype in DTYPES if name in class_names(dtype)]
    for dtype, row in rows.items():
        accuracy = accuracy_class(name, dtype)
        assert f" 2^{round(math.log2(accuracy.addition))} " in row
        assert row.rstrip().endswith("the nearest" if accuracy.neighbours == 1 else "either neighbour")
