"""How a run calls pytest: its arguments, and its shelter from the caller's configuration."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conv2d_conformance.checks import every_check
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.pytest_options import arguments

PACKAGE = Path(__file__).parents[1]
PLUGIN = "conv2d_conformance.plugin"


def command_line(options: Options) -> list[str]:
    """The arguments with which pytest runs the checks."""
    found = ["-c", str(PACKAGE / "pytest.ini"), "--rootdir", str(PACKAGE), "-p", PLUGIN]
    found.append("--assert=plain")  # the checks raise: rewriting asserts would waste a second
    for unneeded in ("terminal", "cacheprovider", "warnings", "logging", "unraisableexception", "threadexception"):
        found += ["-p", f"no:{unneeded}"]
    if options.workers > 1:
        found += ["-p", "xdist", "-n", str(options.workers)]
    return [
        *found,
        *arguments(options),
        *dict.fromkeys(inspect.getfile(inspect.unwrap(check.function)) for check in every_check().values()),
    ]


@contextmanager
def own_pytest() -> Iterator[None]:
    """Keep the caller's pytest configuration and plugins out of the run."""
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
