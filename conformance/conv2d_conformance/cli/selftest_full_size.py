"""`selftest --full-size`: the mutants that are wrong only where shapes are large."""

from __future__ import annotations

from fnmatch import fnmatchcase

from conv2d_conformance.cli.answer_format import JSON, console_for, tell
from conv2d_conformance.cli.answers.measured import SelftestOutcome
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.cli.progress import progress
from conv2d_conformance.report.console import paragraph, whole_line
from conv2d_conformance.selftest.full_size import faults, meet, why_no_room
from conv2d_conformance.selftest.kills import Summary


def selftest_at_full_size(only: str, seed: int, format: str) -> int:
    """Let each of them meet the check of named shapes. The exit status: 0 where all with room are killed."""
    out = console_for(format, None)
    chosen = {name: fault for name, fault in faults().items() if fnmatchcase(name, only)}
    if not chosen:
        raise Problem(f"no mutant of size matches {only!r}", f"there are {', '.join(faults())}")
    wide, met = max(map(len, chosen)), []
    with progress("starting") as advance:
        for number, (name, fault) in enumerate([*chosen.items()], start=1):
            if (reason := why_no_room(fault)) is not None:
                paragraph(out, f"{name}: {reason}", label="skipped")
                del chosen[name]
                continue
            met.append(meet(fault, seed))
            advance(number, len(chosen), name)
    for found in met:
        told = "killed" if found.killed else "survived"
        whole_line(out, f"{found.mutant:{wide}}  {told:8} {found.cases:5} cases {found.seconds:6.2f} s  {found.check}")
    out.print()
    summary = Summary.of(met, chosen)
    for survivor in summary.survivors:
        paragraph(out, survivor, label="SURVIVED", style="red")
    paragraph(out, summary.sentence, style="bold green" if summary.kills_all else "bold red")
    if format == JSON:
        tell(
            SelftestOutcome(
                sentence=summary.sentence,
                good=summary.kills_all,
                mutants=summary.mutants,
                survivors=summary.survivors,
                idle_checks=(),
                replaceable_checks=(),
                alike=(),
                encounters=tuple(met),
            )
        )
    return 0 if summary.kills_all else 1
