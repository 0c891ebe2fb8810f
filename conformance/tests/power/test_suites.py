"""Every suite accepts what is right and rejects what is plainly wrong; its rule is as strict as it is published."""

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.power import OURS, benchdnn, kernelbench, ours, suites, tosa
from conv2d_conformance.power.classic import CLASSIC
from conv2d_conformance.power.known_implementation import EXACTING, MODEST, WRONG, KnownImplementation, subjects
from conv2d_conformance.power.suite import MeasuredSuite, SuiteVerdict, asking
from conv2d_conformance.power.suite_call import SuiteCall
from conv2d_conformance.variants import catalogue as variants

MODULES = {"assert_close": ("torch",), "OpInfo": ("torch", "expecttest"), "ONNX": ("onnx",)}


def right(name: str = "read-only") -> KnownImplementation:
    """The fastest of the right ones, unless another is named."""
    return subjects()[name]


@pytest.fixture
def suite(request: pytest.FixtureRequest) -> MeasuredSuite:
    for module in MODULES.get(request.param, ()):
        pytest.importorskip(module)
    return suites()[request.param]


OTHERS = ["assert_close", "OpInfo", "ONNX", "TOSA", "benchdnn", "KernelBench v0", "KernelBench"]


@pytest.mark.parametrize("suite", OTHERS, indirect=True)
def test_a_suite_accepts_the_right_answer_and_sees_a_dropped_bias(suite: MeasuredSuite) -> None:
    accepted, seen = suite.examine(right()), suite.examine(subjects()["bias_dropped"])
    assert (accepted.case, accepted.asked > 4) == ("", True)
    assert seen.case != ""


@pytest.mark.parametrize("suite", ["TOSA", "benchdnn"], indirect=True)
def test_what_is_not_claimed_is_not_asked(suite: MeasuredSuite) -> None:
    finding = suite.examine(right("two-arrays"))
    assert finding.case == ""
    assert finding.asked < suite.examine(right()).asked


def test_the_suites_are_those_and_ours_is_the_last() -> None:
    assert list(suites()) == [*OTHERS, OURS]
    assert all(suite.rule.endswith(".") for suite in suites().values())
    assert all(suite.sources for suite in suites().values() if suite.name != OURS)


def test_the_subjects_are_the_mutants_of_the_forward_pass_and_all_variants() -> None:
    kinds = [subject.kind for subject in subjects().values()]
    assert kinds.count(WRONG) > 350
    assert kinds.count(EXACTING) + kinds.count(MODEST) == len(variants())
    assert subjects()["bias_dropped"].chapter == "bias"
    assert not any(name.startswith("gradients") for name in (subject.breaks for subject in subjects().values()))


def test_the_classic_faults_are_twenty_five_mutants() -> None:
    assert len(CLASSIC) == len(set(CLASSIC.values())) == 25
    assert set(CLASSIC.values()) <= set(mutants())


# ---- asking


def question(**options: Any) -> SuiteCall:
    x, w = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2), np.float32)
    return SuiteCall("the only one", {"input": x, "weight": w, "bias": None}, {}, **options)


def examined(answer: Any, asked: SuiteCall) -> SuiteVerdict:
    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array:  # noqa: ARG001
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]  # whatever is to come back

    claims = Capabilities(arguments={"pair", "defaults"}, validation=True)
    adapter = Adapter(name="fixed", version="0", conv2d=conv2d, capabilities=claims)
    accepts_all = asking(lambda _: [asked], lambda *_: True)
    return accepts_all(KnownImplementation("fixed", WRONG, adapter))


def test_shape_and_dtype_must_be_right_in_every_suite() -> None:
    expected = question().expected
    assert expected.tolist() == [[[[8, 12], [20, 24]]]]
    assert examined(expected, question()) == SuiteVerdict(1)
    for wrong in (expected[0], expected.astype(np.float64), expected.tolist(), None, ValueError("no")):
        assert examined(wrong, question()) == SuiteVerdict(1, "the only one")


def test_an_illegal_call_must_raise() -> None:
    assert examined(ValueError("no"), question(must_raise=True)) == SuiteVerdict(1)
    assert examined(question().expected, question(must_raise=True)) == SuiteVerdict(1, "the only one")


def test_a_stored_answer_is_what_is_expected() -> None:
    stored = np.zeros((1, 1, 2, 2), np.float32)
    assert question(stored=stored).expected is stored


def test_a_question_needs_what_it_uses() -> None:
    case = parse("n1c2h5w5 m4k3 s2x1 p1x1 g2 bias float16")
    arrays = {name: None if shape is None else np.zeros(shape, np.float16) for name, shape in case.shapes.items()}
    needs = SuiteCall.of(case, arrays, "").features
    assert needs == {"bias", "stride", "groups", "multi-channel", "padding.explicit", "dtype.float16"}
    assert question().features == {"arguments.defaults", "dtype.float32"}
    assert question(must_raise=True).features == {"validation"}


