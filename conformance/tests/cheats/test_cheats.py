"""No cheat is certified, and each is caught by the requirement that it breaks, in words that tell how.

Whatever it does, the run goes on, and its report is complete. The honest one is certified.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import on_json
from conv2d_conformance.report.conclusion import NO_CERTIFICATE
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.verifying import Finding, verify

FOLDER = Path(__file__).parent


def examine(target: str, folder: Path, *, only: str, **options: Any) -> dict[str, Any]:
    found = run(Options(target=f"{FOLDER}/{target}", effort="quick", only=only, output=folder / "r.json", **options))
    report: dict[str, Any] = on_json.plain(found)
    assert fault_of(report) is None
    assert report["complete"]
    assert verify(found) == Finding()
    return report


def broken(report: dict[str, Any]) -> dict[str, str]:
    entries = report["requirements"]
    return {entry["id"]: entry["verdict"] for entry in entries if entry["verdict"] in ("fail", "error")}


def failure(report: dict[str, Any], requirement: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry["failure"] for entry in report["requirements"] if entry["id"] == requirement)
    return found


class Caught(NamedTuple):
    """The requirement that is found broken, as the only one of those that were looked at, and the words for it."""

    by: str
    words: str
    among: str


def by(requirement: str, words: str, *, among: str | None = None) -> Caught:
    return Caught(requirement, words, among or requirement)


WRONG = "elements are wrong"
GLOBAL = "determinism.global-state-unchanged"

CAUGHT = {
    "answers.py:returns_zeros_for_large_inputs": by("values.every-size", "0 at y["),
    "answers.py:knows_the_documented_examples": by("values.definition", WRONG),
    "answers.py:returns_another_dtype": by("output-size.dtype", "dtype float64"),
    "answers.py:returns_channels_last": by("output-size.shape", "shape ("),
    "answers.py:computes_in_integers": by("numerics.bound", WRONG),
    "answers.py:is_right_for_integers": by("numerics.bound", WRONG),
    "answers.py:is_right_for_integers_and_where_most_are_zero": by("numerics.bound", WRONG),
    "answers.py:is_right_for_one_pixel_that_is_not_zero": by("values.definition", WRONG),
    "answers.py:is_right_for_even_numbers": by("values.definition", WRONG),
    "answers.py:is_right_for_even_inputs": by("values.definition", WRONG),
    "answers.py:remembers_by_shape": by("determinism.no-state", WRONG, among="determinism.*"),
    "answers.py:remembers_by_identity": by("determinism.no-state", WRONG, among="determinism.*"),
    "answers.py:remembers_by_address": by("determinism.no-state", WRONG, among="determinism.*"),
    "answers.py:is_right_on_its_first_call": by("determinism.no-state", WRONG),
    "answers.py:is_wrong_one_time_in_fifty": by("values.every-size", WRONG),
    "answers.py:changes_the_last_bit_one_time_in_ten": by(
        "determinism.repeatable", "where the first gave", among="determinism.*"
    ),
    "answers.py:is_wrong_in_its_second_thread": by("determinism.no-state", WRONG),
    "answers.py:returns_before_its_thread_has_written": by("values.definition", "0 at y["),
    "effects.py:writes_into_its_input": by("memory.inputs-unchanged", "changed its input", among="memory.*"),
    "effects.py:writes_behind_its_weight": by(
        "memory.guards-unchanged", "past the end of its weight", among="memory.*"
    ),
    "effects.py:writes_into_an_earlier_output": by(
        "memory.results-independent", "changed the result of an earlier call", among="memory.*"
    ),
    "effects.py:returns_a_view_of_its_input": by("memory.result-owns-memory", "shares memory with the input"),
    "effects.py:returns_its_input_where_it_is_the_answer": by(
        "memory.result-owns-memory", "shares memory with the input", among="memory.*"
    ),
    "effects.py:keeps_one_output_buffer": by("memory.results-independent", "earlier call", among="memory.*"),
    "effects.py:seeds_the_generator_of_numpy": by(GLOBAL, "changed the random generator of NumPy"),
    "effects.py:draws_from_the_generator_of_python": by(GLOBAL, "changed the random generator of Python"),
    "effects.py:makes_floating_point_errors_exceptions": by(GLOBAL, "how NumPy handles floating-point errors"),
    "effects.py:goes_to_another_folder": by(GLOBAL, "changed the working directory"),
    "effects.py:changes_an_environment_variable": by(GLOBAL, "changed the environment variables"),
    "effects.py:silences_all_warnings": by(GLOBAL, "changed what becomes of warnings"),
}

NO_ANSWER = {
    "crashes": "signal 11 (SIGSEGV)",
    "aborts": "signal 6 (SIGABRT)",
    "exits_with_status_0": "exit status 0",
    "calls_sys_exit": "SystemExit",
    "forks_and_dies": "exit status 7",
    "closes_all_descriptors": "exit status 1",
    "returns_a_list": "list",
    "hangs": "no answer within 0.5 s, twice",
    "takes_memory_without_end": "the process took more than 0.3 GiB of memory",
}
"""How each of them ends where there is a bias."""

HARMLESS = {
    "floods_standard_output_and_error": "",
    "prints_by_a_child": "",
    "forks_and_both_return": "",
    "forks_a_child_that_stays": "python",
    "hides_a_process_that_stays": "sleep",
}
"""Each with the name of the processes that outlive it."""


@pytest.mark.parametrize("target", CAUGHT)
def test_a_cheat_is_caught_by_what_it_breaks(target: str, tmp_path: Path) -> None:
    requirement, words, among = CAUGHT[target]
    report = examine(target, tmp_path, only=among)
    assert broken(report) == {requirement: "fail"}
    assert words in failure(report, requirement)["got"]
    assert report["conclusion"]["exit_status"] == 1


@pytest.mark.parametrize("name", NO_ANSWER)
def test_no_answer_is_an_error_and_the_rest_is_judged(name: str, tmp_path: Path) -> None:
    timeout = 0.5 if name == "hangs" else 10.0
    report = examine(f"processes.py:{name}", tmp_path, only="bias.a*", timeout=timeout, memory=0.3, keep_going=True)
    assert broken(report) == {"bias.added": "error"}
    assert NO_ANSWER[name] in failure(report, "bias.added")["got"]
    assert [entry["id"] for entry in report["requirements"] if entry["verdict"] == "pass"] == ["bias.absent"]
    assert report["conclusion"]["exit_status"] == 1


@pytest.mark.parametrize("name", HARMLESS)
def test_what_happens_besides_the_answer_disturbs_nothing(name: str, tmp_path: Path) -> None:
    report = examine(f"processes.py:{name}", tmp_path, only="bias.absent")
    assert [entry["verdict"] for entry in report["requirements"]] == ["pass"]
    assert report["conclusion"]["exit_status"] == 4
    ended = [told for told in report["execution"]["incidents"] if f"({HARMLESS[name]}" in told]
    assert bool(ended) == bool(HARMLESS[name])
    assert all(
        re.fullmatch(r"the worker left \d+ processes behind \([\w.]+\), which the harness ended", t) for t in ended
    )


def test_what_outlives_one_of_several_processes_is_ended_and_told(tmp_path: Path) -> None:
    report = examine("processes.py:hides_a_process_that_stays", tmp_path, only="bias.absent", workers=2)
    assert report["conclusion"]["exit_status"] == 4
    assert [told for told in report["execution"]["incidents"] if "behind (sleep)" in told]


def test_what_outlives_a_keeper_that_was_killed_is_ended_by_the_program(tmp_path: Path) -> None:
    """By the program alone: the process of a caller adopts no orphans."""
    target = f"{FOLDER}/processes.py:hides_a_process_and_kills_its_keeper"
    command = ["run", target, "--effort", "quick", "--only", "bias.absent", "--output", "out.json"]
    done = subprocess.run([sys.executable, "-m", "conv2d_conformance", *command], cwd=tmp_path, check=False)
    report = json.loads((tmp_path / "out.json").read_text())
    assert (done.returncode, broken(report)) == (NO_CERTIFICATE, {})
    hidden = int((tmp_path / "hidden").read_text())
    assert not Path(f"/proc/{hidden}").exists()
    sentence = "the keeper of the worker was killed, and the harness ended 1 of its processes itself"
    assert report["execution"]["incidents"][-1] == sentence


def test_who_asks_the_reference_breaks_no_requirement_and_is_not_certified(tmp_path: Path) -> None:
    report = examine("asks_the_reference.py:asks_the_reference", tmp_path, only="bias.absent")
    assert broken(report) == {}
    assert report["breaches"] == ["the implementation imports conv2d_reference"]
    assert report["conclusion"]["exit_status"] == 1
    assert report["conclusion"]["headline"] == (
        "not conforming: the implementation imports conv2d_reference, which no adapter may do"
    )


def test_a_fault_that_comes_and_goes_is_a_failure_with_its_frequency(tmp_path: Path) -> None:
    found = failure(examine("answers.py:is_wrong_every_third_time", tmp_path, only="bias.absent"), "bias.absent")
    assert 0 < found["failed_repetitions"] < found["repetitions"]


def test_the_honest_one_is_certified(tmp_path: Path) -> None:
    report = examine("honest.py:honest", tmp_path, only="*")
    assert broken(report) == {}
    assert report["breaches"] == []
    assert report["conclusion"]["conforming"]
