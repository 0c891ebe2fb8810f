"""Of a long standard error the beginning and the end are kept and shown, and how much lay between."""

import pytest

from conv2d_conformance.implementation.last_words import (
    FIRST_KEPT,
    FIRST_SHOWN,
    LAST_KEPT,
    LAST_SHOWN,
    LastWords,
    shown_lines,
)


def text_of(data: bytes, piece: int) -> str:
    words = LastWords()
    for start in range(0, len(data), piece):
        words.take(data[start : start + piece])
    return words.text


@pytest.mark.parametrize("piece", [7, 4096, 1 << 20])
def test_what_fits_is_kept_whole(piece: int) -> None:
    data = bytes(range(32, 127)) * 689
    assert len(data) < FIRST_KEPT + LAST_KEPT
    assert text_of(data, piece) == data.decode()


@pytest.mark.parametrize("piece", [997, 4096, 1 << 20])
def test_of_what_does_not_fit_the_middle_is_left_out(piece: int) -> None:
    data = b"first " + b"a" * FIRST_KEPT + b"b" * 1_000_000 + b"c" * LAST_KEPT + b" last"
    text = text_of(data, piece)
    left_out = len(data) - FIRST_KEPT - LAST_KEPT
    assert text.startswith("first aaa")
    assert text.endswith("ccc last")
    assert f"\n... {left_out} bytes left out ...\n" in text
    assert len(text) < FIRST_KEPT + LAST_KEPT + 50


def test_a_half_of_a_character_at_a_cut_harms_nothing() -> None:
    text = text_of(b"x" + "ä".encode() * (FIRST_KEPT + LAST_KEPT) + b"x", 999)
    assert text.count("\ufffd") == 2
    assert text.strip("xä\ufffd").endswith("left out ...\n")


def test_a_long_line_is_shown_whole_and_a_long_backtrace_by_both_ends() -> None:
    what = "terminate called: " + "x" * 5000
    frames = [f"frame {number}" for number in range(40)]
    shown = shown_lines("\n\n".join([what, *frames]))
    assert shown[0] == what
    assert shown[FIRST_SHOWN] == f"... {41 - FIRST_SHOWN - LAST_SHOWN} lines left out ..."
    assert shown[-1] == "frame 39"
    assert len(shown) == FIRST_SHOWN + 1 + LAST_SHOWN


def test_few_lines_are_shown_as_they_are() -> None:
    lines = [str(number) for number in range(FIRST_SHOWN + LAST_SHOWN + 1)]
    assert shown_lines("\n".join(lines)) == lines
    assert shown_lines("") == []
