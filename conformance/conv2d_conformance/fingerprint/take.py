"""Take a fingerprint: every probe at every shape and dtype that is claimed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.fingerprint.bench import Bench, NotSeen
from conv2d_conformance.fingerprint.finding import Finding, Findings, Probe
from conv2d_conformance.fingerprint.probes import PROBES, TITLES
from conv2d_conformance.fingerprint.shapes import SHAPES, Shape, claimed
from conv2d_conformance.fingerprint.words import Pieces, pieces, summary

LONGEST_CALL = 0.25
"""In seconds. A shape takes a hundred to three hundred calls; one whose calls take longer is not probed."""

SLOW = "a call takes longer than"
TRIALS = 3

Progress = Iterator[Callable[[str], None]]


def take(
    implementation: Implementation,
    *,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
    shapes: Iterable[Shape] = SHAPES,
    longest_call: float = LONGEST_CALL,
) -> dict[str, Any]:
    """What is behind the answers of an implementation, as a JSON object. It is an observation, and never raises.

    name, version
    dtypes: by dtype
        summary: a list of sentences (words), each with the shapes that it holds for
        shapes: by name
            case: the call, as cases are written
            not_seen: why the shape could not be probed, or an empty string
            findings: by probe words and value; the value is None where it could not see, and the words say why
    """
    claims = implementation.hello.capabilities
    dtypes = [dtype for dtype in DTYPES if dtype in claims.dtypes]
    chosen = list(claimed(shapes, claims))
    progress = _progress(on_progress, len(dtypes) * len(chosen) * len(PROBES))
    found: dict[str, Any] = {}
    hung = ""
    for dtype in dtypes:
        entries: dict[str, Any] = {}
        said: dict[str, Pieces] = {}
        why_not = ""
        # The cheapest first: where one takes too long, so do those that are dearer.
        for shape in sorted(chosen, key=lambda shape: shape.multiplications):
            bench = Bench(implementation, shape, dtype, ended=hung)
            why_not = why_not if why_not.startswith(SLOW) else _why_not(bench, longest_call)
            findings = _probed(bench, progress) if not why_not else _skipped(progress)
            # After a hang the next question would hang too.
            hung = bench.ended if bench.hung else hung
            said[shape.name] = pieces(dtype, findings) or {"not seen": f"not seen: {why_not or 'anything'}"}
            entries[shape.name] = {
                "case": f"{shape.case} {dtype}",
                "not_seen": why_not,
                "findings": {probe: {"words": seen.words, "value": seen.value} for probe, seen in findings.items()},
            }
        names = [shape.name for shape in chosen]
        found[dtype] = {
            "summary": summary({name: said[name] for name in names}),
            "shapes": {name: entries[name] for name in names},
        }
    return {"name": implementation.hello.name, "version": implementation.hello.version, "dtypes": found}


def _probed(bench: Bench, progress: Progress) -> dict[str, Finding]:
    findings: dict[str, Finding] = {}
    for name, probe in PROBES.items():
        next(progress)(f"{bench.dtype} {bench.shape.name}: {TITLES[name]}")
        findings[name] = _finding(probe, bench, findings)
    return findings


def _skipped(progress: Progress) -> dict[str, Finding]:
    for _ in PROBES:
        next(progress)("")
    return {}


def _finding(probe: Probe, bench: Bench, seen: Findings) -> Finding:
    try:
        return probe(bench, seen)
    except NotSeen as why:
        return Finding(f"not seen: {why}", None)
    except Exception as error:  # an observation must never cost a run its report
        return Finding(f"not seen: the probe itself failed with {type(error).__name__}", None)


def _why_not(bench: Bench, longest_call: float) -> str:
    """Why a shape is not probed at all; empty where it is."""
    x, w = bench.dense(1)
    try:
        bench.call(x, w)  # the first call may load, compile or choose
        for _ in range(TRIALS):
            start = time.perf_counter()
            bench.call(x, w)
            if time.perf_counter() - start <= longest_call:
                return ""
    except NotSeen as why:
        return str(why)
    return f"{SLOW} {longest_call:g} s"


def _progress(on_progress: Callable[[int, int, str], None], total: int) -> Progress:
    for done in range(total):

        def report(what: str, done: int = done) -> None:
            on_progress(done, total, what)

        yield report
