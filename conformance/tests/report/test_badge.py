"""A badge never looks like more than its report says."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.report.badge import AMBER, GREEN, GREY, LONGEST_MESSAGE, RED, as_svg, badge_of
from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report

RESULTS = Path(__file__).parents[3] / "results"
PATH = next(RESULTS.glob("reference-correlate/*/linux-x86_64.json"))
CERTIFICATE = read(PATH)
BROKEN = read(next(RESULTS.glob("torch/2.13.0*/linux-x86_64-onednn=off.json")))
WHITE = 1.0


def concluded(report: Report = CERTIFICATE, **conclusion: Any) -> Report:
    return replace(report, conclusion=replace(report.conclusion, conforming=False, **conclusion))


def named(name: str) -> Report:
    return replace(CERTIFICATE, implementation=replace(CERTIFICATE.implementation, name=name))


@pytest.mark.parametrize(
    ("report", "color", "outcome"),
    [
        (CERTIFICATE, GREEN, "conforming"),
        (concluded(within_limits=("KH == KW",)), AMBER, "within KH == KW"),
        (concluded(within_limits=("KH == KW", "N == 1")), AMBER, "within 2 limits"),
        (concluded(no_certificate=("selection",)), GREY, "no certificate"),
        (concluded(exit_status=1), RED, "not conforming"),
        (BROKEN, RED, "not conforming"),
    ],
)
def test_the_line_and_its_colour_say_what_the_report_is(report: Report, color: str, outcome: str) -> None:
    badge = badge_of(report)
    assert badge.color == color
    assert badge.message.startswith(f"{outcome} | ")
    assert badge.message.endswith(f"| {report.run.profile} | class A | edition 2")


def test_a_composed_part_is_in_the_line() -> None:
    implementation = replace(CERTIFICATE.implementation, composed={"bias": "jax.numpy.add"})
    assert "bias by jax.numpy.add" in badge_of(replace(CERTIFICATE, implementation=implementation)).message


def test_a_long_line_is_shortened() -> None:
    badge = badge_of(concluded(within_limits=("N * M * OH * OW * " * 9 + "1 < 5",)))
    assert len(badge.message) <= LONGEST_MESSAGE
    assert badge.color == AMBER


@pytest.mark.parametrize("name", ["my-conv2d", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a\nb"])
def test_the_picture_is_well_formed_and_holds_every_name_as_text(name: str) -> None:
    report = named(name)
    picture = ElementTree.fromstring(as_svg(badge_of(report), report))
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} == {"svg", "title", "rect", "g", "text"}
    title = picture.findtext("{http://www.w3.org/2000/svg}title")
    assert title == picture.get("aria-label")
    assert title is not None
    assert name.replace("\n", "\\n") in title
    assert "conforming to profile training" in title


@pytest.mark.parametrize("color", [GREEN, AMBER, RED, GREY])
def test_white_letters_can_be_read_on_every_colour(color: str) -> None:
    """The contrast is at least 4.5, as WCAG 2.2 asks for in 1.4.3."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert (WHITE + 0.05) / (luminance + 0.05) >= 4.5


def test_the_command_writes_a_picture_or_the_object_of_shields() -> None:
    picture = CliRunner().invoke(program, ["badge", str(PATH)])
    assert picture.exit_code == 0
    assert picture.stdout == as_svg(badge_of(CERTIFICATE), CERTIFICATE)
    shields = json.loads(CliRunner().invoke(program, ["badge", str(PATH), "--format", "json"]).stdout)
    assert shields == {
        "schemaVersion": 1,
        "label": "conv2d",
        "message": "conforming | training | class A | edition 2",
        "color": GREEN,
    }
