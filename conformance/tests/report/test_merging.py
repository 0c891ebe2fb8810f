"""Parts of a run are merged into what the whole run would have written, and into nothing where one is not right."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.header import header_of
from conv2d_conformance.report.merging import CannotMerge, merged
from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.typed_json import known
from conv2d_conformance.verifying import Finding, verify
from on_json import plain, report_of

Json = dict[str, Any]
WRONG = "conv2d_conformance.mutants.channels:bias_dropped"
ASKED: dict[str, Any] = {"effort": "quick", "only": "bias.a*", "isolation": "none"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Report]:
    """The report of a part, or of the whole, in its file."""
    folder = tmp_path_factory.mktemp("shards")
    found: dict[tuple[str, str], Report] = {}

    def carry_out(target: str, shard: str = "") -> Report:
        if (target, shard) not in found:
            output = folder / f"{len(found)}.json"
            found[target, shard] = run(Options(target=target, shard=shard, output=output, **ASKED))
            assert read(output) == found[target, shard]
        return found[target, shard]

    return carry_out


@pytest.fixture(scope="module")
def halves(ran: Callable[..., Report]) -> dict[str, Report]:
    return {f"{number}.json": ran("reference-direct", f"{number}/2") for number in (1, 2)}


def without_times(report: Report) -> Json:
    found: Json = plain(report)
    del found["execution"]["started"], found["execution"]["seconds"]
    return found


def without_failures(report: Report) -> Json:
    found = without_times(report)
    for entry in found["requirements"]:
        entry["failure"] = entry["failure"] is not None
    return found


def merged_of(ran: Callable[..., Report], target: str, count: int) -> Report:
    return merged({str(number): ran(target, f"{number}/{count}") for number in range(count, 0, -1)})


@pytest.mark.parametrize("count", [2, 3])
def test_a_merged_run_is_the_whole_run_bit_by_bit(ran: Callable[..., Report], count: int) -> None:
    whole = merged_of(ran, "reference-direct", count)
    assert without_times(whole) == without_times(ran("reference-direct"))
    assert verify(whole) == Finding()


def test_a_merged_run_breaks_what_the_whole_run_breaks(ran: Callable[..., Report]) -> None:
    """How far a case is reduced depends, as in any run, on the failures before it. Nothing else does."""
    whole = merged_of(ran, WRONG, 2)
    assert whole.conclusion.exit_status == 1
    assert without_failures(whole) == without_failures(ran(WRONG))
    assert verify(whole) == Finding()


def test_a_merged_run_took_the_time_of_all_parts(ran: Callable[..., Report]) -> None:
    parts = [ran("reference-direct", f"{number}/2").execution for number in (1, 2)]
    whole = merged_of(ran, "reference-direct", 2).execution
    assert whole.seconds == pytest.approx(sum(part.seconds or 0 for part in parts))
    assert whole.started == min(part.started for part in parts)


def test_a_part_is_sound(halves: dict[str, Report]) -> None:
    for part in halves.values():
        assert part.shard
        assert verify(part) == Finding()


def test_several_processes_make_the_same_part(halves: dict[str, Report], tmp_path: Path) -> None:
    asked = ASKED | {"isolation": "process", "workers": 2}
    found = plain(run(Options(target="reference-direct", shard="1/2", output=tmp_path / "x.json", **asked)))
    assert found["records"] == plain(halves["1.json"])["records"]


def test_a_merged_run_says_which_part_gave_up(halves: dict[str, Report]) -> None:
    """One part saw no answer to any call, and the other did."""
    one = halves["1.json"]
    *records, last = known(one.records, ())
    lost = replace(last, gave_up="2 checks without an answer to any call")
    part = assemble(header_of(one), [*records, lost], complete=True)
    assert merged({**halves, "1.json": part}).gave_up == "2 checks without an answer to any call, in shard 1 of 2"


# ---- what is not all parts of one run ------------------------------------------------------------------------------


def changed(report: Report, change: Callable[[Json], object]) -> Report:
    found = copy.deepcopy(plain(report))
    change(found)
    return report_of(found)


def refusal(parts: dict[str, Report]) -> str:
    with pytest.raises(CannotMerge) as refused:
        merged(parts)
    return refused.value.sentence


def test_missing_and_doubled_parts_are_named(halves: dict[str, Report], ran: Callable[..., Report]) -> None:
    one = halves["1.json"]
    assert refusal({"1.json": one}) == "1 of 2 parts is missing: 2"
    assert refusal({"1.json": one, "again.json": one}) == (
        "1 of 2 parts is missing: 2; part 1 is there 2 times: 1.json, again.json"
    )
    assert refusal({**halves, "x.json": one}) == "part 1 is there 2 times: 1.json, x.json"
    of_many = ran("reference-direct", "2/3")
    assert refusal({"2.json": of_many}) == "2 of 3 parts are missing: 1, 3"


def test_a_whole_report_is_no_part(halves: dict[str, Report], ran: Callable[..., Report]) -> None:
    found = refusal({**halves, "whole.json": ran("reference-direct")})
    assert found == "whole.json is no part of a run: it is the report of a whole one"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["run"].update(seed=7), "run.seed is 0 in the one and 7 in the other"),
        (lambda r: r["run"].update(shard="2/5"), "the one has 2 parts, and the other 5"),
        (lambda r: r["implementation"].update(version="9"), "implementation.version is "),
        (lambda r: r["environment"]["packages"].update(numpy="9"), "environment.packages.numpy is "),
        (lambda r: r["environment"].update(machine="riscv"), "environment.machine is "),
        (lambda r: r["suite"].update(sources=64 * "0"), "suite.sources is "),
        (
            lambda r: r["deviations"].append({"requirement": "bias.added", "reason": "x", "issue": "y"}),
            "deviations is ",
        ),
    ],
)
def test_parts_of_unequal_runs_are_refused(
    halves: dict[str, Report], change: Callable[[Json], object], said: str
) -> None:
    found = refusal({**halves, "2.json": changed(halves["2.json"], change)})
    assert found.startswith("1.json and 2.json are not parts of one run: ")
    assert said in found


def to_pass(report: Json) -> None:
    for entry in report["requirements"]:
        entry.update(verdict="pass", failure=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(complete=False), "is of a run that did not come to its end"),
        (lambda r: r["records"].pop(), "does not have the checks of its part"),
        (lambda r: r["records"].append(r["records"][0]), "does not have the checks of its part"),
        (lambda r: r.pop("records"), "does not have the checks of its part"),
        (lambda r: r["records"][0].update(asked=1), "was changed: its "),
        (to_pass, "was changed: its requirements does not follow from its records"),
        (lambda r: r.update(judged_cases=9999), "was changed: its judged_cases does not follow from its records"),
    ],
)
def test_a_part_that_is_not_what_it_says_is_refused(
    halves: dict[str, Report], change: Callable[[Json], object], said: str
) -> None:
    assert f"2.json {said}" in refusal({**halves, "2.json": changed(halves["2.json"], change)})


def test_what_other_sources_made_is_merged_by_them(halves: dict[str, Report]) -> None:
    others = {name: replace(part, suite=replace(part.suite, sources=64 * "0")) for name, part in halves.items()}
    assert "was made by other sources of the suite" in refusal(others)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r["run"].update(shard="3/2"), "is no part of a run: I/N is number I of N"),
        (lambda r: r["run"].update(shard="2/2"), "a check that such a run does not make"),
        (lambda r: r["run"].pop("shard"), "it has the records of a part of a run, and does not say which"),
        (lambda r: r.pop("records"), "it is a part of a run, and has no records of its checks"),
        (lambda r: r["records"][0]["digests"].pop(), "does not follow from its records"),
        (to_pass, "follows not reached"),
    ],
)
def test_a_doctored_part_is_found_out(halves: dict[str, Report], change: Callable[[Json], object], said: str) -> None:
    found = verify(changed(halves["1.json"], change))
    assert any(said in fault for fault in found.faults), found


# ---- on the command line -------------------------------------------------------------------------------------------


def test_the_report_of_all_parts_stands_in_its_file(
    halves: dict[str, Report], ran: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conv2d_conformance.report.writing import text_of

    monkeypatch.chdir(tmp_path)
    for name, part in halves.items():
        Path(name).write_text(text_of(part))
    asked = ["merge", *halves, "-o", "whole.json"]
    result = CliRunner().invoke(program, asked)
    assert result.exit_code == 4, result.output
    assert "every MUST that is selected holds (bias.a*); " in result.output
    assert without_times(read(Path("whole.json"))) == without_times(ran("reference-direct"))
    refused = CliRunner().invoke(program, ["merge", "1.json", "-o", "other.json"])
    assert (refused.exit_code, Path("other.json").exists()) == (2, False)
    assert refused.output == "Error: 1 of 2 parts is missing: 2\nHint: run what is missing, with --shard I/N\n"
