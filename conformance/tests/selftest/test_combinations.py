"""The mutants that need several things at once: wrong where they say, and right where one of these is missing."""

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases import call, parse
from conv2d_conformance.mutants import Mutant, combinations, gradients_combinations, little_padding, nonfinite_dtypes

MODULES = (combinations, nonfinite_dtypes, gradients_combinations, little_padding)
MUTANTS = {value.name: value for module in MODULES for value in vars(module).values() if isinstance(value, Mutant)}

TRIGGERS = {
    # the call, and the word of it that is exchanged for another
    "grouped_pointwise_blocks_of_filters_exchanged": ("n1c8h3w4 m32k1 g4", "k1", "k1x2"),
    "depthwise_images_beyond_65535_not_computed": ("n65537c2h1w1 m2k1 g2", "g2", "g1"),
    "thin_kernels_with_unequal_strides_lose_a_channel": ("n1c8h5w9 m2k1x3 s1x2", "s1x2", "s2"),
    "dilated_groups_share_the_first_filters": ("n1c4h9w9 m32k3 d4 g2", "d4", "d3"),
    "strided_patches_of_many_channels_lose_the_last": ("n1c16h9w9 m3k5 s2", "m3", "m4"),
    "large_images_of_many_channels_lose_a_column": ("n1c32h64w64 m1k3", "h64", "h63"),
    "strided_depthwise_large_kernels_lose_a_column": ("n1c16h9w9 m16k7 s2 g16", "s2", "s1"),
    "padded_strided_pointwise_loses_a_row": ("n1c8h6w5 m2k1 s2 p1", "p1", "p0"),
    "unbiased_dilated_groups_lose_an_image": ("n3c4h5w6 m4k2 d2 g2", "n3", "n2"),
    "float16_pointwise_columns_in_eights": ("n1c16h2w9 m2k1 float16", "float16", "float32"),
    "bfloat16_pointwise_without_a_stride": ("n1c8h5w6 m2k1 s2 bfloat16", "bfloat16", "float16"),
    "float16_large_kernels_lose_a_tap": ("n1c4h9w9 m2k7 float16", "k7", "k7x6"),
    "short_images_beyond_1250_not_computed": ("n1251c1h1w2 m1k1 bfloat16", "bfloat16", "float64"),
    "bfloat16_bias_of_many_filters_lost": ("n7c2h2w3 m64k1 bias bfloat16", "n7", "n6"),
    "float16_depthwise_of_seven_loses_a_row": ("n1c2h9w9 m2k7 g2 float16", "g2", "g1"),
    "short_patches_of_36_taps_lose_the_last": ("n1c2h9w9 m2k6 float16", "k6", "k5x6"),
    "float64_columns_beyond_vectors_lost": ("n1c2h4w19 m2k3 float64", "float64", "float32"),
    "bfloat16_channels_in_pairs": ("n1c17h2w3 m2k1 bfloat16", "c17", "c18"),
    "float64_depthwise_strided_loses_a_column": ("n1c16h5w6 m16k2 s2 g16 float64", "float64", "float16"),
    "float16_bias_in_whole_eights": ("n1c2h2w3 m9k1 bias float16", "m9", "m8"),
    "tall_kernels_of_two_columns_lose_a_tap": ("n1c4h9w4 m2k9x2", "k9x2", "k9x3"),
    "filters_beyond_fifteen_lose_a_row": ("n1c1h5w6 m16k2x3", "k2x3", "k3x2"),
    "wide_layers_lose_a_channel": ("n1c256h1w2 m256k1", "m256", "m255"),
    "wide_layers_lose_a_filter": ("n1c200h1w2 m200k1 grad", "c200", "c199"),
    "bfloat16_pairs_of_pixels_times_zero": ("n1c1h1w3 m1k1 bfloat16 integers:1 x[0,0,0,1]=inf", "bfloat16", "float16"),
    "float16_depthwise_takes_nan_for_zero": ("n1c2h1w3 m2k1 g2 float16 integers:1 x[0,0,0,1]=nan", "g2", "g1"),
    "float64_infinity_becomes_the_largest_number": (
        *("n1c1h1w3 m1k1 float64 integers:1 x[0,0,0,1]=inf", "float64", "float32"),
    ),
    "bfloat16_zero_weights_skipped_by_wide_layers": (
        *("n1c8h1w3 m1k1 bfloat16 integers:1 x[0,1,0,1]=inf w[0,1,0,0]=0", "bfloat16", "float32"),
    ),
    "float64_wide_dilated_kernels_filled_with_zeros": (
        *("n1c8h1w3 m1k1x2 d1x2 float64 integers:1 x[0,0,0,1]=nan", "float64", "float16"),
    ),
    "bfloat16_strided_pointwise_reads_every_cell": (
        *("n1c8h1w3 m1k1 s1x2 bfloat16 integers:1 x[0,0,0,1]=nan", "bfloat16", "float32"),
    ),
    "float64_nan_weights_reach_the_next_filter": (
        *("n1c16h1w3 m2k1 float64 integers:1 w[0,0,0,0]=nan", "float64", "float32"),
    ),
    "float16_infinite_bias_becomes_the_largest_number": (
        *("n1c1h1w3 m1k1 bias float16 integers:1 b[0]=inf", "float16", "bfloat16"),
    ),
    "float16_reflection_loses_what_is_not_finite": (
        *("n1c1h3w3 m1k2 p1 float16 integers:1 x[0,0,0,1]=nan reflect", "reflect", "circular"),
    ),
    "bfloat16_repetition_loses_what_is_not_finite": (
        *("n1c1h3w3 m1k2 p1 bfloat16 integers:1 x[0,0,0,1]=inf replicate", "bfloat16", "float16"),
    ),
    "float64_circular_padding_loses_what_is_not_finite": (
        *("n1c1h3w3 m1k2 p1 float64 integers:1 x[0,0,0,1]=nan circular", "circular", "replicate"),
    ),
    "float16_blocks_of_16_filters_lose_the_last": ("n1c2h3w4 m16k2 float16 grad", "m16", "m17"),
    "bfloat16_strided_pointwise_loses_a_channel": ("n1c8h5w6 m2k1 s2 bfloat16 grad", "c8", "c7"),
    "float64_depthwise_loses_a_column": ("n1c16h3w4 m16k2 g16 float64 grad", "float64", "bfloat16"),
    "grouped_five_by_five_lose_a_channel": ("n1c8h6w7 m2k5 g2 grad", "k5", "k5x4"),
    "short_large_kernels_with_little_padding_lose_a_row": ("n1c2h9w9 m2k7 p1 float16", "p1", "p3"),
    "depthwise_large_kernels_with_little_padding_lose_a_tap": ("n1c2h9w9 m2k7 p2 g2", "p2", "p3"),
    "large_kernels_with_little_padding_lose_a_column": ("n1c2h9w9 m2k7 p1 float64 grad", "p1", "p3"),
    "bfloat16_bias_of_32_filters": ("n1c2h3w4 m32k1 bias bfloat16 grad", "m32", "m31"),
}


