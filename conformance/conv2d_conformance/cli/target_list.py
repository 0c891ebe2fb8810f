"""The targets of a run: those of the command line and of a file, each by its full name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.implementation.target import TargetError, parse, split


def targets_of(named: Sequence[str], file: str | None) -> list[str]:
    """All targets, each once, in the order in which they were named. Problem where there are none.

    A file and its obvious object are one target: two runs of it would write one report.
    """
    found: dict[str, str] = {}
    for text in (*named, *(() if file is None else _read(file))):
        found.setdefault(_full_name(text), text)
    if not found and file is not None:
        raise Problem(
            f"{_told(file)} names no target", "write one on each line; a line that begins with # is a comment"
        )
    if not found:
        raise click.UsageError("Missing argument 'TARGET...'.", click.get_current_context(silent=True))
    return list(found.values())


def _full_name(text: str) -> str:
    try:
        return whole_target(text)
    except TargetError:  # which its own run tells
        return text


def _told(file: str) -> str:
    return "standard input" if file == "-" else file


def _read(file: str) -> Iterator[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file} cannot be read: {(error.strerror or str(error)).lower()}", "name another file") from None
    except UnicodeDecodeError:
        raise Problem(f"{_told(file)} is not text in UTF-8", "write one target on each line") from None
    lines = (line.strip() for line in text.splitlines())
    yield from (line for line in lines if line and not line.startswith("#"))


def whole_target(text: str) -> str:
    """A target with its object, where it names a file of Python alone. TargetError where that object is not obvious."""
    if text.startswith("command:"):
        return text
    base, query = split(text)
    if ":" in base or not base.endswith(".py") or not Path(base).is_file():
        return text
    from conv2d_conformance.forms.form_error import FormError
    from conv2d_conformance.forms.obvious import obvious_object

    try:
        name = obvious_object(Path(base))
    except FormError as error:
        raise TargetError(error.sentence, error.hint) from None
    return f"{base}:{name}" + ("" if query is None else f"?{query}")


def target_argument(name: str = "target", **attributes: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The argument of a command that is one target: a whole one, where a file of Python alone was named."""
    return click.argument(name, callback=lambda _, __, text: whole_target(text), **attributes)


def device_among(text: str, devices: Sequence[str]) -> str | None:
    """The device that a target names itself. TargetError where it is none of the devices of the command."""
    named = parse(text).options.get("device")
    if devices and named is not None and named not in devices:
        raise TargetError(
            f"{text} names the device {named}, and --devices names {', '.join(devices)}",
            "leave it out of the target, or name it in --devices too",
        )
    return named


def on_device(text: str, device: str | None) -> str:
    """A target in Python with the device of its slot, unless it names one itself."""
    base, query = split(text)
    is_python = not text.startswith("command:") and not base.partition(":")[0].endswith(".so")
    if device is None or not is_python or "device" in {item.partition("=")[0] for item in (query or "").split("&")}:
        return text
    return f"{base}?{query}&device={device}" if query else f"{base}?device={device}"
