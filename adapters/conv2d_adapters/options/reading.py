"""What the text of an option stands for, or FormError, which says what is allowed."""

from collections.abc import Collection

from conv2d_conformance.forms.form_error import FormError


def one_of(allowed: Collection[str], **given: str) -> str:
    """The text, which is one of several words: `one_of(("on", "off"), name=text)`."""
    ((name, text),) = given.items()
    if text not in allowed:
        *first, last = allowed
        raise FormError(f"{name} is {', '.join(first)} or {last}, not {text!r}", f"leave {name} out for the default")
    return text


def number_of(**given: str) -> int:
    """The text as a number from 1: `number_of(threads=text)`."""
    ((name, text),) = given.items()
    if not text.isdecimal() or int(text) < 1:
        raise FormError(f"{name} is a number from 1, not {text!r}", f"leave {name} out for the default")
    return int(text)
