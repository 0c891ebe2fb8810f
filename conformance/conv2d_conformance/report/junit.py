"""Reports as JUnit XML: a suite for each report, a test case for each requirement."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from conv2d_conformance.report.console import printable
from conv2d_conformance.report.counts import chapter_of, total
from conv2d_conformance.report.reaching import not_reached
from conv2d_conformance.report.text import replay_command
from conv2d_conformance.report.verdicts import NOT_REACHED, headline_of

ELEMENT = {"fail": "failure", "error": "error", NOT_REACHED: "error", "unsupported": "skipped"}


def junit(reports: Mapping[str, Mapping[str, Any]]) -> str:
    """An XML document. Only a MUST can fail in it: what decides nothing must not break a build."""
    root = ET.Element("testsuites")
    for path, report in reports.items():
        _add_suite(root, path, report)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _add_suite(root: ET.Element, path: str, report: Mapping[str, Any]) -> None:
    implementation = report["implementation"]
    name = f"{implementation['name']} {implementation['version']}, profile {report['run']['profile']}"
    suite = ET.SubElement(root, "testsuite", name=printable(name), file=path)
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="conclusion", value=printable(headline_of(report)))
    for entry in report["requirements"]:
        case = ET.SubElement(suite, "testcase", classname=chapter_of(entry["id"]), name=entry["id"])
        verdict = entry["verdict"]
        if verdict == "pass":
            continue
        if entry["level"] != "MUST" and verdict != "unsupported":
            verdict = "unsupported"
            ET.SubElement(case, "skipped", message=f"{entry['verdict']}, and {entry['level']} decides nothing")
        else:
            what = ET.SubElement(case, ELEMENT[verdict], message=_message(entry))
            if entry["failure"] is not None:
                what.text = replay_command(entry["failure"], report["run"]["target"])
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(sum(total(report).values())))


def _message(entry: Mapping[str, Any]) -> str:
    failure = entry["failure"]
    if entry["verdict"] == "unsupported":
        return f"not claimed: {', '.join(entry['features'])}"
    if failure is None:
        return "not one case was judged"
    if entry["verdict"] == NOT_REACHED:
        return printable(not_reached(failure))
    looks_like = f"{failure['diagnosis']}; " if failure["diagnosis"] else ""
    after = "".join(f"; after {line}" for line in failure["after"])
    after += f"; beside {beside}" if (beside := failure.get("beside")) else ""
    return printable(f"{looks_like}got {failure['got']}; required {failure['required']}{after}; case {failure['case']}")
