"""`--large-indices`: which of these shapes there is room for, and what they take, told before anything is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.large_indices import LARGE_INDICES
from conv2d_conformance.cases.shape_sets import shape_of
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.report.console import console, paragraph
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.room import GIB, bytes_of, operations_of, why_too_large, widest

CALLS = 3
"""For each shape, dtype and operation."""


def with_room(options: Options) -> tuple[str, ...]:
    """The lines of the shapes that fit, for the claims of the target; each shape is told on standard error."""
    implementation = connect(options.target, isolation=options.isolation, timeout=options.timeout)
    try:
        hello = implementation.hello
    finally:
        implementation.close()
    out = console(sys.stderr)

    def fitting() -> Iterator[str]:
        for name, line in LARGE_INDICES.items():
            shape = shape_of(line)
            if (reason := why_too_large(shape, hello, options.profile, options.memory_limit)) is not None:
                paragraph(out, f"{name}: {reason.sentence}; {reason.hint}", label="skipped")
                continue
            size = bytes_of(replace(shape, dtype=widest(hello.capabilities))) / GIB
            calls = CALLS * len(hello.capabilities.dtypes) * len(operations_of(hello, options.profile))
            paragraph(
                out, f"{name}: {size:.2f} GiB, {calls} calls of {multiply_adds(shape):.2g} multiply-adds", label="asked"
            )
            yield line

    return tuple(fitting())
