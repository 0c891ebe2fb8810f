"""One run of the command line: carried out, or a problem that says in a sentence why there is no verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conv2d_conformance.cli.problems import HARNESS, INTERRUPTED, Problem
from conv2d_conformance.cli.progress import Advance
from conv2d_conformance.running.options import Options

if TYPE_CHECKING:
    from conv2d_conformance.report.report import Report
    from conv2d_conformance.report.writing import ReportFile
    from conv2d_conformance.running.sharing import SharedWork


def carried_out(
    options: Options, advance: Advance, report_file: ReportFile, shared: SharedWork | None = None
) -> tuple[Report, Path]:
    """The report and where it stands. Problem where there is no verdict; ReportElsewhere; TargetError and the like."""
    from conv2d_conformance.running.run import HarnessFailure, Lacking, run

    try:
        report = run(options, advance, report_file, shared)
    except Lacking as reason:
        hint = f"{reason.lack.hint}{_kept(report_file, '; ')}"
        raise Problem(f"{reason.lack.sentence}, so that there is no verdict", hint, status=HARNESS) from None
    except HarnessFailure as failure:
        raise Problem(str(failure), f"please report it{_kept(report_file, '; ')}", status=HARNESS) from None
    except KeyboardInterrupt:
        hint = _kept(report_file) or "there is no report yet"
        raise Problem("interrupted", hint, status=INTERRUPTED) from None
    return report, report_file.place(report)


def _kept(report_file: ReportFile, before: str = "") -> str:
    return f"{before}what was found until then is in {report_file.kept}" if report_file.kept else ""
