"""Take a fingerprint: run every probe at every shape and dtype that is claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.fingerprint.fingerprint import Fingerprint, OfDtype, OfShape
from conv2d_conformance.fingerprint.probe_result import Probe, ProbeResult, ProbeResults, not_seen
from conv2d_conformance.fingerprint.prober import NotSeen, Prober, TooSlow
from conv2d_conformance.fingerprint.probes import PROBES, TITLES
from conv2d_conformance.fingerprint.shapes import SHAPES, CallShape, claimed
from conv2d_conformance.fingerprint.summary import Phrases, nothing_seen, pieces, summary

LONGEST_CALL = 0.25
"""In seconds. A shape needs one to three hundred calls; a shape whose calls take longer is not probed."""

ProgressSteps = Iterator[Callable[[str], None]]


def take(
    implementation: Implementation,
    *,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
    shapes: Iterable[CallShape] = SHAPES,
    longest_call: float = LONGEST_CALL,
) -> Fingerprint:
    """The arithmetic behind the answers of an implementation. It is an observation, and never raises."""
    claims = implementation.hello.capabilities
    dtypes = [dtype for dtype in DTYPES if dtype in claims.dtypes]
    shapes = tuple(shapes)
    inside = {dtype: list(claimed(shapes, claims, dtype)) for dtype in dtypes}
    progress = _progress(on_progress, sum(map(len, inside.values())) * len(PROBES))
    found: dict[str, OfDtype] = {}
    hung = ""
    for dtype, chosen in inside.items():
        entries: dict[str, OfShape] = {}
        said: dict[str, Phrases] = {}
        why_not: NotSeen | None = None
        # The cheapest first: where one takes too long, more expensive ones do too.
        for shape in sorted(chosen, key=lambda shape: shape.multiplications):
            prober = Prober(implementation, shape, dtype, ended=hung)
            why_not = why_not if isinstance(why_not, TooSlow) else _why_not(prober, longest_call)
            findings = _probed(prober, progress) if why_not is None else _skipped(progress)
            # After a hang the next question would hang too.
            hung = prober.ended if prober.hung else hung
            said[shape.name] = pieces(dtype, findings) or nothing_seen("" if why_not is None else str(why_not))
            not_seen = "" if why_not is None else str(why_not)
            entries[shape.name] = OfShape(f"{shape.case} {dtype}", not_seen, findings)
        names = [shape.name for shape in chosen]
        found[dtype] = OfDtype(summary({name: said[name] for name in names}), {name: entries[name] for name in names})
    return Fingerprint(implementation.hello.name, implementation.hello.version, found)


def _probed(prober: Prober, progress: ProgressSteps) -> dict[str, ProbeResult]:
    findings: dict[str, ProbeResult] = {}
    for name, probe in PROBES.items():
        next(progress)(f"{prober.dtype} {prober.shape.name}: {TITLES[name]}")
        findings[name] = _finding(probe, prober, findings)
    return findings


def _skipped(progress: ProgressSteps) -> dict[str, ProbeResult]:
    for _ in PROBES:
        next(progress)("")
    return {}


def _finding(probe: Probe, prober: Prober, seen: ProbeResults) -> ProbeResult:
    try:
        return probe(prober, seen)
    except NotSeen as why:
        return not_seen(why)
    except Exception as error:  # an observation must never lose the report of a run
        return not_seen(f"the probe itself failed with {type(error).__name__}")


def _why_not(prober: Prober, longest_call: float) -> NotSeen | None:
    """The reason why a shape is not probed at all."""
    x, w = prober.dense(1)
    try:
        prober.call(x, w)  # the first call may load, compile or tune
        is_quick = prober.answers_within(longest_call)
    except NotSeen as why:
        return why
    return None if is_quick else TooSlow(f"a call takes longer than {longest_call:g} s")


def _progress(on_progress: Callable[[int, int, str], None], total: int) -> ProgressSteps:
    for done in range(total):

        def report(what: str, done: int = done) -> None:
            on_progress(done, total, what)

        yield report
