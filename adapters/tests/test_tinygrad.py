"""The translation of a stride, of which the layer takes the integer 1 with the padding `same`."""

import pytest

from conv2d_adapters.tinygrad import as_one


@pytest.mark.parametrize("stride", [(1, 2), (1, 1, 1), (1,), (1, 1.0), (True, True), 1])
def test_only_a_pair_of_equal_integers_becomes_one(stride: object) -> None:
    assert as_one(stride) is stride
    assert as_one((1, 1)) == 1
