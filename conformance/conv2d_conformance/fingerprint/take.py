"""Take a fingerprint: every probe at every shape and dtype that is claimed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conv2d_conformance.adapter import DTYPES
from conv2d_conformance.fingerprint.bench import Bench, NotSeen
from conv2d_conformance.fingerprint.finding import Finding
from conv2d_conformance.fingerprint.probes import PROBES
from conv2d_conformance.fingerprint.shapes import SHAPES, Shape, claimed
from conv2d_conformance.fingerprint.words import dtype_summary, pieces, sentence
from conv2d_conformance.implementation.answers import Implementation

LONGEST_CALL = 1.0
"""In seconds. A shape takes some two hundred calls; one that is slower is not probed."""


def take(
    implementation: Implementation,
    *,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
    shapes: Iterable[Shape] = SHAPES,
    longest_call: float = LONGEST_CALL,
) -> dict[str, Any]:
    """What is behind the answers of an implementation, as a JSON object. It is an observation, and never raises.

    {"name", "version", "dtypes": {dtype: {"summary", "shapes": {name: {"case", "findings": {probe: {"words", "value"}}}}}}}
    A value is None where a probe could not see, and the words say why.
    """
    claims = implementation.hello.capabilities
    dtypes = [dtype for dtype in DTYPES if dtype in claims.dtypes]
    chosen = list(claimed(shapes, claims))
    progress = _progress(on_progress, len(dtypes) * len(chosen) * len(PROBES))
    found: dict[str, Any] = {}
    ended = ""
    for dtype in dtypes:
        by_shape = {}
        for shape in chosen:
            bench = Bench(implementation, shape, dtype)
            bench.ended = ended
            by_shape[shape.name] = {"case": f"{shape.case} {dtype}", **_probed(bench, longest_call, progress)}
            # After a hang the next question would hang too.
            ended = bench.ended if bench.hung else ""
        found[dtype] = {"summary": dtype_summary(by_shape), "shapes": by_shape}
    return {"name": implementation.hello.name, "version": implementation.hello.version, "dtypes": found}


def _probed(bench: Bench, longest_call: float, progress: Iterator[Callable[[str], None]]) -> dict[str, Any]:
    too_slow = _why_not(bench, longest_call)
    findings: dict[str, Finding] = {}
    for name, probe in PROBES.items():
        next(progress)(f"{bench.dtype} {bench.shape.name}: {name}")
        try:
            if too_slow:
                raise NotSeen(too_slow)
            findings[name] = probe(bench, findings)
        except NotSeen as why:
            findings[name] = Finding(f"not seen: {why}", None)
    return {
        "summary": sentence(pieces(bench.dtype, findings)) if not too_slow else f"not seen: {too_slow}",
        "pieces": pieces(bench.dtype, findings) if not too_slow else {},
        "findings": {name: {"words": found.words, "value": found.value} for name, found in findings.items()},
    }


def _why_not(bench: Bench, longest_call: float) -> str:
    """Why a shape is not probed at all; empty where it is."""
    x, w = bench.dense(1)
    try:
        bench.call(x, w)  # the first call may load, compile or choose
        start = time.perf_counter()
        bench.call(x, w)
    except NotSeen as why:
        return str(why)
    return "one call takes too long" if time.perf_counter() - start > longest_call else ""


def _progress(on_progress: Callable[[int, int, str], None], total: int) -> Iterator[Callable[[str], None]]:
    for done in range(total):

        def report(what: str, done: int = done) -> None:
            on_progress(done, total, what)

        yield report
