"""The mutants of the bug list, and of what fast kernels get wrong: narrow, distinct, and wrong where they say."""

import importlib
import pkgutil
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import mutants
from conv2d_conformance.cases import arrays as arrays_of
from conv2d_conformance.cases import call as call_of
from conv2d_conformance.cases import exposes, parse
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.cases.tiles import PATH_SIZES, PATHS, cases_beyond, channel_counts, path_cases
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import Mutant, catalogue

THEMES = [info.name for info in pkgutil.iter_modules(mutants.__path__) if info.name.startswith("replays_")]
MUTANTS = {
    value.name: value
    for theme in THEMES
    for value in vars(importlib.import_module(f"{mutants.__name__}.{theme}")).values()
    if isinstance(value, Mutant)
}

PLAIN = "n1c4h5w6 m2k2x3 s1x1 p0x0 d1x1 g1 bias float64 integers:1"
"""A call of which no trigger is part."""

TRIGGERS = {
    # channels
    "channels_in_threes_with_a_step_of_four": "n1c6h3w4 m2k2x2 integers:1",
    "cubes_taken_for_channels_last": "n1c4h4w4 m2k2x3 integers:1",
    "square_weight_transposed": "n1c4h3w5 m4k1x1 integers:1",
    "last_block_of_channels_alone": "n1c17h3w5 m2k2x2 integers:1",
    "channels_beyond_blocks_of_32_dropped": "n1c33h3w4 m2k2x2 integers:1",
    "products_beyond_blocks_of_32_unmasked": "n1c4h3w4 m2k3x3 integers:1",
    "taps_beyond_256_start_again": "n1c257h1w2 m2k1x1 integers:1",
    "weights_beyond_16384_are_zero": "n1c128h2w3 m129k1x1 integers:1",
    "batch_and_filters_confused_where_equal": "n2c3h3w4 m2k2x2 integers:1",
    "images_beyond_eight_repeat": "n9c2h3w4 m3k2x2 integers:1",
    "images_after_the_first_use_the_next_row": "n3c2h3w4 m2k2x2 integers:1",
    "unbatched_channels_taken_for_images": "c3h4w5 m3k2x2 g3 integers:1",
    "unbatched_refused_with_padding_modes": "c3h4w5 m3k2x2 p1x1 integers:1 circular",
    "empty_batch_refused_with_padding_strings": "n0c3h4w5 m3k2x2 same integers:1",
    "empty_batch_refused_with_groups": "n0c4h4w5 m4k2x2 g2 integers:1",
    # fast paths
    "large_kernels_by_their_middle": "n1c2h9w8 m2k5x5 p2x2 integers:1",
    "pointwise_without_a_stride": "n1c2h9w8 m2k1x1 s2x1 integers:1",
    "pointwise_without_padding": "n1c2h4w5 m2k1x1 p1x1 integers:1",
    "pointwise_where_the_width_is_one": "n1c2h4w5 m2k3x1 integers:1",
    "three_columns_where_there_are_three_rows": "n1c2h4w8 m2k3x5 integers:1",
    "row_kernels_in_one_dimension": "n1c2h3w8 m2k3x2 integers:1",
    "unequal_dilation_with_many_filters": "n1c2h7w8 m32k2x3 d1x2 integers:1",
    "dilation_limited_to_four": "n1c2h7w8 m2k2x2 d5x1 integers:1",
    "dilated_three_by_three_as_two": "n1c2h9w8 m2k3x3 d3x3 integers:1",
    "strided_dilated_kernels_swap_the_two": "n1c2h9w8 m2k2x2 s2x1 d3x1 integers:1",
    "large_kernels_flipped": "n1c2h9w8 m2k7x2 integers:1",
    "depthwise_kernels_flipped": "n1c2h9w8 m2k3x2 g2 integers:1",
    "strided_kernels_transposed": "n1c2h9w8 m2k3x3 s1x2 integers:1",
    "lost_rows_come_back": "n1c2h8w8 m2k3x3 s2x1 integers:1",
    "single_outputs_without_the_last_row": "n1c2h3w8 m2k3x3 s2x1 integers:1",
    # groups
    "group_counted_by_input_channels": "n1c4h4w5 m6k2x2 g2 integers:1",
    "group_counted_by_groups": "n1c4h4w5 m6k2x2 g2 integers:1",
    "groups_taken_for_depthwise": "n1c4h4w5 m2k2x2 g2 integers:1",
    "weight_runs_on_over_all_channels": "n1c6h4w5 m3k2x2 g3 integers:1",
    "groups_from_16_on_start_again": "n1c17h3w4 m17k2x2 g17 integers:1",
    "depthwise_stride_of_the_height": "n1c3h7w9 m3k2x2 s1x2 g3 integers:1",
    "depthwise_padding_at_the_bottom_of_even_heights": "n1c3h8w9 m3k3x3 s2x2 p1x1 g3 integers:1",
    "depthwise_channels_in_fours": "n1c5h4w5 m5k2x2 g5 integers:1",
    "multiplier_above_two_ignored": "n1c2h4w5 m6k2x2 g2 integers:1",
    "bias_counted_by_input_channels": "n1c4h4w5 m6k2x2 g2 bias integers:1",
    "bias_of_the_last_group_missing": "n1c3h4w5 m6k2x2 g3 bias integers:1",
    # large
    "grouped_taps_beyond_128_start_again": "n1c2h1w140 m2k1x130 g2 integers:1",
    "long_kernels_cut_after_the_first_image": "n2c1h260w2 m1k257x1 integers:1",
    "pixels_beyond_65535_start_again": "n1c1h257w257 m1k1x1 integers:1",
    "lowered_matrix_cut_at_four_megabytes": "n1c1h1w2500 m1k1x600 integers:1",
    "depthwise_elements_counted_in_16_bits": "n1c3h105w105 m3k1x2 g3 integers:1",
    "rows_counted_in_8_bits": "n1c1h257w2 m1k2x1 integers:1",
    "columns_beyond_1024_not_computed": "n1c1h1w1025 m1k1x1 integers:2",
    "rows_beyond_65535_not_computed": "n1c1h65540w1 m1k1x1 integers:1",
    "image_elements_counted_in_16_bits": "n1c1h2w40000 m1k1x1 integers:1",
    "channels_beyond_1024_not_summed": "n1c1026h1w2 m1k1x1 integers:1",
    "filters_beyond_1024_are_zero": "n1c2h1w2 m1026k1x1 integers:1",
    "images_beyond_65535_not_computed": "n65540c1h1w1 m1k1x1 integers:1",
    "planes_beyond_65535_not_computed": "n256c1h1w1 m257k1x1 integers:1",
    "groups_beyond_256_start_again": "n1c258h1w2 m258k1x1 g258 integers:1",
    "taps_beyond_128_are_zero": "n1c1h12w12 m1k12x11 integers:1",
    "stride_counted_in_8_bits": "n1c1h600w2 m1k1x1 s257x1 integers:1",
    # numbers
    "wide_layers_spread_infinities": "n1c16h6w6 m2k3x3 p1x1 x[0,0,0,0]=inf w[0,0,1,1]=1 w[1,15,0,0]=1",
    "weights_made_finite": "n1c1h3w3 m2k2x2 x[0,0,1,1]=1 w[0,0,0,0]=nan",
    "padding_by_multiplication": "n1c1h3w4 m1k1x1 p1x1 x[0,0,0,0]=nan w[0,0,0,0]=1",
    "groups_by_a_diagonal_of_blocks": "n1c2h3w4 m2k1x1 g2 x[0,0,0,0]=nan w[0,0,0,0]=1",
    "zero_weights_skipped_under_pointwise_kernels": "n1c2h3w4 m2k1x1 x[0,0,0,0]=inf w[0,1,0,0]=1",
    "infinite_sums_cut": "n1c2h3w4 m2k1x1 x[0,0,0,0]=inf w[0,0,0,0]=1",
    "rows_between_taps_multiplied_by_zero": "n1c1h5w3 m1k2x1 d2x1 x[0,0,1,0]=inf x[0,0,0,0]=1 w[0,0,0,0]=1",
    "lost_columns_multiplied_by_zero": "n1c1h2w6 m1k1x3 s1x2 x[0,0,0,5]=inf x[0,0,0,0]=1 w[0,0,0,0]=1",
    "stale_lanes_beyond_four_channels": "n1c3h3w4 m2k2x2 integers*1000:1",
    "result_rounded_to_bfloat16": "n1c3h3w4 m2k2x2 integers*1000:1",
    "bias_rounded_to_float16": "n1c3h3w4 m2k2x2 bias normal:1",
    "bias_rounded_to_float32": "n1c3h3w4 m2k2x2 bias float64 normal:1",
    "depthwise_float64_through_float32": "n1c3h3w4 m3k2x2 g3 float64 normal:1",
    "tf32_where_channels_are_multiples_of_eight": "n1c8h3w4 m8k2x2 normal:1",
    "tf32_in_common_layers": "n1c16h3w4 m2k3x3 normal:1",
    # padding
    "same_from_the_height_for_both_axes": "n1c1h4w4 m1k2x1 same integers:1",
    "padding_wraps_at_16_bits": "n1c1h1w1 m1k1x1 s32768x1 p32768x0 bias integers:1",
    "rows_run_on_under_wide_kernels": "n1c2h4w3 m1k3x5 p1x2 integers:1",
    "rows_run_on_with_few_channels": "n1c1h4w6 m1k3x4 p1x2 integers:1",
    "stale_padding_under_unequal_dilation": "n1c2h4w9 m1k3x3 p1x8 d1x8 integers:1",
    "a_single_pixel_spreads": "n1c1h1w1 m2k2x2 p1x1 integers:1",
    "first_column_taken_for_padding": "n1c2h4w5 m2k2x2 p0x1 integers:1",
    "column_beyond_the_last_read": "n1c2h4w5 m2k2x2 p0x1 integers:1",
    "padding_ignored_by_kernels_as_large_as_the_input": "n1c2h3w4 m2k3x4 p1x1 integers:1",
    "padding_swapped_under_large_kernels": "n1c2h8w9 m2k5x3 p2x1 integers:1",
    "strided_windows_start_inside": "n1c2h8w9 m2k3x3 s3x3 p1x1 integers:1",
    "odd_column_first_for_two_columns": "n1c2h5w6 m2k3x2 same integers:1",
    "odd_row_first_for_even_heights": "n1c2h4w6 m2k2x3 same integers:1",
    # paths
    "padding_by_the_columns_alone": "n1c2h8w9 m2k5x5 s2x2 p1x2 g2 integers:1",
    "filters_transposed_where_sizes_coincide": "n1c3h1w5 m3k1x3 integers:1",
    "ninety_six_channels_in_float16": "n1c96h8w8 m2k1x1 float16 integers*2:1",
    "first_of_four_products": "n1c1h2w2 m1k2x2 bfloat16 integers*2:1",
    "one_channel_summed_in_float16": "n1c1h4w5 m2k3x3 float16 odd:1",
    "rows_cut_into_shards": "n1c2h1w33 m2k1x3 p0x2 d1x2 integers:1",
    "products_past_1024_in_one_row": "n1c513h1w4 m2k1x2 integers:1",
    # tiles
    "channels_shifted_to_a_multiple_of_four": "n1c3h9w9 m2k3x3 s2x2 p1x1 integers:1",
    "one_product_less_in_the_last_block_of_eight": "n1c20h14w14 m2k3x3 s2x2 p1x1 integers:1",
    "small_packed_images_lose_their_last_pixels": "n1c4h5w5 m2k1x1 integers:1",
    "rows_read_with_an_aligned_pitch": "n1c2h3w9 m2k2x2 integers:1",
    "rows_beyond_the_width_not_computed": "n1c2h7w5 m2k2x2 integers:1",
    "one_column_over_a_vector_of_four": "n1c2h2w9 m2k1x1 integers:1",
    "pixels_beyond_tiles_of_64_lost": "n1c2h5w13 m2k1x1 integers:1",
    "pixels_beyond_tiles_of_128_wrong": "n1c2h3w43 m2k1x1 integers:2",
    "filters_beyond_eight_lost": "n1c2h3w4 m9k2x2 integers:1",
    "last_filter_of_an_odd_number_wrong": "n1c2h3w4 m17k2x2 integers:1",
    "halo_missing_between_columns": "n1c2h3w18 m2k2x2 integers:1",
    "halo_without_dilation": "n1c2h12w3 m2k2x2 d3x1 integers:1",
    "shared_tile_too_small_for_large_kernels": "n1c2h9w3 m2k8x2 integers:1",
    "columns_beyond_16_of_a_kernel_dropped": "n1c2h2w18 m2k2x17 integers:1",
    "stride_forgotten_between_tiles": "n1c2h3w19 m2k2x2 s1x2 integers:1",
    "odd_widths_lose_a_column_at_stride_two": "n1c2h3w7 m2k2x3 s1x2 integers:1",
    "bias_in_whole_vectors_alone": "n1c2h3w5 m2k1x1 bias integers:1",
    "bias_added_by_every_split": "n1c33h3w4 m2k1x1 bias integers:1",
    "bias_of_a_tile_of_32": "n1c2h3w4 m33k1x1 bias integers:1",
    # validation
    "same_accepted_with_strides_beyond_the_kernel": "n1c2h6w8 m2k2x2 s1x3 same integers:1",
    "same_looks_at_the_stride_of_the_height": "n1c2h6w8 m2k2x2 s1x2 same integers:1",
    "same_accepted_with_strides_that_divide": "n1c2h6w8 m2k3x3 s2x2 same integers:1",
    "longer_dilations_cut": "n1c2h6w8 m2k3x3 integers:1 dilation=(1,2,3)",
    "stride_of_the_width_unchecked": "n1c2h6w8 m2k3x3 integers:1 stride=(1,0)",
    "negative_padding_of_the_width_crops": "n1c2h6w8 m2k3x3 integers:1 padding=(0,-1)",
    "size_truncated_towards_zero": "n1c2h3w8 m2k4x3 s2x1 integers:1",
    "width_of_the_kernel_unchecked": "n1c2h6w3 m2k2x4 integers:1",
    "longer_bias_cut": "n1c2h3w4 m2k2x2 bias integers:1 bias-shape=(3,)",
    "bias_of_any_rank": "n1c2h3w4 m2k2x2 bias integers:1 bias-shape=(2,1,1)",
    "bias_of_any_dtype": "n1c2h3w4 m2k2x2 bias integers:1 bias-dtype=float64",
    "sign_of_the_groups_ignored": "n1c2h3w4 m2k2x2 integers:1 groups=-1",
    "weight_of_one_channel_broadcast": "n1c2h3w4 m2k2x2 integers:1 weight-shape=(2,1,2,2)",
    "leading_axis_of_one_dropped": "n1c2h3w4 m2k2x2 integers:1 input-shape=(1,1,2,3,4)",
    "onnx_padding_strings_accepted": "n1c2h3w4 m2k2x2 integers:1 padding='SAME'",
    "strides_beyond_15_refused": "n1c2h3w4 m2k2x2 s1x16 integers:1",
    "long_kernels_refused": "n1c1h33w2 m1k33x1 integers:1",
    "dilation_with_stride_refused": "n1c2h5w4 m2k2x2 s2x1 d2x1 integers:1",
    "groups_forgotten_over_a_whole_weight": "n1c4h5w6 m6k2x2 integers:1 groups=3",
    "groups_beyond_16_refused": "n1c36h3w4 m18k2x2 g18 integers:1",
}

