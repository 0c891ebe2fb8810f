"""The text of a script that shows one case failing, with nothing but NumPy and the implementation itself.

The script rebuilds the arrays, makes the call, compares with literal numbers, and ends with exit status 1 while the
answer is wrong, 0 once it is right. It can be pasted into a bug report of somebody who has never heard of this suite.
"""

from __future__ import annotations

import base64
import math
import pprint
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.implementation.answers import Array
from conv2d_conformance.implementation.target import Target
from conv2d_conformance.report.intervals import interval
from conv2d_conformance.verdict.question import Question

Index = tuple[int, ...]

LITERAL = 200
"""An array of so many elements or fewer is written out; a larger one is packed."""

LONGEST_TEXT = 1_000_000
"""Of a packed array, in letters."""

CHECKED = 8
"""So many elements of a large output are compared."""


class NoScript(Exception):
    """The case cannot be made a script of its own; the sentence says why."""


def script(question: Question, target: Target, wrong: Iterable[Index] = ()) -> str:
    """The script. `wrong` are the elements (N, M, OH, OW) to compare where there are too many to compare all."""
    if question.case.operation != "conv2d":
        raise NoScript("no script can be made for gradients in this version")
    if target.command:
        raise NoScript("no script can be made for a command: the implementation is a program, not a Python object")
    parts = [
        _head(question, target),
        "\n".join(_imports(question, target)),
        "\n".join(_loading(target)),
        data_text(question),
        "\n".join(_call(question, target)),
        "\n".join(_rejection(question) if question.illegal_because else _comparison(question, list(wrong))),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(question: Question, target: Target) -> str:
    lines = [
        '"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.',
        "",
        f"case    {format_case(question.case)}",
        f"target  {target.text}",
    ]
    if question.case.view is not None:
        lines += ["", f"The suite handed the arrays over as the view {question.case.view}; here they are contiguous."]
    return "\n".join([*lines, '"""']).replace("\\", "\\\\")


def _imports(question: Question, target: Target) -> Iterator[str]:
    is_packed = any(array is not None and array.size > LITERAL for array in question.request.arrays.values())
    if is_packed:
        yield "import base64"
    if target.path:
        yield "import importlib.util"
    if not target.is_bundled:
        yield "import inspect"
    yield "import sys"
    if is_packed:
        yield "import zlib"
    yield ""
    if "bfloat16" in question.case.dtypes.values():
        yield "import ml_dtypes"
    yield "import numpy as np"


# ---- the implementation ------------------------------------------------------------------------------------------


def _loading(target: Target) -> Iterator[str]:
    first, *rest = target.attribute.split(".")
    if target.path:
        yield f"sys.path.append({str(Path(target.path).parent)!r})"
        yield f"spec = importlib.util.spec_from_file_location('target', {target.path!r})"
        yield "module = sys.modules['target'] = importlib.util.module_from_spec(spec)"
        yield "spec.loader.exec_module(module)"
        yield f"found = module.{target.attribute}"
    else:
        if not target.is_bundled:
            yield "sys.path.append('.')"
        yield f"from {target.module} import {first} as found"
        if rest:
            yield f"found = found.{'.'.join(rest)}"
    if not target.is_bundled:
        yield "found = getattr(found, 'adapter', found)"
    if target.options:
        options = ", ".join(f"{name}={value!r}" for name, value in target.options.items())
        yield f"found = found.configure({options})"
    yield "conv2d = found.conv2d" if target.is_bundled else "conv2d = getattr(found, 'conv2d', found)"


# ---- the data ----------------------------------------------------------------------------------------------------


def data_text(question: Question) -> str:
    """The lines that make input, weight and bias."""
    return "\n".join(_data(question))


def _data(question: Question) -> Iterator[str]:
    for name, array in question.request.arrays.items():
        if array is None:
            yield f"{name} = None"
        elif array.size <= LITERAL:
            yield from _literal(name, array)
        else:
            yield from _packed(name, array)


def _packed(name: str, array: Array) -> Iterator[str]:
    """The bytes of an array, compressed, as text."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    text = base64.b85encode(zlib.compress(little.tobytes(), 9)).decode()
    if len(text) > LONGEST_TEXT:
        sizes = "x".join(map(str, array.shape))
        raise NoScript(f"no script can be made for so large a case: the {name} of {sizes} would be {len(text)} letters")
    yield f"{name} = np.frombuffer("
    yield "    zlib.decompress("
    yield "        base64.b85decode("
    yield from (f"            {text[i : i + 100]!r}" for i in range(0, len(text), 100))
    yield "        )"
    yield "    ),"
    yield f"    {_dtype(array)},"
    yield f").reshape({array.shape}).copy()"


def _literal(name: str, array: Array) -> Iterator[str]:
    values: Any = array.astype(np.float64)
    whole = (
        np.isfinite(values).all() and bool((values == np.rint(values)).all()) and bool((np.abs(values) < 2**53).all())
    )
    plain = values.astype(np.int64).tolist() if whole and not np.signbit(values[values == 0]).any() else values.tolist()
    text = pprint.pformat(plain, width=100, compact=True).replace("inf", "np.inf").replace("nan", "np.nan")
    if array.size == 0:
        yield f"{name} = np.zeros({array.shape}, {_dtype(array)})"
    elif "\n" not in text and len(text) < 90:
        yield f"{name} = np.array({text}, {_dtype(array)})"
    else:
        yield f"{name} = np.array("
        yield from (f"    {line}" for line in f"{text},".splitlines())
        yield f"    {_dtype(array)},"
        yield ")"


def _dtype(array: Array) -> str:
    return "ml_dtypes.bfloat16" if array.dtype.name == "bfloat16" else f"np.{array.dtype.name}"


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else f"float({str(value)!r})"


# ---- the call and what must come of it ---------------------------------------------------------------------------


def _call(question: Question, target: Target) -> Iterator[str]:
    arguments = question.request.arguments
    yield "arrays = [input, weight, bias]"
    yield f"arguments = dict({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"
    if not target.is_bundled:
        yield _BARE


_BARE = """\
if conv2d is found:  # a bare function is given what it names
    named = inspect.signature(conv2d).parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in named.values()):
        arguments = {name: arguments[name] for name in arguments if name in named}
        arrays = arrays if 'bias' in named else arrays[:2]"""


def _rejection(question: Question) -> Iterator[str]:
    yield "try:"
    yield "    output = conv2d(*arrays, **arguments)"
    yield "except Exception as error:"
    yield "    print(f'right: the call is illegal, and {type(error).__name__} was raised')"
    yield "else:"
    reason = f"wrong: the call is illegal ({question.illegal_because}), and it returned shape"
    yield f"    sys.exit({reason!r} + f' {{output.shape}}')"


def _comparison(question: Question, wrong: Sequence[Index]) -> Iterator[str]:
    law = question.law
    dtype = _dtype(question.input)
    yield "output = conv2d(*arrays, **arguments)"
    yield f"if type(output) is not np.ndarray or output.dtype != {dtype} or output.shape != {question.shape}:"
    yield "    what = getattr(output, 'dtype', type(output).__name__), getattr(output, 'shape', '')"
    yield f"    sys.exit(f'wrong: got {{what}}, required {question.case.dtype} of shape {question.shape}')"
    yield ""
    yield "# element: the lowest and the highest answer that is allowed, then others"
    yield "allowed = {"
    for index in _compared(question, wrong):
        shown = index[1:] if len(question.shape) == 3 else index
        found = interval(law, index, question.input.dtype)
        numbers = ", ".join(map(_number, (found.lowest, found.highest, *found.others)))
        yield f"    {shown}: ({numbers}),"
    yield "}"
    yield _COUNTING


_COUNTING = """\
wrong = 0
for element, (lowest, highest, *others) in allowed.items():
    got = float(output[element])
    if not (lowest <= got <= highest or str(got) in map(str, others)):
        wrong += 1
        required = [f'{lowest!r}' if lowest == highest else f'{lowest!r} to {highest!r}'] if lowest <= highest else []
        print(f'wrong: got {got!r} at {element}, required', ' or '.join(required + [str(other) for other in others]))
if wrong:
    sys.exit(f'{wrong} of {len(allowed)} elements that were compared are wrong')
print('right')"""


def _compared(question: Question, wrong: Sequence[Index]) -> list[Index]:
    """All elements where they are few, else the wrong ones, else some from everywhere."""
    places = np.argwhere(np.ones_like(question.law.fixed))
    if len(places) > LITERAL // 4:
        if wrong:
            return list(wrong)[:CHECKED]
        places = places[np.linspace(0, len(places) - 1, CHECKED).astype(int)]
    return [tuple(int(i) for i in index) for index in places]
