"""What examinations of the same cases share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.verdict.kept_questions import LARGE, OF_LAW, Questions


def test_equal_claims_share_a_question_and_others_do_not() -> None:
    questions = Questions()
    case, claims = parse("n1c8h9w9 m2k3 integers:1"), Capabilities()
    assert questions(case, claims) is questions(case, replace(claims, stride=False))
    assert questions(case, claims) is not questions(case, replace(claims, grades={"float32": "B2"}))
    illegal = [parse(f"n1c8h9w9 m2k3 integers:1 stride={stride}") for stride in ("(1,1)", "(1.0,1.0)")]
    assert illegal[0] == illegal[1]
    assert [questions(case, claims).illegal_because is None for case in illegal] == [True, False]


def test_zeros_of_another_sign_are_another_question() -> None:
    questions = Questions()
    cases = [parse(f"n1c1h1w2 m1k1 integers:1 x[0,0,0,0]={zero}") for zero in ("0.0", "-0.0")]
    assert cases[0] == cases[1]
    signs = [np.signbit(questions(case, Capabilities()).input).ravel()[0] for case in cases]
    assert signs == [False, True]


def test_the_latest_are_kept_and_none_that_is_large() -> None:
    claims = Capabilities()
    one, two, three = (parse(f"n1c1h1w1 m1k1 integers:{seed}") for seed in range(3))
    questions = Questions(most_bytes=100)  # each takes 42
    first, second = questions(one, claims), questions(two, claims)
    assert questions(one, claims) is first
    questions(three, claims)
    assert questions(one, claims) is first
    assert questions(two, claims) is not second
    large = parse(f"n1c1h1w{LARGE // OF_LAW} m1k1 integers:1")
    assert questions(large, claims) is not questions(large, claims)
