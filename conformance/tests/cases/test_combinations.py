"""The covering array: complete, made by its generator, and of cases that are what its levels say."""

from __future__ import annotations

import pytest

from conv2d_conformance.cases import arrays, exposes
from conv2d_conformance.cases.combinations import (
    AFFORDABLE,
    CHEAP,
    CHEAP_ROWS,
    COUNTS,
    FACTORS,
    affordable,
    case_of,
    combined_cases,
    is_possible,
    make_rows,
    rows,
)
from conv2d_conformance.cases.coverage import shares
from conv2d_conformance.cases.covering_array import LevelTuple, covering_rows, possible_tuples, tuples_of
from conv2d_conformance.cases.geometry import geometry, multiply_adds
from conv2d_conformance.effort import EFFORTS

QUICK, STANDARD = EFFORTS["quick"].combined, EFFORTS["standard"].combined


def covered(count: int, size: int) -> set[LevelTuple]:
    return {found for row in rows()[:count] for found in tuples_of(row, size)}


@pytest.fixture(scope="module")
def cheap() -> dict[int, set[LevelTuple]]:
    return {size: set(possible_tuples(COUNTS, size, affordable(CHEAP))) for size in (2, 3)}


# ---- the generator


def test_every_pair_and_triple_of_a_small_array_is_covered_in_few_rows() -> None:
    counts = (3, 2, 4, 2, 3)
    wanted = [*possible_tuples(counts, 2, lambda _: True), *possible_tuples(counts, 3, lambda _: True)]
    found = list(covering_rows(counts, lambda _: True, wanted))
    assert {some for row in found for size in (2, 3) for some in tuples_of(row, size)} == set(wanted)
    assert 3 * 4 * 3 <= len(found) <= 50 < 3 * 2 * 4 * 2 * 3
    assert all(0 <= level < count for row in found for level, count in zip(row, counts, strict=True))


def test_what_is_impossible_is_in_no_row() -> None:
    def is_even(chosen: object) -> bool:
        return not {(0, 1), (2, 1)} <= set(dict(chosen).items())  # type: ignore[call-overload]

    counts = (2, 2, 2)
    wanted = possible_tuples(counts, 2, is_even)
    found = list(covering_rows(counts, is_even, wanted))
    assert len(wanted) == 11
    assert all((row[0], row[2]) != (1, 1) for row in found)
    assert {some for row in found for some in tuples_of(row, 2)} == set(wanted)


def test_what_is_covered_before_is_not_covered_again() -> None:
    wanted = possible_tuples((2, 2, 2), 2, lambda _: True)
    first = list(covering_rows((2, 2, 2), lambda _: True, wanted))
    assert not list(covering_rows((2, 2, 2), lambda _: True, wanted, first))
    assert list(covering_rows((2, 2, 2), lambda _: True, wanted, first[1:]))


# ---- the array


def test_the_file_is_what_the_generator_makes() -> None:
    assert tuple(make_rows()) == rows()


def test_quick_covers_every_cheap_pair_and_most_cheap_triples(cheap: dict[int, set[LevelTuple]]) -> None:
    assert QUICK == CHEAP_ROWS
    assert cheap[2] <= covered(QUICK, 2)
    assert len(cheap[3] & covered(QUICK, 3)) >= 0.68 * len(cheap[3])


def test_a_row_less_would_leave_a_cheap_pair_out(cheap: dict[int, set[LevelTuple]]) -> None:
    # So that the test above can fail.
    assert not cheap[2] <= covered(QUICK // 2, 2)


def test_standard_covers_every_pair_and_every_affordable_triple() -> None:
    assert len(rows()) <= STANDARD
    assert set(possible_tuples(COUNTS, 2, is_possible)) == covered(STANDARD, 2)
    assert set(possible_tuples(COUNTS, 3, affordable(AFFORDABLE))) <= covered(STANDARD, 3)


def test_what_is_not_covered_is_little() -> None:
    possible = set(possible_tuples(COUNTS, 3, is_possible))
    dear = possible - covered(STANDARD, 3)
    assert covered(STANDARD, 3) <= possible
    assert 0 < len(dear) < 0.005 * len(possible)


def test_the_shares_are_those_of_the_array() -> None:
    found = {share.factors: share for share in shares([QUICK, STANDARD])}
    assert len(found) == 2 + 66 + 220
    assert found["all pairs"].covered == (len(covered(QUICK, 2)), found["all pairs"].possible)
    assert found["all triples"].covered == (len(covered(QUICK, 3)), len(covered(STANDARD, 3)))
    assert found["kernel, dtype"].possible == 40
    assert found["kernel, stride, dtype"].covered[0] < found["kernel, stride, dtype"].covered[1] == 4 * 59


# ---- its cases


def test_every_case_is_what_its_row_says() -> None:
    for number, row in enumerate(rows()):
        members = [tuple(levels.values())[level] for levels, level in zip(FACTORS.values(), row, strict=True)]
        kernel, stride, groups, dtype, channels, filters, dilation, _, OH, OW, batch, bias = members
        case = case_of(row, number)
        size = geometry(case)
        assert (size.KH, size.KW) in kernel
        assert size.stride in stride or (stride == ("kernel",) and size.stride == (size.KH, size.KW))
        assert size.dilation in dilation
        assert size.OH in OH
        assert size.OW in OW
        assert size.N in batch
        assert (case.dtype, case.bias) == (dtype[0], bias[0])
        if isinstance(groups[0], int):
            assert size.groups in groups
            assert size.C // size.groups in channels
            assert size.M // size.groups in filters
        else:
            assert size.groups == size.C
            assert (size.C in channels) or (size.C == 2 and 1 in channels)
            assert (size.M > size.C) == (groups == ("multiplied",))


def test_the_padding_is_none_half_the_kernel_on_one_axis_more_or_less() -> None:
    factor = tuple(FACTORS).index("padding")
    seen: list[set[str]] = [set(), set(), set(), set(), set()]
    for number, row in enumerate(rows()[:QUICK]):
        size = geometry(case_of(row, number))
        extents = [d * (taps - 1) for taps, d in zip((size.KH, size.KW), size.dilation, strict=True)]
        kinds = [
            "none" if before == 0 else ("less", "half", "more")[1 + (before > extent // 2) - (before < extent // 2)]
            for (before, _), extent in zip(size.pads, extents, strict=True)
        ]
        seen[row[factor]].add(" ".join(kinds))
    assert seen[0] == {"none none"}
    assert seen[1] == {"half half", "half none", "none half"}  # of kernels of one row or column, which have one half
    assert seen[2] == {"half none", "none half"}
    assert seen[3] == {"more more"}
    assert seen[4] == {"less less"}


def test_the_cases_are_cheap_and_show_faults() -> None:
    for case in combined_cases(QUICK):
        assert multiply_adds(case) <= CHEAP
        assert exposes(case, arrays(case))
    assert all(multiply_adds(case) <= AFFORDABLE for case in combined_cases(STANDARD))
