"""Before a run, check that a target whose claims were inferred accepts one call per claim.

The author of an adapter writes its claims down. Those of a form are read from parameters and from a framework. Where
they are too many, one sentence says so better than forty refusals.
"""

from __future__ import annotations

from conv2d_conformance.cases.claim_cases import claim_cases
from conv2d_conformance.contract.answers import Hello, Implementation, Rejected
from conv2d_conformance.contract.delivered import FORM
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.question import Question


class RefusedAtOnce(Hinted):
    """What is claimed cannot even be called."""


def is_needed(hello: Hello) -> bool:
    return FORM in hello.environment


def require_answers(implementation: Implementation) -> None:
    """Ask one legal call for each claim. RefusedAtOnce if one raises. Wrong answers do not matter here."""
    hello = implementation.hello
    refused: dict[str, Rejected] = {}
    for claim in claim_cases(hello.claimed):
        case, without = (within_claims(one, hello.capabilities) for one in (claim.case, claim.without))
        if case is None or without is None:  # outside the limits
            continue
        question = Question(case, hello.capabilities)
        if question.illegal_because is not None:
            continue
        answer = implementation.ask(question.request)
        if not isinstance(answer, Rejected):
            continue
        bare = implementation.ask(Question(without, hello.capabilities).request)
        if isinstance(bare, Rejected):
            raise RefusedAtOnce(f"it refuses the simplest call: {_told(bare)}", f"it is taken for {hello.description}")
        refused[claim.name] = answer
    if refused:
        are = "are" if len(refused) > 1 else "is"
        raise RefusedAtOnce(
            f"{', '.join(refused)} {are} claimed and refused at once: {_told(next(iter(refused.values())))}",
            f"what it is not meant to have is left out by the option without={','.join(refused)} of the target",
        )


def _told(answer: Rejected) -> str:
    return f"{answer.type}: {answer.message}"
