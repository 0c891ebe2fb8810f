"""An operation whose answers are drawn has pages of its own, or none: never those of another."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import drawn_pages, program
from conv2d_conformance.contract.signatures import Signature
from conv2d_conformance.operations import OPERATIONS
from conv2d_conformance.operations.operation import LineGrammar, Operation

LINE = "shuffle n:9 seed:1"
SHUFFLE = Operation(
    Signature("shuffle", ("order",), draws=True),
    title="shuffle",
    example=LINE,
    observed={},
    elementwise=None,
    lines=LineGrammar("shuffle", canonical=lambda line: line, requests=lambda _: []),
)


@pytest.fixture(autouse=True)
def shuffle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "shuffle", SHUFFLE)


@pytest.mark.parametrize("arguments", [("reference", LINE), ("replay", LINE, "reference-direct")])
def test_an_operation_without_pages_is_refused_by_its_name(arguments: tuple[str, ...]) -> None:
    found = CliRunner().invoke(program, list(arguments))
    assert found.exit_code == 2
    assert "Error: answers to shuffle are drawn, and this program has no page for their law" in found.stderr


def test_an_operation_with_pages_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def show_law(line: str, format: str, site: str | None = None) -> None:  # noqa: ARG001  # as pages are called
        told.append(f"{line} as {format}")

    monkeypatch.setitem(drawn_pages.PAGES, "shuffle", drawn_pages.DrawnPages(show_law, lambda *_, **__: 7))
    assert CliRunner().invoke(program, ["reference", LINE, "--format", "json"]).exit_code == 0
    assert told == [f"{LINE} as json"]
    assert CliRunner().invoke(program, ["replay", LINE, "reference-direct"]).exit_code == 7


def test_every_drawn_operation_of_the_suite_has_pages() -> None:
    drawn = {name for name, found in OPERATIONS.items() if found.elementwise is None}
    assert drawn - {"shuffle"} == set(drawn_pages.PAGES)
