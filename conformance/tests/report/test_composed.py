"""A part that the adapter composes is named on every page, and its failures do not accuse the convolution."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from fnmatch import fnmatchcase
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import on_json
from conv2d_conformance import spec
from conv2d_conformance.adapter import Adapter
from conv2d_conformance.cli import program
from conv2d_conformance.contract.composed import COMPOSABLE
from conv2d_conformance.report.composed_parts import ABOUT, composed_in
from conv2d_conformance.report.console import console
from conv2d_conformance.verdict.failure import Failure

BIAS = {"bias": "jax.numpy.add"}
TWICE = "your output equals a conv2d that adds the bias twice"
TOLD = f"{TWICE}; bias by jax.numpy.add, not by the convolution"


@pytest.mark.parametrize(
    ("composed", "sentence"),
    [
        ({"reflect": "np.pad"}, "Adapter.composed: 'reflect' cannot be composed; allowed are bias and padding"),
        ({1: "np.pad"}, "Adapter.composed: 1 cannot be composed; allowed are bias and padding"),
        ({"bias": " "}, "Adapter.composed: ' ' names no operation; say which of the library's own the bias is by"),
        ("bias", "Adapter.composed is 'bias'; give a mapping, as in {'bias': 'jax.numpy.add'}"),
    ],
)
def test_what_cannot_be_composed_is_named(composed: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        Adapter(name="x", version="1", conv2d=print, composed=composed)


@pytest.mark.parametrize("part", COMPOSABLE)
def test_every_pattern_is_about_a_requirement(part: str) -> None:
    for pattern in ABOUT[part]:
        assert any(fnmatchcase(name, pattern) for name in spec.load().requirements), pattern


@pytest.mark.parametrize(
    ("requirement", "explained", "is_about_it"),
    [
        ("bias.added", None, True),
        ("bias.added", ("bias.added",), True),
        ("bias.added", ("groups.depthwise",), False),
        ("bias.added", ("groups.depthwise", "bias.added"), True),
        ("bias.absent", None, False),
        ("values.definition", ("bias.added",), True),
        ("validation.bias-shape", None, True),
        ("padding.zeros-both-sides", None, False),
        ("initialisation.bias-uniform", None, False),
    ],
)
def test_the_explanation_says_what_a_failure_is_about(
    requirement: str, explained: tuple[str, ...] | None, is_about_it: bool
) -> None:
    first, *others = explained or (None,)
    failure = Failure(
        case="",
        got="",
        required="",
        first_case="",
        failed_repetitions=5,
        repetitions=5,
        explained_by=first,
        explained_too=tuple(name for name in others if name),
    )
    assert bool(composed_in(requirement, failure, BIAS)) == is_about_it
    assert composed_in(requirement, None, BIAS) == ""


def shown(report: dict[str, Any]) -> str:
    stream = StringIO()
    on_json.show(report, Path("out.json"), console(stream))
    return stream.getvalue()


@pytest.fixture
def composed(report: dict[str, Any]) -> dict[str, Any]:
    report["implementation"]["composed"] = BIAS
    for entry in report["requirements"]:
        if entry["failure"] and entry["verdict"] == "fail":
            entry["failure"]["diagnosis"] = TWICE
    return report


def test_the_console_names_the_operation_and_does_not_accuse(composed: dict[str, Any]) -> None:
    lines = " ".join(shown(composed).split())
    assert "composed bias by jax.numpy.add" in lines
    assert f"looks like {TOLD}" in lines
    assert f"look like one fault: {TOLD}" in lines


def test_the_results_page_does(composed: dict[str, Any]) -> None:
    page = on_json.results_page({"mine.json": composed})
    assert "composed   bias by jax.numpy.add\n" in page
    assert f"looks like {TOLD}\n" in page


def test_junit_does(composed: dict[str, Any]) -> None:
    (suite,) = ET.fromstring(on_json.junit_page({"mine.json": composed}))
    assert suite.get("name", "").endswith(", composed: bias by jax.numpy.add")
    told = {case.get("name"): case[0].get("message", "") for case in suite if len(case)}
    assert told["bias.added"].endswith("; composed: bias by jax.numpy.add")
    assert sum("composed" in message for message in told.values()) == 3


def test_the_representations_do(composed: dict[str, Any]) -> None:
    report = on_json.report_of(composed)
    assert repr(report).startswith("<Report on mine 1.0 (composed: bias by jax.numpy.add): not conforming")
    page = report._repr_html_()
    assert page.count("jax.numpy.add") == 1 + 3 + 2
    assert TOLD in page


def test_nothing_is_said_where_nothing_is_composed(report: dict[str, Any]) -> None:
    assert "composed" not in shown(report)
    assert "composed" not in repr(on_json.report_of(report))


def test_the_summary_for_programs_does(composed: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(composed), encoding="utf-8")
    told = CliRunner().invoke(program, ["summary", "--format", "json", str(tmp_path / "mine.json")])
    assert json.loads(told.stdout)[0]["composed"] == BIAS
