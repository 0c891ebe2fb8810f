"""The gradients of input, weight and bias, each argument of the convolution in turn."""

from dataclasses import replace
from itertools import islice

from hypothesis import example, given
from hypothesis.strategies import one_of

from conv2d_conformance.cases.beside_paths import (
    beside_paths,
    every_square,
    kernels_of_every_length,
    small_strided_calls,
)
from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.combinations import CHEAP_ROWS, combined_cases
from conv2d_conformance.cases.dtypes import in_others
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.networks import network_cases
from conv2d_conformance.cases.tiles import every_number_of_pixels, tile_cases
from conv2d_conformance.cases.unusual_calls import unusual_cases
from conv2d_conformance.cases.wide_gradients import WIDE_BOUNDED, WIDE_SINGLE
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.gradient_cases import (
    BLOCKS,
    IDENTITIES,
    gradients,
    gradients_of,
    padded_gradients,
    unread,
)
from conv2d_conformance.checks.gradient_sequences import with_its_like, with_other_data
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

REPETITIONS = 5
SHARE = 8
"""The gradients of a call, and the three laws for them, cost about so many times what the call itself does."""


# ---- each of the three


@covers("gradients.shapes")
@given(case=one_of(*(gradients(vary={"stride", "padding", "groups", "bias"}, dtype=dtype) for dtype in DTYPES)))
def test_shapes(iut: ImplementationUnderTest, case: Case) -> None:
    """Each gradient has the shape and the dtype of the array that it belongs to."""
    iut.judge(case, values=False)


@covers("gradients.input")
@given(case=gradients(vary={"stride", "dilation", "padding", "groups"}))
def test_input(iut: ImplementationUnderTest, case: Case) -> None:
    """The gradient of the input is the sum over all terms that read the element."""
    iut.judge(case)


@covers("gradients.weight")
@given(case=gradients(vary={"stride", "dilation", "padding", "groups"}).filter(lambda case: (case.N or 0) > 1))
def test_weight(iut: ImplementationUnderTest, case: Case) -> None:
    """The gradient of the weight is the sum over all positions of all batch items."""
    iut.judge(case)


@covers("gradients.bias")
@given(case=gradients(vary={"stride", "groups"}, require={"bias"}))
def test_bias(iut: ImplementationUnderTest, case: Case) -> None:
    """The gradient of the bias is the sum of grad_output over all positions of all batch items."""
    iut.judge(case)


@covers("gradients.no-bias")
@given(case=gradients(vary={"groups"}))
def test_no_bias(iut: ImplementationUnderTest, case: Case) -> None:
    """Without a bias there is no gradient of it."""
    iut.judge(case)


@covers("gradients.arguments")
@given(case=gradients(vary={"stride", "padding", "dilation", "scalar", "omit"}))
def test_arguments(iut: ImplementationUnderTest, case: Case) -> None:
    """Pairs, single numbers and defaults mean what they mean for the convolution."""
    iut.judge(case)


# ---- each argument


@covers("gradients.stride")
@given(case=gradients(vary={"padding", "dilation", "groups"}, require={"stride"}))
def test_stride(iut: ImplementationUnderTest, case: Case) -> None:
    """Gradients of a strided convolution are its adjoints."""
    iut.judge(case)


@covers("gradients.stride")
def test_stride_beyond_32_bits(iut: ImplementationUnderTest) -> None:
    """A stride beyond 32 bits, of which no step is taken, has gradients as any other."""
    iut.judge_all(map(gradients_of, unusual_cases("stride-beyond-32-bits")))


@covers("gradients.unread-zero")
@given(case=gradients(vary={"stride", "bias"}).filter(lambda case: max(unread(case)) > 0))
def test_unread_zero(iut: ImplementationUnderTest, case: Case) -> None:
    """Elements after the last window and between windows have a gradient, and it is zero."""
    iut.judge(case)


@covers("gradients.dilation")
@given(case=gradients(vary={"padding", "groups"}, require={"dilation"}))
def test_dilation(iut: ImplementationUnderTest, case: Case) -> None:
    """Gradients of a dilated convolution are its adjoints."""
    iut.judge(case)


@covers("gradients.dilation")
def test_dilation_beyond_32_bits(iut: ImplementationUnderTest) -> None:
    """A dilation beyond 32 bits of a kernel of one element has gradients as any other."""
    iut.judge_all(map(gradients_of, unusual_cases("dilation-beyond-32-bits")))


