"""A report that somebody doctored is found out, in a sentence that says what is wrong with it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import on_json
from conv2d_conformance import spec
from conv2d_conformance.verifying import Finding
from on_json import claimed_by, conclusion

Report = dict[str, Any]


class NotApplicable(Exception):
    """There is nothing of the kind in this report."""


def entries(report: Report, *verdicts: str) -> list[dict[str, Any]]:
    """The requirements with these verdicts; there must be one."""
    found = [entry for entry in report["requirements"] if entry["verdict"] in verdicts]
    if not found:
        raise NotApplicable
    return found


def first(report: Report, *verdicts: str) -> dict[str, Any]:
    return entries(report, *verdicts)[0]


def judged(report: Report) -> dict[str, Any]:
    """The last requirement that passes with checks of its own."""
    return entries(report, "pass")[-1]


def seen(report: Report) -> dict[str, Any]:
    """What the last check saw that passes."""
    found: dict[str, Any] = [seen for seen in report["checks"].values() if seen["outcome"] == "pass"][-1]
    return found


def failing(report: Report) -> dict[str, Any]:
    found = [seen for seen in report["checks"].values() if seen["outcome"] == "fail"]
    if not found:
        raise NotApplicable
    answer: dict[str, Any] = found[0]
    return answer


def only_where(holds: object) -> None:
    if not holds:
        raise NotApplicable


def conclude(report: Report) -> None:
    """Write the conclusion that follows, as a careful forger does."""
    run = report["run"]
    report["conclusion"] = conclusion(
        report["requirements"],
        claimed_by(report["implementation"]),
        on_json.deviations_of(report),
        report["breaches"],
        profile=run["profile"],
        only=run["only"],
        isolation=run["isolation"],
        complete=report["complete"],
        stopped=report["stopped"],
    )


def whitewash(report: Report) -> None:
    """Make everything pass, everywhere, and change nothing else."""
    for entry in entries(report, "fail", "error"):
        entry.update(verdict="pass", failure=None)
    for found in report["checks"].values():
        found.update(outcome="pass", observed=[])
    report["deviations"] = []
    conclude(report)


# ---- the requirements --------------------------------------------------------------------------------------------


def remove_the_first_requirement(report: Report) -> None:
    del report["requirements"][0]


def remove_the_last_requirement(report: Report) -> None:
    del report["requirements"][-1]


def remove_what_fails(report: Report) -> None:
    for entry in entries(report, "fail"):
        report["requirements"].remove(entry)
    conclude(report)


def remove_a_chapter(report: Report) -> None:
    chapter = report["requirements"][-1]["id"].partition(".")[0]
    report["requirements"] = [entry for entry in report["requirements"] if not entry["id"].startswith(f"{chapter}.")]


def remove_all_requirements(report: Report) -> None:
    report["requirements"] = []


def call_a_requirement_unchecked(report: Report) -> None:
    report["without_check"].append(report["requirements"].pop()["id"])


def say_that_a_judged_requirement_is_unchecked(report: Report) -> None:
    report["without_check"].append(report["requirements"][0]["id"])


def double_a_requirement(report: Report) -> None:
    report["requirements"].append(copy.deepcopy(report["requirements"][0]))


def exchange_two_requirements(report: Report) -> None:
    one, other, *others = report["requirements"]
    report["requirements"] = [other, one, *others]


def rename_a_requirement(report: Report) -> None:
    report["requirements"][0]["id"] = "bias.of-my-own"


def invent_a_requirement(report: Report) -> None:
    report["requirements"].append({**copy.deepcopy(judged(report)), "id": "speed.high"})


def add_a_requirement_of_another_profile(report: Report) -> None:
    only_where(report["run"]["profile"] == "forward")
    entry = copy.deepcopy(judged(report))
    entry.update(id="gradients.bound", profile="training", features=[])
    report["requirements"].append(entry)


def lower_a_level(report: Report) -> None:
    next(entry for entry in report["requirements"] if entry["level"] == "MUST")["level"] = "MAY"


def lower_the_level_of_what_fails(report: Report) -> None:
    for entry in entries(report, "fail"):
        entry["level"] = "SHOULD"
    conclude(report)


def raise_a_level(report: Report) -> None:
    found = [entry for entry in report["requirements"] if entry["level"] != "MUST"]
    only_where(found)
    found[0]["level"] = "MUST"


def move_a_requirement_to_another_profile(report: Report) -> None:
    report["requirements"][0]["profile"] = "training"


def add_a_feature(report: Report) -> None:
    report["requirements"][0]["features"] = ["seeded"]


def take_the_features_away(report: Report) -> None:
    found = [entry for entry in report["requirements"] if entry["features"]]
    only_where(found)
    found[-1]["features"] = []


def name_a_check_that_does_not_exist(report: Report) -> None:
    judged(report)["checks"] = ["test_bias::test_of_my_own"]


def name_one_check_fewer(report: Report) -> None:
    found = [entry for entry in report["requirements"] if len(entry["checks"]) > 1]
    only_where(found)
    found[0]["checks"].pop()


# ---- the verdicts ------------------------------------------------------------------------------------------------


def call_a_failure_a_pass(report: Report) -> None:
    first(report, "fail").update(verdict="pass", failure=None)


def call_all_failures_passes(report: Report) -> None:
    for entry in entries(report, "fail"):
        entry.update(verdict="pass", failure=None)
    conclude(report)


def call_a_failure_unsupported(report: Report) -> None:
    first(report, "fail").update(verdict="unsupported", failure=None, cases=0, evidence=0, elements=0)
    conclude(report)


def call_a_failure_an_error(report: Report) -> None:
    first(report, "fail").update(verdict="error")


def call_a_pass_unsupported(report: Report) -> None:
    judged(report).update(verdict="unsupported", cases=0, evidence=0, elements=0)


def call_a_pass_an_error(report: Report) -> None:
    judged(report).update(verdict="error")
    conclude(report)


def call_the_unsupported_a_pass(report: Report) -> None:
    first(report, "unsupported").update(verdict="pass", cases=3, evidence=30, elements=40)


def let_all_pass_with_its_checks(report: Report) -> None:
    whitewash(report)


def let_a_check_pass(report: Report) -> None:
    failing(report)["outcome"] = "pass"


def let_a_check_fail(report: Report) -> None:
    seen(report)["outcome"] = "fail"


def forget_what_was_observed(report: Report) -> None:
    observed = failing(report)["observed"]
    only_where(set(observed) & {entry["id"] for entry in report["requirements"]})
    observed.clear()


def observe_something(report: Report) -> None:
    seen(report)["observed"] = [judged(report)["id"]]


# ---- the numbers -------------------------------------------------------------------------------------------------


def take_the_cases_away(report: Report) -> None:
    judged(report)["cases"] = 0


def take_the_evidence_away(report: Report) -> None:
    judged(report)["evidence"] = 0


def inflate_the_cases(report: Report) -> None:
    judged(report)["cases"] += 1000


def add_a_case(report: Report) -> None:
    judged(report)["cases"] += 1


def inflate_the_evidence(report: Report) -> None:
    judged(report)["evidence"] *= 10


def inflate_the_elements(report: Report) -> None:
    judged(report)["elements"] += 1


def inflate_everything(report: Report) -> None:
    for found in [*report["requirements"], *report["checks"].values()]:
        for name in ("asked", "cases", "evidence", "elements"):
            if name in found:
                found[name] *= 2
    report["judged_cases"] *= 2


def take_everything_away(report: Report) -> None:
    for found in [*report["requirements"], *report["checks"].values()]:
        found.update(cases=0, evidence=0, elements=0)
    report["judged_cases"] = 0


def inflate_the_total(report: Report) -> None:
    report["judged_cases"] += 10_000


def add_a_case_to_the_total(report: Report) -> None:
    report["judged_cases"] += 1


def take_the_total_away(report: Report) -> None:
    report["judged_cases"] = 0


def ask_more_than_there_is(report: Report) -> None:
    seen(report)["asked"] += 1


def ask_something_else(report: Report) -> None:
    seen(report)["transcript"] = 16 * "0"


def say_that_nothing_was_evidence(report: Report) -> None:
    found = seen(report)
    found["without_evidence"] = list(range(found["asked"]))


def say_that_a_case_was_no_evidence(report: Report) -> None:
    found = next(found for found in report["checks"].values() if 1 < found["asked"] == found["cases"])
    found["without_evidence"] = [0]


def remove_a_check(report: Report) -> None:
    del report["checks"][list(report["checks"])[-1]]


def remove_all_checks(report: Report) -> None:
    report["checks"] = {}


def remove_what_the_checks_saw(report: Report) -> None:
    del report["checks"]


def exchange_two_checks(report: Report) -> None:
    report["checks"] = dict(reversed(report["checks"].items()))


def rename_a_check(report: Report) -> None:
    report["checks"]["test_bias::test_of_my_own"] = report["checks"].popitem()[1]


# ---- the conclusion ----------------------------------------------------------------------------------------------


def call_it_conforming(report: Report) -> None:
    only_where(not report["conclusion"]["conforming"])
    report["conclusion"].update(
        headline=f"conforming to profile {report['run']['profile']}", conforming=True, no_certificate=[], exit_status=0
    )


def say_it_in_other_words(report: Report) -> None:
    report["conclusion"]["headline"] = "conforming in every respect"


def turn_the_certificate(report: Report) -> None:
    report["conclusion"]["conforming"] = not report["conclusion"]["conforming"]


def turn_the_exit_status(report: Report) -> None:
    report["conclusion"]["exit_status"] = 1 - report["conclusion"]["exit_status"]


def give_other_reasons(report: Report) -> None:
    report["conclusion"]["no_certificate"] = ["selection", "no isolation"]


def forget_the_reasons(report: Report) -> None:
    del report["conclusion"]["no_certificate"]


def invent_a_stale_deviation(report: Report) -> None:
    report["conclusion"]["stale_deviations"] = [judged(report)["id"]]


def declare_what_fails(report: Report) -> None:
    only_where(not report["deviations"])
    report["deviations"] = [
        {"requirement": entry["id"], "reason": "it is so", "issue": "https://example.org/1"}
        for entry in entries(report, "fail")
    ]


def withdraw_what_is_declared(report: Report) -> None:
    only_where(report["deviations"])
    report["deviations"] = []


def declare_it_twice(report: Report) -> None:
    only_where(report["deviations"])
    report["deviations"].append(report["deviations"][0])


def declare_what_does_not_exist(report: Report) -> None:
    report["deviations"].append({"requirement": "bias.of-my-own", "reason": "so", "issue": "https://example.org/1"})


def declare_by_a_glob_that_matches_others(report: Report) -> None:
    names = [entry["id"] for entry in report["requirements"]]
    deviation = {"requirement": "bias.a*", "reason": "so", "issue": "https://example.org/1", "names": names}
    report["deviations"].append(deviation)
    conclude(report)


def invent_a_breach(report: Report) -> None:
    report["breaches"] = ["the implementation imports conv2d_reference"]
    conclude(report)


def forget_a_breach(report: Report) -> None:
    seen(report)["breaches"] = ["the implementation imports conv2d_reference"]


# ---- what was asked for, and of whom -----------------------------------------------------------------------------


def pass_a_selection_off_as_the_whole(report: Report) -> None:
    only_where(report["run"]["only"] != "*")
    report["run"]["only"] = "*"
    conclude(report)


def select(report: Report) -> None:
    report["run"]["only"] = "stride.*"
    conclude(report)


def raise_the_profile(report: Report) -> None:
    only_where(report["run"]["profile"] == "forward" and report["run"]["only"] == "*")
    report["run"]["profile"] = "layer"
    conclude(report)


def lower_the_profile(report: Report) -> None:
    only_where(report["run"]["profile"] != "forward")
    report["run"]["profile"] = "forward"
    conclude(report)


def raise_the_effort(report: Report) -> None:
    only_where(report["run"]["profile"] == "layer")  # to count anew takes a while
    report["run"]["effort"] = "standard"


def change_the_seed(report: Report) -> None:
    only_where(report["run"]["profile"] == "layer")
    report["run"]["seed"] += 1


def take_the_isolation_away(report: Report) -> None:
    report["run"].update(isolation="none", memory_gib=None)


def invent_the_isolation(report: Report) -> None:
    report["run"].update(isolation="none", memory_gib=None)
    conclude(report)
    report["run"]["isolation"] = "process"
    conclude(report)


def change_the_target(report: Report) -> None:
    report["run"]["target"] = "onnxruntime"


def change_the_name(report: Report) -> None:
    only_where(report["fingerprint"] or report["run"]["target"] == "torch")
    report["implementation"]["name"] = "another"


def change_the_version(report: Report) -> None:
    only_where(report["fingerprint"])
    report["implementation"]["version"] = "9.9"


def end_it_early(report: Report) -> None:
    report["complete"] = False


def forget_how_long_it_took(report: Report) -> None:
    report["execution"]["seconds"] = None


def remove_the_fingerprint(report: Report) -> None:
    only_where(report["fingerprint"])
    report["fingerprint"] = None


def say_something_else_of_the_numbers(report: Report) -> None:
    only_where(report["fingerprint"])
    report["fingerprint"]["dtypes"]["float32"]["summary"][0]["words"] = "exact products"


def say_something_else_in_one_part(report: Report) -> None:
    only_where(report["fingerprint"])
    report["fingerprint"]["dtypes"]["float32"]["summary"][0]["parts"] = {"zeros": "skips zeros"}


# ---- the claims --------------------------------------------------------------------------------------------------


def disclaim(report: Report) -> None:
    report["implementation"]["capabilities"]["bias"] = False
    conclude(report)


def claim_more(report: Report) -> None:
    claims = report["implementation"]["capabilities"]
    only_where(not claims["unbatched"] and report["run"]["only"] == "*")
    claims["unbatched"] = True


def claim_a_dtype_less(report: Report) -> None:
    claims = report["implementation"]["capabilities"]
    only_where(len(claims["dtypes"]) > 1)
    claims["dtypes"].remove("float16")


def claim_a_dtype_more(report: Report) -> None:
    claims = report["implementation"]["capabilities"]
    only_where(len(claims["dtypes"]) == 1)
    claims["dtypes"].append("float64")


def claim_what_nobody_can(report: Report) -> None:
    report["implementation"]["capabilities"]["grades"] = {"float64": "R-tf32"}


def claim_another_grade(report: Report) -> None:
    only_where(report["accuracy"])
    report["implementation"]["capabilities"]["grades"]["float32"] = "C"


def lose_a_function(report: Report) -> None:
    only_where(report["run"]["profile"] != "forward")
    report["implementation"]["operations"] = ["conv2d"]


def have_no_function(report: Report) -> None:
    report["implementation"]["operations"] = []


# ---- the grades --------------------------------------------------------------------------------------------------


def accuracy(report: Report) -> dict[str, Any]:
    only_where(report["accuracy"])
    found: dict[str, Any] = report["accuracy"]["float32"]
    return found


def give_another_grade(report: Report) -> None:
    accuracy(report)["grade"] = "A-tc"


def give_no_grade(report: Report) -> None:
    accuracy(report)["grade"] = None


def break_the_grade(report: Report) -> None:
    found = accuracy(report)
    found["broken_by"][found["grade"]] = found["worst"]["case"]


def break_what_is_exact(report: Report) -> None:
    found = accuracy(report)
    found["broken_by"]["E"] = found["worst"]["case"]


def say_that_it_is_not_exact(report: Report) -> None:
    accuracy(report)["exact_where_exact"] = False


def change_the_claimed_grade(report: Report) -> None:
    accuracy(report)["claimed"] = "B2"


def err_beyond_the_bound(report: Report) -> None:
    accuracy(report)["worst"]["share_of_bound"] = 1.5


def err_beyond_a_class_that_holds(report: Report) -> None:
    accuracy(report)["excess"] = 3.0


def forget_an_accuracy(report: Report) -> None:
    accuracy(report)
    del report["accuracy"]["float32"]


def tell_the_accuracy_by_another_dtype(report: Report) -> None:
    only_where("float64" in report["accuracy"])
    accuracy(report)["worst"]["case"] = report["accuracy"]["float64"]["worst"]["case"]


# ---- the suite and the specification -----------------------------------------------------------------------------


def cite_another_edition(report: Report) -> None:
    report["spec"]["edition"] = "3"


def cite_another_text(report: Report) -> None:
    report["spec"]["digest"] = 64 * "0"


def cite_edition_1(report: Report) -> None:
    text = (spec.__file__ or "").replace("__init__.py", "edition-1.md")
    with open(text, encoding="utf-8") as file:
        report["spec"] = {"edition": "1", "digest": spec.parse(file.read()).digest}


def call_the_suite_another_version(report: Report) -> None:
    report["suite"]["version"] = "9.9.9"


def call_the_sources_others(report: Report) -> None:
    report["suite"]["sources"] = 64 * "0"


def do_not_name_the_sources(report: Report) -> None:
    del report["suite"]["sources"]


def pretend_to_be_older(report: Report) -> None:
    del report["suite"]["sources"]
    del report["checks"]
    del report["conclusion"]["no_certificate"]


def pretend_to_be_of_edition_1(report: Report) -> None:
    only_where(report["run"]["only"] == "*")
    pretend_to_be_older(report)
    cite_edition_1(report)


# ---- the failing cases -------------------------------------------------------------------------------------------


def name_no_case(report: Report) -> None:
    first(report, "fail")["failure"]["case"] = "n1c1h1w1 m2k9"


def name_a_case_that_is_not_claimed(report: Report) -> None:
    only_where(not report["implementation"]["capabilities"]["unbatched"])
    first(report, "fail")["failure"]["case"] = "c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1"


def name_a_case_before_that_is_none(report: Report) -> None:
    first(report, "fail")["failure"]["after"] = ["what came before"]


def fail_more_often_than_asked(report: Report) -> None:
    first(report, "fail")["failure"]["failed_repetitions"] = 99


def explain_it_by_what_does_not_exist(report: Report) -> None:
    first(report, "fail")["failure"]["explained_by"] = "bias.of-my-own"


# ------------------------------------------------------------------------------------------------------------------

HELPERS = {"entries", "first", "judged", "seen", "failing", "only_where", "conclude", "whitewash", "accuracy"}


def doctorings() -> Iterator[Callable[[Report], None]]:
    """The functions of this file that change a report."""
    for name, value in globals().copy().items():
        takes_a_report = getattr(value, "__annotations__", {}) == {"report": "Report", "return": "None"}
        if takes_a_report and name not in HELPERS:
            yield value


@pytest.mark.parametrize("name", ["forward", "training", "layer", "failing", "selection"])
def test_every_doctoring_is_found(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding], name: str
) -> None:
    applied, missed = [], []
    for doctoring in doctorings():
        report = made(name)
        try:
            doctoring(report)
        except NotApplicable:
            continue
        assert json.dumps(report) != json.dumps(made(name)), f"{doctoring.__name__} changes nothing"
        applied.append(doctoring.__name__)
        found = looked_at(report)
        if found == Finding():
            missed.append(doctoring.__name__)
        assert all(sentence.strip() and "\n" not in sentence for sentence in found.faults)
    assert not missed
    assert len(applied) >= 40
