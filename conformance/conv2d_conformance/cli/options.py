"""The options of `run` on the command line. Other commands have some of them, with changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, replace
from pathlib import Path
from typing import Any

import click

from conv2d_conformance.cli.output_option import Page, PageOrFolder
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.running.options import Option, described

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

EFFORT = click.Choice(tuple(EFFORTS))
FILES = {"written": Page(), "read": click.Path(path_type=Path)}


def option(name: str, **changes: Any) -> Decorator:
    """An option of `run`, with changes to its description."""
    one, said = next((one, said) for one, said in described() if one.name == name)
    default = changes.pop("default", one.default)
    return _option(one, replace(said, **changes), default)


def of_a_run(function: Function) -> Function:
    """Add all options of `run`; `target` is the argument. Of several targets, the output is a folder."""
    files = {**FILES, "written": PageOrFolder()}
    for one, said in reversed([*described()]):
        if one.default is not MISSING:
            function = _option(one, said, one.default, files)(function)
    return function


def _option(one: Field[Any], said: Option, default: Any, files: Mapping[str, Any] = FILES) -> Decorator:
    spelling = f"--{one.name.replace('_', '-')}"
    if default is False:
        return click.option(spelling, is_flag=True, default=default, help=said.help)
    if said.file:
        return click.option(spelling, type=files[said.file], metavar=said.metavar, help=said.help)
    return click.option(
        spelling,
        type=_type(said, default),
        default=default,
        show_default=said.shows_default,
        metavar=said.metavar,
        help=said.help,
    )


def _type(said: Option, default: Any) -> click.ParamType[Any]:
    if said.choices:
        return click.Choice(said.choices)
    if isinstance(default, float):
        return click.FloatRange(0, min_open=True)
    return click.IntRange(said.least) if isinstance(default, int) else click.STRING
