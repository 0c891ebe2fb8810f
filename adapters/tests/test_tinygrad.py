"""The dtype of a fresh layer, what is claimed of the padding `same`, and what is told of how kernels are made."""

import pytest
from tinygrad.helpers import NOOPT

from conv2d_adapters import tinygrad as adapted
from conv2d_conformance.forms.form_error import FormError


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_a_fresh_layer_is_drawn_in_the_dtype(dtype: str) -> None:
    weight, bias = adapted.initialize(2, 3, (1, 2), dtype=dtype, seed=1)
    assert (weight.dtype.name, bias.dtype.name) == (dtype, dtype)
    assert adapted.initialize(2, 3, (1, 2), bias=False)[0].dtype.name == "float32"


def test_the_padding_same_is_claimed_as_the_layer_takes_it_or_as_it_is_documented() -> None:
    assert adapted.configure().capabilities.limits == ("padding != same or stride == scalar",)
    assert adapted.configure(same="documented").capabilities.limits == ()
    with pytest.raises(FormError, match="same is number or documented, not 'pair'"):
        adapted.configure(same="pair")


def test_kernels_are_optimised_unless_the_option_says_otherwise() -> None:
    assert adapted.configure(optimised="off").description.endswith("compiled by clang, not optimised")
    assert NOOPT.value == 1
    assert adapted.configure().description.endswith("compiled by clang")
    assert NOOPT.value == 0
    with pytest.raises(FormError, match="optimised is on or off, not '1'"):
        adapted.configure(optimised="1")
