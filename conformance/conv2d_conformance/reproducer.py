"""The text of a script that shows one case failing, with nothing but NumPy and the implementation itself.

The script rebuilds the arrays, makes the call, compares with literal numbers, and ends with exit status 1 while the
answer is wrong, 0 once it is right. It can be pasted into a bug report of somebody who has never heard of this suite.
"""

from __future__ import annotations

import math
import pprint
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import DEFAULT_MAGNITUDE, LETTERS, SIGNIFICANT_BITS, Elements, Recipe
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.implementation.answers import Array
from conv2d_conformance.implementation.target import Target
from conv2d_conformance.report.intervals import interval
from conv2d_conformance.verdict.question import Question

Index = tuple[int, ...]

LITERAL = 200
"""An array of so many elements or fewer is written out; a larger one is rebuilt."""

CHECKED = 8
"""So many elements of a large output are compared."""


class NoScript(Exception):
    """The case cannot be made a script of its own; the sentence says why."""


def script(question: Question, target: Target, wrong: Iterable[Index] = ()) -> str:
    """The script. `wrong` are the elements (N, M, OH, OW) to compare where there are too many to compare all."""
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
    if target.path:
        yield "import importlib.util"
    if not target.is_bundled:
        yield "import inspect"
    yield "import sys"
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
    case, arrays = question.case, question.request.arrays
    recipe = case.recipe
    if recipe is not None and any(array is not None and array.size > LITERAL for array in arrays.values()):
        yield from _PHILOX.format(seed=recipe.seed).splitlines()
        yield ""
    for number, (name, array) in enumerate(arrays.items()):
        if array is None:
            yield f"{name} = None"
        elif array.size <= LITERAL:
            yield from _literal(name, array)
        else:
            if recipe is None:
                yield f"{name} = np.zeros({array.shape}, {_dtype(array)})"
            else:
                yield from _recipe(question, recipe, name, number, array)
            entries = case.data.entries if isinstance(case.data, Elements) else ()
            named = (entry for entry in entries if entry[0] == LETTERS[name])
            yield from (f"{name}[{', '.join(map(str, index))}] = {_number(value)}" for _, index, value in named)


_PHILOX = """\
def words(array, count):
    return np.random.Philox(key=[{seed}, array]).random_raw(count)"""


def _recipe(question: Question, recipe: Recipe, name: str, number: int, array: Array) -> Iterator[str]:
    """The few lines that turn the words of Philox into the elements, as `cases.data` does."""
    bits, size = SIGNIFICANT_BITS[array.dtype.name], array.size
    match recipe.name, name:
        case "integers", _:
            magnitude = min(recipe.magnitude or DEFAULT_MAGNITUDE, 2**bits)
            yield f"values = ((words({number}, {size}) >> 32) * {2 * magnitude} >> 32).astype(float) - {magnitude}"
            yield "values += values >= 0"
        case "impulse", "input":
            images = array.shape[0] if array.ndim > 3 else 1
            pixels = size // images
            yield f"values = np.zeros(({images}, {pixels}))"
            yield f"for image in range({images}):"
            yield f"    values[image, ({recipe.seed} + image) % {pixels}] = 1"
        case "impulse", _:
            first = math.prod(question.weight.shape) if name == "bias" else 0
            yield f"order = np.argsort(words({number}, {size}), kind='stable')"
            yield f"values = ({first} + order) % {2**bits} + 1.0"
        case (("uniform" | "sparse"), _):
            yield f"drawn = words({number}, {size})"
            yield f"fraction = (drawn >> {65 - bits}).astype(float) * 2.0**{1 - bits}"
            yield "values = np.where(drawn & 1, -1.0, 1.0) * (1 + fraction)"
            if recipe.name == "sparse":
                yield "kept = (drawn >> 1) & 2047 < 307"
                yield f"kept[int(drawn[0] >> 32) % {size}] = True"
                yield "values = np.where(kept, values, 0.0)"
        case "normal", _:
            yield f"drawn = words({number}, {2 * size})"
            yield f"parts = drawn[:{size}].view(np.uint16).reshape({size}, 4)"
            yield f"values = parts.sum(axis=1) - 131070.0 + (drawn[{size}:] >> 11).astype(float) * 2.0**-53"
            if bits != 53:
                yield "mantissa, exponent = np.frexp(values)"
                yield f"values = np.ldexp(np.trunc(np.ldexp(mantissa, {bits})), exponent - {bits})"
            yield "values *= 2.0**-15"
        case "ones", _:
            yield f"values = np.ones({size})"
        case _:
            raise NoScript(f"no script can be made for the recipe {recipe.name} of this size")
    yield f"{name} = values.reshape({array.shape}).astype({_dtype(array)})"


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
