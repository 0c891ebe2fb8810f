"""Which checks test which requirement, read from their source, since importing them would import Hypothesis."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Listed:
    """A check: its name, the requirements that it covers, and the sentence that it verifies."""

    name: str
    requirements: tuple[str, ...]
    sentence: str


@cache
def checks() -> tuple[Listed, ...]:
    """All checks, in the order of the files and of their functions."""
    folder = files("conv2d_conformance") / "checks"
    sources = sorted((item for item in folder.iterdir() if item.name.startswith("test_")), key=lambda item: item.name)
    return tuple(
        check
        for source in sources
        for node in ast.parse(source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and (check := _check(source.name.removesuffix(".py"), node))
    )


def checks_of_requirements() -> dict[str, list[Listed]]:
    """The checks of each requirement that has any."""
    found: dict[str, list[Listed]] = {}
    for check in checks():
        for requirement in check.requirements:
            found.setdefault(requirement, []).append(check)
    return found


def _check(module: str, function: ast.FunctionDef) -> Listed | None:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", None) == "covers":
            requirements = tuple(ast.literal_eval(argument) for argument in decorator.args)
            return Listed(f"{module}::{function.name}", requirements, ast.get_docstring(function) or "")
    return None
