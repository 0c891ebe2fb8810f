"""The same sum has the same bits in another batch, place or layout, or by other threads, where that is claimed."""

from dataclasses import replace

from conv2d_conformance.cases.rounded_sums import rounded_sums
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest

SHARE = 16
"""A case is asked some ten times in a larger or smaller form, so that it may cost this part of the usual case."""


THREADS_SHARE = 2
"""Four calls of each, which have to be large: libraries divide little work among no threads."""


@covers("determinism.batch-invariant")
def test_batch_invariant(iut: ImplementationUnderTest) -> None:
    """An image has the same bits alone, in another place, in a larger batch, and among other images."""
    for case in rounded_sums(16 + iut.effort.drawn // 5, iut.seed, iut.effort.multiply_adds // SHARE):
        iut.judge_alike(case, "batch")


@covers("determinism.position-invariant")
def test_position_invariant(iut: ImplementationUnderTest) -> None:
    """An input that is shifted by whole strides has the same bits, shifted, where no window meets the padding."""
    most = iut.effort.multiply_adds // SHARE
    for case in rounded_sums(16 + iut.effort.drawn // 5, iut.seed, most, images=(1,)):
        iut.judge_alike(case, "position")


@covers("determinism.thread-invariant")
def test_thread_invariant(iut: ImplementationUnderTest) -> None:
    """The same call has the same bits with one thread, with two and with three."""
    most = iut.effort.multiply_adds // THREADS_SHARE
    for case in rounded_sums(16 + iut.effort.drawn // 5, iut.seed, most, images=(1, 1, 2, 3, 8)):
        iut.judge_alike(case, "thread")


@covers("determinism.layout-invariant")
def test_layout_invariant(iut: ImplementationUnderTest) -> None:
    """The same values have the same bits in every claimed view, of all arrays and of each."""
    most = iut.effort.multiply_adds // SHARE
    for case in rounded_sums(6 + iut.effort.drawn // 10, iut.seed, most, images=(1, 2, 3)):
        iut.judge_alike(case, "layout")
        if "broadcast" in iut.claims.views:
            iut.judge_alike(replace(case, view="broadcast"), "layout")
