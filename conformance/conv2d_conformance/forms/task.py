"""The task file of a gpu-mode problem as limits: what all of its calls have in common.

Its calls are told by one number for both sides of the image, one for both sides of the filter and one for the channels
that go in and come out. There is no stride, padding, dilation, group or bias.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from conv2d_conformance.forms.fixed_call import FixedCall
from conv2d_conformance.forms.form_error import FormError

NAMES = {"size": ("H", "W"), "kernelsize": ("KH", "KW"), "channels": ("C", "M"), "batch": ("N",)}
"""What the numbers of a call are, by the names of the task file and by those of the specification."""

_ITEM = re.compile(r"^\s*-\s*(\{.*\})\s*$", re.MULTILINE)

PLAIN = FixedCall(shape={}, attributes={}, has_bias=False, dtype="float32", sizes={})


def limits_of_task(path: str, *, sizes: bool) -> tuple[str, ...]:
    """What holds in every call of a task; with its `sizes`, that they are among those of its calls.

    A number that is even in all of them is even: that is what such a task promises in its text. FormError where the
    file has no calls of a conv2d.
    """
    limits = []
    for key, values in _numbers(path).items():
        first, *second = NAMES[key]
        limits += [f"{first} == {other}" for other in second]
        if sizes:
            limits.append(f"{first} in {{{', '.join(map(str, values))}}}")
        elif all(value % 2 == 0 for value in values):
            limits.append(f"{first} % 2 == 0")
    return (*limits, *PLAIN.limits(sizes=False))


def _numbers(path: str) -> dict[str, list[int]]:
    """The different numbers in the calls of a task, by their names."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise FormError(f"the task file {path!r} cannot be read", f"looked for in {Path.cwd()}") from None
    calls = [call for item in _ITEM.findall(text) if NAMES.keys() <= (call := _read(item)).keys()]
    found = {key: sorted({call[key] for call in calls if type(call[key]) is int and call[key] > 0}) for key in NAMES}
    if not all(found.values()):
        raise FormError(
            f"{path} has no calls of a conv2d",
            'the task.yml of gpu-mode has lines - {"size": 32, "kernelsize": 4, "channels": 16, "batch": 1}',
        )
    return found


def _read(item: str) -> dict[str, int]:
    try:
        found = json.loads(item)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
