"""Illegal calls end in an exception, and legal ones, however unusual, do not."""

from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.cases.unusual_calls import UNUSUAL_BUT_LEGAL
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("validation.legal-calls-accepted")
def test_legal_calls_accepted(iut: ImplementationUnderTest) -> None:
    """Unusual calls that the definition covers are answered."""
    iut.judge_all(case for _, case in UNUSUAL_BUT_LEGAL)


@covers("validation.stride-positive")
def test_stride_positive(iut: ImplementationUnderTest) -> None:
    """A stride below 1 is refused, on either axis."""
    iut.judge_illegal(illegal_calls("stride-positive", iut.effort.tiles))


@covers("validation.dilation-positive")
def test_dilation_positive(iut: ImplementationUnderTest) -> None:
    """A dilation below 1 is refused, on either axis."""
    iut.judge_illegal(illegal_calls("dilation-positive", iut.effort.tiles))


@covers("validation.padding-non-negative")
def test_padding_non_negative(iut: ImplementationUnderTest) -> None:
    """Negative padding is refused, on either axis."""
    iut.judge_illegal(illegal_calls("padding-non-negative", iut.effort.tiles))


@covers("validation.kernel-positive")
def test_kernel_positive(iut: ImplementationUnderTest) -> None:
    """A kernel without elements is refused."""
    iut.judge_illegal(illegal_calls("kernel-positive", iut.effort.tiles))


@covers("validation.pair-length")
def test_pair_length(iut: ImplementationUnderTest) -> None:
    """A pair has two numbers, no more and no fewer."""
    iut.judge_illegal(illegal_calls("pair-length", iut.effort.tiles))


@covers("validation.integers-only")
def test_integers_only(iut: ImplementationUnderTest) -> None:
    """Numbers with a fractional part are refused, in every place."""
    iut.judge_illegal(illegal_calls("integers-only", iut.effort.tiles))


@covers("validation.outside-limits")
def test_outside_limits(iut: ImplementationUnderTest) -> None:
    """Calls just beyond each limit, and those that had to be moved to lie inside, are refused or answered rightly."""
    iut.judge_outside(sample(20 + iut.effort.drawn, iut.seed))


@covers("validation.whole-floats")
def test_whole_floats(iut: ImplementationUnderTest) -> None:
    """Floating-point numbers are refused where integers belong, whole ones too."""
    iut.judge_illegal(illegal_calls("whole-floats", iut.effort.tiles))


@covers("validation.padding-string")
def test_padding_string(iut: ImplementationUnderTest) -> None:
    """A padding string is "valid" or "same", spelt exactly so."""
    iut.judge_illegal(illegal_calls("padding-string", iut.effort.tiles))


@covers("validation.same-needs-stride-one")
def test_same_needs_stride_one(iut: ImplementationUnderTest) -> None:
    """The padding "same" is refused with a stride."""
    iut.judge_illegal(illegal_calls("same-needs-stride-one", iut.effort.tiles))


@covers("validation.groups-positive")
def test_groups_positive(iut: ImplementationUnderTest) -> None:
    """Groups below 1 are refused."""
    iut.judge_illegal(illegal_calls("groups-positive", iut.effort.tiles))


@covers("validation.channels-divisible")
def test_channels_divisible(iut: ImplementationUnderTest) -> None:
    """Groups that do not divide the input channels are refused."""
    iut.judge_illegal(illegal_calls("channels-divisible", iut.effort.tiles))


@covers("validation.out-channels-divisible")
def test_out_channels_divisible(iut: ImplementationUnderTest) -> None:
    """Groups that do not divide the output channels are refused."""
    iut.judge_illegal(illegal_calls("out-channels-divisible", iut.effort.tiles))


@covers("validation.weight-channels")
def test_weight_channels(iut: ImplementationUnderTest) -> None:
    """A weight for another number of input channels is refused."""
    iut.judge_illegal(illegal_calls("weight-channels", iut.effort.tiles))


@covers("validation.input-rank")
def test_input_rank(iut: ImplementationUnderTest) -> None:
    """An input of other than three or four axes is refused."""
    iut.judge_illegal(illegal_calls("input-rank", iut.effort.tiles))


