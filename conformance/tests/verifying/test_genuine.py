"""What a run wrote is found to be what it says, whatever its verdicts, and so is what older versions wrote."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance import __version__, spec
from conv2d_conformance.cli import program
from conv2d_conformance.verifying import CANNOT_KNOW, UNSIGNED, Finding
from conv2d_conformance.verifying.recount import Count
from on_json import read, verify

Report = dict[str, Any]


NAMES = (
    *("forward", "training", "layer", "failing", "selection", "interrupted", "without isolation"),
    *("stopped", "without what decides nothing"),
)
OLD = sorted((Path(__file__).parent / "reports").glob("*.json"))
"""Reports of version 0.1.0, from results/: one for each text that edition 1 had."""


def invoke(*arguments: Path) -> Result:
    return CliRunner().invoke(program, ["verify", *map(str, arguments)])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_what_a_run_wrote(
    made: Callable[[str], Report], counting_again: Callable[..., dict[str, Count]], name: str
) -> None:
    assert verify(made(name), counting_again) == Finding()


def test_nothing_is_wrong_with_a_glob_that_names_what_it_matches(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding]
) -> None:
    report = made("selection")
    names = [name for name in spec.load().requirements if name.startswith("bias.")]
    (one, other), kept = report["deviations"], report["conclusion"]
    report["deviations"] = [{**one, "requirement": "bias.*", "names": names}]
    assert other["requirement"] in names
    assert looked_at(report) == Finding()
    assert report["conclusion"] == kept


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_what_an_older_version_wrote(path: Path) -> None:
    assert verify(read(path)) == Finding()


def test_old_reports_are_told_as_such_in_a_line_each() -> None:
    result = invoke(*OLD)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) == len(OLD) + 2
    for line, path in zip(lines, OLD, strict=False):
        assert line.startswith(f"{path}: complete and consistent, as a report of version 0.1.0 can be; ")
    assert lines[-2:] == [CANNOT_KNOW, UNSIGNED]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda r: r["requirements"].pop(3), "output-size.floor is missing"),
        (lambda r: r["requirements"][0].update(level="MAY"), ": MUST as specified, MAY in the report"),
        (lambda r: r.update(judged_cases=999_999), "it says that 999999 distinct cases were judged; its parts have "),
        (lambda r: r["requirements"][0].update(evidence=1), "each case has evidence"),
        (lambda r: r["conclusion"].update(conforming=False), "its conclusion is "),
        (lambda r: r["spec"].update(edition="2"), "the text of its specification is edition 1, not 2"),
        (lambda r: r["suite"].update(version="0.2.0"), "it does not name the sources of the suite, as every report"),
        (lambda r: r["accuracy"]["float32"].update(exact_where_exact=False), "told in two ways"),
    ],
)
def test_an_old_report_that_was_doctored_is_found_out(
    change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    report = read(OLD[0])
    change(report)
    found = verify(report)
    assert any(sentence in fault for fault in found.faults), found


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("suite", {"version": "9.9"}, "its sources are those of version "),
        ("spec", {"digest": 64 * "0"}, "it cites edition "),
    ],
)
def test_what_another_suite_made_is_neither_refused_nor_called_sound(
    made: Callable[[str], Report],
    looked_at: Callable[[Report], Finding],
    name: str,
    change: dict[str, str],
    sentence: str,
) -> None:
    report = made("layer")
    report[name].update(change)
    found = looked_at(report)
    assert any(said.startswith(sentence) for said in (*found.faults, *found.not_compared)), found


@pytest.mark.parametrize("name", NAMES)
def test_what_other_sources_asked_is_compared_where_these_ask_the_same(
    made: Callable[[str], Report], counting_again: Callable[..., dict[str, Count]], name: str
) -> None:
    report = made(name)
    report["suite"]["sources"] = 64 * "0"
    found = verify(report, counting_again)
    assert found == Finding(remarks=(f"made by other sources of version {__version__} that ask the same",))


def test_what_other_sources_asked_is_not_compared_where_these_ask_something_else(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding]
) -> None:
    report = made("layer")
    report["suite"]["sources"] = 64 * "0"
    report["checks"]["test_bias::test_added"]["transcript"] = 16 * "0"
    found = looked_at(report)
    assert found.faults == ()
    assert found.not_compared[0].startswith(f"it was made by other sources of the suite, of version {__version__}: ")


def test_a_text_that_other_sources_cite_under_another_edition_is_told(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding]
) -> None:
    report = made("layer")
    report["suite"]["sources"] = 64 * "0"
    report["spec"]["edition"] = "1"
    assert looked_at(report).faults == ("the text of its specification is edition 2, not 1",)


@pytest.mark.parametrize(("change", "counted"), [({}, 1), ({"judged_cases": 0}, 0)])
def test_what_other_sources_asked_is_counted_once_at_most(
    made: Callable[[str], Report],
    counting_again: Callable[..., dict[str, Count]],
    change: dict[str, int],
    counted: int,
) -> None:
    report = made("layer") | change
    report["suite"]["sources"] = 64 * "0"
    calls: list[Any] = []

    def counted_once(*asked: Any) -> dict[str, Count]:
        calls.append(asked)
        return counting_again(*asked)

    verify(report, counted_once)
    assert len(calls) == counted


def test_what_fails_in_one_aspect_by_name_and_in_another_by_its_words_is_told(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding]
) -> None:
    report = made("failing")
    failing = next(entry for entry in report["requirements"] if entry["failure"])
    failing["failure"]["aspect"] = "values"
    assert looked_at(report).faults == ()
    failing["failure"]["aspect"] = "accepted"
    (sentence,) = looked_at(report).faults
    assert sentence.endswith(" fails in the aspect accepted, and in its words values")


def test_a_failure_of_today_says_in_which_aspect(failing_run: tuple[Path, Report]) -> None:
    _, report = failing_run
    assert {entry["failure"]["aspect"] for entry in report["requirements"] if entry["failure"]} == {"values"}


def test_a_run_with_another_hypothesis_is_not_refused(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding]
) -> None:
    report = made("layer")
    report["environment"]["packages"]["hypothesis"] = "1.0"
    found = looked_at(report)
    assert found.faults == ()
    assert "its cases were drawn by Hypothesis 1.0" in found.not_compared[0]


def test_of_several_files_the_worst_decides(failing_run: tuple[Path, Report], tmp_path: Path) -> None:
    path, report = failing_run
    others = {**report["suite"], "sources": 64 * "0"}
    doctored, other = tmp_path / "doctored.json", tmp_path / "other.json"
    doctored.write_text(json.dumps({**report, "judged_cases": 0}))
    other.write_text(json.dumps({**report, "spec": {**report["spec"], "digest": 64 * "0"}, "suite": others}))
    nothing = tmp_path / "nothing.json"
    for files, status in (((path,), 0), ((path, other), 4), ((other, doctored), 1), ((doctored, nothing, path), 2)):
        result = invoke(*files)
        assert result.exit_code == status
        assert all(str(file) in result.output + result.stderr for file in files)


def test_nothing_is_wrong_with_what_a_failing_run_writes_now(failing_run: tuple[Path, Report]) -> None:
    path, report = failing_run
    assert report["conclusion"]["exit_status"] == 1
    assert (
        invoke(path).output
        == f"{path}: complete and consistent; {report['conclusion']['headline']}\n{CANNOT_KNOW}\n{UNSIGNED}\n"
    )
