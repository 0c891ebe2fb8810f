"""The parser reads one form and refuses every other, naming the line."""

import pytest

from conv2d_conformance import spec

GOOD = """\
# A specification, edition 7

## Some prose

Requires nothing.

## Output size

### output-size.floor {MUST, forward, stride, padding.same}
The size is a floor,
with a true floor.

An explanation, in two
paragraphs.

```
a drawing
```

Source: document, "floor".
Example: n1c1h6w7 m1k3x2

### output-size.shape {SHOULD, layer}
The shape has four axes.

Source: document is silent.
"""


def test_reads_every_part_of_a_requirement() -> None:
    requirement = spec.parse(GOOD).get("output-size.floor")
    assert requirement == spec.Requirement(
        id="output-size.floor",
        level="MUST",
        profile="forward",
        features=frozenset({"stride", "padding.same"}),
        sentence="The size is a floor, with a true floor.",
        source='document, "floor".',
        example="n1c1h6w7 m1k3x2",
        chapter="output-size",
        text=requirement.text,
    )
    assert requirement.text.startswith("The size is a floor,\n")
    assert "a drawing" in requirement.text


def test_features_and_example_are_optional() -> None:
    requirement = spec.parse(GOOD).get("output-size.shape")
    assert (requirement.features, requirement.example) == (frozenset(), None)


def test_keeps_the_order_of_the_text() -> None:
    parsed = spec.parse(GOOD)
    assert parsed.edition == "7"
    assert parsed.chapters == {"output-size": ("output-size.floor", "output-size.shape")}
    assert list(parsed.requirements) == ["output-size.floor", "output-size.shape"]


@pytest.mark.parametrize("same", [GOOD + "\n\n", GOOD.replace("\n", "\r\n"), GOOD.replace("nothing.", "nothing.  ")])
def test_digest_does_not_see_the_ends_of_lines(same: str) -> None:
    assert spec.parse(same).digest == spec.parse(GOOD).digest


def test_digest_sees_every_word() -> None:
    assert spec.parse(GOOD.replace("nothing", "a thing")).digest != spec.parse(GOOD).digest


@pytest.mark.parametrize(
    ("part", "instead", "message"),
    [
        (", edition 7", "", r'line 1: the first line must have the form "# Title, edition 1"'),
        ("{MUST, forward, stride", "{MUST; forward; stride", r"line 9: output-size.floor needs in its braces a level"),
        (
            "{SHOULD, layer}",
            "{SHOULD}",
            r"line 23: .* needs in its braces a level \(MUST, SHOULD, MAY\), then a profile",
        ),
        ("{SHOULD, layer}", "{layer, SHOULD}", "line 23: .* needs in its braces a level"),
        ("{SHOULD, layer}", "SHOULD, layer", "line 23: '### output-size.shape SHOULD, layer' must have the form"),
        ("{SHOULD, layer}", "{SHOULD, layer", "line 23: .* must have the form"),
        ("output-size.shape", "output-size.Shape", "line 23: .* must have the form"),
        ("output-size.shape", "shape", "line 23: .* must have the form"),
        ("output-size.shape", "values.shape", "line 23: values.shape stands in the chapter 'output-size'"),
        ("output-size.shape", "output-size.floor", "line 23: output-size.floor is already defined above"),
        (
            "padding.same}",
            "padding.full}",
            "line 9: output-size.floor names 'padding.full', which no adapter can claim",
        ),
        ("{SHOULD, layer}", "{SHOULD, layer, }", "line 23: output-size.shape names '', which no adapter can claim"),
        ("Source: document is silent.", "", "line 23: .* needs a sentence, then a last paragraph that begins with"),
        ("The shape has four axes.\n\n", "", "line 23: .* needs a sentence, then a last paragraph"),
        ("Source: document is silent.", "Source: silent.\n\nMore.", "line 23: .* needs a sentence, then a last"),
        ("four axes.", "four axes. It has no fifth.", "line 24: the first paragraph of output-size.shape must be one"),
        ("four axes.", "four axes", "line 24: the first paragraph of output-size.shape must be one sentence"),
    ],
)
def test_refuses_anything_else(part: str, instead: str, message: str) -> None:
    assert part in GOOD
    with pytest.raises(ValueError, match=message):
        spec.parse(GOOD.replace(part, instead))


def test_refuses_a_profile_without_the_operation_of_the_chapter() -> None:
    text = GOOD.replace("output-size", "gradients").replace("Output size", "Gradients")
    with pytest.raises(ValueError, match=r"line 9: gradients.floor is about gradients, which profile forward does not"):
        spec.parse(text)


def test_profiles_that_contain_each_other() -> None:
    assert spec.smallest_profile(["forward", "layer"]) == "layer"
    assert spec.is_within("layer", "training")
    assert not spec.is_within("training", "layer")


def test_refuses_an_empty_text() -> None:
    with pytest.raises(ValueError, match="line 1: the first line"):
        spec.parse("")


def test_an_unknown_requirement_comes_with_the_nearest_names() -> None:
    with pytest.raises(spec.UnknownRequirement) as caught:
        spec.get("padding.same-extra-at-start")
    assert str(caught.value).startswith(
        "The specification, edition 2, has no requirement 'padding.same-extra-at-start'; did you mean "
        "padding.same-extra-at-end"
    )


def test_an_unknown_requirement_without_neighbours_says_where_to_look() -> None:
    with pytest.raises(spec.UnknownRequirement, match="`conv2d-conformance list requirements` has them all"):
        spec.get("xyzzy")


def test_is_read_once() -> None:
    assert spec.load() is spec.load()
