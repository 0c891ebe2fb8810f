"""The calls that are probed. A library changes its algorithm with the shape, so one shape is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.limited import is_inside, moved_inside
from conv2d_conformance.contract.capabilities import Capabilities

Tap = tuple[int, int, int]
"""The place of a product: the channel within its group, and the row and column of the kernel."""

MOST_TAPS = 64
"""The most taps whose order is looked for; of more, a sample. A choice: more show larger blocks and take more calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShape:
    """One kind of call, of one image; stride and dilation are 1."""

    name: str
    C: int
    H: int
    W: int
    M: int
    KH: int
    KW: int
    padding: int = 0
    groups: int = 1

    @property
    def OH(self) -> int:
        return self.H + 2 * self.padding - self.KH + 1

    @property
    def OW(self) -> int:
        return self.W + 2 * self.padding - self.KW + 1

    @property
    def channels(self) -> int:
        """The number of channels that one output channel sees."""
        return self.C // self.groups

    @property
    def taps(self) -> int:
        """The number of products of one output element."""
        return self.channels * self.KH * self.KW

    @property
    def multiplications(self) -> int:
        return self.M * self.OH * self.OW * self.taps

    def tap(self, index: int) -> Tap:
        """The tap with this number, counting columns first, then rows, then channels."""
        position = index % (self.KH * self.KW)
        return index // (self.KH * self.KW), position // self.KW, position % self.KW

    @property
    def chosen(self) -> list[int]:
        """At most 64 taps, evenly chosen where there are more.

        With many channels they are two kernel positions of two neighbouring channels, again and again. This shows what
        happens within a channel, between neighbours, and far apart.
        """
        area = self.KH * self.KW
        if self.taps <= MOST_TAPS or area == 1 or self.channels < MOST_TAPS // 2:
            count = min(self.taps, MOST_TAPS)
            return [i * self.taps // count for i in range(count)]
        groups = MOST_TAPS // 4
        return sorted(
            (i * self.channels // groups + neighbour) * area + position % area
            for i in range(groups)
            for neighbour in (0, 1)
            for position in (i, i + area // 2)
        )

    def keeps(self, limits: Sequence[str], dtype: str, *, images: int) -> bool:
        """Whether a call of this shape, with so many images, keeps the limits."""
        return not limits or is_inside(replace(parse(f"{self.case} {dtype}"), N=images), limits)

    @property
    def case(self) -> str:
        """The shape in the form of a case line."""
        return (
            f"n1c{self.C}h{self.H}w{self.W} m{self.M}k{self.KH}x{self.KW} "
            f"s1x1 p{self.padding}x{self.padding} d1x1 g{self.groups}"
        )


SHAPES = (
    CallShape(name="small", C=4, H=8, W=8, M=4, KH=3, KW=3, padding=1),  # 9 thousand multiplications
    CallShape(name="resnet", C=64, H=14, W=14, M=64, KH=3, KW=3, padding=1),  # 7 million
    CallShape(name="depthwise", C=32, H=14, W=14, M=32, KH=3, KW=3, padding=1, groups=32),  # 60 thousand
    CallShape(name="1x1", C=64, H=14, W=14, M=64, KH=1, KW=1),  # 0.8 million
)


def claimed(shapes: Iterable[CallShape], claims: Capabilities, dtype: str) -> Iterator[CallShape]:
    """The shapes within the claims, or that can be adapted to them without becoming another kind of call."""
    for shape in shapes:
        if "explicit" not in claims.padding:
            shape = replace(shape, padding=0)
        if shape.groups > 1 and not (claims.groups and claims.multi_channel):
            continue
        if shape.C > 1 and not claims.multi_channel:
            if shape.name != "small":
                continue
            shape = replace(shape, C=1)
        moved = _moved_inside(shape, claims.limits, dtype) if claims.limits else shape
        if moved is not None:
            yield moved


def _moved_inside(shape: CallShape, limits: Iterable[str], dtype: str) -> CallShape | None:
    """The shape with sizes that keep the limits; None where none are found that leave all else as it is."""
    case = parse(f"{shape.case} {dtype}")
    moved = moved_inside(case, limits, lambda found: _is_alike(found, case))
    if moved is None or moved == case:
        return None if moved is None else shape
    sizes = {name: getattr(moved, name) for name in ("C", "H", "W", "M", "KH", "KW", "groups")}
    return replace(shape, **sizes, padding=geometry(moved).pads[0][0])


def _is_alike(found: Case, case: Case) -> bool:
    """Whether a call is one of those that have a shape here, and has groups where the other has them."""
    pads = geometry(found).pads
    return (
        found.N == 1
        and found.stride == found.dilation == (1, 1)
        and not isinstance(found.padding, str)
        and len({*pads[0], *pads[1]}) == 1
        and (found.groups > 1) == (case.groups > 1)
        and (found.dtype, found.padding_mode) == (case.dtype, case.padding_mode)
    )
