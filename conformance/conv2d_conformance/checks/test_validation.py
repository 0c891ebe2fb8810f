"""Illegal calls end in an exception, and legal ones, however unusual, do not."""

from conv2d_conformance.cases.illegal import illegal_cases
from conv2d_conformance.cases.unusual import UNUSUAL_BUT_LEGAL
from conv2d_conformance.checks import covers
from conv2d_conformance.verdict.examination import Examination


@covers("validation.legal-calls-accepted")
def test_legal_calls_accepted(iut: Examination) -> None:
    """Unusual calls that the definition covers are answered."""
    iut.judge_all(case for _, case in UNUSUAL_BUT_LEGAL)


@covers("validation.stride-positive")
def test_stride_positive(iut: Examination) -> None:
    """A stride below 1 is refused, on either axis."""
    iut.judge_all(illegal_cases("stride-positive"))


@covers("validation.dilation-positive")
def test_dilation_positive(iut: Examination) -> None:
    """A dilation below 1 is refused, on either axis."""
    iut.judge_all(illegal_cases("dilation-positive"))


@covers("validation.padding-non-negative")
def test_padding_non_negative(iut: Examination) -> None:
    """Negative padding is refused, on either axis."""
    iut.judge_all(illegal_cases("padding-non-negative"))


@covers("validation.kernel-positive")
def test_kernel_positive(iut: Examination) -> None:
    """A kernel without elements is refused."""
    iut.judge_all(illegal_cases("kernel-positive"))


@covers("validation.pair-length")
def test_pair_length(iut: Examination) -> None:
    """A pair has two numbers, no more and no fewer."""
    iut.judge_all(illegal_cases("pair-length"))


@covers("validation.integers-only")
def test_integers_only(iut: Examination) -> None:
    """Numbers that are not integers are refused, whole ones too."""
    iut.judge_all(illegal_cases("integers-only"))


@covers("validation.padding-string")
def test_padding_string(iut: Examination) -> None:
    """A padding string is "valid" or "same", spelt exactly so."""
    iut.judge_all(illegal_cases("padding-string"))


@covers("validation.same-needs-stride-one")
def test_same_needs_stride_one(iut: Examination) -> None:
    """The padding "same" is refused with a stride."""
    iut.judge_all(illegal_cases("same-needs-stride-one"))


@covers("validation.groups-positive")
def test_groups_positive(iut: Examination) -> None:
    """Groups below 1 are refused."""
    iut.judge_all(illegal_cases("groups-positive"))


@covers("validation.channels-divisible")
def test_channels_divisible(iut: Examination) -> None:
    """Groups that do not divide the input channels are refused."""
    iut.judge_all(illegal_cases("channels-divisible"))


@covers("validation.out-channels-divisible")
def test_out_channels_divisible(iut: Examination) -> None:
    """Groups that do not divide the output channels are refused."""
    iut.judge_all(illegal_cases("out-channels-divisible"))


@covers("validation.weight-channels")
def test_weight_channels(iut: Examination) -> None:
    """A weight for another number of input channels is refused."""
    iut.judge_all(illegal_cases("weight-channels"))


@covers("validation.input-rank")
def test_input_rank(iut: Examination) -> None:
    """An input of other than three or four axes is refused."""
    iut.judge_all(illegal_cases("input-rank"))


@covers("validation.weight-rank")
def test_weight_rank(iut: Examination) -> None:
    """A weight of other than four axes is refused."""
    iut.judge_all(illegal_cases("weight-rank"))


@covers("validation.bias-shape")
def test_bias_shape(iut: Examination) -> None:
    """A bias of another shape than (M,) is refused."""
    iut.judge_all(illegal_cases("bias-shape"))


@covers("validation.dtypes-equal")
def test_dtypes_equal(iut: Examination) -> None:
    """Arrays of different dtypes are refused."""
    iut.judge_all(illegal_cases("dtypes-equal"))


@covers("validation.kernel-fits")
def test_kernel_fits(iut: Examination) -> None:
    """A kernel larger than the padded input is refused, by one cell already."""
    iut.judge_all(illegal_cases("kernel-fits"))


@covers("validation.padding-mode-known")
def test_padding_mode_known(iut: Examination) -> None:
    """An unknown padding mode is refused."""
    iut.judge_all(illegal_cases("padding-mode-known"))


@covers("validation.padding-non-negative-reflect")
def test_padding_non_negative_reflect(iut: Examination) -> None:
    """Negative padding is refused in the mode "reflect"."""
    iut.judge_all(illegal_cases("padding-non-negative-reflect"))


@covers("validation.padding-non-negative-replicate")
def test_padding_non_negative_replicate(iut: Examination) -> None:
    """Negative padding is refused in the mode "replicate"."""
    iut.judge_all(illegal_cases("padding-non-negative-replicate"))


@covers("validation.padding-non-negative-circular")
def test_padding_non_negative_circular(iut: Examination) -> None:
    """Negative padding is refused in the mode "circular"."""
    iut.judge_all(illegal_cases("padding-non-negative-circular"))


@covers("validation.dilation-positive-empty-batch")
def test_dilation_positive_empty_batch(iut: Examination) -> None:
    """A dilation of 0 is refused with an empty batch too."""
    iut.judge_all(illegal_cases("dilation-positive-empty-batch"))


@covers("validation.weight-dtype-empty-batch")
def test_weight_dtype_empty_batch(iut: Examination) -> None:
    """Unequal dtypes are refused with an empty batch too."""
    iut.judge_all(illegal_cases("weight-dtype-empty-batch"))


@covers("validation.bias-dtype-valid")
def test_bias_dtype_valid(iut: Examination) -> None:
    """A bias of another dtype is refused with the padding "valid" too."""
    iut.judge_all(illegal_cases("bias-dtype-valid"))


@covers("validation.bias-dtype-same")
def test_bias_dtype_same(iut: Examination) -> None:
    """A bias of another dtype is refused with the padding "same" too."""
    iut.judge_all(illegal_cases("bias-dtype-same"))