@covers("gradients.groups")
@given(case=gradients(vary={"stride", "padding", "bias", "depthwise"}, require={"groups"}))
def test_groups(iut: ImplementationUnderTest, case: Case) -> None:
    """With groups, the gradients are those of convolutions side by side."""
    iut.judge(case)


@covers("gradients.groups")
@given(case=gradients(vary={"stride", "padding", "dilation"}, require={"depthwise"}))
def test_depthwise(iut: ImplementationUnderTest, case: Case) -> None:
    """With as many groups as channels, each channel has gradients of its own."""
    iut.judge(case)


@covers("gradients.channels")
@given(case=gradients(vary={"bias"}).filter(lambda case: case.C > 1 and case.M > 1))
def test_channels(iut: ImplementationUnderTest, case: Case) -> None:
    """Every pair of input and output channel has its own weight gradient, and every input channel all its sums."""
    iut.judge(case)


# ---- each padding


@covers("gradients.padding")
@given(case=gradients(vary={"stride", "dilation", "bias"}, require={"padding"}))
def test_padding(iut: ImplementationUnderTest, case: Case) -> None:
    """Padding, also beyond the kernel, takes part in no gradient and has none."""
    iut.judge(case)


@covers("gradients.valid")
@given(case=gradients(vary={"stride", "dilation"}, require={"valid"}))
def test_valid(iut: ImplementationUnderTest, case: Case) -> None:
    """The padding valid is none."""
    iut.judge(case)


@covers("gradients.same")
@given(case=gradients(vary={"dilation", "groups"}, require={"same"}))
def test_same(iut: ImplementationUnderTest, case: Case) -> None:
    """The padding same has its odd cell at the end in the gradients too."""
    iut.judge(case)


@covers("gradients.reflect")
@given(case=padded_gradients("reflect"))
def test_reflect(iut: ImplementationUnderTest, case: Case) -> None:
    """An element gets the gradients of its mirror images too."""
    iut.judge(case)


@covers("gradients.replicate")
@given(case=padded_gradients("replicate"))
def test_replicate(iut: ImplementationUnderTest, case: Case) -> None:
    """An element at the edge gets the gradients of all cells that repeat it."""
    iut.judge(case)


@covers("gradients.circular")
@given(case=padded_gradients("circular"))
def test_circular(iut: ImplementationUnderTest, case: Case) -> None:
    """An element gets the gradients of its copies at the other end too."""
    iut.judge(case)


# ---- batches and sizes


@covers("gradients.unbatched")
@given(case=gradients(vary={"stride", "padding", "groups", "bias"}, require={"unbatched"}))
def test_unbatched(iut: ImplementationUnderTest, case: Case) -> None:
    """An unbatched input has an unbatched gradient, and the others are those of a batch of one."""
    iut.judge(case)


@covers("gradients.empty-batch")
@given(case=gradients(vary={"stride", "padding", "groups", "bias"}, require={"empty"}))
def test_empty_batch(iut: ImplementationUnderTest, case: Case) -> None:
    """An empty batch has gradients of the right shapes, all of them zero."""
    iut.judge(case)