REPLAYED = (
    "Oldpan/Faceswap-Deepfake-Pytorch#1",
    "PaddlePaddle/Paddle#20997",
    "PaddlePaddle/Paddle-Lite#2775",
    "ROCm/MIOpen#100",
    "ROCm/MIOpen#180",
    "ROCm/MIOpen#2867",
    "Samsung/ONE#11584",
    "Tencent/ncnn#1014",
    "Tencent/ncnn#1283",
    "Tencent/ncnn#1384",
    "Tencent/ncnn#6765",
    "alibaba/MNN#280",
    "apache/tvm#4276",
    "ggml-org/ggml#1532",
    "huggingface/candle#3405",
    "iree-org/iree#20473",
    "microsoft/onnxruntime#10086",
    "microsoft/onnxruntime#28536",
    "microsoft/onnxruntime#29651",
    "modular/modular#6129",
    "onnx/onnx#2028",
    "pytorch/pytorch#12484",
    "pytorch/pytorch#144462",
    "pytorch/pytorch#163347",
    "pytorch/pytorch#173902",
    "pytorch/pytorch#188335",
    "pytorch/pytorch#25101",
    "pytorch/pytorch#29369",
    "pytorch/pytorch#54080",
    "pytorch/pytorch#56224",
    "szagoruyko/pyinn#14",
    "tensorflow/tensorflow#55799",
    "tensorflow/tensorflow#60315",
    "tenstorrent/tt-metal#37716",
    "torch/nn#206",
    "tracel-ai/cubek#519",
    "uxlfoundation/oneDNN#5080",
    "uxlfoundation/oneDNN#5106",
)

