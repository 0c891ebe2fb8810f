"""`check` says yes to right answers alone, and tells of wrong ones what a run would tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conv2d_conformance import allowed, cases, check, reference
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import DTYPES

RECIPES = ("integers", "uniform", "sparse", "normal")


def ones(*shape: int) -> Array:
    return np.ones(shape, np.float32)


def filled(value: float) -> Array:
    return np.full((1, 1, 1, 1), value, np.float32)


def numbers(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


X, W = numbers(2, 3, 8, 9), numbers(4, 3, 3, 2, seed=1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_reference_is_right_and_a_number_beyond_an_end_is_not(dtype: str) -> None:
    for case in cases(12, seed=5, dtype=dtype, recipes=RECIPES):
        call: Any = (case.input, case.weight, case.bias)
        found = allowed(*call, **case.arguments)
        right = reference(*call, **case.arguments)
        for output in (right, found.lower, found.upper):
            check(output, *call, **case.arguments)
        assert found.accepts(right).all()
        assert (found.lower <= found.upper).all(), case.line
        assert (found.exact.shape, found.lower.dtype) == (right.shape, dtype_of(dtype))
        for end, beyond in ((found.lower, -np.inf), (found.upper, np.inf)):
            wrong = np.nextafter(end, np.asarray(beyond, end.dtype))
            assert not found.accepts(wrong).any(), case.line
    with pytest.raises(AssertionError, match=r"1 of [0-9]+ elements are wrong"):
        check(
            np.where(np.arange(right.size).reshape(right.shape) == right.size // 2, wrong, right),
            *call,
            **case.arguments,
        )


def test_integers_are_judged_exactly_and_the_message_reads_like_a_run() -> None:
    with pytest.raises(AssertionError) as caught:
        check(filled(100), filled(2), filled(3))
    assert str(caught.value).splitlines() == [
        "this is no right answer of conv2d",
        "  got         100 at y[0,0,0,0]; 1 of 1 elements are wrong",
        "  required    6, exactly",
        "  grade       A, IEEE arithmetic in any order",
        "  case        n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 x[0,0,0,0]=2 w[0,0,0,0]=3",
        "  reference   conv2d-conformance reference "
        "'n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 x[0,0,0,0]=2 w[0,0,0,0]=3'",
    ]


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (reference(X, W[..., ::-1, ::-1]), "looks like  your output equals a conv2d whose kernel is flipped"),
        (reference(X, W)[..., ::-1], "looks like  your output equals a conv2d whose columns come in reverse order"),
        (reference(X, W).transpose(0, 2, 3, 1), "looks like  your output equals a conv2d that returns (N, OH, OW, M)"),
        (np.zeros_like(reference(X, W)), "hint        the result is zero throughout"),
        (reference(X, W).astype(np.float64), "hint        the result must have the dtype of the input"),
        (reference(X, W)[0], "hint        the batch axis is missing"),
    ],
    ids=["flipped", "reversed", "NHWC", "zeros", "float64", "without batch"],
)
def test_what_a_wrong_answer_looks_like(output: Array, told: str) -> None:
    with pytest.raises(AssertionError) as caught:
        check(output, X, W)
    assert f"  {told}" in str(caught.value)
    assert "n2c3h8w9 m4k3x2 s1x1 p0x0 d1x1 g1 nobias float32, with the elements that were given" in str(caught.value)


def test_a_padding_in_the_wrong_order_shows_in_the_shape() -> None:
    with pytest.raises(AssertionError, match=r"takes padding as \(width, height\)"):
        check(reference(X, W, padding=(1, 2)), X, W, padding=(2, 1))


def test_the_grade_decides_and_the_message_names_one_that_allows_the_answer() -> None:
    x, w = (array.astype(dtype_of("bfloat16")).astype(np.float32) for array in (X, W))
    output = reference(x, w)
    with pytest.raises(AssertionError, match=r"within      the bound of R-bf16, .*: check\(\.\.\., grade='R-bf16'\)"):
        check(output, X, W)
    check(output, X, W, grade="R-bf16")
    with pytest.raises(AssertionError):
        check(output * np.float32(1.1), X, W, grade="R-bf16")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_judged_by_where_it_must_show(bad: float) -> None:
    x = ones(1, 1, 1, 4)
    x[0, 0, 0, 1] = bad
    w = ones(1, 1, 1, 2)
    right = np.array([[[[bad, bad, 2]]]], np.float32)
    check(right, x, w)
    found = allowed(x, w)
    assert np.isnan(found.lower).tolist() == [[[[True, True, False]]]]
    assert (found.nan if np.isnan(bad) else found.plus_infinity).tolist() == [[[[True, True, False]]]]
    for place in range(3):
        wrong = right.copy()
        wrong[..., place] = 5
        with pytest.raises(AssertionError):
            check(wrong, x, w)
    with pytest.raises(AssertionError, match=str(bad)):
        check(np.full_like(right, 2), x, w)


def test_a_product_beyond_the_largest_number_is_infinite_and_nothing_else() -> None:
    x, w = np.array([[[[1.7014118e38, -1.7014118e38, 1]]]], np.float32), np.array([[[[4]]]], np.float32)
    found = allowed(x, w)
    assert found.plus_infinity.tolist() == [[[[True, False, False]]]]
    assert found.minus_infinity.tolist() == [[[[False, True, False]]]]
    assert np.isnan(found.lower).tolist() == np.isnan(found.upper).tolist() == [[[[True, True, False]]]]
    assert found.accepts(np.array([[[[np.inf, -np.inf, 4]]]], np.float32)).all()


def test_an_unbatched_input_and_an_empty_batch_have_their_shapes() -> None:
    check(reference(X[0], W), X[0], W)
    assert allowed(X[0], W).exact.shape == (4, 6, 8)
    check(reference(X[:0], W), X[:0], W)
    with pytest.raises(AssertionError, match=r"got         shape \(0, 4, 6, 7\)"):
        check(np.zeros((0, 4, 6, 7), np.float32), X[:0], W)


@pytest.mark.parametrize(
    ("error", "told", "arguments", "changed"),
    [
        (ValueError, "stride must be at least 1, got 0", (X, W), {"stride": 0}),
        (TypeError, "stride must be an int or a pair of ints", (X, W), {"stride": 1.5}),
        (ValueError, "weight must have C//groups", (X, W), {}),
        (TypeError, "input, weight and bias must have the same dtype", (X, W.astype(np.float64)), {}),
        (
            TypeError,
            "input must have the dtype float32, float64, float16 or bfloat16, got int64",
            (X.astype(int), W),
            {},
        ),
        (TypeError, "weight must be an array, got list", (X, W.tolist()), {}),
        (ValueError, "float32 has no class best", (X, W), {"grade": "best"}),
    ],
)
def test_an_illegal_call_is_no_answer_to_judge(
    error: type[Exception], told: str, arguments: tuple[Any, Any], changed: dict[str, Any]
) -> None:
    x, w = arguments
    w = w[:, :2] if "C//groups" in told else w
    with pytest.raises(error) as caught:
        check(ones(1, 1, 1, 1), x, w, **changed)
    assert told in str(caught.value)


def test_a_foreign_byte_order_is_read_and_not_passed_on() -> None:
    check(reference(X, W), X.astype(">f4"), W)
    with pytest.raises(AssertionError, match="in foreign byte order"):
        check(reference(X, W).astype(">f4"), X, W)


def test_tensors_are_taken_as_they_are() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        x, w = torch.from_numpy(X).to(dtype), torch.from_numpy(W).to(dtype).requires_grad_()
        output = torch.nn.functional.conv2d(x, w, stride=2)
        check(output, x, w, stride=2)
        with pytest.raises(AssertionError):
            check(-output, x, w, stride=2)
    with pytest.raises(TypeError, match="input lies on the device meta"):
        check(output, x.to("meta"), w)


def test_what_has_only_dlpack_or_only_array_is_taken() -> None:
    class Exported:
        def __dlpack__(self, **given: Any) -> Any:
            return X.__dlpack__(**given)

        def __dlpack_device__(self) -> Any:
            return X.__dlpack_device__()

    class Convertible:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
            return W

    class Elsewhere:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
            raise RuntimeError("it lies on a device")

    check(reference(X, W), Exported(), Convertible())
    with pytest.raises(TypeError, match="input, a Elsewhere, is not to be had as a NumPy array: it lies on a device"):
        check(ones(1), Elsewhere(), W)


def test_nothing_that_is_handed_over_is_changed() -> None:
    x, w, output = X.copy(), W.copy(), reference(X, W)
    for array in (x, w, output):
        array.flags.writeable = False
    check(output, x, w)
    assert (x == X).all()
    assert (w == W).all()
