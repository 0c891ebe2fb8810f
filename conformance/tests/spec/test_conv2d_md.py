"""The text of the specification: complete, consistent with itself, and true to the document it derives from."""

import importlib.resources
import re

import pytest

from conv2d_conformance import spec
from conv2d_conformance.contract.capabilities import CORE, FEATURES
from conv2d_conformance.spec import Requirement


def text_of(file: str) -> str:
    return importlib.resources.files("conv2d_conformance.spec").joinpath(file).read_text(encoding="utf-8")


TEXT, INTERPRETING = map(text_of, ("conv2d.md", "INTERPRETING.md"))
REQUIREMENTS = list(spec.load().requirements.values())

CHAPTERS = [
    "arguments",
    "output-size",
    "values",
    "bias",
    "stride",
    "dilation",
    "groups",
    "padding",
    "padding-mode",
    "batch",
    "dtype",
    "numerics",
    "special-values",
    "memory",
    "determinism",
    "validation",
    "initialisation",
    "gradients",
]

DOCUMENT = (
    "Applies a 2D convolution over an input signal composed of several input planes",
    "Number of channels in the input image",
    "Number of channels produced by the convolution",
    "Size of the convolving kernel",
    "Stride of the convolution. Default: 1",
    "Zero-padding added to both sides of the input",
    "It can be either a string",
    "Spacing between kernel elements. Default: 1",
    "Number of blocked connections from input channels to output channels. Default: 1",
    "bias (bool, optional)",
    "padding_mode (string, optional)",
    'stride = 1, padding = 0, dilation = 1, groups = 1, bias = TRUE, padding_mode = "zeros"',
    "can be precisely described as",
    "out(N_i, C_out_j) = bias(C_out_j) + sum over k = 0 .. C_in - 1 of weight(C_out_j, k) * input(N_i, k)",
    "valid 2D cross-correlation operator",
    "N is a batch size, C denotes a number of channels, H is a height of input planes in pixels, and W is width",
    "controls the stride for the cross-correlation, a single number or a tuple",
    "implicit zero-paddings on both sides for padding number of points for each dimension",
    "controls the spacing between the kernel points",
    "controls the connections between inputs and outputs",
    "must both be divisible by groups",
    "At groups=1, all inputs are convolved to all outputs",
    "two conv layers side by side, each seeing half the input channels, and producing half the output channels, and "
    "both subsequently concatenated",
    "each input channel is convolved with its own set of filters",
    "The parameters kernel_size, stride, padding, dilation can either be",
    "in which case the same value is used for the height and width dimension",
    "a tuple of two ints",
    "the first int is used for the height dimension, and the second int for the width dimension",
    "several (of the last) columns of the input might be lost, because it is a valid cross-correlation, and not a full "
    "cross-correlation",
    "It is up to the user to add proper padding",
    "When groups == in_channels and out_channels == K * in_channels",
    "this operation is also termed in literature as depthwise convolution",
    "a depthwise convolution with a depthwise multiplier K, can be constructed by arguments",
    "this operator may select a nondeterministic algorithm to increase performance",
    "you can try to make the operation deterministic",
    "Input: (N, C_in, H_in, W_in)",
    "Output: (N, C_out, H_out, W_out)",
    "H_out = floor((H_in + 2 * padding[0] - dilation[0] * (kernel_size[0] - 1) - 1) / stride[0] + 1)",
    "W_out = floor((W_in + 2 * padding[1] - dilation[1] * (kernel_size[1] - 1) - 1) / stride[1] + 1)",
    "the learnable weights of the module of shape (out_channels, in_channels / groups, kernel_size[0], kernel_size[1])",
    "The values of these weights are sampled from U(-sqrt(k), sqrt(k))",
    "k = groups / (C_in * product of kernel_size[i])",
    "the learnable bias of the module of shape (out_channels)",
    "If bias is TRUE, then the values of these weights are sampled from U(-sqrt(k), sqrt(k))",
)
"""A key phrase of every normative sentence of the document, formulas in plain text."""


def test_edition_and_digest_identify_the_text() -> None:
    assert spec.load().edition == "2"
    assert re.fullmatch("[0-9a-f]{64}", spec.load().digest)


def test_chapters_stand_in_their_order() -> None:
    assert list(spec.load().chapters) == CHAPTERS


def test_requirements_of_a_chapter_stand_together() -> None:
    assert [slug for chapter in spec.load().chapters.values() for slug in chapter] == list(spec.load().requirements)


def test_every_feature_has_a_requirement() -> None:
    used = frozenset().union(*(requirement.features for requirement in REQUIREMENTS))
    assert used == FEATURES


def test_every_profile_and_level_is_used() -> None:
    assert {requirement.profile for requirement in REQUIREMENTS} == set(spec.PROFILES)
    assert {requirement.level for requirement in REQUIREMENTS} == set(spec.LEVELS)


@pytest.mark.parametrize("feature", sorted(CORE))
def test_every_core_feature_decides_something(feature: str) -> None:
    assert any(item.level == "MUST" and feature in item.features for item in REQUIREMENTS)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement.id)
class TestRequirement:
    def test_is_one_sentence_that_does_not_hedge(self, requirement: Requirement) -> None:
        assert requirement.sentence[0].isupper()
        assert not re.search(r"\b(should|may|usually|typically|normally|e\.g\.|etc)\b", requirement.sentence)

    def test_speaks_of_rejection_exactly_where_it_belongs_to_validation(self, requirement: Requirement) -> None:
        speaks_of_rejection = "rejected" in requirement.sentence
        assert speaks_of_rejection == ("validation" in requirement.features)

    def test_names_the_document_or_says_that_it_is_silent(self, requirement: Requirement) -> None:
        assert re.match('document, "|document is silent; |experiment on ', requirement.source)
        assert requirement.source.endswith((".", '"'))


@pytest.mark.parametrize("phrase", DOCUMENT)
def test_every_normative_sentence_of_the_document_is_cited(phrase: str) -> None:
    assert any(phrase in requirement.source for requirement in REQUIREMENTS)


@pytest.mark.parametrize("text", [TEXT, INTERPRETING], ids=["conv2d.md", "INTERPRETING.md"])
def test_every_name_in_backticks_exists(text: str) -> None:
    chapters = "|".join(spec.load().chapters)
    for name in re.findall(rf"`((?:{chapters})\.[a-z0-9-]+)`", text):
        assert name in spec.load().requirements or name in FEATURES


@pytest.mark.parametrize("text", [TEXT, INTERPRETING], ids=["conv2d.md", "INTERPRETING.md"])
def test_every_link_leads_somewhere(text: str) -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall("^## (.+)$", TEXT, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target in ("conv2d.md", "INTERPRETING.md", "EDITIONS.md") or target.removeprefix("#") in anchors


@pytest.mark.parametrize("text", [TEXT, INTERPRETING], ids=["conv2d.md", "INTERPRETING.md"])
def test_the_text_stands_without_anything_outside_the_package(text: str) -> None:
    assert not re.search(r"SEMANTICS|NUMERICS|DESIGN|STYLE|(?<!\w)/[a-z]+/|TODO|FIXME", text)
