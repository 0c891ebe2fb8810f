"""The translation of a padding, of which the layer takes one integer in a padding mode."""

import pytest

from conv2d_adapters.paddle_layer import as_one


@pytest.mark.parametrize("padding", [(1, 2), (1, 1, 1), (1,), (1, 1.0), (True, True), 1, "same"])
def test_only_a_pair_of_equal_integers_becomes_one(padding: object) -> None:
    assert as_one(padding) is padding
    assert as_one((3, 3)) == 3
