"""Matrix products without rounding: error-free splitting, and Python's integers where splitting does not suffice.

Splitting is the scheme of Ozaki, Ogita, Oishi and Rump ("Error-free transformations of matrix multiplication by using
fast routines of matrix multiplication", 2012): both factors are cut into slices of so few bits that the product of two
slices is exact in float64, in whatever order it is summed, hence one ordinary BLAS call.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, reduce
from math import copysign, frexp, inf, ldexp, nextafter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
Sparse: TypeAlias = dict[tuple[int, ...], Any]

U = 2.0**-53  # unit roundoff of float64
ETA = 2.0**-1074  # its smallest positive number
MAX_SLICES = 16  # beyond this the exponents vary too much, and integers take over
CHUNK = 1 << 15  # elements that several passes process at a time
PAIRS = 4  # pairs of slices whose products still add up without rounding
FEW = 64  # one non-zero element in so many is multiplied by itself in less time than a matrix product takes
SMALL = 1 << 14  # elements of a matrix that is multiplied whole, however many are zero

_INFINITY = np.float64(inf).view(np.uint64) - np.uint64(1)


def exact_product(filters: Floats, limit: float) -> Callable[[Floats], tuple[Floats, Floats, Floats, Floats]]:
    """The function that multiplies `filters` (..., M, K) by columns (..., K, P), both as `scaled` left them.

    It returns four arrays (..., M, P): high, low, error and magnitude; |filters @ columns - (high + low)| <= error, and
    |filters| @ |columns| <= magnitude, with equality up to `limit`, where all sums of products are exact in float64.
    """
    K = filters.shape[-1]
    beta = width(K)
    filter_sizes = np.abs(filters)
    slices = split(filters, beta)
    left = None if slices is None else Left(slices)

    def product(columns: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        slices = None if left is None else split(columns, beta)
        if left is None or slices is None:
            return integer_product(filters, columns)
        return *add_up(diagonals(left, slices)), magnitude_of(filter_sizes, np.abs(columns), limit)

    return product


def width(K: int) -> int:
    """`beta`, the bits of a slice: the most for which PAIRS K 4^beta <= 2^53, rounding K up to a power of two."""
    return (53 - (PAIRS * K - 1).bit_length()) // 2


def split(values: Floats, beta: int) -> list[Floats] | None:
    """Slices whose sum is `values`, or None if more than MAX_SLICES were needed or an element is larger than 1.

    Slice i is an integer multiple, at most 2^beta in magnitude, of its unit v_i = 2^-(beta + i (beta + 1)).

    Proof: at first |rest| <= 1 = 2^beta v_0. With sigma = 1.5 2^52 v_i, rest + sigma is between 2^52 v_i and 2^53 v_i,
    where the floats are the multiples of v_i; so the addition rounds `rest` to the nearest multiple, and subtracting
    sigma is exact. So is subtracting the slice from the rest: the difference is a multiple of the rest's last bit and
    no larger than the rest. It is at most v_i / 2 = 2^beta v_(i+1). Nothing underflows: v_15 is at least 2^-415.
    """
    if np.abs(values).max(initial=0) > 1:
        return None
    slices: list[Floats] = []
    rest = values
    unit = 2.0**-beta
    while not slices or rest.any():
        if len(slices) == MAX_SLICES:
            return None
        sigma = 1.5 * 2.0**52 * unit
        part = rest + sigma
        part -= sigma
        rest = rest - part
        slices.append(part)
        unit *= 2.0 ** -(beta + 1)
    return slices


class Left:
    """The slices of the matrix on the left. What is made of them is made once, for many matrices on the right."""

    def __init__(self, slices: list[Floats]) -> None:
        self.slices = slices
        self.thick = thick(slices)
        self.row = np.concatenate(slices[: self.thick][::-1], axis=-1)  # the last one first
        self.turned = cache(lambda number: np.swapaxes(slices[number], -1, -2).copy())
        self.elements = cache(lambda number: elements_of(slices[number]))


def thick(slices: list[Floats]) -> int:
    """How many slices come before those at the end that are nearly all zero.

    Few numbers are so much smaller than the largest one that their last bits reach the last slice.
    """
    count = len(slices)
    while count > 1 and slices[count - 1].size >= SMALL and np.count_nonzero(slices[count - 1]) * FEW < slices[0].size:
        count -= 1
    return count


def diagonals(left: Left, right: list[Floats]) -> Iterator[Floats]:
    """Exact matrices whose sum is the product of two matrices in slices, the smallest first.

    The slices i of the matrix on the left, the last one first, stand side by side, and the slices j of that on the
    right one below the other, the first one first. So the slices i and j = s - i face each other, and one matrix
    product adds up all their products. Where a slice is nearly all zero, its products are added up one by one.

    Proof of exactness: these are all multiples of v_i v_j = 2^-(2 beta + s (beta + 1)), at most 4^beta units each, and
    PAIRS K of them at a time. By the choice of `width` every partial sum is at most 2^53 units, hence a float64, and no
    order of summation rounds.
    """
    a, b, K = len(left.slices), len(right), right[0].shape[-2]
    thick_right = thick(right)
    stack = np.concatenate(right[:thick_right], axis=-2)
    thin_right = cache(lambda number: elements_of(np.swapaxes(right[number], -1, -2)))

    def one_by_one(i: int, j: int) -> Floats:
        if i >= left.thick:
            return thin_product(left.elements(i), right[j])
        return np.swapaxes(thin_product(thin_right(j), left.turned(i)), -1, -2)

    for s in reversed(range(a + b - 1)):
        last = min(s, b - 1)
        for j in range(max(0, s - a + 1), last + 1, PAIRS):
            pairs = range(j, min(j + PAIRS, last + 1))
            facing = [j for j in pairs if j < thick_right and s - j < left.thick]
            parts = [one_by_one(s - j, j) for j in pairs if j not in facing]
            if facing:
                first, i = facing[0], left.thick - 1 - (s - facing[0])  # the place of slice s - j in the row
                columns, rows = (slice(k * K, (k + len(facing)) * K) for k in (i, first))
                parts.append(left.row[..., columns] @ stack[..., rows, :])
            yield reduce(np.add, parts)


def elements_of(matrices: Floats) -> Sparse:
    """Each of some matrices, without its zeros."""
    from scipy.sparse import csr_array  # late: few data need it

    return {index: csr_array(matrices[index]) for index in np.ndindex(matrices.shape[:-2])}


def thin_product(thin: Sparse, other: Floats) -> Floats:
    """The product of matrices without their zeros and others, which may have more leading axes or fewer.

    All sums are exact, as `diagonals` proves.
    """
    own = len(next(iter(thin)))
    indices = [*thin] if own > other.ndim - 2 else [*np.ndindex(other.shape[:-2])]
    products = [thin[index[len(index) - own :]] @ other[index[len(index) - other.ndim + 2 :]] for index in indices]
    lead = tuple(size + 1 for size in indices[-1])
    return np.stack(products).reshape(*lead, *products[0].shape)


def add_up(terms: Iterator[Floats]) -> tuple[Floats, Floats, Floats]:
    """(high, low, error) with |sum of terms - (high + low)| <= error.

    Proof: `two_sum` loses nothing, so the only roundings are those of low += e, at most U |low| each. The sum of these
    is rounded itself; the last factor makes up for that, for fewer than 2^10 terms.
    """
    high = next(terms)
    low = error = np.zeros_like(high)
    for term in terms:
        high, e = two_sum(high, term)
        low = low + e
        error = error + np.abs(low)
    high, low = two_sum(high, low)
    return high, low, error * (U * (1 + 2.0**-40))


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum, and the rounding error of it: a + b = sum + error exactly (Knuth). Nothing may overflow."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def magnitude_of(filter_sizes: Floats, sizes: Floats, limit: float) -> Floats:
    """An upper bound of the product of two matrices without signs, at most (1 + 2 (K + 5) U) times it.

    It is the product itself up to `limit`, where all sums are exact.

    Proof: K products, none of which may underflow, and K - 1 additions, in any order, lose at most the factor
    (1 - U)^K >= 1 - K U. The factor below exceeds 1 / ((1 - K U)(1 - U)), where the last is its own rounding, K < 2^30.
    """
    K = filter_sizes.shape[-1]
    product: Floats = filter_sizes @ sizes
    factor = 1 + (K + 4) * U * (1 + 2.0**-20)
    if not limit:
        product *= factor
        return product
    bound = product * factor
    return np.where(bound <= limit, product, bound)


def unit(values: Floats) -> float:
    """The largest power of two that divides every element; inf if all are zero, and 0 if one is next to underflow.

    An element with significand f, an integer, and exponent field e is divisible by 2^(e - 1075) times the lowest bit of
    f, which is f & -f.
    """
    flat = values.ravel()
    parts = (flat[i : i + CHUNK] for i in range(0, flat.size, CHUNK))  # small enough for the cache
    return min(map(_unit, parts), default=inf)


def _unit(values: Floats) -> float:
    bits = values.view(np.int64)
    significand = (bits & (2**52 - 1)) | 2**52
    power = (bits & (2047 << 52)).view(np.float64)  # 2^(e - 1023), and 0 where the element is zero or subnormal
    last = (significand & -significand) * 2.0**-52 * power
    return float(last.min(where=values != 0, initial=inf))


def least(sizes: Floats, axis: int | None = None) -> Floats:
    """The smallest non-zero element along an axis, which stays, or of all; inf where there is none.

    Floats without a sign, as these must be, are ordered as their bits are; minus one puts zero last.
    """
    bits = (sizes.view(np.uint64) - np.uint64(1)).min(axis=axis, keepdims=axis is not None, initial=_INFINITY)
    return np.asarray(bits + np.uint64(1)).view(np.float64)


def scaled(x: Floats, w: Floats) -> tuple[Floats, Floats, int]:
    """Both times powers of two that bring their largest elements just below 1, and the exponent that undoes them.

    They stay as they are, with exponent 0, if an element is then below 2^-430 and out of reach of the slices anyway; so
    neither products nor their rounding errors underflow.
    """
    near_one = []
    exponents = []
    for values in (x, w):
        size = np.abs(values)
        exponent = frexp(size.max(initial=0))[1]
        if least(size) < ldexp(1, exponent - 430):
            return x, w, 0
        near_one.append(np.ldexp(values, -exponent))
        exponents.append(exponent)
    return near_one[0], near_one[1], sum(exponents)


def unscaled(
    exponent: int, high: Floats, low: Floats, error: Floats, magnitude: Floats, smallest: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """All five times 2^exponent. Near the ends of float64's range this rounds, which widens the bounds."""

    def times(values: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        result = np.ldexp(values, exponent)
        return result, np.ldexp(result, -exponent) != values

    with np.errstate(over="ignore", under="ignore"):
        (high, h), (low, l), (error, e) = times(high), times(low), times(error)
        error = np.where(h | l | e, np.nextafter(error + 2 * ETA, inf), error)  # three roundings of at most ETA / 2
        error, low = np.where(np.isinf(high), inf, error), np.where(np.isinf(high), 0, low)
        magnitude, rounded = times(magnitude)
        magnitude = np.where(rounded, np.nextafter(magnitude, inf), magnitude)
        smallest, rounded = times(smallest)
        smallest = np.where(rounded, np.nextafter(smallest, 0), smallest)
    return high, low, error, magnitude, smallest


def integer_product(filters: Floats, columns: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(high, low, error, magnitude) of filters @ columns by Python's integers: right for all finite data, and slow."""
    (w, ew), (x, ex) = integers(filters), integers(columns)
    unit = Fraction(2) ** (ew + ex)
    sums, magnitudes = w @ x, np.abs(w) @ np.abs(x)
    pairs = np.array([to_pair(number * unit) for number in sums.flat], np.float64)
    high, low, error = (pairs[:, k].reshape(sums.shape) for k in range(3))
    magnitude = np.array([round_up(number * unit) for number in magnitudes.flat], np.float64)
    return high, low, error, magnitude.reshape(sums.shape)


def integers(values: Floats) -> tuple[Array, int]:
    """Python's integers, and the exponent e for which values = integers * 2^e exactly."""
    significand, exponent = np.frexp(values)
    lowest = int(exponent.min(where=significand != 0, initial=1024))
    shifts = np.where(significand == 0, 0, exponent - lowest)
    whole = (significand * 2.0**53).astype(np.int64)
    exact = np.array([m << e for m, e in zip(whole.ravel().tolist(), shifts.ravel().tolist(), strict=True)], object)
    return exact.reshape(values.shape), lowest - 53


def to_pair(exact: Fraction) -> tuple[float, float, float]:
    """(high, low, error): high is correctly rounded, error rounded up; beyond float64: (+-inf, 0, inf).

    low is the rest, correctly rounded, but not to 0.
    """
    high = nearest(exact)
    if high in (inf, -inf):
        return high, 0.0, inf
    rest = exact - Fraction(high)
    low = nearest(rest) or (copysign(ETA, rest) if rest else 0.0)
    return high, low, round_up(abs(exact - Fraction(high) - Fraction(low)))


def round_up(exact: Fraction) -> float:
    """The smallest float64, or infinity, that is not below `exact`."""
    value = nearest(exact)
    return value if value == inf or Fraction(value) >= exact else nextafter(value, inf)


def nearest(exact: Fraction) -> float:
    """The nearest float64, or an infinity: Python divides integers with one correct rounding, subnormals included."""
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return inf if exact > 0 else -inf
