"""The language of limits: what it says, what it refuses, and that nothing else comes of any text."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.limits import LONGEST, MOST_LIMITS, SIZES, WORDS, Values, condition, denied

VALUES: Values = {**dict.fromkeys(SIZES, 2), "KH": 3, "KW": 3, "C": 8, "SH": 1, "dtype": "float32", "padding": "same"}


@pytest.mark.parametrize(
    ("limit", "holds"),
    [
        ("KH == KW", True),
        ("KH != KW", False),
        ("KH in {1, 3, 5}", True),
        ("KH not in {1, 3, 5}", False),
        ("C % 8 == 0", True),
        ("SH == 1 or DH == 1", True),
        ("SH == SW", False),
        ("N*M*OH*OW < 2**31", True),
        ("dtype == float32", True),
        ("dtype in {float16, bfloat16}", False),
        ("padding != same or (DH == 1 and DW == 1)", False),
        ("1 <= KH <= 2", False),
        (" KH - 1 == KW // 2 + 1 ", True),
    ],
)
def test_a_limit_says_what_it_says_in_python(limit: str, holds: bool) -> None:
    assert condition(limit).holds(VALUES) is holds
    assert denied(condition(limit)).holds(VALUES) is not holds


def test_what_a_call_lacks_nothing_is_said_of() -> None:
    assert condition("SH == 7").holds({"C": 1})
    assert condition("SH == 7 and C == 1").holds({"C": 1})
    assert not condition("SH == 7 and C == 2").holds({"C": 1})


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("", "is no condition"),
        ("KH", "KH compares nothing"),
        ("True", "True compares nothing"),
        ("KH = KW", "is no condition"),
        ("not KH == KW", "compares nothing"),
        ("kh == 1", "kh is unknown: sizes are N, C"),
        ("KH == 1.5", "1.5 is no integer"),
        ("KH == True", "True is no integer"),
        ("KH == 'x'", "'x' is no integer"),
        ("KH == -1", "-1 is no number of a call"),
        ("KH == abs(KW)", "abs(KW) is no number"),
        ("KH == KW.real", "KW.real is no number"),
        ("KH is KW", "in a way that is not known"),
        ("KH in [1, 3]", "[1, 3] is no set"),
        ("KH == {3}", "{3} is no set"),
        ("KH % (KW - 1) == 0", "divides by what may be zero"),
        ("H // top == 1", "divides by what may be zero"),
        ("KH % 0 == 0", "divides by what may be zero"),
        ("KH ** KW == 1", "a power of something else"),
        ("KH < 2**64", "more than 2**63"),
        ("KH < 9**9**9", "a power of something else"),
        ("KH < 99999999**99999999", "more than 2**63"),
        ("KH < 99999999999999999999", "no integer from 0 to 2**63"),
        ("KH / 2 == 1", "is no number of a call"),
        ("dtype == int8", "int8 is no dtype: these are float32"),
        ("dtype < float32", "in a way that is not known"),
        ("dtype == dtype", "dtype is no dtype"),
        ("float32 == dtype", "dtype is told by a word"),
        ("KH == dtype", "dtype is told by a word, and stands first: dtype == float32"),
        ("KH == (KW := 3)", "is no number"),
        ("__import__('os').system('true') == 0", "is no number"),
        ("KH == 1\nKW == 1", "is no condition"),
        ("KH == \0", "is no condition"),
        ("KH == " + "(" * 90 + "1" + ")" * 90, ""),
        ("KH == 1" + "+1" * LONGEST, f"the longest is {LONGEST}"),
    ],
)
def test_any_other_text_is_refused_with_a_sentence(limit: str, told: str) -> None:
    if not told:  # deep, and yet a number
        assert condition(limit).holds({**VALUES, "KH": 1})
        return
    with pytest.raises(ValueError, match=r".+") as refused:
        condition(limit)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value).replace(repr(limit), "")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.text("KHWCSD0123 ()*%=<{}in,and or", max_size=LONGEST))
def test_no_text_does_anything_but_hold_or_raise_value_error(limit: str) -> None:
    with suppress(ValueError):
        found = condition(limit)
        assert found.holds(VALUES) is not denied(found).holds(VALUES)


@pytest.mark.parametrize("character", ["(", "[", "{", "-", "not ", "lambda:"])
def test_deep_nesting_is_refused(character: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        condition((character * LONGEST)[:LONGEST])


def test_limits_travel_as_a_list() -> None:
    claims = Capabilities(limits=(" KH == KW", "C % 8 == 0"))
    assert claims.to_json()["limits"] == ["KH == KW", "C % 8 == 0"]
    assert Capabilities.from_json(claims.to_json()) == claims
    assert "limits" in claims.features
    assert "limits" not in Capabilities().features


@pytest.mark.parametrize("limits", ["KH == KW", ("KH == ",), (1,), ("KH == KW",) * (MOST_LIMITS + 1)])
def test_capabilities_refuse_what_is_no_tuple_of_limits(limits: object) -> None:
    with pytest.raises(ValueError, match="limit"):
        Capabilities(limits=limits)  # type: ignore[arg-type]  # on purpose


def test_the_words_are_those_of_the_arguments() -> None:
    assert WORDS["padding"] == ("explicit", "valid", "same")
    assert WORDS["padding_mode"] == ("zeros", "reflect", "replicate", "circular")
    assert set(WORDS["operation"]) == {"conv2d", "initialize", "gradients"}
