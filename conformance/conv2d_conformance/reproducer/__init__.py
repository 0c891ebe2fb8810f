"""The text of a script that shows one case failing, with nothing but NumPy and the implementation itself.

The script rebuilds the arrays and lays them out in memory as the suite does. It makes any earlier calls and then the
call, and compares the answer with literal numbers. Its exit status is 1 while the answer is wrong, 0 once it is right.
It can be pasted into a bug report for people who have never heard of this suite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.implementation.target import Target
from conv2d_conformance.operations.operation import Index
from conv2d_conformance.reproducer.calls import arguments_text, before_text, memory_text
from conv2d_conformance.reproducer.comparison import comparison, rejection
from conv2d_conformance.reproducer.data import NoScript, data_text
from conv2d_conformance.reproducer.layers import script_of_layers
from conv2d_conformance.reproducer.script_head import head, imports, loading, require_adapter, require_python
from conv2d_conformance.verdict.large_question import LargeQuestion
from conv2d_conformance.verdict.question import Question

__all__ = ["NoScript", "data_text", "require_adapter", "script", "script_of_layers"]


def script(question: Question, target: Target, wrong: Iterable[Index] = (), *, before: Sequence[Question] = ()) -> str:
    """The script. `before` are earlier calls that the failure needs.

    `wrong` are the elements to compare where there are too many to compare all.
    """
    require_python(target)
    questions = [*before, question]
    if any(isinstance(one, LargeQuestion) for one in questions):
        raise NoScript("no script can be made for so large a case, whose law it would hold")
    operations = {one.case.operation for one in questions}
    parts = [
        head(format_case(question.case), target, [format_case(one.case) for one in before]),
        imports(target, [one.request.arrays for one in questions], [one.case.dtypes for one in questions]),
        loading(target, operations),
        memory_text(questions, target),
        *(before_text(number, one) for number, one in enumerate(before, start=1)),
        data_text(question),
        arguments_text(question),
        rejection(question) if question.illegal_because else comparison(question, list(wrong)),
    ]
    return "\n\n".join(parts) + "\n"
