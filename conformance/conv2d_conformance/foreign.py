"""Text that others wrote: names, messages, paths. It is made safe to show where it comes in, so every page is safe.

Anything that a terminal, a page or a parser would act upon becomes an escape: control characters, marks that change the
direction of writing, characters without a form, and halves of characters (lone surrogates), which no file can hold.
"""

from __future__ import annotations

import re
from typing import Any

LONGEST_NAME = 100
LONGEST_MESSAGE = 10_000
LONGEST_SENTENCE = 1_000

_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")

_ROOM_FOR_WORDS = 50
"""Room for the words that replace the part left out."""


def showable(text: str, most: int = LONGEST_MESSAGE) -> str:
    """The text with escapes, at most `most` characters long: a longer text loses its middle. Lines stay lines."""
    if len(text) <= 2 * most:
        return shortened(escaped(text), most)
    # The part that is left out anyway need not be escaped.
    return shortened(escaped(text[:most]) + escaped(text[-most:]), most, already=len(text) - 2 * most)


def showable_name(text: str, most: int = LONGEST_NAME) -> str:
    """The same for text within a line."""
    return " ".join(showable(text, most).split())


def escaped(text: str) -> str:
    """The text with a Python escape for each character that could act; newlines stay, tabs become spaces."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").expandtabs()
    if text.replace("\n", "").isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else _escape(letter) for letter in text)


def escaped_line(text: str) -> str:
    """The same for text that must stay one line and keep all its characters, such as a command."""
    return escaped(text).replace("\n", r"\n")


def reversibly_escaped(text: str) -> str:
    """The same for text that somebody needs as it was. A backslash that would read as an escape becomes one, too."""
    text = _ESCAPE.sub(lambda found: rf"\x5c{found[0][1:]}", text)
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def unescaped(text: str) -> str:
    """What was escaped reversibly, as it was."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2] or found[3], 16)), text)


def _escape(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def shortened(text: str, most: int, *, already: int = 0) -> str:
    """The beginning and the end of a text longer than `most`, with the number of characters left out between them.

    `already` is the number of characters of its middle that are missing already.
    """
    if len(text) <= most:
        return text
    end = max(most - _ROOM_FOR_WORDS, 2) // 3
    beginning = max(most - _ROOM_FOR_WORDS, 2) - end
    left_out = len(text) - beginning - end + already
    return f"{text[:beginning]} ... ({left_out} characters left out) ... {text[-end:]}"


def escaped_json(value: Any) -> Any:
    """A JSON value with all of its texts escaped, keys too."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, list):
        return [escaped_json(item) for item in value]
    if isinstance(value, dict):
        return {escaped(key): escaped_json(item) for key, item in value.items()}
    return value
