"""The page on the Python interface is true: its blocks run, in their order, and say what they show."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance import allowed, certify, check, reference
from conv2d_conformance.cases.drawn_cases import drawn
from conv2d_conformance.cases.strategies import DIMENSIONS

PAGE = (Path(__file__).parents[3] / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_blocks_run_in_their_order_and_say_what_they_show() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = {number: text for number, (language, text) in enumerate(BLOCKS) if not language}
    assert len(BLOCKS) - len(shown) == 6
    for number, (language, text) in enumerate(BLOCKS):
        if language != "python":
            continue
        if number + 1 in shown:
            with pytest.raises(AssertionError) as caught:
                exec(text, names)
            assert str(caught.value).startswith(shown[number + 1].removesuffix("...\n").rstrip())
        else:
            exec(text, names)
    names["test_one_by_one"]()


def test_the_page_names_all_parameters_and_all_dimensions() -> None:
    flat = " ".join(PAGE.split())
    for name, function in (("check", check), ("cases", drawn)):
        told = flat.partition(f"`{name}(")[2].partition("`")[0]
        assert [word for word in inspect.signature(function).parameters if word not in re.findall(r"\w+", told)] == []
    told = flat.partition("`certify(")[2].partition("`")[0]
    assert re.findall(r"\w+", told) == [*inspect.signature(certify).parameters]
    assert all(f"`{name}`" in flat for name in DIMENSIONS - {"batch", "channels", "size", "kernel", "square"})
    assert [*inspect.signature(allowed).parameters] == [*inspect.signature(check).parameters][1:]
    assert [*inspect.signature(reference).parameters] == [*inspect.signature(allowed).parameters][:-1]
