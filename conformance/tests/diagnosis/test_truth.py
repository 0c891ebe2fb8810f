"""What a diagnosis says is true: measured on faults that were written without a look at what it can say."""

from __future__ import annotations

import re
import runpy
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.diagnosis import diagnose
from conv2d_conformance.diagnosis.effects import effect
from conv2d_conformance.diagnosis.model import Model
from conv2d_conformance.diagnosis.trigger import Rule
from conv2d_conformance.emulation.call import Call

fresh, measured = (
    SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name=name))
    for name in ("faults_fresh", "measured")
)

SEEN: dict[str, str] = {
    # on real libraries: what must be said
    "refuses_same_with_dilation": r'^it says "NotImplementedError: Dilation not .*only where the padding is "same" and '
    r"there is a dilation$",
    "flushes_subnormals": r"takes subnormal numbers for zero, only where the dtype is float32$",
    "flushes_subnormal_results": r"returns zero for subnormal (numbers|results), only where the dtype is float32$",
    "reads_on_where_a_stride_in_memory_is_zero": r"only where (N >= 2 and )?the arrays are views \(broadcast\)",
    "returns_the_largest_number_for_infinity": r"returns the largest number where the answer is infinite$",
    "computes_float64_in_float32": r"computes float64 in float32$",
    "refuses_batches": r'^it says "ValueError: batch of 2 is not supported": .* only where N >= 2$',
    "small_kernels_ignore_their_padding": r"the kernel is 1x1 and",
    "small_kernels_return_less_with_padding": r"ignores the padding, only where the kernel is 1x1$",
    "single_channels_lose_their_last_row": r"last output row is zero, only where C (<= 1|== 1)$",
    "drops_the_bias_of_a_single_channel": r"without its bias, only where M (<= 1|== 1)$",
    "refuses_float64": r'^it says "RuntimeError: NOT_IMPLEMENTED .* only where the dtype is float64$',
}


@cache
def finding_of(fault: str) -> Any:
    with np.errstate(all="ignore"):
        return measured.measure(fault, measured.implementation_of(fresh.FAULTS[fault]))


def test_eight_faults_of_ten_are_told_and_two_sentences_of_a_hundred_are_false_at_most() -> None:
    findings = [finding_of(fault) for fault in fresh.FAULTS]
    assert len(findings) >= 60
    said = [finding for finding in findings if finding.diagnosis and finding.diagnosis.model]
    false = [finding.row for finding in said if finding.contradiction]
    assert len(false) <= 0.02 * len(said), "\n".join(false)
    silent = [finding.row for finding in findings if finding.diagnosis is None]
    assert len(silent) <= 0.2 * len(findings), "\n".join(silent)


@pytest.mark.parametrize("fault", SEEN)
def test_what_was_seen_on_libraries_is_told_as_it_is(fault: str) -> None:
    finding = finding_of(fault)
    assert finding.diagnosis is not None, finding.row
    assert re.search(SEEN[fault], finding.diagnosis.sentence), finding.row
    assert finding.contradiction is None, finding.row


FLIPPED = effect("a conv2d whose kernel is flipped", lambda call: call.right(weight=call.weight[..., ::-1, ::-1]))
CASE = parse("n1c1h4w5 m1k2x3 integers:0")


def flips_wide_kernels(call: Call) -> Any:
    return call.right(weight=call.weight[..., ::-1, ::-1]) if call.weight.shape[3] >= 3 else call.right()


@pytest.mark.parametrize(
    ("least", "is_true"),
    [(2, False), (3, True), (4, False)],
)
def test_a_false_sentence_is_seen(least: int, is_true: bool) -> None:
    implementation = measured.implementation_of(flips_wide_kernels)
    cases = measured.others(CASE, measured.CLAIMS)
    for known in (FLIPPED, None):
        model = Model(known, Rule(f"KW >= {least}", lambda sizes: sizes.numbers["KW"] >= least, 1.0))
        found = measured.contradiction(model, implementation, cases)
        # Without an effect, a rule that is a little too wide is true and says less.
        assert (found is None) == (is_true or (known is None and least == 2))


def test_what_cannot_be_tried_is_not_said() -> None:
    """With too few calls for cases of which the sentence was not made, there is no sentence about others."""
    implementation = measured.implementation_of(flips_wide_kernels)
    assert diagnose(implementation, CASE) is not None
    found = diagnose(implementation, CASE, budget=100)
    assert found is None or found.model is None


def test_a_limit_that_was_not_found_is_given_as_far_as_it_is_known() -> None:
    def few_products(call: Call) -> Any:
        g = call.geometry
        return call.right() if g.KH * g.KW * g.C // g.groups <= 24 else call.right() * np.float32(2)

    found = diagnose(measured.implementation_of(few_products), replace(CASE, C=3, H=5, KH=3))
    assert found is not None
    assert found.model is not None
    assert re.search(r"C // groups \* KH \* KW >= (25|26 \(25 was|27 \(25 to 26 were)", found.sentence), found.sentence