@covers("validation.weight-rank")
def test_weight_rank(iut: ImplementationUnderTest) -> None:
    """A weight of other than four axes is refused."""
    iut.judge_illegal(illegal_calls("weight-rank", iut.effort.tiles))


@covers("validation.bias-shape")
def test_bias_shape(iut: ImplementationUnderTest) -> None:
    """A bias of another shape than (M,) is refused."""
    iut.judge_illegal(illegal_calls("bias-shape", iut.effort.tiles))


@covers("validation.dtypes-equal")
def test_dtypes_equal(iut: ImplementationUnderTest) -> None:
    """Arrays of different dtypes are refused."""
    iut.judge_illegal(illegal_calls("dtypes-equal", iut.effort.tiles))


@covers("validation.kernel-fits")
def test_kernel_fits(iut: ImplementationUnderTest) -> None:
    """A kernel larger than the padded input is refused, by one cell already."""
    iut.judge_illegal(illegal_calls("kernel-fits", iut.effort.tiles))


@covers("validation.padding-mode-known")
def test_padding_mode_known(iut: ImplementationUnderTest) -> None:
    """An unknown padding mode is refused."""
    iut.judge_illegal(illegal_calls("padding-mode-known", iut.effort.tiles))


@covers("validation.padding-non-negative-reflect")
def test_padding_non_negative_reflect(iut: ImplementationUnderTest) -> None:
    """Negative padding is refused in the mode "reflect"."""
    iut.judge_illegal(illegal_calls("padding-non-negative-reflect", iut.effort.tiles))


@covers("validation.padding-non-negative-replicate")
def test_padding_non_negative_replicate(iut: ImplementationUnderTest) -> None:
    """Negative padding is refused in the mode "replicate"."""
    iut.judge_illegal(illegal_calls("padding-non-negative-replicate", iut.effort.tiles))


@covers("validation.padding-non-negative-circular")
def test_padding_non_negative_circular(iut: ImplementationUnderTest) -> None:
    """Negative padding is refused in the mode "circular"."""
    iut.judge_illegal(illegal_calls("padding-non-negative-circular", iut.effort.tiles))


@covers("validation.padding-length-reflect")
def test_padding_length_reflect(iut: ImplementationUnderTest) -> None:
    """A padding of three numbers is refused in the mode "reflect"."""
    iut.judge_illegal(illegal_calls("padding-length-reflect", iut.effort.tiles))


@covers("validation.padding-length-replicate")
def test_padding_length_replicate(iut: ImplementationUnderTest) -> None:
    """A padding of three numbers is refused in the mode "replicate"."""
    iut.judge_illegal(illegal_calls("padding-length-replicate", iut.effort.tiles))


@covers("validation.padding-length-circular")
def test_padding_length_circular(iut: ImplementationUnderTest) -> None:
    """A padding of three numbers is refused in the mode "circular"."""
    iut.judge_illegal(illegal_calls("padding-length-circular", iut.effort.tiles))


@covers("validation.dilation-positive-empty-batch")
def test_dilation_positive_empty_batch(iut: ImplementationUnderTest) -> None:
    """A dilation of 0 is refused with an empty batch too."""
    iut.judge_illegal(illegal_calls("dilation-positive-empty-batch", iut.effort.tiles))


@covers("validation.weight-dtype-empty-batch")
def test_weight_dtype_empty_batch(iut: ImplementationUnderTest) -> None:
    """Unequal dtypes are refused with an empty batch too."""
    iut.judge_illegal(illegal_calls("weight-dtype-empty-batch", iut.effort.tiles))


@covers("validation.bias-dtype-valid")
def test_bias_dtype_valid(iut: ImplementationUnderTest) -> None:
    """A bias of another dtype is refused with the padding "valid" too."""
    iut.judge_illegal(illegal_calls("bias-dtype-valid", iut.effort.tiles))


@covers("validation.bias-dtype-same")
def test_bias_dtype_same(iut: ImplementationUnderTest) -> None:
    """A bias of another dtype is refused with the padding "same" too."""
    iut.judge_illegal(illegal_calls("bias-dtype-same", iut.effort.tiles))