NOT_REPLAYED = {
    "pytorch/pytorch#24172": "float32 sums in one long row are within the bound, and right",
    "tensorflow/tensorflow#42208": "axes of size 0 other than the batch are left open by the specification",
    "tensorflow/tfjs#6989": "integers are out of scope",
}

REFUSED = "refused"


def answer(mutant: Mutant | None, line: str) -> Any:
    """What a mutant, or a right implementation, makes of a call."""
    arguments, arrays = call_of(parse(line))
    try:
        with np.errstate(all="ignore"):
            if mutant is None:
                return Call(arrays["input"], arrays["weight"], arrays["bias"], **arguments).right()
            return mutant.adapter.conv2d(arrays["input"], arrays["weight"], arrays["bias"], **arguments)
    except (TypeError, ValueError):
        return REFUSED


def are_equal(one: Any, other: Any) -> bool:
    if REFUSED in (type(one) is str and one, type(other) is str and other):
        return one is other
    return one.shape == other.shape and bool(((one == other) | (np.isnan(one) & np.isnan(other))).all())


def test_every_mutant_has_a_trigger() -> None:
    assert set(TRIGGERS) == set(MUTANTS)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_right_off_its_trigger(name: str) -> None:
    assert are_equal(answer(MUTANTS[name], PLAIN), answer(None, PLAIN))


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_wrong_on_its_trigger(name: str) -> None:
    line = TRIGGERS[name]
    assert not are_equal(answer(MUTANTS[name], line), answer(None, line))


