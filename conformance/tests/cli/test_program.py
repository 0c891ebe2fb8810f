"""The program as a whole: its help, its errors, what it imports."""

import subprocess
import sys
from collections.abc import Callable
from typing import NoReturn

import click
import pytest
from click.testing import Result

from conv2d_conformance.cli import program
from conv2d_conformance.cli.check_index import checks

SLOW = ("hypothesis", "msgspec", "pytest", "scipy.signal", "torch", "rich")


def test_help_lists_every_command_and_the_exit_statuses(invoke: Callable[..., Result]) -> None:
    shown = invoke("--help").output
    for name in ("run", "smoke", "list", "explain", "reference", "replay", "summary", "verify", "selftest"):
        assert f"\n  {name} " in shown
    assert (
        "    0    conforming, or nothing fails but what is declared\n"
        "    1    a MUST is broken or not reached, a deviation is stale, or a rule for adapters is broken\n"
        "    2    wrong usage\n" in shown
    )
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize("name", list(program.commands))
def test_every_command_has_help(invoke: Callable[..., Result], name: str) -> None:
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: conv2d-conformance {name}")


@pytest.mark.parametrize("arguments", ["--help", "list requirements", "list checks", "list adapters"])
def test_what_must_be_fast_imports_nothing_slow(arguments: str) -> None:
    script = (
        "import sys\nfrom conv2d_conformance.cli import program\n"
        f"program({arguments.split()!r}, standalone_mode=False)\n"
        f"sys.exit(', '.join(name for name in {SLOW!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_an_unknown_command_is_wrong_usage(invoke: Callable[..., Result]) -> None:
    result = invoke("lst")
    assert result.exit_code == 2
    assert "No such command 'lst'" in result.stderr


def test_an_unforeseen_error_is_one_sentence(invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.bundled.list_adapters", lambda: 1 // 0)
    result = invoke("list", "adapters")
    assert result.exit_code == 3
    assert result.stderr == (
        "Error: the suite itself failed: ZeroDivisionError: integer division or modulo by zero\n"
        "Hint: please report it, with what `conv2d-conformance --traceback ...` shows\n"
    )


def test_its_traceback_is_shown_on_request(invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.bundled.list_adapters", lambda: 1 // 0)
    assert isinstance(invoke("--traceback", "list", "adapters").exception, ZeroDivisionError)


def test_an_interrupt_has_its_own_exit_status(invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("conv2d_conformance.implementation.bundled.list_adapters", interrupt)
    result = invoke("list", "adapters")
    assert result.exit_code == 130
    assert result.stderr == "Error: interrupted\n"


def test_the_names_of_checks_are_read_as_they_are_imported() -> None:
    from conv2d_conformance.checks import every_check

    read = {check.name: (check.requirements, check.sentence) for check in checks()}
    assert read == {check.name: (check.requirements, check.sentence) for check in every_check().values()}


def test_options_have_one_long_spelling() -> None:
    for command in program.commands.values():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert len([name for name in parameter.opts if name.startswith("--")]) == 1, parameter.opts
