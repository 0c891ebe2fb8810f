"""`--large-indices`: which of these shapes there is room for, and what they take, told before anything is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.large_indices import LARGE_INDICES
from conv2d_conformance.cases.shape_sets import shape_of
from conv2d_conformance.cli.target_list import whole_target
from conv2d_conformance.contract.answers import Hello
from conv2d_conformance.implementation.host import connect, takes_files
from conv2d_conformance.implementation.target import LoadError, TargetError
from conv2d_conformance.report.console import console, paragraph
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.large_question import left_out
from conv2d_conformance.verdict.room import GIB, TooLarge, bytes_of, operations_of, why_too_large, widest

CALLS = 3
"""For each shape, dtype and operation."""


@dataclass(frozen=True)
class Claimant:
    """A target, and how its implementation introduces itself."""

    target: str
    hello: Hello

    def why_too_large(self, shape: Case, options: Options) -> TooLarge | None:
        by_file = takes_files(self.target, options.isolation)
        return why_too_large(shape, self.hello, options.profile, options.memory_limit, by_file=by_file)

    def is_asked(self, shape: Case) -> bool:
        return not left_out([shape], self.hello.capabilities)

    def bytes_of(self, shape: Case) -> int:
        return bytes_of(replace(shape, dtype=widest(self.hello.capabilities)))

    def calls(self, profile: str) -> int:
        return CALLS * len(self.hello.capabilities.dtypes) * len(operations_of(self.hello, profile))


def with_room(options: Options, targets: Sequence[str]) -> tuple[str, ...]:
    """The lines of the shapes that fit, for the claims of every target; each shape is told on standard error.

    All targets are asked the same, so that their reports can be compared. One that cannot be loaded is told later.
    """
    claimants = [*_claimants(options, targets)]
    if not claimants:
        return ()
    out = console(sys.stderr)

    def fitting() -> Iterator[str]:
        for name, line in LARGE_INDICES.items():
            shape = shape_of(line)
            if not any(one.is_asked(shape) for one in claimants):
                paragraph(out, f"{name}: outside the claims or the limits", label="left out")
                continue
            if (skipped := _why_skipped(shape, claimants, options)) is not None:
                paragraph(out, f"{name}: {skipped}", label="skipped")
                continue
            size = max(one.bytes_of(shape) for one in claimants) / GIB
            calls = sum(one.calls(options.profile) for one in claimants)
            told = f"{name}: {size:.2f} GiB, {calls} calls of {multiply_adds(shape):.2g} multiply-adds"
            paragraph(out, told, label="asked")
            yield line

    return tuple(fitting())


def _claimants(options: Options, targets: Sequence[str]) -> Iterator[Claimant]:
    for target in targets:
        try:
            whole = whole_target(target)
            implementation = connect(whole, isolation=options.isolation, timeout=options.timeout)
        except (LoadError, TargetError):
            if len(targets) == 1:
                raise
            continue
        try:
            yield Claimant(whole, implementation.hello)
        finally:
            implementation.close()


def _why_skipped(shape: Case, claimants: Sequence[Claimant], options: Options) -> str | None:
    for claimant in claimants:
        if (reason := claimant.why_too_large(shape, options)) is not None:
            whose = f"for {claimant.target}, " if len(claimants) > 1 else ""
            return f"{whose}{reason.sentence}; {reason.hint}"
    return None
