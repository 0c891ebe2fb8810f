"""Judge cases of a search: a failure is reduced, and told by the requirement that explains it."""

from __future__ import annotations

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.diagnosis.diagnoses import Diagnoses
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.fuzzing.corpus import FuzzFailure
from conv2d_conformance.operations import elementwise, operation_of
from conv2d_conformance.verdict.aspects import aspect_of
from conv2d_conformance.verdict.confirmation import explanations_of
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.simplifier import Simplifier

USUAL = "values.definition"
"""The requirement of a failure that nothing narrower explains, as it is called for conv2d."""


class FuzzJudge:
    """Judges case by case. What failed is explained by the requirement that the failure needs."""

    def __init__(self, implementation: Implementation) -> None:
        self._implementation = implementation
        diagnoses = Diagnoses()
        self._simplifier = Simplifier(diagnose=diagnoses.sentence_about, known=diagnoses.know, unsteady=[])
        self.judged = 0

    def failure_of(self, case: Case) -> FuzzFailure | None:
        """The failure of a case; None where it holds, or is not claimed."""
        examination = Examination(self._implementation, EFFORTS["standard"], simplifier=self._simplifier)
        try:
            examination.judge(case)
        except Nonconforming as found:
            self.judged += 1
            return self._told(found.failure)
        self.judged += examination.tally.asked
        if examination.tally.observed:
            requirement, failure = next(iter(examination.tally.observed.items()))
            return _named(requirement, failure)
        return None

    def _told(self, failure: Failure) -> FuzzFailure:
        explained = explanations_of(failure, self._implementation) if aspect_of(failure) != "answered" else ()
        usual = elementwise(operation_of(failure.case).name).explained_by(USUAL)
        return _named(explained[0] if explained else usual, failure)


def _named(requirement: str, failure: Failure) -> FuzzFailure:
    """A failure without a diagnosis is told by the respect in which the answer is wrong."""
    diagnosis = failure.diagnosis or f"wrong in {aspect_of(failure)}"
    return FuzzFailure(
        requirement, spec.get(requirement).level, diagnosis, failure.case, got=failure.got, required=failure.required
    )
