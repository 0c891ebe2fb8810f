"""A case and its right answer, for a person and for a program."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from rich.console import Console

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.implementation.answers import Array
from conv2d_conformance.report.console import paragraph, show_table, whole_line
from conv2d_conformance.verdict.question import Question

SMALL = 128
"""So many elements of an array are shown unless all are asked for."""


def show_case(out: Console, question: Question, *, full: bool = False, hex: bool = False) -> None:
    """Print the case, its arguments and arrays, and the answers that are allowed."""
    whole_line(out, format_case(question.case), label="case")
    whole_line(out, call_text(question), label="call")
    for name, array in question.request.arrays.items():
        if array is not None:
            _show_array(out, name, array, full=full, hex=hex)
    if question.illegal_because is not None:
        paragraph(out, f"must be rejected: {question.illegal_because}", label="answer", style="bold")
        return
    law = question.law
    if law.fixed.all():
        right = law.high.astype(question.input.dtype).reshape(question.shape)
        _show_array(out, "output", right, full=full, hex=hex, note="exactly")
        return
    kinds = {"exactly": law.fixed, "within a bound": ~law.fixed & ~law.free, "not judged": law.free}
    counts = ", ".join(f"{int(mask.sum())} {kind}" for kind, mask in kinds.items() if mask.any())
    paragraph(out, f"{_shape(question.shape)} {question.case.dtype}: {counts}", label="output")
    shown = law.high.size if full else min(law.high.size, SMALL // 4)
    rows = [_allowed(question, index, hex) for index in list(np.ndindex(law.high.shape))[:shown]]
    show_table(out, ("element", "right", "to within", "lowest", "highest"), rows)
    if shown < law.high.size:
        paragraph(out, f"... {law.high.size - shown} more elements; --full shows them all")


def call_text(question: Question) -> str:
    """The call as one would write it."""
    arrays = ", ".join("None" if array is None else name for name, array in question.request.arrays.items())
    arguments = "".join(f", {name}={value!r}" for name, value in question.request.arguments.items())
    return f"conv2d({arrays}{arguments})"


def as_json(question: Question) -> dict[str, Any]:
    """The case and its right answer as a JSON object. Numbers are exact; an infinity or NaN is a string."""
    reason = question.illegal_because
    shown: dict[str, Any] = {
        "case": format_case(question.case),
        "legal": reason is None,
        "reason": reason,
        "arguments": question.request.arguments,
        "arrays": {
            name: None
            if array is None
            else {"dtype": array.dtype.name, "shape": array.shape, "values": _plain(array.astype(np.float64))}
            for name, array in question.request.arrays.items()
        },
        "output": None,
    }
    if reason is None:
        law = question.law
        shown["output"] = {"dtype": question.case.dtype, "shape": question.shape} | {
            name: _plain(getattr(law, name).reshape(question.shape))
            for name in ("high", "low", "bound", "fixed", "free", "evident")
        }
    return shown


def _plain(array: Array) -> Any:
    if array.dtype == np.bool_ or np.isfinite(array).all():
        return array.tolist()
    return _named(array.tolist())


def _named(value: Any) -> Any:
    if isinstance(value, list):
        return [_named(item) for item in value]
    return value if math.isfinite(value) else str(value)


def number(value: float, dtype: np.dtype[Any], *, hex: bool = False) -> str:
    """A number of this dtype, exactly: the shortest decimal that the dtype reads back, or its hexadecimal."""
    if hex:
        return float(value).hex()
    if float(value).is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value) if dtype == np.float64 else str(np.asarray(value).astype(dtype)[()])


def _show_array(out: Console, name: str, array: Array, *, full: bool, hex: bool, note: str = "") -> None:
    paragraph(out, f"{_shape(array.shape)} {array.dtype.name}{f', {note}' if note else ''}", label=name)
    texts = np.array([number(float(value), array.dtype, hex=hex) for value in _some(array, full)], dtype=object)
    if full or array.size <= SMALL:
        _show_rows(out, texts.reshape(array.shape))
    else:
        whole_line(out, f"{', '.join(texts)}, ... ({array.size} elements; --full shows them all)", indent=10)


def _some(array: Array, full: bool) -> Array:
    return array.ravel() if full or array.size <= SMALL else array.ravel()[:6]


def _show_rows(out: Console, texts: Array) -> None:
    """One line for each row, an empty line between planes, columns aligned."""
    if texts.size == 0:
        return
    width = max(map(len, texts.flat))
    planes = texts.reshape(-1, *texts.shape[-2:]) if texts.ndim > 1 else texts.reshape(1, 1, -1)
    for number_of_plane, plane in enumerate(planes):
        if number_of_plane and len(plane) > 1:
            out.print()
        for row in plane:
            whole_line(out, " ".join(text.rjust(width) for text in row), indent=10)


def _allowed(question: Question, index: tuple[int, ...], hex: bool) -> tuple[str, ...]:
    law, dtype = question.law, question.input.dtype
    place = index if len(question.shape) == 4 else index[1:]
    element = f"y[{','.join(map(str, place))}]"
    high, low, bound = (float(array[index]) for array in (law.high, law.low, law.bound))
    if law.free[index]:
        return element, "not judged: it may overflow on the way", "", "", ""
    if law.fixed[index]:
        right = float(np.asarray(high).astype(dtype))
        return element, number(right, dtype, hex=hex), "exactly", "", ""
    texts = (high, bound, high + (low - bound), high + (low + bound))
    wide = np.dtype(np.float64)
    right, within, lowest, highest = (number(value, wide, hex=hex) for value in texts)
    return element, right, within if hex else f"{bound:.3g}", lowest, highest


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def parse_case(line: str) -> Case:
    """The case of a line given on the command line."""
    from conv2d_conformance.cases.grammar import parse

    return parse(line)
