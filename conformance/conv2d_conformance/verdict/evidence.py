"""Choose data that are evidence in the claimed grade."""

from __future__ import annotations

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import why_too_dear
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.operations import elementwise
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.question import claimed_grade


def with_evidence(case: Case, claims: Capabilities) -> Case:
    """The case with data that are evidence in the grade claimed for its operation; itself if they already are."""
    judged = elementwise(case.operation)
    return judged.evident(case, judged.accuracy_class(claimed_grade(claims, case.subject), case.dtype))


def askable(case: Case, claims: Capabilities) -> Case | None:
    """The nearest relative of the case within the claims, with data that are evidence.

    None where there is none within the limits, and where it takes more than is possible: a large padding without its
    large stride has a large output.
    """
    claimed = within_claims(case, claims)
    if claimed is None or (claimed != case and why_too_dear(claimed) is not None):
        return None
    return with_evidence(claimed, claims)
