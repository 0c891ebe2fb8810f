"""Illegal calls: each has one defect, whatever is claimed, and counts only where the legal call is accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases import arrays, features_of, format_case
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.illegal_calls import ILLEGAL, illegal_calls
from conv2d_conformance.cases.illegal_kinds import KINDS
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.protocol import encode_request
from conv2d_conformance.verdict.claims import illegal_within_claims
from conv2d_conformance.verdict.examination import Examination, Nonconforming

REASONS = {
    # a kind of illegality, and what the reference says of it
    "stride-positive": r"^stride(\[\d\])? must be at least 1",
    "dilation-positive": r"^dilation(\[\d\])? must be at least 1",
    "padding-non-negative": r"^padding(\[\d\])? must be at least 0",
    "kernel-positive": r"^K[HW] of the weight must be at least 1",
    "groups-positive": r"^groups must be at least 1",
    "pair-length": r"whose length is [034]",
    "integers-only": r"must be an int\b.*\.5",
    "whole-floats": r"must be an int\b.*\.0",
    "padding-string": r"^padding must be 'valid' or 'same'",
    "padding-mode-known": r"^padding_mode must be one of",
    "same-needs-stride-one": "^padding 'same' needs a stride of 1",
    "channels-divisible": r"^C must be divisible by groups",
    "out-channels-divisible": r"^M must be divisible by groups",
    "weight-channels": r"^weight must have C//groups",
    "input-rank": r"^input must have shape",
    "weight-rank": r"^weight must have shape",
    "bias-shape": r"^bias must have shape",
    "dtypes-equal": r"must have the same dtype",
    "kernel-fits": r"at least as large as the dilated kernel",
    "reflect-limit": r"^padding_mode 'reflect' needs padding <",
    "circular-limit": r"^padding_mode 'circular' needs padding <=",
    "dilation-positive-empty-batch": r"^dilation(\[\d\])? must be at least 1, got 0",
    "weight-dtype-empty-batch": r"must have the same dtype",
    "bias-dtype-valid": r"must have the same dtype",
    "bias-dtype-same": r"must have the same dtype",
    "empty-batch": r"weight must have C//groups|at least as large as the dilated kernel",
} | {
    f"{kind}-{mode}": reason
    for mode in ("reflect", "replicate", "circular")
    for kind, reason in (
        ("padding-non-negative", r"^padding(\[\d\])? must be at least 0"),
        ("padding-length", "whose length is 3"),
    )
}

REQUIREMENTS = {
    name: {
        "empty-batch": "batch.empty-checked",
        "reflect-limit": "padding-mode.reflect-limit",
        "circular-limit": "padding-mode.circular-limit",
    }.get(name, f"validation.{name}")
    for name in KINDS
}
QUICK = EFFORTS["quick"]


def reason(case: Case) -> str:
    try:
        geometry(case)
    except (ValueError, TypeError) as error:
        return str(error)
    raise AssertionError(f"legal: {format_case(case)}")


@pytest.mark.parametrize(("kind", "case"), ILLEGAL, ids=lambda value: value if isinstance(value, str) else "")
def test_an_illegal_case_is_illegal_for_the_reason_that_it_names(kind: str, case: Case) -> None:
    assert re.search(REASONS[kind], reason(case))
    arrays(case)  # the arrays can be made, so that the call can be


def test_every_kind_has_its_cases() -> None:
    assert set(KINDS) == set(REASONS) == {kind for kind, _ in ILLEGAL}
    with pytest.raises(ValueError, match=r"^kind 'stride' is not known; known are stride-positive, "):
        next(illegal_calls("stride"))


@pytest.mark.parametrize(
    "kind", ["stride-positive", "dilation-positive", "padding-non-negative", "integers-only", "whole-floats"]
)
def test_a_pair_is_illegal_on_one_axis_alone(kind: str) -> None:
    least = 0 if kind == "padding-non-negative" else 1

    def is_good(value: object) -> bool:
        return type(value) is int and value >= least

    cases = [case for found, case in ILLEGAL if found == kind]
    pairs = [value for case in cases for _, value in case.overrides if isinstance(value, tuple)]
    assert {tuple(map(is_good, pair)) for pair in pairs} >= {(True, False), (False, True)}


def test_a_division_that_truncates_would_accept_a_kernel_one_too_large() -> None:
    fooled = []
    for case in (case for kind, case in ILLEGAL if kind == "kernel-fits"):
        stride = case.stride if isinstance(case.stride, tuple) else (case.stride, case.stride)
        padding = case.padding if isinstance(case.padding, tuple) else (0, 0)
        dilation = case.dilation if isinstance(case.dilation, tuple) else (1, 1)
        sides = zip((case.H, case.W), (case.KH, case.KW), stride, padding, dilation, strict=True)
        fooled.append(all(int((n + 2 * p - d * (k - 1) - 1) / s) + 1 >= 1 for n, k, s, p, d in sides))
    assert sum(fooled) >= 6


def test_an_extent_in_32_bits_would_fit() -> None:
    fooled = []
    for case in (case for kind, case in ILLEGAL if kind == "kernel-fits"):
        dilation = case.dilation if isinstance(case.dilation, tuple) else (case.dilation, case.dilation)
        if max(dilation) >= 2**30:
            extents = [d * (k - 1) + 1 for d, k in zip(dilation, (case.KH, case.KW), strict=True)]
            assert 2**32 - 1 <= max(extents) < 2**63
            wrapped = [int(np.array(extent).astype(np.int32)) for extent in extents]
            fooled.append(all(extent <= size for extent, size in zip(wrapped, (case.H, case.W), strict=True)))
    assert sum(fooled) == len(fooled) >= 6


# ---- within the claims -----------------------------------------------------------------------------------------------

FLAGS = ("bias", "stride", "dilation", "groups", "multi_channel", "unbatched", "empty_batch")
SETS = ("dtypes", "padding", "padding_modes", "arguments")
CORE = Capabilities(validation=True, dtypes={"float32", "float64"})


def without(claims: Capabilities, name: str, value: object) -> Capabilities:
    if name in FLAGS:
        return replace(claims, **{name: False})  # type: ignore[arg-type]  # a field that is a bool
    return replace(claims, **{name: getattr(claims, name) - {value}})


def lacking_up_to_two(claims: Capabilities) -> Iterator[Capabilities]:
    """The claims, and the claims without every one and every two of their features."""
    kept = {"padding_modes": "zeros", "arguments": "pair"}
    single: list[tuple[str, Any]] = [(name, True) for name in FLAGS if getattr(claims, name)]
    single += [(name, value) for name in SETS for value in sorted(getattr(claims, name)) if value != kept.get(name)]
    yield claims
    yield from (without(claims, *one) for one in single)
    for one, other in combinations(single, 2):
        if {one[0], other[0]} != {"dtypes"} or len(claims.dtypes) > 2:
            yield without(without(claims, *one), *other)


CLAIMS = (*lacking_up_to_two(EVERYTHING), *lacking_up_to_two(CORE))


@pytest.mark.parametrize("kind", KINDS)
def test_with_up_to_two_features_less_the_defect_is_the_only_one_and_something_is_asked(kind: str) -> None:
    calls = list(illegal_calls(kind, QUICK.tiles))
    for claims in CLAIMS:
        if not spec.get(REQUIREMENTS[kind]).features <= claims.features:
            continue
        asked = 0
        for illegal in calls:
            made = illegal_within_claims(illegal, claims)
            if made is None:
                continue
            asked += 1
            legal, spoilt = made
            if (legal, spoilt) == (illegal.legal, illegal.case) and claims is not EVERYTHING:
                continue  # looked at with the first claims
            assert is_legal(legal), format_case(legal)
            assert features_of(legal) <= claims.features, format_case(legal)
            assert features_of(spoilt) - {"validation"} <= claims.features, format_case(spoilt)
            assert re.search(REASONS[kind], reason(spoilt)), format_case(spoilt)
        assert asked, f"nothing to ask with {sorted(claims.features)}"


def test_an_argument_that_is_not_claimed_is_never_handed_over() -> None:
    bare = Capabilities(stride=False, dilation=False, groups=False, padding=set(), validation=True)
    for kind in KINDS:
        for illegal in illegal_calls(kind, QUICK.tiles):
            if (made := illegal_within_claims(illegal, bare)) is not None:
                assert not {"stride", "dilation", "padding", "groups"} & dict(made[1].overrides).keys()


# ---- judged ----------------------------------------------------------------------------------------------------------


def examine(function: Callable[[Call], Any], claims: Capabilities = EVERYTHING) -> Examination:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes))

    return Examination(InProcess(Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims)), QUICK)


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_implementation_passes_and_every_rejection_counts(kind: str) -> None:
    found = examine(Call.right)
    found.judge_illegal(illegal_calls(kind, QUICK.tiles))
    assert found.tally.outcome == "pass"
    assert found.tally.asked == found.tally.evidence == len(found.tally.digests) > 2


def no_groups_and_no_bias(call: Call) -> Any:
    if call.groups != 1 or call.bias is not None:
        raise NotImplementedError("neither groups nor bias")
    return call.right(stride=tuple(map(int, call.stride)) if isinstance(call.stride, tuple) else call.stride)


def test_what_is_refused_with_and_without_its_defect_says_nothing() -> None:
    found = examine(no_groups_and_no_bias)
    with pytest.raises(Nonconforming) as raised:
        found.judge_illegal(list(illegal_calls("integers-only"))[:10])
    assert raised.value.outcome == found.tally.outcome == "error"
    assert (found.tally.asked, found.tally.evidence) == (10, 0)
    assert raised.value.failure.case == "n2c4h9w8 m6k3x2 s1x1 p0x0 d1x1 g2 bias float32 integers:0"
    assert raised.value.failure.got == "refused a legal call: NotImplementedError: neither groups nor bias"
    assert raised.value.failure.required.startswith("an answer: an exception for n2c4h9w8 m6k3x2 s1x1 p0x0 d1x1 g2 ")


def test_what_is_not_claimed_does_not_hide_that_a_defect_is_accepted() -> None:
    claims = Capabilities(groups=False, bias=False, validation=True)
    with pytest.raises(Nonconforming, match="a result of shape"):
        examine(no_groups_and_no_bias, claims).judge_illegal(illegal_calls("integers-only"))


def test_operands_are_not_swapped_unseen_where_there_is_no_padding() -> None:
    def swaps(call: Call) -> Any:
        if any(k > size for k, size in zip(call.weight.shape[2:], call.input.shape[2:], strict=True)):
            return call.right(input=np.resize(call.input, (*call.input.shape[:2], *call.weight.shape[2:])))
        return call.right()

    with pytest.raises(Nonconforming, match="a result of shape"):
        examine(swaps, Capabilities(padding=set(), validation=True)).judge_illegal(illegal_calls("kernel-fits"))


def test_a_legal_call_that_is_answered_wrongly_is_accepted_all_the_same() -> None:
    found = examine(lambda call: call.right() + 1)
    found.judge_illegal(illegal_calls("groups-positive"))
    assert found.tally.outcome == "pass"


def test_one_dtype_alone_leaves_nothing_to_compare() -> None:
    one = Capabilities(validation=True, empty_batch=True, padding={"explicit", "valid", "same"})
    for kind in ("dtypes-equal", "weight-dtype-empty-batch", "bias-dtype-valid", "bias-dtype-same"):
        assert not spec.get(REQUIREMENTS[kind]).features <= one.features
        assert spec.get(REQUIREMENTS[kind]).features <= replace(one, dtypes={"float16", "bfloat16"}).features


# ---- languages whose numbers are all floats --------------------------------------------------------------------------


def as_numbers(call: Call, number: Callable[[Any], Any]) -> Any:
    """The right answer to the call with every number read by a language of its own."""
    read = {
        name: tuple(map(number, value))
        if isinstance(value, tuple)
        else value
        if isinstance(value, str)
        else number(value)
        for name, value in (("stride", call.stride), ("padding", call.padding), ("dilation", call.dilation))
    }
    return call.right(**read, groups=number(call.groups))


def whole(number: Any) -> int:
    if number != int(number):
        raise ValueError(f"{number} is not a whole number")
    return int(number)


@pytest.mark.parametrize(
    ("number", "passes"),
    [(whole, {"integers-only": True, "whole-floats": False}), (int, {"integers-only": False, "whole-floats": False})],
    ids=("cannot tell 2.0 from 2", "cuts the fraction off"),
)
def test_a_language_without_integers_is_asked_for_no_more_than_it_can_tell(
    number: Callable[[Any], Any], passes: dict[str, bool]
) -> None:
    for kind, expected in passes.items():
        found = examine(lambda call: as_numbers(call, number))
        with suppress(Nonconforming):
            found.judge_illegal(illegal_calls(kind, QUICK.tiles))
        assert found.tally.outcome == ("pass" if expected else "fail"), kind
    assert [spec.get(f"validation.{kind}").level for kind in passes] == ["MUST", "SHOULD"]


def test_fractions_and_whole_floats_share_no_call_and_travel_as_what_they_are() -> None:
    fractions, wholes = (
        {format_case(case) for kind, case in ILLEGAL if kind == name} for name in ("integers-only", "whole-floats")
    )
    assert fractions
    assert wholes
    assert not fractions & wholes
    sent = [
        bytes(encode_request(Request("conv2d", case.arguments, {}), 1)[0]).decode()
        for kind, case in ILLEGAL
        if kind == "whole-floats"
    ]
    assert all(re.search(r"\d\.0[,\]}]", line) for line in sent)
