"""The weight and the bias of a fresh layer: their form, the law that they are drawn from, and the seed."""

from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.initialisation.layer_question import LayerQuestion
from conv2d_conformance.initialisation.plan import trials


def judge(iut: ImplementationUnderTest, name: str) -> None:
    """What the plan has for a requirement of this chapter."""
    for trial in trials(name, iut.claims, seed=iut.seed, effort=iut.effort.name):
        iut.judge_drawn(LayerQuestion(trial))


@covers("initialisation.weight-shape")
def test_weight_shape(iut: ImplementationUnderTest) -> None:
    """The weight has the shape (M, C // groups, KH, KW)."""
    judge(iut, "weight-shape")


@covers("initialisation.bias-shape")
def test_bias_shape(iut: ImplementationUnderTest) -> None:
    """The bias has the shape (M,)."""
    judge(iut, "bias-shape")


@covers("initialisation.no-bias")
def test_no_bias(iut: ImplementationUnderTest) -> None:
    """Without a bias the second value is None."""
    judge(iut, "no-bias")


@covers("initialisation.dtype")
def test_dtype(iut: ImplementationUnderTest) -> None:
    """Both parameters have the dtype that is asked for."""
    judge(iut, "dtype")


@covers("initialisation.kernel-pair-order")
def test_kernel_pair_order(iut: ImplementationUnderTest) -> None:
    """The first number of a kernel size is the height."""
    judge(iut, "kernel-pair-order")


@covers("initialisation.kernel-scalar")
def test_kernel_scalar(iut: ImplementationUnderTest) -> None:
    """A single integer is the height and the width of the kernel."""
    judge(iut, "kernel-scalar")


@covers("initialisation.defaults")
def test_defaults(iut: ImplementationUnderTest) -> None:
    """A layer has one group and a bias where nothing else is said."""
    judge(iut, "defaults")


@covers("initialisation.weight-support")
def test_weight_support(iut: ImplementationUnderTest) -> None:
    """No element of a weight is beyond sqrt(k), but for its rounding."""
    judge(iut, "weight-support")


@covers("initialisation.bias-support")
def test_bias_support(iut: ImplementationUnderTest) -> None:
    """No element of a bias is beyond sqrt(k), but for its rounding."""
    judge(iut, "bias-support")


@covers("initialisation.weight-uniform")
def test_weight_uniform(iut: ImplementationUnderTest) -> None:
    """The weight fills its range evenly, all in all and in every filter, channel and place of the kernel."""
    judge(iut, "weight-uniform")


@covers("initialisation.bias-uniform")
def test_bias_uniform(iut: ImplementationUnderTest) -> None:
    """The bias fills its range evenly, with the k of its weight."""
    judge(iut, "bias-uniform")


@covers("initialisation.fan-in")
def test_fan_in(iut: ImplementationUnderTest) -> None:
    """The range follows from the input channels and the kernel alone, for layers that no wrong formula gets right."""
    judge(iut, "fan-in")


@covers("initialisation.fan-in-groups")
def test_fan_in_groups(iut: ImplementationUnderTest) -> None:
    """The range counts the input channels of one group, down to a depthwise layer."""
    judge(iut, "fan-in-groups")


@covers("initialisation.elements-independent")
def test_elements_independent(iut: ImplementationUnderTest) -> None:
    """Elements of a weight neither repeat each other nor follow from each other."""
    judge(iut, "elements-independent")


@covers("initialisation.bias-independent")
def test_bias_independent(iut: ImplementationUnderTest) -> None:
    """The bias neither repeats its weight nor itself."""
    judge(iut, "bias-independent")


@covers("initialisation.same-seed")
def test_same_seed(iut: ImplementationUnderTest) -> None:
    """A layer comes again with its seed, whatever was constructed in between."""
    judge(iut, "same-seed")


@covers("initialisation.different-seeds")
def test_different_seeds(iut: ImplementationUnderTest) -> None:
    """Seeds that differ, in a low place or a high one, give values that have nothing in common."""
    judge(iut, "different-seeds")


@covers("initialisation.seed-range")
def test_seed_range(iut: ImplementationUnderTest) -> None:
    """The ends of the range of seeds are accepted, and what lies around the ends of smaller ranges."""
    judge(iut, "seed-range")


@covers("initialisation.results-independent")
def test_results_independent(iut: ImplementationUnderTest) -> None:
    """A weight and a bias stay as they were, and share no memory with each other or with those of another call."""
    judge(iut, "results-independent")


@covers("initialisation.torch-seed-stream")
def test_torch_seed_stream(iut: ImplementationUnderTest) -> None:
    """The values are those of PyTorch's generator, bit for bit."""
    judge(iut, "torch-seed-stream")
