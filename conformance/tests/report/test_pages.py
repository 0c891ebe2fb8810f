"""Pages of many reports: the latest at a glance, each implementation by itself, and each fault told once."""

from __future__ import annotations

import copy
from io import StringIO
from typing import Any

import pytest

import on_json
from conv2d_conformance.report.console import console
from conv2d_conformance.report.glance import Glance, latest
from conv2d_conformance.report.markdown import front_tables, implementation_pages
from conv2d_conformance.report.text import show_many

PATHS = {
    "mine/1.9/linux-x86_64.json": ("1.9", ""),
    "mine/1.10/linux-x86_64.json": ("1.10", ""),
    "mine/1.10/linux-x86_64-fast=1.json": ("1.10", "?fast=1"),
    "other/unversioned/linux-x86_64.json": ("unversioned", ""),
}


@pytest.fixture
def reports(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Two releases of one implementation, the later one with an option, too, and another that lacks a fault."""
    found = {}
    for path, (version, options) in PATHS.items():
        own = copy.deepcopy(report)
        own["implementation"] |= {"name": path.partition("/")[0], "version": version}
        own["run"]["target"] = f"{own['implementation']['name']}{options}"
        found[path] = own
    entries = {entry["id"]: entry for entry in found["mine/1.9/linux-x86_64.json"]["requirements"]}
    entries["bias.added"] |= {"verdict": "pass", "failure": None}
    entries["bias.absent"] |= {"verdict": "fail", "failure": entries["bias.per-channel"]["failure"] | {"case": "n2"}}
    return found


def read(reports: dict[str, dict[str, Any]]) -> Any:
    return {path: on_json.report_of(report) for path, report in reports.items()}


def test_the_latest_release_is_found_by_its_number(reports: dict[str, dict[str, Any]]) -> None:
    assert [*latest(read(reports))] == [path for path in PATHS if "1.9" not in path]


def test_the_front_leads_to_pages_and_reports(reports: dict[str, dict[str, Any]]) -> None:
    lines = front_tables(read(reports)).splitlines()
    assert [line.partition(" | forward")[0] for line in lines[2:5]] == [
        "| [mine](mine/README.md) | [1.10](mine/1.10/linux-x86_64.json) | ",
        "| [mine](mine/README.md) | [1.10](mine/1.10/linux-x86_64-fast%3D1.json) | fast=1",
        "| [other](other/README.md) | [unversioned](other/unversioned/linux-x86_64.json) | ",
    ]


def test_the_page_of_an_implementation_tells_what_changed_and_each_fault_once(
    reports: dict[str, dict[str, Any]],
) -> None:
    pages = implementation_pages(read(reports))
    assert [*pages] == ["mine", "other"]
    page = pages["mine"]
    assert "\n- 1.9 to 1.10: mended: bias.absent; appeared: bias.added\n" in page
    assert "| mine | [1.9](1.9/linux-x86_64.json) |" in page
    assert page.count("\nrequired   1, exactly\n") == 3
    assert page.count("### bias.added (MUST), bias.per-channel (MUST)\n\nIn all of them.\n") == 1
    assert "### bias.absent (MUST)\n\nIn mine 1.9.\n" in page
    assert "From release to release" not in pages["other"]
    assert "\n## other unversioned, profile forward\n" in pages["other"]


def test_a_glance_has_grades_by_dtype_and_words_of_the_arithmetic(report: dict[str, Any]) -> None:
    accuracy = report["accuracy"]["float32"]
    report["accuracy"] |= {"float64": accuracy, "float32/gradients": accuracy, "float16": accuracy | {"grade": None}}
    report["accuracy"]["float16/gradients"] = accuracy | {"grade": "R-acc16"}
    words = "direct; sums in float32, with FMA; one after the other, channel by channel"
    of_dtype = {"summary": [{"shapes": ["small"], "words": words}], "shapes": {}}
    report["fingerprint"] = {"name": "mine", "version": "1.0", "dtypes": {"float32": of_dtype}}
    report["implementation"]["composed"] = {"padding": "lib.pad"}
    glance = Glance.at(on_json.report_of(report))
    assert glance.accuracy == "A: float32, float64; none: float16; R-acc16: float16/gradients"
    assert glance.arithmetic == "direct; sums in float32, with FMA"
    assert (glance.composed, glance.limits, glance.options) == ("padding by lib.pad", "", "fast=1")


def test_a_glance_tells_a_selection(report: dict[str, Any]) -> None:
    report["run"]["only"] = "*"
    assert Glance.at(on_json.report_of(report)).effort == report["run"]["effort"]
    report["run"]["only"] = "bias.*"
    assert Glance.at(on_json.report_of(report)).effort == f"{report['run']['effort']}, only bias.*"


def test_many_reports_are_a_table_on_the_console(reports: dict[str, dict[str, Any]]) -> None:
    stream = StringIO()
    show_many(read(reports), console(stream))
    head, *rows, _, last = stream.getvalue().splitlines()
    assert head.split() == ["implementation", "profile", "date", "result", "fails", "in"]
    assert [row.split()[:2] for row in rows] == [
        ["mine", "1.10"],
        ["mine", "1.10"],
        ["mine", "1.9"],
        ["other", "unversioned"],
    ]
    assert rows[0].split() == ["mine", "1.10", "forward", "2026-01-02", "not", "conforming", "bias", "3"]
    assert last == "conv2d-conformance summary REPORT shows one in full"