# ---- the rules


def tosa_question(line: str, number: int) -> SuiteCall:
    return next(q for q in tosa.questions(Capabilities()) if q.label == f"{line} float32 set {number}")


def test_tosa_allows_some_units_per_product_and_no_bias_of_the_errors() -> None:
    asked = tosa_question(tosa.SHAPES[1], 5)
    exact, unit = asked.exact, 2.0**-24
    size = asked.in_float64(np.abs)
    terms = 5 * 3 * 3  # the bias of this set is zero
    assert tosa.is_within(asked, asked.expected)
    signs = np.where(np.arange(exact.size).reshape(exact.shape) % 2, 1.0, -1.0)
    for many, accepted in ((1.2 * terms**0.5, True), (1.4 * terms**0.5, False)):  # the mean square is 1.6 terms
        assert tosa.is_within(asked, (exact + signs * many * unit * size).astype(np.float32)) is accepted
    assert not tosa.is_within(asked, (exact + 1.2 * terms**0.5 * unit * size).astype(np.float32))
    assert not tosa.is_within(asked, np.full_like(asked.expected, np.nan))


def test_tosa_wants_at_least_a_thousand_outputs() -> None:
    assert all(asked.expected.size >= 1000 for asked in tosa.questions(Capabilities()))


def fill_of(dtype: str, grade: str = "") -> benchdnn.Fill:
    fill = benchdnn.fill_of(dtype, grade)
    assert fill is not None
    return fill


def test_benchdnn_thins_out_the_input_of_long_sums() -> None:
    case = parse("n1c512h7w7 m4k3 p1x1 bias bfloat16")
    fill = fill_of("bfloat16")
    arrays: dict[str, Any] = dict(benchdnn.filled(case, fill))
    assert fill.exact_terms == 16
    assert np.count_nonzero(arrays["input"]) < 0.01 * arrays["input"].size
    assert np.abs(arrays["weight"].astype(float)).max() == 4
    short: dict[str, Any] = dict(benchdnn.filled(parse("n1c3h7w7 m4k3 float32"), fill_of("float32")))
    assert np.count_nonzero(short["input"]) > 0.9 * short["input"].size


def test_benchdnn_knows_the_arithmetic_that_is_claimed() -> None:
    assert fill_of("float32", "R-tf32").input == (-4, 4)
    assert fill_of("float32", "B4").tolerance == 2e-5
    assert benchdnn.fill_of("bfloat16", "B4") is None
    assert suites()["benchdnn"].examine(right("tf32-by-rounding")).case == ""


def test_benchdnn_has_no_tolerance_but_for_winograd() -> None:
    exact = benchdnn.questions(Capabilities())[0]
    nearly = np.nextafter(exact.expected, np.float32(np.inf))
    assert benchdnn.is_equal(exact, exact.expected)
    assert not benchdnn.is_equal(exact, nearly)
    tolerant = benchdnn.questions(Capabilities(grades={"float32": "B2"}))[0]
    assert benchdnn.is_equal(tolerant, tolerant.expected * np.float32(1 + 1e-6))
    assert not benchdnn.is_equal(tolerant, tolerant.expected * np.float32(1 + 1e-3))


def test_kernelbench_became_stricter() -> None:
    asked = kernelbench.questions(Capabilities())[0]
    off = asked.expected + np.float32(2e-3)
    assert kernelbench.within(1e-2)(asked, off)
    assert not kernelbench.within(1e-4)(asked, off)


# ---- ours


def test_ours_sees_a_mutant_by_the_checks_of_what_it_breaks() -> None:
    found = ours.examine(subjects()["bias_dropped"])
    assert found.case.startswith("test_bias::")
    assert found.asked < 100


def test_ours_asks_all_checks_of_what_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: check for name, check in checks().items() if name.startswith(("test_bias", "test_padding_mode"))}
    monkeypatch.setattr(ours, "catalogue", lambda: few)
    claimed = ours.examine(right("core"))
    assert claimed.case == ""
    assert 100 < claimed.asked < ours.examine(right()).asked


def test_what_claims_less_than_ieee_arithmetic_is_told_apart() -> None:
    kinds = {name: subject.kind for name, subject in subjects().items()}
    for name in ("winograd-mixed-points", "tf32-by-3", "flushing-inputs", "towards-zero"):
        assert kinds[name] == MODEST
    for name in ("one-after-the-other", "bias-apart"):
        assert kinds[name] == EXACTING
