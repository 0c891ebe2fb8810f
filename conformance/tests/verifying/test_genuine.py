"""What a run wrote is found to be what it says, whatever its verdicts, and so is what older versions wrote."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.report.assemble import read
from conv2d_conformance.verifying import CANNOT_KNOW, Finding, verify

NAMES = ("forward", "training", "layer", "failing", "selection", "interrupted", "without isolation")
OLD = sorted((Path(__file__).parent / "reports").glob("*.json"))
"""Reports of version 0.1.0, from results/: one for each text that edition 1 had."""


def invoke(*arguments):
    return CliRunner().invoke(program, ["verify", *map(str, arguments)])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_what_a_run_wrote(made, counting_again, name):
    assert verify(made(name), counting_again) == Finding()


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_what_an_older_version_wrote(path):
    assert verify(read(path)) == Finding()


def test_old_reports_are_told_as_such_in_a_line_each():
    result = invoke(*OLD)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) == len(OLD) + 1
    for line, path in zip(lines, OLD, strict=False):
        assert line.startswith(f"{path}: complete and consistent, as a report of version 0.1.0 can be; ")
    assert lines[-1] == CANNOT_KNOW


def test_nothing_is_wrong_with_what_a_failing_run_writes_now(failing_run):
    path, report = failing_run
    assert report["conclusion"]["exit_status"] == 1
    assert (
        invoke(path).output == f"{path}: complete and consistent; {report['conclusion']['headline']}\n{CANNOT_KNOW}\n"
    )
