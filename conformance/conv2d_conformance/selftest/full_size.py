"""Let faults that show at full size alone meet the check of named shapes, two of them as large as published ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.large_indices import LARGE_INDICES, LIMIT
from conv2d_conformance.cases.shape_sets import shape_of
from conv2d_conformance.checks import every_check
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.running.examine import examine
from conv2d_conformance.selftest.faults_of_size import FAULTS_OF_SIZE, SHAPE, spoilt
from conv2d_conformance.selftest.kills import Encounter
from conv2d_conformance.verdict.room import why_too_large

CHECK = "test_full_size::test_named_shapes"
REQUIREMENT = "values.every-size"

Answering = Callable[..., Array]


@dataclass(frozen=True)
class FaultOfSize:
    """An implementation that is wrong where a shape is large, and that shape."""

    name: str
    shape: Case
    adapter: Adapter
    replays: str = ""


def faults() -> dict[str, FaultOfSize]:
    """All of them by name; those of published bugs, which take gigabytes, last."""
    scaled = [FaultOfSize(name, SHAPE, spoilt(spoil)) for name, spoil in FAULTS_OF_SIZE.items()]
    return {fault.name: fault for fault in (*scaled, *published())}


def published() -> tuple[FaultOfSize, FaultOfSize]:
    """Two published bugs at the size at which they were met; `mutants.replays_large` has them at a smaller one."""
    return (
        FaultOfSize(
            "lowered-matrix-cut-at-2^31-bytes",
            shape_of(LARGE_INDICES["lowered matrix of 2^31 bytes"]),
            _adapter(lowered_matrix_cut, "float32"),
            replays="Samsung/ONE#11584",
        ),
        FaultOfSize(
            "depthwise-elements-counted-in-31-bits",
            shape_of(f"n1c2h{STEP * (LIMIT // (2 * STEP * COLUMNS) + 1) + 1}w{COLUMNS} m2k1x1 g2 s{STEP}x{STEP}"),
            _adapter(depthwise_elements_cut, "float16"),
            replays="szagoruyko/pyinn#14",
        ),
    )


STEP, COLUMNS = 64, 4097
"""The stride of the depthwise call, which reads the last row and column, so that the answer is small."""


def lowered_matrix_cut(x: Array, w: Array, b: Array | None, *, limit: int = LIMIT, **arguments: Any) -> Array:
    """A conv2d whose lowered matrix ends at 2^31 bytes, other pixels being zero."""
    answer = by_taps(x, w, b, **arguments)
    pixels = (limit - 1) // (w[0].size * x.itemsize)
    assert len(x) == 1, "the pixels of one image follow each other"
    answer.reshape(len(w), -1)[:, pixels:] = 0
    return answer


def depthwise_elements_cut(x: Array, w: Array, b: Array | None, *, limit: int = LIMIT, **arguments: Any) -> Array:
    """A depthwise conv2d that reads zeros beyond the 2^31st element of the input."""
    (down, across), (height, width) = arguments["stride"], x.shape[2:]
    answer = by_taps(x, w, b, **arguments)
    rows, columns = (np.arange(size) * step for size, step in zip(answer.shape[2:], (down, across), strict=True))
    planes = np.arange(len(x) * x.shape[1])[:, None, None] * (height * width)
    read = planes + rows[:, None] * width + columns
    assert w[0].size == 1, "a pixel of the answer reads one element"
    answer[(read >= limit).reshape(answer.shape)] = 0
    return answer


def by_taps(x: Array, w: Array, b: Array | None, *, stride: tuple[int, int], groups: int, **_: Any) -> Array:
    """A right conv2d without padding and dilation, one tap after another, which holds no lowered matrix."""
    N, C, H, W = x.shape
    M, _, KH, KW = w.shape
    OH, OW = (H - KH) // stride[0] + 1, (W - KW) // stride[1] + 1
    sums = np.zeros((N, groups, M // groups, OH * OW))
    for kh, kw in np.ndindex(KH, KW):
        rows, columns = (slice(k, k + s * (o - 1) + 1, s) for k, s, o in zip((kh, kw), stride, (OH, OW), strict=True))
        seen = x[:, :, rows, columns].astype(np.float64).reshape(N, groups, C // groups, OH * OW)
        sums += w[..., kh, kw].astype(np.float64).reshape(groups, M // groups, C // groups) @ seen
    answer = sums.reshape(N, M, OH, OW)
    return (answer if b is None else answer + b.astype(np.float64)[:, None, None]).astype(x.dtype)


def _adapter(conv2d: Answering, dtype: str) -> Adapter:
    return Adapter(name="fault of size", version="1", conv2d=conv2d, capabilities=Capabilities(dtypes={dtype}))


def why_no_room(fault: FaultOfSize) -> str | None:
    """Why this machine cannot hold the shape of a fault; None where it can."""
    hello = InProcess(fault.adapter).hello
    reason = why_too_large(fault.shape, hello, "forward", None, by_file=True)
    return None if reason is None else reason.sentence


def meet(fault: FaultOfSize, run_seed: int) -> Encounter:
    """Let the check of named shapes examine one implementation, in this process."""
    started = time.perf_counter()
    tally = examine(
        every_check()[CHECK], InProcess(fault.adapter), EFFORTS["quick"], run_seed, shapes=(fault.shape,)
    ).tally
    seconds, failure = time.perf_counter() - started, tally.failure
    case = "" if failure is None else failure.case
    return Encounter(fault.name, REQUIREMENT, CHECK, failure is not None, tally.asked, seconds, case, case)