def is_right(mutant: Mutant, line: str) -> bool:
    arguments, arrays = call(parse(line))
    arrays = {name: array for name, array in arrays.items() if name != "grad_output" or " grad" in line}
    ask: Any = mutant.adapter.gradients if " grad" in line else mutant.adapter.conv2d
    with np.errstate(all="ignore"):
        found, right = (_arrays(answer) for answer in (ask(**arrays, **arguments), _right(arrays, arguments)))
    return all(
        np.array_equal(one.astype(float), two.astype(float), equal_nan=True)
        for one, two in zip(found, right, strict=True)
    )


def _right(arrays: dict[str, Any], arguments: dict[str, Any]) -> Any:
    from conv2d_conformance.emulation.call import Call
    from conv2d_conformance.emulation.gradients_call import derived

    if "grad_output" in arrays:
        return derived(**arrays, **arguments).right()
    return Call(**arrays, **arguments).right()


def _arrays(answer: Any) -> list[Any]:
    return [array for array in (answer if isinstance(answer, tuple) else (answer,)) if array is not None]


def test_every_mutant_has_a_trigger() -> None:
    assert set(TRIGGERS) == set(MUTANTS)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_wrong_where_all_comes_together(name: str) -> None:
    line, _, _ = TRIGGERS[name]
    assert not is_right(MUTANTS[name], line)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_right_where_one_thing_is_missing(name: str) -> None:
    line, word, other = TRIGGERS[name]
    assert line.count(word) == 1
    assert is_right(MUTANTS[name], line.replace(word, other))
