"""Which pixels and weights every output element is made of."""

from dataclasses import replace
from itertools import compress, product
from operator import not_

from hypothesis import given

from conv2d_conformance.cases.beside_paths import (
    beside_paths,
    coinciding_sizes,
    every_square,
    kernels_of_every_length,
    multiples_of_blocks,
    small_strided_calls,
    smallest_calls,
)
from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.combinations import combined_cases
from conv2d_conformance.cases.documented_examples import DOCUMENTED
from conv2d_conformance.cases.dtypes import in_others, in_turn
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.networks import network_cases
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.tiles import cases_alone, cases_beyond, channel_counts, every_size, path_cases, tile_cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.regions import one_image_a_pixel
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("values.definition")
@given(case=cases())
def test_definition(iut: ImplementationUnderTest, case: Case) -> None:
    """Every output element is the sum that the definition names, with all arguments at once."""
    iut.judge(case)


@covers("values.definition")
def test_documented_examples(iut: ImplementationUnderTest) -> None:
    """The examples of the document give what the definition says."""
    for _, case in DOCUMENTED:
        iut.judge(case if multiply_adds(case) <= iut.effort.multiply_adds else replace(case, N=1))


@covers("values.definition")
def test_smallest_calls(iut: ImplementationUnderTest) -> None:
    """Calls of a few pixels and a few taps give what the definition says, in every dtype."""
    iut.judge_all(smallest_calls())
    iut.judge_all(small_strided_calls())


@covers("values.index-map")
@given(case=cases(vary={"stride", "padding", "dilation", "groups"}, recipes=("impulse",)).map(one_image_a_pixel))
def test_index_map(iut: ImplementationUnderTest, case: Case) -> None:
    """With a single 1 in each image, at every pixel in turn, every output element names where it comes from."""
    if multiply_adds(case) <= iut.effort.multiply_adds:
        iut.judge(case)


@covers("values.index-map", "values.no-flip")
def test_kernels_of_every_shape(iut: ImplementationUnderTest) -> None:
    """Kernels of every shape have every tap in its place, dense and depthwise, with strides and dilations."""
    strides, dilations = ((1, 1), (2, 1), (1, 2), (3, 2)), ((1, 1), (1, 1), (2, 1), (1, 2), (3, 3))
    for number, (KH, KW) in enumerate(product((1, 2, 3, 4, 5, 7), repeat=2)):
        (dh, dw), groups = dilations[number % 5], 1 + number % 2
        case = Case(C=groups, H=dh * (KH - 1) + 3, W=dw * (KW - 1) + 2, M=groups, KH=KH, KW=KW, groups=groups)
        case = replace(case, stride=strides[number % 4], dilation=(dh, dw), data=Recipe("impulse"))
        iut.judge(one_image_a_pixel(case))


@covers("values.no-flip")
@given(case=cases(vary={"stride", "dilation", "groups", "depthwise"}).filter(lambda case: case.KH * case.KW > 1))
def test_no_flip(iut: ImplementationUnderTest, case: Case) -> None:
    """The kernel is laid on the input as it is, not mirrored."""
    iut.judge(case)


@covers("values.channels-summed")
@given(case=cases(vary=set()).filter(lambda case: case.C > 1))
def test_channels_summed(iut: ImplementationUnderTest, case: Case) -> None:
    """Every input channel is in the sum, the last ones too."""
    iut.judge(case)


@covers("values.channels-summed")
def test_every_number_of_channels(iut: ImplementationUnderTest) -> None:
    """However many input channels there are, all of them are in the sum, each under its own weight."""
    iut.judge_all(channel_counts())
    # An odd step takes odd and even numbers alike, under either kernel.
    iut.judge_all(in_others(channel_counts())[:: 2 * iut.effort.tiles - 1])


@covers("values.channels-summed")
def test_multiples_of_blocks(iut: ImplementationUnderTest) -> None:
    """Whole blocks of 8 and 16 channels are in the sum, however many, in every dtype and over many pixels."""
    iut.judge_all(multiples_of_blocks())


@covers("values.batch-items-independent")
@given(case=cases(vary=set()).filter(lambda case: (case.N or 0) > 1))
def test_batch_items_independent(iut: ImplementationUnderTest, case: Case) -> None:
    """Each image is answered from itself alone."""
    iut.judge(case)


@covers("values.batch-items-independent")
def test_batches_of_every_size(iut: ImplementationUnderTest) -> None:
    """Each image is answered from itself alone, however many there are."""
    iut.judge_all(in_turn(cases_alone("N")))


@covers("values.filters-independent")
@given(case=cases(vary={"bias"}).filter(lambda case: case.M > 1))
def test_filters_independent(iut: ImplementationUnderTest, case: Case) -> None:
    """Each output channel is answered from its own filter and bias."""
    iut.judge(case)


@covers("values.every-size")
def test_layers_of_networks(iut: ImplementationUnderTest) -> None:
    """The layers of real networks are right, at their real sizes."""
    iut.judge_all(layer.case for layer in network_cases(iut.effort.multiply_adds))
    smaller = in_others(layer.case for layer in network_cases(iut.effort.multiply_adds // 16))
    iut.judge_all(smaller[:: iut.effort.tiles])


@covers("values.every-size")
def test_tails_of_tiles(iut: ImplementationUnderTest) -> None:
    """Sizes just below, at and just above those of tiles and vectors are right, and so is every size up to 40."""
    iut.judge_all(tile_cases(iut.effort.multiply_adds)[:: iut.effort.tiles])
    smaller = in_others(tile_cases(iut.effort.multiply_adds // 64))
    iut.judge_all(smaller[:: 3 * iut.effort.tiles])
    iut.judge_all(every_size())


@covers("values.every-size")
def test_tails_on_every_path(iut: ImplementationUnderTest) -> None:
    """The same sizes are right under every kernel, stride, dilation and grouping that has a path of its own."""
    iut.judge_all(in_turn(path_cases(iut.effort.multiply_adds)[:: iut.effort.tiles]))


@covers("values.every-size")
def test_beside_every_path(iut: ImplementationUnderTest) -> None:
    """Beside the kernels, strides, paddings and dilations that have a path, the answer is right on either axis."""
    for found in (beside_paths(), every_square(), kernels_of_every_length()):
        iut.judge_all(found)


@covers("values.every-size")
def test_coinciding_sizes(iut: ImplementationUnderTest) -> None:
    """No size is taken for another where some of them are equal."""
    iut.judge_all(coinciding_sizes())


@covers("values.every-size")
def test_combinations(iut: ImplementationUnderTest) -> None:
    """Whatever kernel, stride, dilation, groups, padding, dtype, channels and sizes meet, the answer is right."""
    iut.judge_all(combined_cases(iut.effort.combined))


@covers("values.every-size")
def test_sizes_beyond_an_index(iut: ImplementationUnderTest) -> None:
    """Sizes beyond an index of 8 or 16 bits, or beyond the threads and blocks of a grid, are right."""
    iut.judge_all(cases_beyond(iut.effort.multiply_adds))
    others = in_others(cases_beyond(iut.effort.multiply_adds))
    is_small = [multiply_adds(case) <= iut.effort.multiply_adds // 64 for case in others]
    iut.judge_all(compress(others, is_small))
    iut.judge_all(tuple(compress(others, map(not_, is_small)))[:: iut.effort.tiles])
