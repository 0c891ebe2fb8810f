"""A part of a run is never taken for the whole, and says in every form which part it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.changes import changes_between
from conv2d_conformance.checks import catalogue
from conv2d_conformance.checks.costs import FINGERPRINT, IN_A_RUN, cost, parts
from conv2d_conformance.checks.order import measured
from conv2d_conformance.cli.draft_deviations import drafted_from
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.report.badge import as_svg, badge_of
from conv2d_conformance.report.console import console
from conv2d_conformance.report.glance import Glance
from conv2d_conformance.report.kind import Kind
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.selection import belongs, to_run
from conv2d_conformance.report.standing import NO_CERTIFICATE, standing
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.shard import Shard
from on_json import assemble, claimed_by, header_of, in_short, junit_page, report_of, results_page, show

Json = dict[str, Any]
UNSAID: Json = {"without_evidence": [], "transcript": "", "rejections": [], "incidents": []}
DECLARED = {"requirement": "bias.added", "reason": "known", "issue": "https://example.org/1"}


# ---- which checks belong to a part ---------------------------------------------------------------------------------


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("count", [1, 2, 7, 300])
def test_every_check_is_in_one_part_and_keeps_its_order(effort: str, count: int) -> None:
    names = [*catalogue(), FINGERPRINT]
    found = parts(names, count, effort)
    assert sorted(name for part in found for name in part) == sorted(names)
    assert len(found) == count
    assert all(part == [name for name in names if name in part] for part in found)


@pytest.mark.parametrize("effort", EFFORTS)
def test_parts_cost_about_the_same(effort: str) -> None:
    names = [*catalogue(), FINGERPRINT]
    for count in (2, 4):
        loads = [sum(cost(name, effort) for name in part) for part in parts(names, count, effort)]
        dearest = max(cost(name, effort) for name in names)
        assert max(loads) <= max(1.02 * sum(loads) / count, dearest)


def test_every_check_has_a_cost_at_every_effort_that_is_measured() -> None:
    said = measured()["checks"]
    assert [name for name in catalogue() if not {"seconds", "standard_seconds"} <= said[name].keys()] == []
    assert cost("test_of_tomorrow::test_new", "quick") == 1


def test_a_quick_check_takes_longer_in_a_run_than_alone_and_nothing_else_does() -> None:
    found, name = measured(), "test_values::test_combinations"
    check, fingerprint = found["checks"][name], found[FINGERPRINT]
    assert cost(name, "quick") == IN_A_RUN * round(1000 * check["seconds"])
    assert cost(FINGERPRINT, "quick") == round(1000 * fingerprint["seconds"])
    for effort in ("standard", "thorough"):
        assert cost(name, effort) == round(1000 * check["standard_seconds"])
        assert cost(FINGERPRINT, effort) == round(1000 * fingerprint["standard_seconds"])


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "01/2", "-1/2", "1/2 ", "1/99999", "x/y", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no part of a run"):
        Shard.parse(text)


# ---- what a report of a part says ----------------------------------------------------------------------------------


def of_part(header: Json, number: int, records: Sequence[Json], of: int = 2, **options: Any) -> Json:
    """The report of a part: of the records, those that belong to it."""
    asked = {**header, "run": {**header["run"], "shard": f"{number}/{of}"}}
    top = header_of(asked)
    own = belongs(to_run(catalogue(), top.run, claimed_by(asked["implementation"])), top.run)
    return assemble(asked, [one for one in records if one["check"] in own], **{"complete": True, **options})


@pytest.fixture
def whole_records(records: list[Json]) -> list[Json]:
    """Of the bias alone, and all of them hold."""
    own = [one for one in records if one["check"].startswith("test_bias")]
    return [
        {**one, **UNSAID, "outcome": "pass", "failure": None, "digests": [number, 100 + number]}
        for number, one in enumerate(own)
    ]


@pytest.fixture
def both(report_header: Json, whole_records: list[Json]) -> tuple[Json, Json]:
    one, two = (of_part(report_header, number, whole_records) for number in (1, 2))
    return one, two


def test_it_is_no_certificate(both: tuple[Json, Json]) -> None:
    for number, part in enumerate(both, 1):
        assert fault_of(part) is None
        found = part["conclusion"]
        assert found["headline"] == f"shard {number} of 2, no certificate: nothing is broken in it"
        assert (found["conforming"], found["exit_status"]) == (False, 4)
        assert found["no_certificate"] == ["selection", "shard"]
        assert standing(report_of(part)) == NO_CERTIFICATE
        assert {entry["verdict"] for entry in part["requirements"]} == {"pass", "not reached"}


def test_its_records_are_those_of_its_checks_and_a_whole_run_has_none(
    both: tuple[Json, Json], report_header: Json, whole_records: list[Json]
) -> None:
    names = [[one["check"] for one in part["records"]] for part in both]
    assert names == [[*part["checks"]] for part in both]
    assert sorted(chain.from_iterable(names)) == sorted(one["check"] for one in whole_records)
    assert "records" not in assemble(report_header, whole_records, complete=True)


FORMS: dict[str, Callable[[Report, Json], str]] = {
    "badge": lambda report, _: badge_of(report).message,
    "picture": lambda report, _: as_svg(badge_of(report), report),
    "short": lambda _, report: in_short(report)["shard"],
    "glance": lambda report, _: Glance.at(report).effort,
    "junit": lambda _, report: junit_page({"x.json": report}),
    "markdown": lambda _, report: results_page({"x.json": report}),
    "notebook": lambda report, _: report._repr_html_(),
    "python": lambda report, _: repr(report),
    "name": lambda report, _: Kind.of(report.run).default_name().replace("-1-2", " 1 of 2"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_which_part_it_is(both: tuple[Json, Json], form: str) -> None:
    assert "shard 1 of 2" in FORMS[form](report_of(both[0]), both[0])


def test_what_another_part_judges_is_no_error_and_no_early_end(both: tuple[Json, Json]) -> None:
    page = junit_page({"x.json": both[0]})
    assert '<skipped message="not reached in this part of the run" />' in page
    assert 'errors="0"' in page
    assert "ended early" not in page


def test_what_another_part_judges_is_not_drafted_as_a_failure(both: tuple[Json, Json]) -> None:
    assert drafted_from(report_of(both[0]), "https://example.org/1") == ()


def test_text_says_which_part_it_is(both: tuple[Json, Json]) -> None:
    stream = io.StringIO()
    show(both[0], Path("out.json"), console(stream))
    assert stream.getvalue().splitlines()[1].endswith(", shard 1 of 2")
    assert stream.getvalue().endswith("shard 1 of 2, no certificate: nothing is broken in it\n")


def broken(records: Sequence[Json], failing: Json) -> list[Json]:
    """With a wrong bias."""
    return [failing if one["check"] == failing["check"] else one for one in records]


def test_what_is_broken_in_it_is_told_and_a_declared_failure_is_no_success(
    report_header: Json, whole_records: list[Json], records: list[Json]
) -> None:
    found = broken(whole_records, records[1])
    ends = [of_part(report_header, number, found)["conclusion"] for number in (1, 2)]
    assert sorted(end["exit_status"] for end in ends) == [1, 4]
    (bad,) = (end for end in ends if end["exit_status"] == 1)
    assert bad["headline"].endswith("no certificate: not conforming: 1 requirement broken (bias.added)")
    declared = {**report_header, "deviations": [DECLARED]}
    ends = [of_part(declared, number, found)["conclusion"] for number in (1, 2)]
    assert [end["exit_status"] for end in ends] == [4, 4]
    assert [end["conforming"] for end in ends] == [False, False]


def test_a_deviation_is_not_called_stale_by_a_part(report_header: Json, whole_records: list[Json]) -> None:
    declared = {**report_header, "deviations": [DECLARED]}
    assert assemble(declared, whole_records, complete=True)["conclusion"]["stale_deviations"] == ["bias.added"]
    for number in (1, 2):
        found = of_part(declared, number, whole_records)["conclusion"]
        assert (found["stale_deviations"], found["exit_status"]) == ([], 4)


def test_a_part_without_checks_judges_nothing(report_header: Json, whole_records: list[Json]) -> None:
    found = [of_part(report_header, number, whole_records, of=20) for number in range(1, 21)]
    idle = [part for part in found if not part["records"]]
    assert idle
    assert {part["conclusion"]["exit_status"] for part in found} == {4}
    assert idle[0]["conclusion"]["headline"].endswith("no certificate: nothing was judged")


def test_partial_claims_do_not_hide_which_part_it_is(report_header: Json, whole_records: list[Json]) -> None:
    claims = {**Capabilities().to_json(), "dilation": False}
    header = {**report_header, "implementation": {**report_header["implementation"], "capabilities": claims}}
    found = of_part(header, 1, whole_records)["conclusion"]
    assert found["headline"].startswith("shard 1 of 2, no certificate: partial: no ")
    assert found["exit_status"] == 4


def test_what_another_part_reaches_is_no_change(
    both: tuple[Json, Json], report_header: Json, whole_records: list[Json]
) -> None:
    whole = report_of(assemble(report_header, whole_records, complete=True))
    for part in map(report_of, both):
        found = changes_between(whole, part)
        assert found.changes == ()
        assert found.unequal == (f"part of a run: the whole, then {part.shard}",)


def test_what_a_part_shows_to_be_worse_is_worse(
    report_header: Json, whole_records: list[Json], records: list[Json]
) -> None:
    whole = report_of(assemble(report_header, whole_records, complete=True))
    found = broken(whole_records, records[1])
    worse = [
        change.subject
        for number in (1, 2)
        for change in changes_between(whole, report_of(of_part(report_header, number, found))).regressions
    ]
    assert worse == ["bias.added"]
