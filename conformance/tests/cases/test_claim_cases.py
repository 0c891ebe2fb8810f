"""Each claim has a case that needs it, and the same case without it."""

from __future__ import annotations

import pytest

from conv2d_conformance.cases.claim_cases import NOT_OF_ONE_CALL, Claim, claim_cases
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.contract.capabilities import FEATURES, Capabilities

CLAIMS = list(claim_cases(FEATURES))


def test_every_feature_that_shows_in_one_call_has_a_case() -> None:
    assert {claim.name for claim in CLAIMS} == FEATURES - NOT_OF_ONE_CALL


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_case_needs_the_claim_and_the_other_does_not(claim: Claim) -> None:
    assert is_legal(claim.without)
    assert is_legal(claim.case) == (claim.name != "validation")
    assert claim.name in features_of(claim.case)
    assert claim.name == "dtype.float32" or claim.name not in features_of(claim.without)


def test_gradients_are_asked_where_there_are_any() -> None:
    (claim,) = claim_cases(frozenset({"gradients"}))
    assert claim.case.operation == "gradients"


def test_only_what_is_claimed_is_asked() -> None:
    names = [claim.name for claim in claim_cases(Capabilities(dtypes={"float64"}, groups=False).features)]
    assert "dtype.float64" in names
    assert not {"groups", "dtype.float32", "unbatched"} & set(names)
