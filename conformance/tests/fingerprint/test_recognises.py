"""Each known arithmetic is recognised for what it is: this is what the fingerprint is for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import arithmetics as known
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.probe_result import winograd_name
from conv2d_conformance.fingerprint.probes import algorithm
from conv2d_conformance.fingerprint.shapes import CallShape
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.typed_json import as_json
from conv2d_reference import correlate

TINY = CallShape(name="small", C=3, H=8, W=8, M=4, KH=3, KW=3, padding=1)


def findings(conv2d: Callable[..., Any], dtype: str = "float32", shape: CallShape = TINY) -> dict[str, Any]:
    claims = Capabilities(dtypes={dtype}, bias=True, groups=True)
    adapter = Adapter(name="known", version="1", conv2d=without_stride(conv2d), capabilities=claims)
    fingerprint: Any = as_json(take(InProcess(adapter), shapes=[shape], longest_call=60))
    found = fingerprint["dtypes"][dtype]["shapes"][shape.name]
    assert found["findings"], found["not_seen"]
    (said,) = fingerprint["dtypes"][dtype]["summary"]
    assert said["shapes"] == [shape.name]
    answer: dict[str, Any] = found | {"summary": said["words"]}
    return answer


def without_stride(conv2d: Callable[..., Any]) -> Callable[..., Any]:
    """Stride and dilation are 1 here, and the known arithmetics have none."""

    def call(*arrays: Any, stride: Any, dilation: Any, groups: int, **others: Any) -> Any:
        assert (stride, dilation) == ((1, 1), (1, 1))
        return conv2d(*arrays, **others, **({} if groups == 1 else {"groups": groups}))

    return call


def words(found: dict[str, Any], probe: str) -> str:
    answer: str = found["findings"][probe]["words"]
    return answer


def value(found: dict[str, Any], probe: str) -> Any:
    return found["findings"][probe]["value"]


REPLAYED = "all of 16 random sums, computed as is said here, have the same bits"


@pytest.mark.parametrize(
    ("total", "order"),
    [
        (known.sequential, "one after the other, channel by channel"),
        (known.backwards, "one after the other, channel by channel, from the last to the first"),
        (known.pairwise_sum, "pairwise, neighbours first"),
        (known.lanes(8), "in 8 lanes, each one after the other, channel by channel; then the lanes pairwise"),
        (
            known.split(3),
            "in 3 channels, each one after the other, row by row; then the channels one after the other",
        ),
    ],
    ids=["sequential", "backwards", "pairwise", "lanes", "split"],
)
def test_the_order_of_summation(total: Callable[..., Any], order: str) -> None:
    found = findings(known.direct(total))
    assert words(found, "order") == order
    assert words(found, "replay") == REPLAYED
    assert words(found, "accumulator") == "24 bits (float32)"
    assert value(found, "fma") == "rounded"
    assert value(found, "algorithm") == {"kind": "direct"}
    assert value(found, "inputs") == {"x": 24, "w": 24, "rounding": {}}
    assert value(found, "products") == value(found, "sums") == "nearest-even"
    assert value(found, "subnormals") == value(found, "zeros") == []
    assert value(found, "bias-place") == "last"
    assert value(found, "batch") is True
    assert value(found, "padding") == "multiplied"
    assert "sums in float32, without FMA" in found["summary"]


def test_split_k_in_parts_that_are_no_channels() -> None:
    shape = CallShape(name="wide", C=64, H=5, W=5, M=32, KH=3, KW=3, padding=1)
    found = findings(known.direct(known.split(4)), shape=shape)
    assert words(found, "order") == (
        "in 4 parts of 144 taps, each one after the other, channel by channel; then the parts one after the other "
        "(seen at 64 of 576 taps)"
    )
    assert words(found, "replay") == REPLAYED


def test_fused_multiply_add() -> None:
    found = findings(known.direct(known.fused))
    assert words(found, "fma") == "fused multiply-add: a product is added without being rounded"
    assert words(found, "replay") == REPLAYED
    assert "sums in float32, with FMA" in found["summary"]


def test_an_accumulator_of_float64() -> None:
    found = findings(known.direct(dtype=np.float64))
    assert words(found, "accumulator") == "53 bits (float64)"
    assert words(found, "bias-rounding") == "added before the result is rounded (fused)"
    assert words(found, "replay") == REPLAYED
    assert "sums in float64" in found["summary"]


def test_float64_itself() -> None:
    found = findings(known.direct(), "float64")
    assert (words(found, "accumulator"), value(found, "fma")) == ("53 bits (float64)", "rounded")
    assert words(found, "replay") == REPLAYED


def test_compensated_sums() -> None:
    found = findings(known.direct(known.kahan))
    assert words(found, "compensation").startswith("sums are compensated (as by Kahan)")
    assert "compensated" in found["summary"]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (known.cut_to_tf32, "inputs cut off to 11 bits (TF32)"),
        (known.rounded_to_tf32, "inputs rounded to 11 bits (TF32)"),
        (known.rounded_to(known.bfloat16), "inputs rounded to 8 bits (bfloat16)"),
        (known.rounded_to(np.float16), "inputs rounded to 11 bits (float16)"),
        (known.fixed_point(24), "fixed point of 24 bits"),
    ],
    ids=["tf32-cut", "tf32-rounded", "bfloat16", "float16", "fixed-point"],
)
def test_reduced_inputs(inputs: Callable[..., Any], said: str) -> None:
    found = findings(known.direct(inputs=inputs))
    assert said in found["summary"]


def test_sums_in_float16() -> None:
    found = findings(known.direct(dtype=np.float16), "float16")
    assert words(found, "accumulator") == "11 bits (float16)"
    assert words(found, "order") == "one after the other, channel by channel"


@pytest.mark.parametrize(
    ("finish", "said"),
    [(known.bias_before_rounding, "fused"), (known.bias_after_rounding, "unfused")],
)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_bias_of_short_types(finish: Callable[..., Any], said: str, dtype: str) -> None:
    found = findings(known.direct(dtype=np.float32, finish=finish), dtype)
    assert words(found, "accumulator") == "24 bits (float32)"
    assert value(found, "bias-rounding") == said
    assert value(found, "bias-place") == "last"
    assert words(found, "replay") == REPLAYED


def test_flushed_inputs() -> None:
    found = findings(known.direct(inputs=known.flushed))
    assert value(found, "subnormals") == ["x", "w"]
    assert words(found, "subnormals") == "flushed: subnormal x are read as zero; subnormal w are read as zero"


def test_flushed_results() -> None:
    found = findings(known.direct(result=known.flushed))
    assert words(found, "subnormals") == "flushed: subnormal results become zero"


def test_results_rounded_toward_zero() -> None:
    def finish(total: Array, bias: Array | None, dtype: np.dtype[Any]) -> Array:
        found: Array = known.toward_zero(total if bias is None else total + bias, dtype.type)
        return found

    found = findings(known.direct(dtype=np.float32, finish=finish), "float16")
    assert words(found, "products") == "rounded toward zero: the rest is cut off"
    assert words(found, "replay") == REPLAYED


def test_a_matrix_engine() -> None:
    found = findings(known.direct(known.matrix_engine, dtype=np.float32), "float16")
    assert words(found, "order") == "4 at a time, rounded once for each 4, channel by channel"
    assert words(found, "sums") == "cut off: the last place is truncated"


@pytest.mark.parametrize(("matrices", "tile"), [(known.F2, 2), (known.F4, 4)], ids=["F2", "F4"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_winograd(
    matrices: tuple[list[list[int]], list[list[float] | list[int]], list[list[int]]], tile: int, dtype: str
) -> None:
    found = findings(known.winograd(matrices), dtype)
    assert value(found, "algorithm") == {"kind": "winograd", "tile": [tile, tile], "kernel": [3, 3]}
    assert found["summary"].startswith(f"Winograd F({tile}x{tile}, 3x3)")
    assert words(found, "order") == "not seen: Winograd mixes the products"


def test_reports_that_have_the_kernel_of_winograd_in_words_say_the_same() -> None:
    found = {"kind": "winograd", "tile": [4, 4]}
    assert winograd_name(found | {"kernel": [3, 3]}) == winograd_name(found, "Winograd F(4x4, 3x3): in any words")


def test_winograd_of_large_tiles() -> None:
    large = CallShape(name="large", C=2, H=14, W=14, M=2, KH=3, KW=3, padding=1)
    assert value(findings(known.winograd(known.F6), shape=large), "algorithm") == {
        "kind": "winograd",
        "tile": [6, 6],
        "kernel": [3, 3],
    }
    assert value(findings(known.winograd(known.F6)), "algorithm") == {"kind": "winograd", "tile": None}


def test_winograd_in_float64_of_float32_data() -> None:
    def conv2d(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Array:
        wide = (None if array is None else array.astype(np.float64) for array in (input, weight, bias))
        found: Array = known.winograd(known.F4)(*wide, **attributes).astype(input.dtype)
        return found

    assert value(findings(conv2d), "algorithm") == {"kind": "winograd", "tile": [4, 4], "kernel": [3, 3]}


@pytest.mark.parametrize("size", [8, 14])
def test_fft(size: int) -> None:
    found = findings(known.fft, shape=CallShape(name="x", C=3, H=size, W=size, M=4, KH=3, KW=3, padding=1))
    assert value(found, "algorithm") == {"kind": "fft"}
    assert found["summary"].startswith("a transform such as FFT")


@pytest.mark.parametrize("matrices", [known.F2, known.F4, known.F6], ids=["F2", "F4", "F6"])
def test_the_transforms_are_right(
    matrices: tuple[list[list[float]], list[list[float] | list[int]], list[list[float]]],
) -> None:
    random = np.random.default_rng(0)
    x, w = random.standard_normal((2, 3, 9, 10)), random.standard_normal((4, 3, 3, 3))
    right = known.direct()(x, w, padding=(1, 1))
    assert np.allclose(known.winograd(matrices)(x, w, padding=(1, 1)), right, rtol=1e-9)
    assert np.allclose(known.fft(x, w, padding=(1, 1)), right, rtol=1e-9)


def test_strassen() -> None:
    shape = CallShape(name="1x1", C=8, H=4, W=4, M=16, KH=1, KW=1)
    found = findings(known.strassen, shape=shape)
    assert value(found, "algorithm") == {"kind": "strassen"}
    assert words(found, "order") == "not seen: Strassen mixes the products"
    assert value(findings(known.direct(), shape=shape), "algorithm") == {"kind": "direct"}
    random = np.random.default_rng(0)
    x, w = random.standard_normal((2, 8, 4, 4)), random.standard_normal((16, 8, 1, 1))
    assert np.allclose(known.strassen(x, w), known.direct()(x, w), rtol=1e-9)


def test_an_output_channel_that_sums_in_another_way() -> None:
    def conv2d(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Array:
        y = known.direct()(input, weight, bias, **attributes)
        y[:, 2] = known.direct(known.backwards)(input, weight, bias, **attributes)[:, 2]
        found: Array = y
        return found

    found = findings(conv2d)
    assert words(found, "places") == "not all output channels sum in the same way; all pixels do"
    assert words(found, "order") == "one after the other, channel by channel"
    assert words(found, "replay") == REPLAYED


def test_skipped_zeros() -> None:
    found = findings(known.direct(known.skipping_zeros))
    assert words(found, "zeros") == "skipped where w or x is zero: infinity times zero is nothing"
    assert value(found, "padding") == "skipped"
    assert "skips zeros" in found["summary"]


def test_another_order_in_every_call() -> None:
    found = findings(known.direct(known.shuffled()))
    assert "repetitions gave other bits than the first call" in words(found, "repeating")
    assert "NOT the same bits in every call" in found["summary"]
    assert words(found, "batch") == "not seen: not even the same call gives the same bits"
    assert words(found, "order").startswith("not seen: ")


def test_another_order_in_a_batch() -> None:
    found = findings(known.direct(in_batch=known.backwards))
    assert value(found, "batch") is False
    assert "repeatable, but other bits in a batch" in found["summary"]


def test_another_algorithm_with_many_channels_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algorithm, "LONGEST_PART", 60)  # how busy the machine is does not matter here
    fast, slow = known.winograd(known.F4), by_matrix

    def conv2d(input: Any, weight: Any, *others: Any, **arguments: Any) -> Any:
        return (fast if weight.shape[1] >= 128 else slow)(input, weight, *others, **arguments)

    found = findings(conv2d)
    assert value(found, "algorithm") == {"kind": "direct"}
    assert value(found, "depth") == {"kind": "winograd", "tile": [4, 4], "kernel": [3, 3]}
    assert words(found, "depth").startswith("Winograd F(4x4, 3x3): ")
    assert words(found, "depth").endswith(" (with 512 channels)")
    assert "; Winograd F(4x4, 3x3) with many channels" in found["summary"]
    found = findings(slow)
    assert value(found, "depth") == {"kind": "direct"}
    assert "many channels" not in found["summary"]
    alone = findings(slow, shape=CallShape(name="depthwise", C=4, H=6, W=6, M=4, KH=3, KW=3, groups=4))
    assert words(alone, "depth") == "not seen: the channels are not added up"


def by_matrix(input: Any, weight: Any, *others: Any, **arguments: Any) -> Any:
    """Right, and quick with many channels."""
    return correlate.conv2d(input, weight, *others, **arguments)


def test_who_is_slow_is_not_asked_for_many_channels() -> None:
    def conv2d(input: Any, weight: Any, *others: Any, **arguments: Any) -> Any:
        assert weight.shape[1] < 512
        end = time.perf_counter() + (0.11 if weight.shape[1] == 64 else 0)
        while time.perf_counter() < end:
            pass
        return by_matrix(input, weight, *others, **arguments)

    assert words(findings(conv2d), "depth") == "not seen: a call with many channels takes too long"