def test_names_sentences_and_links_are_unique() -> None:
    assert len({mutant.sentence for mutant in MUTANTS.values()}) == len(MUTANTS)
    links = [mutant.replays for mutant in MUTANTS.values() if mutant.replays]
    assert len(set(links)) == len(links)


@pytest.mark.parametrize("link", REPLAYED)
def test_a_published_bug_is_replayed(link: str) -> None:
    assert [mutant.name for mutant in catalogue().values() if mutant.replays == link]


def test_a_bug_that_is_not_replayed_has_a_reason() -> None:
    assert not {mutant.replays for mutant in catalogue().values()} & set(NOT_REPLAYED)


# ---- the cases that find them ----------------------------------------------------------------------------------------


def test_every_path_meets_every_size_on_every_axis() -> None:
    found = path_cases(10**9)
    assert found == path_cases(10**9)
    assert all(map(is_legal, found))
    count = len(PATH_SIZES)
    along = [found[start : start + count] for start in range(0, len(found), count)]
    assert len(along) == sum(map(len, PATHS.values()))
    for path in along:
        sizes = [geometry(case) for case in path]
        assert {(size.stride, size.dilation, size.KH, size.KW) for size in sizes} == {
            (sizes[0].stride, sizes[0].dilation, sizes[0].KH, sizes[0].KW)
        }
        if max(path[0].KH, path[0].KW) <= 3 and max(sizes[0].pads[0]) < path[0].KH:
            assert {size.OH for size in sizes} == {size.OW for size in sizes} == set(PATH_SIZES)
        if path[0].groups == path[-1].groups == 1:
            assert {size.C for size in sizes} == {size.M for size in sizes} == set(PATH_SIZES)


def test_the_cases_keep_to_the_budget_and_show_faults() -> None:
    for found in (path_cases(50_000), tuple(cases_beyond(50_000))):
        assert found
        assert all(multiply_adds(case) <= 50_000 for case in found)
    assert all(exposes(case, arrays_of(case)) for case in (*channel_counts(), *cases_beyond(50_000)))
