"""Claims are what the parameters show, as the options of the target change it."""

import pytest

from conv2d_conformance.contract.capabilities import DERIVED, Capabilities
from conv2d_conformance.forms.claims import claims_of
from conv2d_conformance.forms.form_error import FormError

SHOWN = frozenset({"multi-channel", "bias", "stride", "dtype.float32", "dtype.float64", "padding.explicit"})


@pytest.mark.parametrize(
    ("options", "features"),
    [
        ({}, SHOWN),
        ({"without": "bias,dtype.float64"}, SHOWN - {"bias", "dtype.float64"}),
        ({"claims": "padding.same,unbatched,views.steps"}, SHOWN | {"padding.same", "unbatched", "views.steps"}),
        ({"dtypes": "float16"}, SHOWN - {"dtype.float32", "dtype.float64"} | {"dtype.float16"}),
        ({"claims": "padding-mode.reflect,arguments.scalar"}, SHOWN | {"padding-mode.reflect", "arguments.scalar"}),
    ],
)
def test_options_add_and_take_away(options: dict[str, str], features: frozenset[str]) -> None:
    found = claims_of(SHOWN, options, excluded={}).capabilities
    assert found.features - DERIVED == features


def test_every_feature_can_be_claimed_alone() -> None:
    for feature in sorted(Capabilities(padding_modes={"reflect"}, views={"steps"}, validation=True).features):
        if feature not in DERIVED:
            assert (
                feature
                in claims_of(frozenset({"dtype.float32"}), {"claims": feature}, excluded={}).capabilities.features
            )


def test_grades_and_operations_are_claimed_too() -> None:
    options = {"grades": "float32:R-tf32", "subnormals": "float32:flushed", "claims": "gradients"}
    found = claims_of(SHOWN, options, excluded={})
    assert found.capabilities.grades == {"float32": "R-tf32"}
    assert found.capabilities.subnormals == {"float32": "flushed"}
    assert found.operations == {"gradients"}


WRONG = {
    "claims=biass": ("biass is nothing that can be claimed", "did you mean bias?"),
    "dtypes=float33": ("dtype.float33 is nothing that can be claimed", "did you mean dtype.float32?"),
    "claims=bias&without=bias": ("bias is both claimed and left out", "say one of them"),
    "grades=float32": (
        "'float32' in grades=float32 has no colon",
        "for example accuracy classes, as in float32:R-tf32",
    ),
    "claims=unbatched": ("unbatched cannot be claimed: a test says so", "leave it out, ?without=unbatched"),
    "without=dtype.float32,dtype.float64": (
        "Capabilities.dtypes is empty; claim at least one of float32, float64, float16, bfloat16",
        "change the options of the target",
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_claimed_is_told(text: str) -> None:
    options = dict(item.split("=") for item in text.split("&"))
    with pytest.raises(FormError) as caught:
        claims_of(SHOWN, options, excluded={"unbatched": "a test says so"})
    assert (caught.value.sentence, caught.value.hint) == WRONG[text]
