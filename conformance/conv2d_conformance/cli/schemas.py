"""What commands answer with `--format json`: the type of each answer, from which its schema follows."""

from __future__ import annotations

from typing import Any


def kinds() -> dict[str, Any]:
    """The types, by the words of the command line that ask for them."""
    from conv2d_conformance.changes.change import ReportChanges
    from conv2d_conformance.cli.answer_format import ErrorAnswer
    from conv2d_conformance.cli.answers import asked, compared, explained, initialised, lists, measured, reports, right
    from conv2d_conformance.fingerprint.fingerprint import Fingerprint
    from conv2d_conformance.fuzzing.search import FuzzOutcome
    from conv2d_conformance.report.badge import Badge
    from conv2d_conformance.report.deviations import Deviation
    from conv2d_conformance.report.target_outcome import TargetOutcome
    from conv2d_conformance.site.built import SiteBuilt
    from conv2d_conformance.vectors.index import VectorIndex

    return {
        "list requirements": tuple[lists.ListedRequirement, ...],
        "list checks": tuple[lists.ListedCheck, ...],
        "list adapters": tuple[lists.ListedAdapter, ...],
        "list mutants": tuple[lists.ListedMutant, ...],
        "list networks": tuple[lists.ListedNetwork, ...],
        "list shapes": tuple[lists.ListedShape, ...],
        "list efforts": tuple[lists.ListedEffort, ...],
        "list coverage": tuple[lists.ListedCoverage, ...],
        "list schemas": tuple[lists.ListedSchema, ...],
        "run TARGET": TargetOutcome,
        "run TARGET TARGET...": tuple[TargetOutcome, ...],
        "explain REQUIREMENT": explained.ExplainedRequirement,
        "explain CLASS": explained.ExplainedClass,
        "reference CASE": right.RightAnswer,
        "reference 'init ...'": right.LawOfLayers,
        "replay CASE TARGET": asked.Replayed,
        "fuzz TARGET": FuzzOutcome,
        "smoke TARGET": asked.Smoked,
        "fingerprint TARGET": Fingerprint,
        "fingerprint TARGET OTHER": tuple[Fingerprint, ...],
        "compare TARGET OTHER": compared.Compared,
        "merge REPORT...": TargetOutcome,
        "summary REPORT...": tuple[reports.ReportInShort, ...],
        "diff OLD NEW": ReportChanges,
        "badge REPORT": Badge,
        "deviations --from REPORT": tuple[Deviation, ...],
        "verify REPORT...": tuple[reports.VerifiedReport, ...],
        "site RESULTS": SiteBuilt,
        "initialisation TARGET": initialised.LayersTested,
        "initialisation TARGET --null N": initialised.CountedAlarms,
        "initialisation --power N": initialised.PowerOfTests,
        "selftest": measured.SelftestOutcome,
        "variants": measured.VariantsOutcome,
        "power": measured.PowerAnswer,
        "sharpness": measured.SharpnessOutcome,
        "export DIR": VectorIndex,
        "any error": ErrorAnswer,
    }


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type."""
    import msgspec

    return msgspec.json.schema(kind)
