"""The options of a run in pytest: `--conv2d-NAME` for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv2d_conformance.running.options import Option, Options, described

if TYPE_CHECKING:
    from dataclasses import Field

    import pytest


def add(group: pytest.OptionGroup) -> None:
    """Add the options to a group. Without a target, nothing is examined."""
    for one, said in described():
        if said.pytest is not None:
            group.addoption(_spelling(one), help=said.pytest or None, **_kind(one, said))


def read(config: pytest.Config) -> Options:
    """The options that pytest was given. The target is None without one."""
    return Options(
        **{one.name: config.getoption(f"conv2d_{one.name}") for one, said in described() if said.pytest is not None}
    )


def arguments(options: Options) -> list[str]:
    """The arguments that give pytest these options."""
    found = []
    for one, said in described():
        value = getattr(options, one.name)
        if said.pytest is not None and value is not False:
            found.append(_spelling(one) if value is True else f"{_spelling(one)}={value}")
    return found


def _spelling(one: Field[Any]) -> str:
    return f"--conv2d-{one.name.replace('_', '-')}"


def _kind(one: Field[Any], said: Option) -> dict[str, Any]:
    if one.default is False:
        return {"action": "store_true"}
    usual = {} if one.name == "target" else {"default": one.default}
    if said.choices:
        return usual | {"choices": said.choices}
    return usual | ({"type": type(one.default)} if isinstance(one.default, int | float) else {})
