"""Hypothesis has those of its private parts that the suite uses. What these bring about is tested by itself."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import hypothesis
import pytest

import conv2d_conformance

PRIVATE = {
    ("hypothesis.core", "deterministic_PRNG"): "leave the random generators alone where they ask nobody",
    ("hypothesis.configuration", "__hypothesis_home_directory"): "keep its files out of the caller's folder",
    ("hypothesis.internal.conjecture.providers", "_get_local_constants"): "draw no constants of loaded modules",
    ("hypothesis.internal.conjecture.providers", "CONSTANTS_CACHE"): "draw no constants that it looked up before",
    ("hypothesis.internal.constants_ast", "Constants"): "find no constants where it looks for them",
}
OF_A_TEST = {
    "_hypothesis_internal_use_settings": "give a check the settings of the run",
    "_hypothesis_internal_use_seed": "give a check the seed of the run",
}
SOURCES = Path(conv2d_conformance.__file__).parent


@pytest.mark.parametrize(("module", "name"), PRIVATE)
def test_it_has_the_private_name(module: str, name: str) -> None:
    lacks = f"Hypothesis {hypothesis.__version__} has no {name} in {module}, by which checks {PRIVATE[module, name]}"
    try:
        found = importlib.import_module(module)
    except ImportError:
        pytest.fail(lacks)
    assert hasattr(found, name), lacks


@pytest.mark.parametrize("name", OF_A_TEST)
def test_its_tests_have_the_private_attribute(name: str) -> None:
    @hypothesis.given(hypothesis.strategies.none())
    def take(nothing: None) -> None: ...

    assert hasattr(take, name), f"Hypothesis {hypothesis.__version__} keeps no {name} with a test, to {OF_A_TEST[name]}"


def test_one_file_uses_private_parts() -> None:
    private = re.compile(r"hypothesis\.internal|hypothesis import .*(configuration|core)|\b__?hypothesis_")
    assert {path.name for path in SOURCES.rglob("*.py") if private.search(path.read_text())} == {"hypothesis_draws.py"}


def test_all_that_it_uses_is_looked_for_here() -> None:
    from conv2d_conformance.running import hypothesis_draws as draws

    assert {draws.HOME, draws.CONSTANTS, draws.KNOWN_CONSTANTS, draws.GENERATORS, "Constants"} == {
        name for _, name in PRIVATE
    }
    assert {draws.SETTINGS, draws.SEED} == set(OF_A_TEST)
