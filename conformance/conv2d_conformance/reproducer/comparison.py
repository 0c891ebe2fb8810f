"""The lines of a script that make the call and check its answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from conv2d_conformance.law.intervals import interval
from conv2d_conformance.law.joined_arrays import places
from conv2d_conformance.operations.operation import Index
from conv2d_conformance.reproducer.calls import CALL
from conv2d_conformance.reproducer.data import LITERAL, dtype_text
from conv2d_conformance.verdict.question import Question

CHECKED = 8
"""The number of elements that are compared in a large output."""


def rejection(question: Question) -> str:
    """The lines of a call that must raise."""
    reason = f"wrong: the call is illegal ({question.illegal_because}), and it returned shape"
    return "\n".join(
        (
            "try:",
            f"    output = {CALL.format(question.case.operation)}",
            "except Exception as error:",
            "    print(f'right: the call is illegal, and {type(error).__name__} was raised')",
            "else:",
            f"    sys.exit({reason!r} + f' {{output.shape}}')",
        )
    )


def comparison(question: Question, wrong: Sequence[Index]) -> str:
    """The lines of the call, and of the checks of its answer: the form, then the elements one by one."""
    has_one = len(question.case.signature.returns) == 1
    lines = _of_one_array(question, wrong) if has_one else _of_several_arrays(question, wrong)
    return "\n".join((f"output = {CALL.format(question.case.operation)}", *lines))


def _of_one_array(question: Question, wrong: Sequence[Index]) -> Iterator[str]:
    dtype, (shape,) = dtype_text(question.input), question.shapes.values()
    assert shape is not None
    yield f"if type(output) is not np.ndarray or output.dtype != {dtype} or output.shape != {shape}:"
    yield "    what = getattr(output, 'dtype', type(output).__name__), getattr(output, 'shape', '')"
    yield f"    sys.exit(f'wrong: got {{what}}, required {question.case.dtype} of shape {shape}')"
    yield ""
    yield "# element: the lowest and the highest answer that is allowed, then others"
    yield "allowed = {"
    for index in _compared(question, wrong):
        shown = np.unravel_index(np.ravel_multi_index(index, question.law.high.shape), shape)
        yield f"    {tuple(map(int, shown))}: ({_numbers(question, index)}),"
    yield "}"
    yield _COUNTING % "output[element]"


def _of_several_arrays(question: Question, wrong: Sequence[Index]) -> Iterator[str]:
    dtype, names = dtype_text(question.input), question.case.signature.returns
    shapes = {name: shape for name, shape in question.shapes.items() if shape is not None}
    yield f"output = dict(zip({names}, output))"
    yield f"for name, shape in {shapes}.items():"
    yield "    got = output[name]"
    yield f"    if type(got) is not np.ndarray or got.dtype != {dtype} or got.shape != shape:"
    yield "        what = getattr(got, 'dtype', type(got).__name__), getattr(got, 'shape', '')"
    yield f"        sys.exit(f'wrong: got {{what}} for {{name}}, required {question.case.dtype} of shape {{shape}}')"
    for name in names:
        if name not in shapes:
            yield f"if output[{name!r}] is not None:"
            yield "    sys.exit('wrong: there is no bias, and it has a gradient')"
    yield ""
    yield "# element: the lowest and the highest answer that is allowed, then others"
    yield "allowed = {"
    elements = list(places(shapes))
    for index in _compared(question, wrong):
        name, place = elements[index[0]]
        yield f"    ({name!r}, {place}): ({_numbers(question, index)}),"
    yield "}"
    yield _COUNTING % "output[element[0]][element[1]]"


def _numbers(question: Question, index: Index) -> str:
    found = interval(question.law, index, question.input.dtype)
    return ", ".join(map(_number, (found.lowest, found.highest, *found.others)))


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else f"float({str(value)!r})"


_COUNTING = """\
wrong = 0
for element, (lowest, highest, *others) in allowed.items():
    got = float(%s)
    if not (lowest <= got <= highest or str(got) in map(str, others)):
        wrong += 1
        required = [f'{lowest!r}' if lowest == highest else f'{lowest!r} to {highest!r}'] if lowest <= highest else []
        print(f'wrong: got {got!r} at {element}, required', ' or '.join(required + [str(other) for other in others]))
if wrong:
    sys.exit(f'{wrong} of {len(allowed)} elements that were compared are wrong')
print('right')"""


def _compared(question: Question, wrong: Sequence[Index]) -> list[Index]:
    """The elements to compare: all if they are few, else the wrong ones, else evenly spread ones."""
    places = np.argwhere(np.ones_like(question.law.fixed))
    if len(places) > LITERAL // 4:
        if wrong:
            return list(wrong)[:CHECKED]
        places = places[np.linspace(0, len(places) - 1, CHECKED).astype(int)]
    return [tuple(int(i) for i in index) for index in places]
