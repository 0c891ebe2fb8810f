"""Whatever an implementation does, taking its fingerprint ends well, and says why something was not seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import arithmetics as known
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.contract.answers import Broken
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.fingerprint import differences, page, take
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.fingerprint.prober import TRIALS
from conv2d_conformance.fingerprint.shapes import CallShape
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.typed_json import as_json, from_json

SHAPES = (
    CallShape(name="small", C=2, H=6, W=6, M=3, KH=3, KW=3, padding=1),
    CallShape(name="depthwise", C=4, H=5, W=6, M=4, KH=3, KW=2, groups=4),
    CallShape(name="1x1", C=5, H=3, W=3, M=2, KH=1, KW=1),
)
sums = known.direct()


def right(
    input: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,  # noqa: ARG001
    padding: Any = 0,
    dilation: Any = 1,  # noqa: ARG001
    groups: int = 1,
) -> Any:
    return sums(input, weight, bias, padding=padding, groups=groups)


def implementation(change: Any = None, **claims: Any) -> InProcess:
    def conv2d(*arrays: Any, **attributes: Any) -> Any:
        return right(*arrays, **attributes) if change is None else change(right(*arrays, **attributes))

    return InProcess(Adapter(name="odd", version="1", conv2d=conv2d, capabilities=Capabilities(**claims)))


def taken(odd: Any, **options: Any) -> dict[str, Any]:
    fingerprint = take(odd, shapes=SHAPES, longest_call=60, **options)
    written: dict[str, Any] = json.loads(json.dumps(as_json(fingerprint), allow_nan=False))
    assert from_json(written, Fingerprint) == from_json(as_json(fingerprint), Fingerprint)
    shown = page(fingerprint)
    assert "the probe itself failed" not in shown
    for line in shown.splitlines():
        assert len(line) <= 100
        assert line == line.rstrip()
    return written


def raises(output: Any) -> Any:
    raise NotImplementedError("no kernel\nfor this")


noise = np.random.default_rng(0)

ODD = {
    "zeros": np.zeros_like,
    "ones": np.ones_like,
    "nan": lambda y: np.full_like(y, np.nan),
    "infinity": lambda y: np.full_like(y, -np.inf),
    "negative": lambda y: -y,
    "absolute": np.abs,
    "halved": lambda y: y / 2,
    "one too much": lambda y: y + np.float32(1),
    "noise": lambda y: noise.standard_normal(y.shape).astype(y.dtype),
    "noisy": lambda y: y * (1 + noise.standard_normal(y.shape) * 1e-6).astype(y.dtype),
    "clipped": lambda y: np.clip(y, -100, 100),
    "rounded": np.rint,
    "sign": np.sign,
    "rolled": lambda y: np.roll(y, 1, axis=-1),
    "wrong dtype": lambda y: y.astype(np.float64),
    "wrong shape": lambda y: y[..., :-1],
    "a list": lambda y: y.tolist(),
    "raises": raises,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_answers(odd: Callable[..., Any]) -> None:
    taken(implementation(odd))


HOSTILE = {
    "scaled beyond all sense": lambda y: y * 1e300,
    "scaled to subnormals": lambda y: y * 1e-310,
    "the largest number": lambda y: np.full_like(y, np.finfo(y.dtype).max),
    "any bits": lambda y: np.frombuffer(np.random.default_rng(3).bytes(y.nbytes), y.dtype).reshape(y.shape),
    "huge integers": lambda y: np.full(y.shape, 2**62),
    "objects": lambda y: y.astype(object),
    "complex numbers": lambda y: y.astype(complex),
    "nothing at all": lambda y: y[:0],
    "no axes": lambda y: y.reshape(-1)[0],
}


@pytest.mark.parametrize("odd", HOSTILE.values(), ids=HOSTILE)
def test_hostile_answers_in_double_precision(odd: Callable[..., Any]) -> None:
    def quietly(y: Array) -> Array | float:
        with np.errstate(all="ignore"):
            found: Array | float = odd(y)
            return found

    taken(implementation(quietly, dtypes={"float64"}))


def test_why_nothing_was_seen() -> None:
    def said(odd: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = taken(implementation(ODD[odd]))["dtypes"]["float32"]["summary"]
        return found

    every = [shape.name for shape in SHAPES]
    refused = "not seen: the call was refused with NotImplementedError: no kernel"
    assert said("raises") == [{"shapes": every, "words": refused, "parts": {"not seen": refused}}]
    assert said("wrong dtype")[0]["words"] == "not seen: the answer has dtype float64, not float32"
    assert said("a list")[0]["words"].startswith("not seen: a call had no answer: conv2d returned a value of type list")


def test_a_call_that_is_refused_hides_only_what_it_would_show() -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        if bias is not None:
            raise ValueError("no bias here")
        return right(input, weight, **attributes)

    fingerprint = taken(InProcess(Adapter(name="odd", version="1", conv2d=conv2d)))
    findings = fingerprint["dtypes"]["float32"]["shapes"]["small"]["findings"]
    assert findings["bias-place"] == {
        "words": "not seen: the call was refused with ValueError: no bias here",
        "value": None,
    }
    assert findings["order"]["value"] is not None


def test_nothing_is_said_of_batches_that_are_refused() -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        if len(input) > 1:
            raise ValueError("one image at a time")
        return right(input, weight, bias, **attributes)

    (said,) = taken(InProcess(Adapter(name="odd", version="1", conv2d=conv2d)))["dtypes"]["float32"]["summary"][:1]
    assert "repeatable" in said["words"]
    assert "batch" not in said["words"]


def test_a_narrow_range_is_no_fixed_point() -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        with np.errstate(over="ignore"):
            arrays = [None if array is None else array.astype(np.float32) for array in (input, weight, bias)]
        return right(*arrays, **attributes).astype(input.dtype)

    claims = Capabilities(dtypes={"float64"})
    fingerprint = taken(InProcess(Adapter(name="odd", version="1", conv2d=conv2d, capabilities=claims)))
    assert "fixed point" not in json.dumps(fingerprint)


def test_the_largest_number_for_infinity_is_not_what_was_left_out() -> None:
    most = float(np.finfo(np.float32).max)
    fingerprint = taken(implementation(lambda y: np.nan_to_num(y, nan=most)))
    assert "infinity times zero is nothing" not in json.dumps(fingerprint)


def test_only_what_is_claimed_is_asked() -> None:
    def no_bias_or_padding(input: Any, weight: Any, *, groups: int = 1) -> Any:
        return right(input, weight, groups=groups)

    from conv2d_conformance.contract.adapter import adapter_from_function

    fingerprint = taken(InProcess(adapter_from_function(no_bias_or_padding)))
    shapes = fingerprint["dtypes"]["float32"]["shapes"]
    assert shapes["small"]["case"] == "n1c2h6w6 m3k3x3 s1x1 p0x0 d1x1 g1 float32"
    assert shapes["small"]["findings"]["bias-place"]["words"] == "not seen: a bias is not claimed"
    assert shapes["small"]["findings"]["padding"]["words"] == "not seen: there is none"

    one_channel = taken(implementation(multi_channel=False, groups=False))
    assert list(one_channel["dtypes"]["float32"]["shapes"]) == ["small"]
    assert one_channel["dtypes"]["float32"]["shapes"]["small"]["case"].startswith("n1c1h6w6 ")

    several = taken(implementation(dtypes={"bfloat16", "float64"}))
    assert list(several["dtypes"]) == ["float64", "bfloat16"]


class Fails:
    """Answers well until it fails, and counts the calls."""

    def __init__(self, kind: str, after: int) -> None:
        self._right = implementation(dtypes={"float32", "float64"})
        self.hello = self._right.hello
        self._kind, self._after, self.calls = kind, after, 0

    def ask(self, request: Any) -> Any:
        self.calls += 1
        return Broken(self._kind, "that was it") if self.calls > self._after else self._right.ask(request)

    def close(self) -> None:
        pass


def test_a_crash_ends_a_shape_and_a_hang_ends_it_all() -> None:
    dies, hangs = Fails("died", 20), Fails("timeout", 20)
    for odd in (dies, hangs):
        found = taken(odd)["dtypes"]["float32"]["shapes"]
        assert found["1x1"]["findings"]["repeating"]["value"]["identical"]
        assert found["1x1"]["findings"]["order"]["words"] == "not seen: a call had no answer: that was it"
        assert found["small"]["not_seen"] == "a call had no answer: that was it"
    assert dies.calls == 20 + 6
    assert hangs.calls == 20 + 1


def test_a_slow_implementation_is_left_alone() -> None:
    calls = []

    def noted(output: Array) -> Array:
        calls.append(output)
        return output

    slow = implementation(noted)
    written: Any = as_json(take(slow, shapes=SHAPES, longest_call=0))
    shapes = written["dtypes"]["float32"]["shapes"]
    assert {name: shape["not_seen"] for name, shape in shapes.items()} == dict.fromkeys(
        ("small", "depthwise", "1x1"), "a call takes longer than 0 s"
    )
    assert len(calls) == 1 + TRIALS  # of the cheapest shape: the dearer ones are not asked


def test_the_same_every_time_and_progress_to_the_end() -> None:
    seen = []
    one = taken(implementation(), on_progress=lambda *args: seen.append(args))
    assert one == taken(implementation())
    assert [done for done, _, _ in seen] == list(range(len(seen)))
    assert {total for _, total, _ in seen} == {len(seen)}


def test_differences() -> None:
    one = taken(implementation())
    assert (
        differences(from_json(one, Fingerprint), from_json(one, Fingerprint), ("a", "b"))
        == "a and b have the same fingerprint\n"
    )
    other = taken(implementation(known.flushed, dtypes={"float32", "float64"}))
    lines = differences(
        from_json(one, Fingerprint), from_json(other, Fingerprint), ("torch?threads=1", "torch?threads=2")
    ).splitlines()
    assert lines[:5] == [
        "torch?threads=1 and torch?threads=2 differ",
        "",
        "float32, small: subnormals",
        "  torch?threads=1: kept, in inputs, products and results",
        "  torch?threads=2: flushed: subnormal results become zero",
    ]
    assert lines[-3:] == ["float64, 1x1: probed", "  torch?threads=1: not claimed", "  torch?threads=2: yes"]