@covers("gradients.every-size")
def test_layers_of_networks(iut: ImplementationUnderTest) -> None:
    """The gradients of the layers of real networks are right, at their real sizes."""
    iut.judge_all(gradients_of(layer.case) for layer in network_cases(iut.effort.multiply_adds // SHARE))


@covers("gradients.every-size")
def test_tails_of_tiles(iut: ImplementationUnderTest) -> None:
    """The gradients are right at sizes just below, at and just above those of tiles, and for every number of pixels."""
    iut.judge_all(map(gradients_of, tile_cases(iut.effort.multiply_adds // SHARE)[:: 3 * iut.effort.tiles]))
    iut.judge_all(map(gradients_of, every_number_of_pixels()))


@covers("gradients.every-size")
def test_combinations(iut: ImplementationUnderTest) -> None:
    """The gradients are right whatever kernel, stride, dilation, groups, padding, dtype, channels and sizes meet."""
    iut.judge_all(map(gradients_of, combined_cases(min(iut.effort.combined // SHARE, CHEAP_ROWS))))


@covers("gradients.every-size")
def test_blocks(iut: ImplementationUnderTest) -> None:
    """The gradients are right where channels, strides and padding meet the blocks of known kernels."""
    blocks = [gradients_of(parse(f"{line} bias integers:{seed}")) for seed, line in enumerate(BLOCKS)]
    iut.judge_all(blocks)
    iut.judge_all(in_others(blocks)[:: iut.effort.tiles])


@covers("gradients.every-size")
def test_beside_every_path(iut: ImplementationUnderTest) -> None:
    """The gradients are right beside the kernels, strides, paddings and dilations that have a path, on either axis."""
    for found in (beside_paths(), every_square(), kernels_of_every_length()):
        iut.judge_all(map(gradients_of, found))


@covers("gradients.every-size")
def test_smallest_calls(iut: ImplementationUnderTest) -> None:
    """The gradients are right for images of a few pixels, with strides and paddings larger than they."""
    iut.judge_all(map(gradients_of, small_strided_calls()))


# ---- numbers


@covers("gradients.exact-where-exact")
@given(
    case=one_of(
        *(
            gradients(dtype=dtype, recipes=("integers*2", *large))
            for dtype, *large in (
                ("float32", "integers*100"),
                ("float64", "integers*2000000"),
                ("float16",),
                ("bfloat16",),
            )
        )
    )
)
def test_exact_where_exact(iut: ImplementationUnderTest, case: Case) -> None:
    """Where no order of summation could round, the gradients are exact."""
    iut.judge(case)


@covers("gradients.single-product")
@given(
    case=one_of(
        *(
            gradients(vary={"stride", "padding", "dilation", "groups"}, dtype=dtype, recipes=("single",))
            for dtype in DTYPES
        )
    )
)
def test_single_product(iut: ImplementationUnderTest, case: Case) -> None:
    """A sum of one term is that term, correctly rounded."""
    iut.judge(case)


@covers("gradients.single-product")
def test_single_product_of_wide_sums(iut: ImplementationUnderTest) -> None:
    """A term among thousands of positions that are zero is rounded as if it were alone, and none is left out."""
    iut.judge_all(case for case in WIDE_SINGLE if case.dtype in iut.claims.dtypes)


@covers("gradients.bound")
def test_bound_of_wide_sums(iut: ImplementationUnderTest) -> None:
    """Sums over thousands of positions, of which eight are not zero, keep to the bound of eight."""
    iut.judge_all(case for case in WIDE_BOUNDED if case.dtype in iut.claims.dtypes)


@covers("gradients.bound")
@given(case=one_of(*(gradients(dtype=dtype, recipes=("uniform", "normal", "sparse")) for dtype in DTYPES)))
def test_bound(iut: ImplementationUnderTest, case: Case) -> None:
    """The error stays within what any order of summation can bring about."""
    iut.judge(case)


# ---- memory and state


@covers("gradients.inputs-unchanged")
@given(case=gradients())
@example(case=parse("n2c2h3w4 m3k2 bias float32 integers:1 x[0,0,0,0]=-0.0 w[0,0,0,0]=-0.0 gy[0,0,0,0]=-0.0 grad"))
def test_inputs_unchanged(iut: ImplementationUnderTest, case: Case) -> None:
    """The four arrays are as they were, and so is the memory around them."""
    iut.judge(case)


@covers("gradients.results-own-memory")
@given(case=gradients())
def test_results_own_memory(iut: ImplementationUnderTest, case: Case) -> None:
    """The gradients share no memory with the arrays of the call, with each other, or with those of earlier calls."""
    iut.judge(case)
    iut.judge(with_other_data(case))


@covers("gradients.results-own-memory")
def test_identities_own_memory(iut: ImplementationUnderTest) -> None:
    """A gradient that equals an array of the call is not that array."""
    iut.judge_all(IDENTITIES)


@covers("gradients.no-state")
@given(case=gradients(vary={"stride", "padding", "same", "groups", "bias", "unbatched"}))
def test_no_state(iut: ImplementationUnderTest, case: Case) -> None:
    """A call is answered alike after itself, after others that resemble it, and after the convolution itself."""
    iut.judge_in_sequence(with_its_like(case))


@covers("gradients.repeatable")
@given(case=one_of(*(gradients(dtype=dtype, recipes=("normal", "uniform")) for dtype in DTYPES)))
def test_repeatable(iut: ImplementationUnderTest, case: Case) -> None:
    """The same call gives the same bits, several times over."""
    iut.judge(case, values=False, times=REPETITIONS)


@covers("gradients.repeatable")
def test_layers_repeatable(iut: ImplementationUnderTest) -> None:
    """The gradients of the layers of real networks, whose work is divided up, have the same bits several times over."""
    for layer in islice(network_cases(iut.effort.multiply_adds // (SHARE * REPETITIONS)), None, None, 5):
        iut.judge(gradients_of(replace(layer.case, data=Recipe("normal"))), values=False, times=REPETITIONS)
