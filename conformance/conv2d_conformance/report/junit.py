"""Reports as JUnit XML: a suite for each report, a test case for each requirement."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from conv2d_conformance import spec
from conv2d_conformance.contract.composed import told
from conv2d_conformance.foreign import escaped, escaped_line
from conv2d_conformance.report.composed_parts import composed_in, composed_of
from conv2d_conformance.report.counts import chapter_of
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.not_reached import not_reached
from conv2d_conformance.report.replaying import replay_of
from conv2d_conformance.report.report import Entry, Report
from conv2d_conformance.report.stopping import left_out, stop_of
from conv2d_conformance.report.verdicts import NOT_REACHED, claimed_by, declared_failures, limits_of
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.failure import Failure

ELEMENT = {"fail": "failure", "error": "error", NOT_REACHED: "error"}


def junit(reports: Mapping[str, Report]) -> str:
    """An XML document. A suite fails exactly if the exit status of its run was not 0.

    So failures that decide nothing, or are declared, are skipped with a message. The conclusion is a test case too,
    since it may fail although no requirement does.
    """
    root = ET.Element("testsuites")
    for path, report in reports.items():
        _add_suite(root, path, report)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _add_suite(root: ET.Element, path: str, report: Report) -> None:
    implementation = report.implementation
    name = f"{implementation.name} {implementation.version}, profile {report.run.profile}"
    if limits := limits_of(implementation):
        name += f", within {', '.join(limits)}"
    name += f", {report.shard}" if report.shard else ""
    if parts := told(composed := composed_of(implementation)):
        name += f", composed: {parts}"
    suite = ET.SubElement(root, "testsuite", name=escaped(name), file=escaped(path))
    claimed = claimed_by(implementation)
    for entry in report.requirements:
        case = ET.SubElement(suite, "testcase", classname=chapter_of(entry.id), name=entry.id)
        if entry.verdict == "pass":
            continue
        if report.is_elsewhere(entry):
            ET.SubElement(case, "skipped", message="not reached in this part of the run")
            continue
        kind, message = _told(entry, declared_failures(report), claimed, stop_of(report))
        if parts := composed_in(entry.id, entry.failure, composed):
            message += f"; composed: {parts}"
        what = ET.SubElement(case, kind, message=escaped(message))
        if entry.failure is not None:
            what.text = escaped_line(replay_of(entry.failure, report.run))
    case = ET.SubElement(suite, "testcase", classname="report", name="conclusion")
    if report.conclusion.exit_status != 0:
        ET.SubElement(case, "failure", message=escaped(report.headline))
    else:
        ET.SubElement(case, "system-out").text = escaped(report.headline)
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite)))


def _told(entry: Entry, declared: Mapping[str, Deviation], claimed: frozenset[str], stop: str) -> tuple[str, str]:
    """The element for a requirement that did not pass, and its message."""
    verdict, level = entry.verdict, entry.level
    if verdict == "unsupported":
        needed = {*entry.features, spec.operation_of(entry.id)}
        lacking = ", ".join(sorted(needed - claimed))
        return "skipped", f"not claimed: {lacking}" if lacking else "no call within the limits is about it"
    if verdict == NOT_REACHED and not left_out(stop).isdisjoint(entry.checks):
        return "skipped", f"left out: {level} decides nothing"
    deviation = declared.get(entry.id)
    known = f", as declared: {deviation.reason} ({deviation.issue})" if deviation else ""
    if level != "MUST":
        return "skipped", f"{verdict}{known}; {level} decides nothing; {_message(entry)}"
    if deviation:
        return "skipped", f"{verdict}{known}; {_message(entry)}"
    return ELEMENT[verdict], _message(entry)


def _message(entry: Entry) -> str:
    failure = entry.failure
    if failure is None:
        return "not reached: the run ended early" if entry.verdict == NOT_REACHED else "not one case was judged"
    return not_reached(failure) if entry.verdict == NOT_REACHED else sentence_about(failure)


def sentence_about(failure: Failure) -> str:
    """A failure on one line."""
    looks_like = f"{failure.diagnosis}; " if failure.diagnosis else ""
    after = "".join(f"; after {line}" for line in failure.after)
    after += f"; beside {beside}" if (beside := known(failure.beside, None)) else ""
    return f"{looks_like}got {failure.got}; required {failure.required}{after}; case {failure.case}"
