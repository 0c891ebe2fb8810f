"""In a grade that rounds integers, the data are chosen so that a right answer is evidence, and a wrong one fails."""

from dataclasses import replace

import pytest

from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation import call
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.selftest.kills import meet
from conv2d_conformance.verdict.evidence import with_evidence
from conv2d_conformance.verdict.question import Question
from conv2d_reference.arguments import Geometry
from conv2d_reference.lowered import pad

LINE = "n1c8h12w12 m2k3x3 s1x1 p1x1 d1x1 g1 nobias float32 integers:1"


def chosen(line: str, grade: str) -> str:
    """The data that are asked for in the place of those in a line."""
    return format_case(with_evidence(parse(line), Capabilities(grades={"float32": grade}))).split()[-1]


@pytest.mark.parametrize(
    ("grade", "data"),
    [
        ("A", "integers:1"),
        ("R-bf16", "integers:1"),
        ("B2", "integers:1"),
        ("B4", "integers*3:1"),
        ("B6", "integers*2:1"),
    ],
)
def test_integers_are_as_large_as_the_grade_allows(grade: str, data: str) -> None:
    assert chosen(LINE, grade) == data


def test_whatever_integers_are_asked_for() -> None:
    assert chosen(LINE.replace("integers:1", "integers*300:1"), "B6") == "integers*2:1"
    assert chosen(LINE.replace("integers:1", "odd:1"), "B6") == "integers*2:1"
    assert chosen(LINE.replace("integers:1", "impulse:1"), "B6") == "integers*2:1"
    assert chosen(LINE.replace("integers:1", "integers*300:1"), "R-bf16") == "integers*256:1"
    assert chosen(LINE.replace("integers:1", "integers:1 x[0,0,0,0]=1"), "B6") == "x[0,0,0,0]=1"


def test_only_one_tap_is_left_where_so_many_products_cannot_be_told_apart() -> None:
    assert chosen(LINE.replace("c8", "c256"), "B6") == "one-tap:1"
    assert chosen(LINE.replace("c8", "c64"), "B2") == "integers*4:1"


@pytest.mark.parametrize("tile", [2, 4, 6])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [1, 2, 8, 64, 300])
@pytest.mark.parametrize("kernel", ["k1x2", "k2x3", "k3x3", "k5x5", "k7x7", "k9x2"])
def test_every_element_is_evidence_then(tile: int, dtype: str, channels: int, kernel: str) -> None:
    claims = Capabilities(dtypes=frozenset(DTYPES), grades={dtype: f"B{tile}"})
    for data in ("integers:1", "impulse:1"):
        line = f"n1c{channels}h12w12 m2{kernel} p1 bias {dtype} {data}"
        assert Question(with_evidence(parse(line), claims), claims).law.evident.all(), line


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kernel", ["k1x1 s2x3", "k3x3 d2x1", "k7x7 p3x3", "k5x2 same"])
def test_every_element_is_evidence_for_the_fourier_transform_too(dtype: str, kernel: str) -> None:
    claims = Capabilities(dtypes=frozenset(DTYPES), grades={dtype: "C"})
    for channels in (1, 3, 40):
        case = with_evidence(parse(f"n1c{channels}h12w15 m2{kernel} bias {dtype} integers:1"), claims)
        assert Question(case, claims).law.evident.all()


@pytest.mark.parametrize("change", [("integers:1", "uniform:1"), ("integers:1", "ones:1"), ("s1x1", "s2x1")])
def test_other_data_and_other_calls_stay(change: tuple[str, str]) -> None:
    case = parse(LINE.replace(*change))
    assert with_evidence(case, Capabilities(grades={"float32": "B6"})) is case


STRUCTURAL = (
    *("kernel_flipped", "kernel_transposed_where_square", "last_column_from_its_neighbour", "first_channel_alone"),
    *("filters_in_reverse_order", "bias_of_the_first_group", "bias_dropped", "padding_with_the_edge"),
    *("channels_dealt_out_in_turn", "same_with_the_odd_cell_first", "products_beyond_512_dropped"),
)


@pytest.mark.parametrize("tile", [2, 6])
@pytest.mark.parametrize("name", STRUCTURAL)
def test_faults_show_through_winograds_rounding(name: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def compute(geometry: Geometry, input: Array, weight: Array, bias: Array | None) -> Array:
        x = pad(input if input.ndim == 4 else input[None], geometry.pads, geometry.padding_mode)
        of_padded = call.Call(x, weight, bias, geometry.stride, 0, geometry.dilation, geometry.groups)
        return winograd_tiles(of_padded, tile).reshape(geometry.output_shape)

    monkeypatch.setattr(call, "compute", compute)
    mutant = mutants()[name]
    adapter = mutant.adapter
    claims = replace(adapter.capabilities, grades=dict.fromkeys(DTYPES, f"B{tile}"), non_finite=False)
    rounded = replace(mutant, adapter=replace(adapter, capabilities=claims))
    found = (
        meet(rounded, check, EFFORTS["quick"], 0) for check in checks().values() if mutant.breaks in check.requirements
    )
    assert any(encounter.killed for encounter in found)


def test_integers_of_the_usual_size_would_be_no_evidence() -> None:
    claims = Capabilities(grades={"float32": "B6"})
    assert not Question(parse(LINE), claims).law.evident.any()
