"""The slices that values are cut into add up to them, and their products add up exactly."""

from fractions import Fraction

import numpy as np
import pytest

from conv2d_reference import splitting
from conv2d_reference.splitting import Floats, exact_product, integer_product, split, thick, width


def test_slices_as_full_as_they_can_be_add_up_exactly() -> None:
    """The width of a slice leaves room for the sum of all its products, and wastes no two bits of a factor."""
    for K in (1, 2, 3, 128, 576, 1000, 1024, 4608, 2**20):
        assert 4 * K * 4 ** width(K) <= 2**53 < 4 * K * 4 ** (width(K) + 2)
    K = 128
    beta = width(K)
    digit = 2**beta - 1
    values = np.full((1, K), digit * 2.0**-beta + 2.0 ** -(beta + 1) - 2.0**-50)
    whole = integer_product(values, values.T)
    high, low, error, _ = exact_product(values, 0)(values.T)
    assert (high, low) == whole[:2]
    assert error < 2.0**-100


def test_slices_add_up_to_the_values() -> None:
    """Nothing is lost, and every slice has the bits that it may have."""
    generator = np.random.default_rng(3)
    values = generator.standard_normal(1000) * 2.0 ** generator.integers(-24, -3, 1000)
    slices = split(values, 20)
    assert slices is not None
    assert all((sum(map(Fraction, parts)) == Fraction(value)) for *parts, value in zip(*slices, values, strict=True))
    for i, part in enumerate(slices):
        in_units = part * 2.0 ** (20 + 21 * i)
        assert (in_units == np.rint(in_units)).all()
        assert np.abs(in_units).max() <= 2**20


def test_wild_exponents_are_left_to_integers() -> None:
    """Splitting refuses what it cannot cut into few slices, and what it has not been scaled for."""
    assert split(np.array([1.0, 2.0**-500]), 20) is None
    assert split(np.array([1.5]), 20) is None
    assert split(np.zeros(3), 20) is not None


@pytest.mark.parametrize("small", ["left", "right", "both"])
def test_slices_that_are_nearly_zero_change_no_bit(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their products are added up one by one; sums are exact in any order."""
    data = np.random.default_rng(0)

    def matrices(name: str, *shape: int) -> Floats:
        values = data.uniform(0.5, 1, shape)
        values[data.random(shape) < 0.002] *= 2.0**-30 if small in (name, "both") else 1
        return values

    left, right = matrices("left", 3, 40, 500), matrices("right", 2, 3, 500, 60)
    beta = width(500)
    counts = [thick(slices) - len(slices) for slices in (split(left, beta), split(right, beta)) if slices]
    assert [count < 0 for count in counts] == [small != "right", small != "left"]
    found = exact_product(left, 0)(right)
    monkeypatch.setattr(splitting, "FEW", left.size)
    for one, other in zip(found, exact_product(left, 0)(right), strict=True):
        assert one.tobytes() == other.tobytes()
