"""A fingerprint names the sizes, places, layouts and threads at which the bits of a sum change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.emulation.adapters import as_conv2d
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.fingerprint.probe_result import ProbeResult, not_seen
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes import PROBES
from conv2d_conformance.fingerprint.shapes import SHAPES, CallShape
from conv2d_conformance.fingerprint.summary import pieces
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import invariances

SMALL = SHAPES[0]
LARGE = [8, 9, 15, 16, 17, 31, 32, 33]
LARGER = CallShape(name="larger", C=16, H=12, W=12, M=16, KH=3, KW=3)
"""Large enough to be divided among threads."""


def found(adapter: Any, shape: CallShape = SMALL) -> dict[str, Any]:
    """The values and words of the probes of repetition and of invariances, and the summary."""
    narrow = Capabilities(views={"channels-last", "negative"}, bias=False)
    prober = Prober(InProcess(replace(adapter, capabilities=narrow)), shape, "float32")
    seen: dict[str, ProbeResult] = {}
    for name in ("repeating", "batch", "batch-sizes", "boundaries", "layouts", "threads"):
        try:
            seen[name] = PROBES[name](prober, seen)
        except NotSeen as why:
            seen[name] = not_seen(why)
    said = pieces("float32", seen)["repeating"]
    return {name: (finding.value, finding.words) for name, finding in seen.items()} | {"summary": said}


def test_what_sums_in_one_order_has_the_same_bits_everywhere() -> None:
    usual = Adapter(name="x", version="1", conv2d=as_conv2d(lambda call: summed(call, sequential)))
    seen = found(usual)
    assert seen["batch-sizes"] == (
        {"tried": [2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33], "other": []},
        "an image has the same bits in batches of up to 33",
    )
    assert seen["boundaries"] == (
        {"rows": [], "columns": [], "channels": []},
        "equal sums have the same bits everywhere",
    )
    assert seen["layouts"] == (
        {"tried": ["channels-last", "negative"], "other": []},
        "the same bits in every claimed view",
    )
    assert seen["threads"] == (None, "not seen: too little work to be divided")
    assert "repeatable, alone and in a batch" in seen["summary"]
    words = found(usual, LARGER)["threads"][1]
    assert words == "not seen: the option threads cannot be set: the adapter x takes no options"


@pytest.mark.parametrize(
    ("mutant", "probe", "other", "summary"),
    [
        (invariances.sums_split_where_images_are_few, "batch-sizes", [7, *LARGE], "other bits in batches of 7, 8, 9"),
        (invariances.channels_innermost_summed_otherwise, "layouts", ["channels-last"], "in the layout channels-last"),
        (invariances.backwards_through_memory, "layouts", ["negative"], "in the layout negative"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_another_order_is_named(mutant: Any, probe: str, other: list[Any], summary: str) -> None:
    seen = found(mutant.adapter)
    assert seen[probe][0]["other"] == other
    assert summary in seen["summary"]


def test_the_sizes_of_batches_are_named() -> None:
    def from_eight_on(call: Call) -> Any:
        return invariances.differently(call, invariances.images_of(call) >= 8)

    seen = found(Adapter(name="x", version="1", conv2d=as_conv2d(from_eight_on)))
    assert seen["batch-sizes"][0]["other"] == LARGE
    assert seen["batch-sizes"][1].startswith("an image has other bits than alone in batches of 8, 9, 15")
    assert "repeatable, but other bits in batches of 8, 9, 15, 16, 17, 31, 32, 33" in seen["summary"]


def test_the_place_where_vectors_end_is_named() -> None:
    seen = found(invariances.columns_beside_full_vectors.adapter, CallShape(name="w", C=4, H=5, W=8, M=2, KH=3, KW=3))
    assert seen["boundaries"] == (
        {"rows": [], "columns": [4], "channels": []},
        "equal sums change their bits at column 4",
    )


def test_the_threads_are_named() -> None:
    seen = found(invariances.another_algorithm_for_three_threads.adapter, LARGER)
    assert seen["threads"] == ({"tried": ["1", "2", "3"], "other": ["3"]}, "other bits with threads=3")
    assert "other bits with 3 threads" in seen["summary"]
