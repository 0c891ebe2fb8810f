"""Show a case and its right answer, as text for people or as JSON for programs."""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

import numpy as np
from rich.console import Console

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cli.answers.right import LawOfElements, RightAnswer, ShownArray
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.intervals import Interval, interval
from conv2d_conformance.law.joined_arrays import parts_of_law
from conv2d_conformance.operations import OPERATIONS
from conv2d_conformance.report.console import paragraph, show_table, whole_line
from conv2d_conformance.typed_json import ABSENT, Json
from conv2d_conformance.verdict.question import Question, claimed_grade

SMALL = 128
"""An array of more elements than this is shown in part, unless all are asked for."""


def show_case(out: Console, question: Question, *, full: bool = False, hex: bool = False) -> None:
    """Print the case, its arguments and arrays, and the allowed answers."""
    whole_line(out, format_case(question.case), label="case")
    whole_line(out, call_text(question), label="call")
    for name, array in question.request.arrays.items():
        if array is not None:
            _show_array(out, name, array, full=full, hex=hex)
    if question.illegal_because is not None:
        paragraph(out, f"must be rejected: {question.illegal_because}", label="answer", style="bold")
        return
    for name, law in parts_of_law(question.law, question.shapes).items():
        _show_answer(out, question, name, law, full=full, hex=hex)


def _show_answer(out: Console, question: Question, name: str, law: Allowed, *, full: bool, hex: bool) -> None:
    dtype = question.input.dtype
    if law.fixed.all() and law.neighbours == 1 and law.exceptions is None:
        _show_array(out, name, law.high.astype(dtype), full=full, hex=hex, note="exactly")
        return
    grade = question.grade or claimed_grade(question.claims, question.case.subject)
    kind = f"{_shape(law.high.shape)} {question.case.dtype}"
    paragraph(out, f"{kind}, allowed in grade {grade}, {MEANINGS[grade]}:", label=name)
    signature = question.case.signature
    symbol = dict(zip(signature.returns, signature.symbols, strict=True))[name]
    indices = list(islice(np.ndindex(law.high.shape), None if full else SMALL // 4))
    rows = [_row(f"{symbol}[{','.join(map(str, index))}]", interval(law, index, dtype), hex) for index in indices]
    show_table(out, ("element", "exact answer", "lowest allowed", "highest allowed", ""), rows, whole=True)
    if len(indices) < law.high.size:
        paragraph(out, f"... {law.high.size - len(indices)} more elements; --full shows them all")


def call_text(question: Question) -> str:
    """The call as a line of Python."""
    arrays = ", ".join("None" if array is None else name for name, array in question.request.arrays.items())
    arguments = "".join(f", {name}={value!r}" for name, value in question.request.arguments.items())
    return f"{OPERATIONS[question.case.operation].title}({arrays}{arguments})"


def right_answer(question: Question) -> RightAnswer:
    """The case and its right answer for programs. Numbers are exact; an infinity or NaN is a string."""
    reason = question.illegal_because
    parts = {} if reason is not None else parts_of_law(question.law, question.shapes)
    laws = {name: _law_as_json(question, law) for name, law in parts.items()}
    return RightAnswer(
        case=format_case(question.case),
        legal=reason is None,
        reason=reason,
        arguments=dict(question.request.arguments),
        arrays={
            name: None if array is None else _shown_array(array) for name, array in question.request.arrays.items()
        },
        output=laws.get("output"),
        grad_input=laws.get("grad_input", ABSENT),
        grad_weight=laws.get("grad_weight", ABSENT),
        grad_bias=laws.get("grad_bias", ABSENT),
    )


def _shown_array(array: Array) -> ShownArray:
    return ShownArray(array.dtype.name, array.shape, _plain(array.astype(np.float64)))


def _law_as_json(question: Question, law: Allowed) -> LawOfElements:
    """The law as JSON. The exact answer is high + low; answers from lowest to highest, and `others`, are right."""
    found = [interval(law, index, question.input.dtype) for index in np.ndindex(law.high.shape)]
    others = ["inf", "-inf", "nan"]
    arrays = {
        **{name: getattr(law, name) for name in ("high", "low", "bound", "fixed", "evident")},
        "lowest": np.array([allowed.lowest for allowed in found]),
        "highest": np.array([allowed.highest for allowed in found]),
        **{f"{name}_allowed": np.array([name in map(str, allowed.others) for allowed in found]) for name in others},
    }
    shape = law.high.shape
    values = {name: _plain(array.reshape(shape)) for name, array in arrays.items()}
    return {"dtype": question.case.dtype, "shape": [*shape], **values}


def _plain(array: Array) -> Json:
    values: Json = array.tolist()
    return values if array.dtype == np.bool_ or np.isfinite(array).all() else _named(values)


def _named(value: Json) -> Json:
    if isinstance(value, list):
        return [_named(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def number(value: float, dtype: np.dtype[Any], *, hex: bool = False) -> str:
    """A number of this dtype, exact: the shortest decimal that reads back as the same number, or its hexadecimal."""
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
        paragraph(out, f"{' '.join(texts)} ... ({array.size} elements; --full shows them all)", indent=10)


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
            line = " ".join(text.rjust(width) for text in row)
            (whole_line if len(line) <= out.width - 10 else paragraph)(out, line, indent=10)


def _row(element: str, allowed: Interval, hex: bool) -> tuple[str, ...]:
    wide = np.dtype(np.float64)
    others = " or ".join(map(str, allowed.others))
    if allowed.lowest > allowed.highest:
        return element, "", "", "", f"only {others}"
    note = f"or {others}" if others else "exactly" if allowed.is_one_number else ""
    numbers = (allowed.exact, allowed.lowest, allowed.highest)
    return element, *(number(value, wide, hex=hex) for value in numbers), note


def allowed_interval(law: Allowed, index: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    """All that is allowed at an element, on one line."""
    found, wide = interval(law, index, dtype), np.dtype(np.float64)
    others = list(map(str, found.others))
    if found.lowest > found.highest:
        return f"= {' or '.join(others)}"
    lowest, highest, exact = (number(value, wide) for value in (found.lowest, found.highest, found.exact))
    range_ = f"= {lowest}" if found.lowest == found.highest else f"from {lowest} to {highest}, exactly {exact}"
    return " or ".join([range_, *others])


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"
