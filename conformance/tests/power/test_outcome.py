"""What the findings say, in a sentence, a table and a page; and the command that makes them."""

from typing import Any

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance import power
from conv2d_conformance.cli import program
from conv2d_conformance.power import OURS, measurement
from conv2d_conformance.power.markdown import page
from conv2d_conformance.power.outcome import PowerOutcome
from conv2d_conformance.power.suite import MeasuredSuite, SuiteVerdict, asking
from conv2d_conformance.power.summary_table import rows, sentence

ACCEPTED, REJECTED = SuiteVerdict(10), SuiteVerdict(3, "a case")


def findings(**changes: SuiteVerdict) -> dict[str, dict[str, SuiteVerdict]]:
    """Of two suites; `changes` are those of this one."""
    other = {"bias_dropped": REJECTED, "all_zeros": ACCEPTED, "core": REJECTED, "towards-zero": ACCEPTED}
    own = {"bias_dropped": REJECTED, "all_zeros": REJECTED, "core": ACCEPTED, "towards-zero": ACCEPTED} | changes
    return {"TOSA": other, OURS: own}


def test_the_sentence_tells_who_sees_more() -> None:
    assert sentence(PowerOutcome(findings())) == (
        "conv2d-conformance sees 2 of 2 mutants, 1 of them alone, and misses none that another suite sees; "
        "it rejects none of 2 right implementations."
    )
    missed = PowerOutcome(findings(bias_dropped=ACCEPTED))
    assert missed.seen_by_others_alone == {"bias_dropped": ["TOSA"]}
    assert "misses 1 that another suite sees" in sentence(missed)


def test_it_is_good_where_ours_misses_nothing_and_rejects_nothing_right() -> None:
    assert PowerOutcome(findings()).is_good
    assert not PowerOutcome(findings(bias_dropped=ACCEPTED)).is_good
    assert not PowerOutcome(findings(core=REJECTED)).is_good
    assert not PowerOutcome(findings(**{"towards-zero": REJECTED})).is_good


def test_a_mutant_is_in_doubt_where_the_same_case_rejects_what_is_right() -> None:
    found = findings(bias_dropped=SuiteVerdict(3, "another case"), core=REJECTED)
    assert PowerOutcome(found).doubtful("TOSA") == ["bias_dropped"]
    assert PowerOutcome(found).doubtful(OURS) == ["all_zeros"]


def test_a_row_counts_each_kind_apart() -> None:
    assert list(rows(PowerOutcome(findings()))) == [
        ("TOSA", "10", "1 of 2", "1", "1 of 2", "1 of 1", "0 of 1"),
        (OURS, "10", "2 of 2", "0", "2 of 2", "0 of 1", "0 of 1"),
    ]


def test_the_page_has_the_rules_the_classic_faults_the_misses_and_the_command() -> None:
    shown = page(PowerOutcome(findings(bias_dropped=ACCEPTED)), "conv2d-conformance power --format markdown")
    assert "| TOSA | 10 | 1 of 2 | 1 | 1 of 2 | 1 of 1 | 0 of 1 |" in shown
    assert "- **TOSA**: 9 shapes of CONV2D" in shown
    assert "| bias dropped | `bias_dropped` | (yes) | - |" in shown
    assert "| bias | 1 | 1 | 0 |" in shown
    assert "- `bias_dropped`, a conv2d without its bias: TOSA\n" in shown
    assert "## What no other suite sees\n\n- values, 1: `all_zeros`\n" in shown
    assert "- **TOSA**, right, by `a case`: core\n" in shown
    assert "\nOpInfo was left out: it needs " in shown
    assert shown.endswith("```\nconv2d-conformance power --format markdown\n```\n")


def test_a_suite_says_which_of_its_modules_are_missing() -> None:
    able = MeasuredSuite("x", "A rule.", (), ("json", "no_such_module"), asking(lambda _: [], lambda *_: True))
    assert able.missing == ("no_such_module",)


def test_findings_come_from_processes_of_their_own_in_the_order_of_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    unable = MeasuredSuite("x", "A rule.", (), ("no_such_module",), asking(lambda _: [], lambda *_: True))
    monkeypatch.setattr(measurement, "suites", lambda: {"x": unable, "TOSA": power.suites()["TOSA"]})
    told: list[tuple[int, int]] = []
    found = measurement.run(
        names=["read-only", "bias_dropped"], on_progress=lambda done, total, _: told.append((done, total))
    )
    assert list(found) == ["TOSA"]
    assert list(found["TOSA"]) == ["read-only", "bias_dropped"]
    assert [bool(finding.case) for finding in found["TOSA"].values()] == [False, True]
    assert told == [(1, 2), (2, 2)]


def invoke(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, dict[str, SuiteVerdict]], *arguments: str
) -> tuple[Result, dict[str, Any]]:
    asked: dict[str, Any] = {}

    def run(**options: Any) -> dict[str, dict[str, SuiteVerdict]]:
        asked.update(options)
        return found

    monkeypatch.setattr(measurement, "run", run)
    return CliRunner().invoke(program, ["power", *arguments]), asked


def test_the_command_shows_the_table_and_has_an_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    good, asked = invoke(monkeypatch, findings(), "--only", "bias_[df]*", "--workers", "1", "--scheduler", "tcp://x:1")
    assert good.exit_code == 0
    assert (asked["workers"], asked["scheduler"], asked["names"][0]) == (1, "tcp://x:1", "bias_dropped")
    assert f"{OURS} sees 2 of 2 mutants" in good.stdout
    bad, _ = invoke(monkeypatch, findings(bias_dropped=ACCEPTED))
    assert bad.exit_code == 1
    assert "MISSED    bias_dropped: a conv2d without its bias; seen by TOSA" in bad.stdout


def test_the_command_makes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _ = invoke(monkeypatch, findings(), "--format", "markdown", "--only", "*_*")
    assert shown.stdout.startswith("# Head to head\n")
    assert "conv2d-conformance power --format markdown --only '*_*'\n" in shown.stdout


def test_the_command_tells_what_a_suite_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    unable = MeasuredSuite("x", "A rule.", (), ("no_such_module",), asking(lambda _: [], lambda *_: True))
    monkeypatch.setattr(power, "suites", lambda: {"x": unable})
    shown, _ = invoke(monkeypatch, findings())
    assert "x is left out: it needs no_such_module; `pip install no_such_module`\n" in shown.stderr


def test_a_glob_that_matches_nothing_is_wrong_usage() -> None:
    shown = CliRunner().invoke(program, ["power", "--only", "nothing"])
    assert shown.exit_code == 2
    assert "no mutant and no variant matches 'nothing'" in shown.stderr
