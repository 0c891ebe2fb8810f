"""Put a report together from its header and the records of the checks, at the end of a run or after its death."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.foreign import escaped_json
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.reaching import breaks_elsewhere, refusals_by_requirement
from conv2d_conformance.report.verdicts import NOT_REACHED, claimed_by, conclusion, requirement_entries, unchecked
from conv2d_conformance.verdict.grading import EXACT, grade
from conv2d_conformance.verdict.question import claimed_grade
from conv2d_conformance.verdict.rejections import merged


def assemble(
    header: Mapping[str, Any],
    records: Iterable[Mapping[str, Any]],
    *,
    complete: bool,
    fingerprint: Mapping[str, Any] | None = None,
    incidents: Iterable[str] = (),
) -> dict[str, Any]:
    """The report as a JSON object, ordered by the spec, whatever the order in which the checks ended.

    `incidents` are those that belong to no check.
    """
    checks = {check.name: check.requirements for check in catalogue().values()}
    records = sorted(records, key=lambda record: list(checks).index(record["check"]))
    run = header["run"]
    capabilities = Capabilities.from_json(header["implementation"]["capabilities"])
    deviations = [Deviation(**deviation) for deviation in header["deviations"]]
    claimed = claimed_by(header["implementation"])
    breaches = sorted(set().union(*(record["breaches"] for record in records)))
    gave_up = next((record["gave_up"] for record in records if record.get("gave_up")), None)
    cut_short = not complete or gave_up is not None
    entries = requirement_entries(records, checks, claimed, run["profile"], run["only"], cut_short=cut_short)
    of_checks = [f"{sentence} ({record['check']})" for record in records for sentence in record.get("incidents", ())]
    return {
        **header,
        "execution": {**header["execution"], "incidents": [*of_checks, *incidents]},
        "complete": complete,
        "gave_up": gave_up,
        "conclusion": conclusion(
            entries,
            claimed,
            deviations,
            breaches,
            profile=run["profile"],
            only=run["only"],
            isolation=run["isolation"],
            complete=complete,
            gave_up=gave_up,
        ),
        "breaches": breaches,
        "judged_cases": len(set().union(*(record["digests"] for record in records))),
        "accuracy": _accuracy(records, capabilities),
        "requirements": entries,
        "rejections": merged(record.get("rejections", ()) for record in records),
        "checks": _seen(records, checks, {entry["id"] for entry in entries if entry["verdict"] != "unsupported"}),
        "without_check": unchecked(checks, run["profile"]),
        "fingerprint": fingerprint,
    }


def _seen(
    records: list[Mapping[str, Any]], checks: Mapping[str, tuple[str, ...]], judged: Collection[str]
) -> dict[str, Any]:
    """What each check saw, in numbers: from these follow the verdicts and the numbers of its requirements."""
    refusals = refusals_by_requirement(records, checks, judged)
    found = {}
    for record in records:
        broken = [name for name, failure in refusals.items() if failure is record["failure"]]
        is_reached = breaks_elsewhere(record, checks[record["check"]], judged) is None
        found[record["check"]] = _numbers(record, record["outcome"] if is_reached else NOT_REACHED, broken)
    return found


def _numbers(record: Mapping[str, Any], outcome: str, broken: list[str]) -> dict[str, Any]:
    """What one check saw; a refusal that ended it has `broken` what is not its subject."""
    return {
        "outcome": outcome,
        "asked": record["asked"],
        "without_evidence": record.get("without_evidence", []),
        "transcript": record.get("transcript", ""),
        "cases": len(record["digests"]),
        "elements": record["elements"],
        "evidence": record["evidence"],
        "observed": sorted({*record["observed"], *broken}),
        "breaches": record["breaches"],
        "subjects": sorted(subject for subject, part in record["accuracy"].items() if _says_something(part)),
    }


def _says_something(part: Mapping[str, Any]) -> bool:
    """Whether an element was evidence of the accuracy."""
    return bool(part["fixed"] or part["bounded"] or part["broken_by"])


def _accuracy(records: list[Mapping[str, Any]], capabilities: Capabilities) -> dict[str, Any]:
    """For each dtype the grade, what broke the stricter ones, and the largest error, by the checks of the grade alone.

    What other checks ask may be special values, or subnormal numbers: to be wrong there is no matter of accuracy.
    Where no element was evidence, nothing is said of a dtype; where none could be rounded, there is no grade.
    """
    accuracy: dict[str, Any] = {}
    for dtype in sorted({dtype for record in records for dtype in record["accuracy"]}):
        found = [record["accuracy"][dtype] for record in records if dtype in record["accuracy"]]
        claimed = claimed_grade(capabilities, dtype)
        broken: dict[str, str] = {}
        for part in found:
            broken = {**part["broken_by"], **broken}
        named = sorted(set().union(*(part["named"] for part in found)))
        fixed, bounded = (sum(part[kind] for part in found) for kind in ("fixed", "bounded"))
        if not (fixed or bounded or broken):
            continue
        held = grade(dtype, broken, {claimed, *named}) if bounded or broken else None
        margins = [part["margins"][held] for part in found if held in part["margins"]]
        accuracy[dtype] = {
            "claimed": claimed,
            "grade": held,
            "exact_where_exact": fixed > 0 and EXACT not in broken,
            "broken_by": dict(sorted(broken.items())),
            "named": named,
            "fixed": fixed,
            "bounded": bounded,
            "excess": max(part["excess"] for part in found),
            "worst": max(margins, key=lambda margin: float(margin["share_of_bound"]), default=None),
        }
    return accuracy


class UnreadableReport(Exception):
    """A file that is neither a report nor what an interrupted run left behind."""


def read(path: Path) -> dict[str, Any]:
    """A report from its file, or from the `.partial` file of a run that was killed."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as reason:
        raise UnreadableReport(f"{path} cannot be read: {(reason.strerror or str(reason)).lower()}") from None
    except UnicodeDecodeError:
        raise UnreadableReport(f"{path} is not a report: it is not text") from None
    try:
        if path.suffix == ".partial":
            return _from_partial(text)
        report = escaped_json(json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise UnreadableReport(
            f"{path} is not a report of conv2d-conformance: it is damaged or of another kind"
        ) from None
    if not isinstance(report, dict) or "requirements" not in report:
        raise UnreadableReport(f"{path} is not a report of conv2d-conformance: it has no requirements")
    found: dict[str, Any] = report
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError where a name stands in it twice, of which every reader would take the one it likes."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _from_partial(text: str) -> dict[str, Any]:
    # The last line may have been cut by the death of the run.
    lines = text.split("\n")[:-1]
    header, *records = (escaped_json(json.loads(line)) for line in lines)
    return assemble(header["header"], records, complete=False)
