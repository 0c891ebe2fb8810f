"""A search for failures covers what it says, tells each failure once, and goes on from its corpus."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.combinations import COUNTS, case_of, is_possible, simplest_row
from conv2d_conformance.cases.covering_array import possible_tuples, tuples_of
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.fuzzing.corpus import Corpus, FuzzFailure
from conv2d_conformance.fuzzing.drawing import Coverage, fuzz_cases, is_asked
from conv2d_conformance.fuzzing.search import FuzzOutcome, Search
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load
from conv2d_conformance.implementation.target import parse as target_of
from conv2d_conformance.mutants import catalogue
from conv2d_conformance.verdict.claims import within_claims

ALL = Capabilities(dtypes=frozenset(DTYPES))
ONE_DTYPE = Capabilities()
WRONG = "bias_dropped"


def searched(folder: Path, cases: int, seed: int = 1, name: str = WRONG, profile: str = "forward") -> FuzzOutcome:
    """What a search of a mutant finds in so many cases."""
    implementation = InProcess(catalogue()[name].adapter if name in catalogue() else load(target_of(name)))
    corpus = Corpus(folder, f"{seed}-{len(list(folder.iterdir()))}", name)
    search = Search(name, implementation, corpus, seed, profile)
    search.run(lambda: search.judged >= cases, lambda _: None)
    return search.outcome(1.0)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FuzzOutcome]:
    """The corpus of a first search, and what it found."""
    folder = tmp_path_factory.mktemp("corpus")
    return folder, searched(folder, 120)


@pytest.fixture
def corpus(first: tuple[Path, FuzzOutcome], tmp_path: Path) -> Path:
    """A copy of that corpus."""
    return Path(shutil.copytree(first[0], tmp_path / "corpus"))


def lines_of(folder: Path) -> list[str]:
    return [line for path in sorted(folder.glob("*.cases")) for line in path.read_text().splitlines()]


# ---- what is asked -------------------------------------------------------------------------------------------------


def test_all_pairs_of_levels_can_be_covered_and_no_others_count() -> None:
    coverage = Coverage(ALL)
    pairs = possible_tuples(COUNTS, 2, is_possible)
    assert coverage.possible == len(pairs)
    few = Coverage(ONE_DTYPE)
    assert 0 < few.possible < coverage.possible
    assert all(
        is_asked(case_of(row, 0), ONE_DTYPE) for row in [few.row(random.Random(seed)) for seed in range(20)] if row
    )


@pytest.mark.parametrize(
    "claims",
    [ALL, ONE_DTYPE, Capabilities(stride=False, groups=False), Capabilities(limits=("KH == KW", "C % 8 == 0"))],
)
def test_cases_are_legal_within_the_claims_and_come_again_with_their_seed(claims: Capabilities) -> None:
    found = [item.case for item in islice(fuzz_cases(claims, {MAIN: Coverage(claims)}, 7), 100)]
    again = [item.case for item in islice(fuzz_cases(claims, {MAIN: Coverage(claims)}, 7), 100)]
    assert [*map(format_case, found)] == [*map(format_case, again)]
    assert all(map(is_legal, found))
    assert [parse(format_case(case)) for case in found] == found
    if not claims.limits:
        assert [case for case in found if within_claims(case, claims) is None] == []
    others = [item.case for item in islice(fuzz_cases(claims, {MAIN: Coverage(claims)}, 8), 100)]
    assert len({*map(format_case, found)} & {*map(format_case, others)}) < 20


def test_new_pairs_come_first() -> None:
    """As many rows cover more than as many that are drawn by chance."""
    coverage, chance = Coverage(ALL), Coverage(ALL)
    dice = random.Random(3)
    aimless = Coverage(ALL)
    aimless.missing.clear()
    for _ in range(150):
        if (row := coverage.row(dice)) is not None:
            assert coverage.add(row)
        if (row := aimless.row(dice)) is not None:
            chance.add(row)
    assert coverage.covered > chance.covered


def test_a_covered_pair_is_not_new() -> None:
    coverage = Coverage(ALL)
    row = coverage.row(random.Random(1))
    assert row is not None
    assert coverage.add(row)
    assert coverage.covered == len([*tuples_of(row, 2)])
    assert not coverage.add(row)


# ---- what is found -------------------------------------------------------------------------------------------------


def test_a_failure_is_told_once_in_its_simplest_case_and_kept_as_replay_takes_it(
    first: tuple[Path, FuzzOutcome],
) -> None:
    folder, found = first
    (failure,) = found.failures
    assert (failure.requirement, failure.level) == ("bias.added", "MUST")
    assert failure.case.startswith("n1c1h1w1 m1k1x1 ")
    assert found.breaks_a_must
    assert found.still_failing == found.mended == ()
    lines = lines_of(folder)
    assert lines[lines.index(failure.case) - 1] == f"# breaks bias.added | MUST | {failure.diagnosis}"
    cases = [line for line in lines if not line.startswith("#")]
    assert [format_case(parse(line)) for line in cases] == cases
    assert 0 < found.pairs_covered < found.pairs_possible


def test_a_search_goes_on_from_its_corpus(first: tuple[Path, FuzzOutcome], corpus: Path) -> None:
    before, second = first[1], searched(corpus, 60, seed=2)
    assert second.failures == ()
    assert [failure.key for failure in second.still_failing] == [failure.key for failure in before.failures]
    assert second.breaks_a_must
    assert second.pairs_covered > before.pairs_covered
    assert len([*corpus.glob("*.cases")]) == 2


def test_what_is_mended_is_told_and_is_no_failure(first: tuple[Path, FuzzOutcome], corpus: Path) -> None:
    (failure,) = first[1].failures
    right = InProcess(load(target_of("reference-correlate")))
    search = Search("right", right, Corpus(corpus, "right", "right"), 5)
    search.run(lambda: search.judged >= 30, lambda _: None)
    found = search.outcome(1.0)
    assert [one.key for one in found.mended] == [failure.key]
    assert (found.failures, found.still_failing, found.breaks_a_must) == ((), (), False)


def test_another_process_is_read_while_the_search_goes_on(tmp_path: Path) -> None:
    one, other = (Corpus(tmp_path, name, "x") for name in ("one", "other"))
    assert one.news() == ([], [])
    failure = FuzzFailure("bias.added", "MUST", "the bias is | not added", "n1c1h1w1 m1k1x1 bias float32")
    covered = ((0,) * len(COUNTS), "n1c1h3w3 m1k1x1 nobias float32 integers:0")
    other.covers(*covered)
    other.breaks(failure)
    assert one.news() == ([covered], [failure])
    assert one.news() == ([], [])
    with other.own.open("a") as stream:
        stream.write("# breaks stride.steps | MUST | half a line")
    assert one.news() == ([], [])
    with other.own.open("a") as stream:
        stream.write("\nn1c1h1w1 m1k1x1 nob")
    assert one.news() == ([], [])
    with other.own.open("a") as stream:
        stream.write("ias float32 integers:0\n")
    assert [found.requirement for found in one.news()[1]] == ["stride.steps"]


@pytest.mark.parametrize(
    "text", ["# covers 99.99\nx\n", "# covers 1.x\nx\n", "# breaks a\nx\n", "\x00\xff\n", "no\n# covers\n"]
)
def test_what_is_no_corpus_is_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.cases").write_text(text, encoding="latin-1")
    assert Corpus(tmp_path, "own", "x").news() == ([], [])


def test_ctrl_c_ends_it_in_order(tmp_path: Path) -> None:
    def interrupt() -> bool:
        if search.judged >= 20:
            raise KeyboardInterrupt
        return False

    search = Search(WRONG, InProcess(catalogue()[WRONG].adapter), Corpus(tmp_path, "one", WRONG), 1)
    search.run(interrupt, lambda _: None)
    assert search.outcome(1.0).cases >= 20


# ---- gradients -----------------------------------------------------------------------------------------------------


def test_gradients_are_asked_where_the_profile_has_them(tmp_path: Path) -> None:
    wrong = "stride_of_height_for_both_in_gradients"
    assert searched(tmp_path, 60, name=wrong).failures == ()
    found = searched(tmp_path, 100, seed=2, name=wrong, profile="training")
    (failure,) = found.failures
    assert (failure.requirement, failure.level) == ("gradients.stride", "MUST")
    assert " grad" in failure.case
    again = searched(tmp_path, 20, seed=3, name=wrong, profile="training")
    assert [one.key for one in again.still_failing] == [failure.key]


def test_each_operation_has_pairs_of_its_own(tmp_path: Path) -> None:
    row = simplest_row({})
    assert row is not None
    asked = replace(case_of(row, 0), operation="gradients")
    Corpus(tmp_path, "other", "x").covers(row, format_case(asked))
    forward, training = (
        searched(tmp_path, 0, name="reference-correlate", profile=profile) for profile in ("forward", "training")
    )
    assert forward.pairs_covered == 0
    assert training.pairs_covered == len([*tuples_of(row, 2)])
    assert training.pairs_possible == 2 * forward.pairs_possible


def test_a_forward_search_asks_no_gradients_of_a_corpus(tmp_path: Path) -> None:
    failure = FuzzFailure(
        "gradients.stride", "MUST", "wrong in values", "n1c1h3w3 m1k1 s2 nobias float32 integers:0 grad"
    )
    Corpus(tmp_path, "other", "x").breaks(failure)
    found = searched(tmp_path, 1, name="reference-correlate")
    assert (found.still_failing, found.mended) == ((), ())


# ---- on the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(program, ["fuzz", *words])


def test_the_command_says_what_it_is_not(invoke: Callable[..., Any], tmp_path: Path) -> None:
    result = invoke("reference-correlate", "--seconds", "1", "--seed", "3")
    assert result.exit_code == 0, result.output
    assert "no new failure; a search certifies nothing" in result.output
    assert " pairs of levels were covered" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["fuzz-reference-correlate"]


def test_the_command_asks_no_operation_that_there_is_not(invoke: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def conv2d(input, weight, bias=None): ...\n")
    result = invoke("mine.py:conv2d", "--profile", "training", "--seconds", "1", "--isolation", "none")
    assert result.exit_code == 2
    assert "has no gradients, which the profile training asks for" in result.output


def test_the_command_tells_a_broken_must(invoke: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    until = Search.run
    monkeypatch.setattr(Search, "run", lambda self, ends, on: until(self, lambda: ends() and self.judged >= 120, on))
    target = f"conv2d_conformance.mutants.channels:{WRONG}"
    words = ("--seconds", "0.001", "--seed", "1", "--corpus", "kept", "--isolation", "none", "--format", "json")
    result = invoke(target, *words)
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [failure["requirement"] for failure in found["failures"]] == ["bias.added"]
