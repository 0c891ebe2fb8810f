"""Float32 products from those of shorter formats: 3xTF32, and bfloat16 by 3, 6 and 9 products.

A factor x is split into pieces: x_1 is x rounded to the format, x_2 what is left of x, rounded, and so on. Each may be
rounded to either neighbour. Of the products x_i w_j those with i + j up to a limit are added up, which are exact in
float32; all of them, for all taps, are leaves of one tree as in A-tc, in any order.

What the pieces leave. Let p be the precision of the format and |x| = j 2^(k - 23) with an integer j < 2^24, so that
2^k <= |x|, or |x| is subnormal. A piece is a neighbour with p bits from the leading one on. So of j < 2^q, less than
2^(q - p) is left, in the same unit, whichever neighbour it is; and the next piece, being a neighbour, is at most this
power of two. After i pieces there is left at most

    rest(i) |x|,   rest(i) = (2^(24 - i p) - 1) 2^-23 where i p < 24, else 0,

piece 1 is at most (1 + e) |x| with e = 2^(1 - p), piece i > 1 at most 2^(1 - (i - 1) p) |x|, and all of them together
at most (1 + 3 e) |x|. With r = rest(number of pieces), a product lacks at most

    (SUM over the products left out of |x_i| |w_j|) + (2 r + r^2) |x| |w|.                                           []

Where a piece is below the smallest normal number, up to t more is left: the smallest subnormal of the format, or where
it is flushed the smallest normal number. It meets the other factor or a piece or rest of it: a product lacks at most
2 t (|x| + |w| + 4 t) more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from conv2d_conformance.contract.formats import FORMATS, Format

SINGLE = FORMATS["float32"].precision
"""Bits of float32."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """How many pieces each factor has, and up to which i + j the products of pieces i and j are kept."""

    count: int
    limit: int

    @property
    def products(self) -> int:
        """How many products of pieces stand for one product."""
        return len(self._pairs) - len(self._left_out)

    @property
    def _pairs(self) -> tuple[tuple[int, int], ...]:
        numbers = range(1, self.count + 1)
        return tuple(product(numbers, numbers))

    @property
    def _left_out(self) -> tuple[tuple[int, int], ...]:
        return tuple((i, j) for i, j in self._pairs if i + j > self.limit)

    def lacking(self, piece: Format) -> float:
        """The most that a product lacks, as a share of its size."""
        bits = SINGLE - self.count * piece.precision
        rest = (2.0**bits - 1) * 2.0 ** (1 - SINGLE) if bits > 0 else 0.0
        left_out = sum(_size(piece, i) * _size(piece, j) for i, j in self._left_out)
        return left_out + 2 * rest + rest * rest


def growth(piece: Format) -> float:
    """How much the sizes of all pieces together may exceed that of the number, as a share of it."""
    return 6 * piece.unit


def _size(piece: Format, number: int) -> float:
    """The largest size of a piece, as a share of the number."""
    return 1 + 2 * piece.unit if number == 1 else 2.0 ** (1 - (number - 1) * piece.precision)
