"""Text that others wrote: names, messages, paths. It is made showable where it comes in, so that every page is safe.

What a terminal, a page or a parser would act upon stands as an escape: control characters, marks that change the
direction of writing, characters without a form, and halves of characters (lone surrogates), which no file can hold.
"""

from __future__ import annotations

from typing import Any

LONGEST_NAME = 100
LONGEST_MESSAGE = 10_000
LONGEST_SENTENCE = 1_000

_ROOM_FOR_WORDS = 50
"""For the words that stand in the place of what is left out."""


def showable(text: str, most: int = LONGEST_MESSAGE) -> str:
    """The text with escapes, and at most so long: of what is longer, the middle is left out. Its lines stay lines."""
    if len(text) <= 2 * most:
        return shortened(escaped(text), most)
    # What is left out in any case need not be escaped first.
    return shortened(escaped(text[:most]) + escaped(text[-most:]), most, already=len(text) - 2 * most)


def showable_name(text: str, most: int = LONGEST_NAME) -> str:
    """The same for what stands within a line."""
    return " ".join(showable(text, most).split())


def escaped(text: str) -> str:
    """The text with a Python escape in the place of each character that could act; newlines stay, tabs are spaces."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").expandtabs()
    if text.replace("\n", "").isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else _escape(letter) for letter in text)


def escaped_line(text: str) -> str:
    """The same for what must stay one line and keep each of its characters, as a command does."""
    return escaped(text).replace("\n", r"\n")


def _escape(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def shortened(text: str, most: int, *, already: int = 0) -> str:
    """The beginning and the end of a text that is longer than `most`, and between them how much is left out.

    So many characters of its middle may be missing `already`.
    """
    if len(text) <= most:
        return text
    end = max(most - _ROOM_FOR_WORDS, 2) // 3
    beginning = max(most - _ROOM_FOR_WORDS, 2) - end
    left_out = len(text) - beginning - end + already
    return f"{text[:beginning]} ... ({left_out} characters left out) ... {text[-end:]}"


def escaped_json(value: Any) -> Any:
    """A JSON value with all of its texts, keys too, escaped."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, list):
        return [escaped_json(item) for item in value]
    if isinstance(value, dict):
        return {escaped(key): escaped_json(item) for key, item in value.items()}
    return value
