"""The lines of a script that lay out the arrays of a call as the suite does, and make the call."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.memory import ALIGNMENT, GUARD, KEPT_RESULTS
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.implementation.layout import Place, places_of, views_of
from conv2d_conformance.implementation.target import Target
from conv2d_conformance.reproducer.data import data_text
from conv2d_conformance.verdict.question import Question

_MEMORY = f"""\
# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(%d, np.uint8) for _ in range(2)]
blocks = [block[-block.__array_interface__['data'][0] %% {ALIGNMENT} :] for block in blocks]
kept, calls = deque(maxlen={KEPT_RESULTS}), 0


def ask(function, arrays, places, arguments):
    global calls
    block = blocks[calls // 2 %% 2]
    block[:] = 0xFF
    handed = []
    for array, place in zip(arrays, places):
        if array is not None:
            first, strides, writable = place
            array, values = np.ndarray(array.shape, array.dtype, block, first, strides), array
            array[...] = values
            array.flags.writeable = writable
        handed.append(array)
    calls += 1
    kept.append(function(*handed, **arguments))
    return kept[-1]"""

_BARE = """


def bare(function, *arrays, **arguments):
    # A function without an adapter is given what it names.
    named = inspect.signature(function).parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in named.values()):
        arguments = {name: arguments[name] for name in arguments if name in named}
        arrays = arrays if 'bias' in named else arrays[:2]
    return function(*arrays, **arguments)


if conv2d is found:
    conv2d = lambda *arrays, function=conv2d, **arguments: bare(function, *arrays, **arguments)"""


def memory_text(questions: Sequence[Question], target: Target) -> str:
    """The function that makes a call, with room for the largest one."""
    room = max((place.stop for one in questions for place in _places(one).values()), default=0) + GUARD + ALIGNMENT
    is_bare = not target.is_bundled and any(one.case.operation == MAIN for one in questions)
    return _MEMORY % room + (_BARE if is_bare else "")


def _places(question: Question) -> dict[str, Place]:
    case, arrays = question.case, question.request.arrays
    return places_of(arrays, views_of(arrays, case.view, case.viewed))


CALL = "ask({}, arrays, places, arguments)"


def arguments_text(question: Question) -> str:
    """The lines that define the arguments of the call."""
    case, request = question.case, question.request
    views, places = views_of(request.arrays, case.view, case.viewed), _places(question)
    listed = ", ".join(
        f"({places[name].first}, {places[name].strides}, {views[name] != 'read-only'})" if name in places else "None"
        for name in request.arrays
    )
    arguments = ", ".join(f"{name}={value!r}" for name, value in request.arguments.items())
    return "\n".join(
        (
            f"arrays = [{', '.join(request.arrays)}]",
            "# of each array the first byte in the block, the strides, and whether it can be written to",
            f"places = [{listed}]",
            f"arguments = dict({arguments})",
        )
    )


def before_text(number: int, question: Question) -> str:
    """The lines of an earlier call, whose answer does not matter."""
    call = f"    {CALL.format(question.case.operation)}"
    # A word that is longer than a line is broken: no part of it may stand before the mark of a comment.
    title = textwrap.wrap(f"call {number}: {format_case(question.case)}", 110, break_on_hyphens=False)
    return "\n".join(
        (
            *(f"# {line}" for line in title),
            data_text(question),
            arguments_text(question),
            "try:",
            call,
            "except Exception:",
            "    pass",
        )
    )
