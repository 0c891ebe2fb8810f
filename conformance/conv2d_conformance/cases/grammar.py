"""A case as one line of text, and back.

    n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7

The line alone rebuilds every byte of the case. Defaults may be left out when a line is read, and are always printed.
Optional words follow where they are needed. `parse` and `format_case` are inverse to each other, and equal cases have
equal lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from conv2d_conformance.cases.case import LETTERS, OVERRIDES, Case, CaseError, Elements, Recipe
from conv2d_conformance.cases.data import RECIPES
from conv2d_conformance.contract.adapter import ATTRIBUTES
from conv2d_conformance.contract.capabilities import PADDING_MODES, VIEWS
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.signatures import SIGNATURES

# ---- writing -----------------------------------------------------------------------------------------------------


def format_case(case: Case) -> str:
    """The canonical line of a case."""
    words = [
        f"c{case.C}h{case.H}w{case.W}" if case.N is None else f"n{case.N}c{case.C}h{case.H}w{case.W}",
        f"m{case.M}k{case.KH}x{case.KW}",
        _size("s", case.stride),
        case.padding if isinstance(case.padding, str) else _size("p", case.padding),
        _size("d", case.dilation),
        f"g{case.groups}",
        "bias" if case.bias else "nobias",
        case.dtype,
        _format_recipe(case.data) if isinstance(case.data, Recipe) else _format_elements(case.data),
    ]
    if case.signature.word:
        words.append(case.signature.word)
    if case.padding_mode != "zeros":
        words.append(case.padding_mode)
    if case.view is not None:
        words.append(f"view={case.view}" if case.viewed is None else f"view={case.view}:{LETTERS[case.viewed]}")
    if case.omit:
        words.append(f"omit={','.join(case.omit)}")
    for name, value in case.overrides:
        words.append(f"{name}={value if name.endswith('-dtype') else _literal(value)}")
    return " ".join(words)


def _size(letter: str, value: int | tuple[int, int]) -> str:
    return f"{letter}{value}" if isinstance(value, int) else f"{letter}{value[0]}x{value[1]}"


def _format_recipe(recipe: Recipe) -> str:
    magnitude = "" if recipe.magnitude is None else f"*{recipe.magnitude}"
    return f"{recipe.name}{magnitude}:{recipe.seed}"


def _format_elements(data: Elements) -> str:
    written = (f"{array}[{','.join(map(str, index))}]={_number(value)}" for array, index, value in data.entries)
    words = ([] if data.base is None else [_format_recipe(data.base)]) + list(written)
    return " ".join(words) or "all-zero"


def _number(value: float) -> str:
    """The exact number. A float that is an integer is written as one, since 1 and 1.0 are the same element."""
    is_plain = abs(value) < 2**53 and value == int(value) and repr(value) != "-0.0"
    return repr(int(value)) if is_plain else repr(value)


def _literal(value: object) -> str:
    """A Python literal without spaces that `ast.literal_eval` turns into the same value."""
    if type(value) in (tuple, list):
        assert isinstance(value, tuple | list)
        inside = ",".join(map(_literal, value)) + ("," if type(value) is tuple and len(value) == 1 else "")
        return f"({inside})" if type(value) is tuple else f"[{inside}]"
    text = repr(value)
    if value is not None and type(value) not in (bool, int, float, str):
        raise CaseError(f"{text} cannot be written in a case line", "numbers, strings, None, tuples and lists can")
    if re.search(r"\s", text) or text in ("inf", "-inf", "nan"):
        raise CaseError(f"{text} cannot be written in a case line: no blanks, no infinities, no NaN")
    return text


# ---- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TokenForm:
    """One kind of token: what it looks like (`hint`), what it must be (`pattern`), and the fields that it sets.

    `allowed` describes it in words, and `besides` continues that sentence. `illegal` is an example of the override that
    writes an illegal value.
    """

    name: str
    hint: str
    pattern: str
    read: Callable[[re.Match[str]], dict[str, Any]]
    allowed: str
    illegal: str = ""
    besides: str = ""


def _pair(field: str) -> Callable[[re.Match[str]], dict[str, Any]]:
    return lambda m: {field: int(m[1]) if m[2] is None else (int(m[1]), int(m[2]))}


def _read_input(m: re.Match[str]) -> dict[str, Any]:
    return {"N": None if m[1] is None else int(m[1]), "C": int(m[2]), "H": int(m[3]), "W": int(m[4])}


def _read_weight(m: re.Match[str]) -> dict[str, Any]:
    return {"M": int(m[1]), "KH": int(m[2]), "KW": int(m[3] or m[2])}


def _read_recipe(m: re.Match[str]) -> dict[str, Any]:
    return {"data": Recipe(m[1], int(m[3] or 0), None if m[2] is None else int(m[2]))}


def _read_elements(m: re.Match[str]) -> dict[str, Any]:
    return {"elements": ((m[1], tuple(map(int, m[2].split(","))), _read_number(m[0], m[3])),)}


def _read_number(token: str, text: str) -> float:
    try:
        return float.fromhex(text) if "0x" in text else float(text)
    except (ValueError, OverflowError):
        raise CaseError(f"{token!r}: {text!r} is not a number", "write 1, 0.5, 0x1.8p-3, inf or nan") from None


def _read_override(m: re.Match[str]) -> dict[str, Any]:
    name, text = m[1], m[2]
    if name.endswith("-dtype"):
        return {"overrides": ((name, text),)}
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise CaseError(
            f"{m[0]!r}: {text!r} is not a Python literal without blanks, as in stride=(1,2,3) or padding='full'"
        ) from None
    _literal(value)  # CaseError for a value that could not be written again
    return {"overrides": ((name, value),)}


def _one_of(names: Iterable[str]) -> str:
    return f"({'|'.join(map(re.escape, names))})"


_ARRAY_OF = {letter: name for name, letter in LETTERS.items()}

COUNT = "(0|[1-9][0-9]{0,17})"
POSITIVE = "([1-9][0-9]{0,17})"
SIDES = f"{POSITIVE}(?:x{POSITIVE})?"

FORMS = (
    TokenForm(
        "the input",
        r"n[0-9]|c[0-9]",
        f"(?:n{COUNT})?c{POSITIVE}h{POSITIVE}w{POSITIVE}",
        _read_input,
        "the input is N, C, H and W, without n for an unbatched input, as in n2c4h9w10 or c4h9w10",
        "input-shape=(9,10)",
    ),
    TokenForm(
        "the weight",
        r"m[0-9]|k[0-9]",
        f"m{POSITIVE}k{SIDES}",
        _read_weight,
        "the weight is the output channels and the kernel, as in m6k3x2, or m6k3 for a square kernel",
        "weight-shape=(6,4,0,2)",
    ),
    TokenForm(
        "the stride",
        r"s[0-9]",
        f"s{SIDES}",
        _pair("stride"),
        "a stride is s2x1, or s2 for an int",
        "stride=0",
    ),
    TokenForm(
        "the padding",
        r"p[0-9]",
        f"p{COUNT}(?:x{COUNT})?",
        _pair("padding"),
        "a padding is p1x2, p1 for an int, or one of the words same and valid",
        "padding=(-1,0)",
    ),
    TokenForm(
        "the padding",
        r"same|valid|full",
        "(same|valid)",
        lambda m: {"padding": m[1]},
        "a padding word is same or valid",
    ),
    TokenForm(
        "the dilation",
        r"d[0-9]",
        f"d{SIDES}",
        _pair("dilation"),
        "a dilation is d1x2, or d2 for an int",
        "dilation=0",
    ),
    TokenForm(
        "the groups",
        r"g[0-9]",
        f"g{POSITIVE}",
        lambda m: {"groups": int(m[1])},
        "groups are one number, as in g2",
        "groups=0",
    ),
    TokenForm("the bias", r"bias$|nobias", "(bias|nobias)", lambda m: {"bias": m[1] == "bias"}, "write bias or nobias"),
    TokenForm(
        "the dtype",
        r"float|bfloat|double|half|int[0-9]|complex",
        _one_of(DTYPES),
        lambda m: {"dtype": m[1]},
        f"a dtype is one of {', '.join(DTYPES)}",
    ),
    TokenForm(
        "the data",
        rf"{_one_of(RECIPES)}|[a-z]+[*:]",
        rf"{_one_of(RECIPES)}(?:\*{POSITIVE})?(?::([0-9]{{1,20}}))?",
        _read_recipe,
        "data are a recipe and its seed, as in integers:7 or integers*100:7",
        besides=f"the recipes are {', '.join(RECIPES)}",
    ),
    TokenForm(
        "the data", "all", "all-zero", lambda _: {"data": Elements()}, "the case without any element is all-zero"
    ),
    TokenForm(
        "the elements",
        r"[a-z]+\[",
        r"([xwb]|gy)\[([0-9]{1,18}(?:,[0-9]{1,18})*)\]=([^\s_]+)",
        _read_elements,
        "an element of x, w, b or gy is x[0,1,2,3]=1, w[0,1,0,0]=0.5, b[0]=2 or gy[0,1,0,0]=1",
        besides="none at all is all-zero",
    ),
    TokenForm(
        "the padding mode",
        r"reflect|replicate|circular|zero|constant",
        _one_of(PADDING_MODES),
        lambda m: {"padding_mode": m[1]},
        f"a padding mode is one of {', '.join(PADDING_MODES)}",
    ),
    TokenForm(
        "the view",
        r"view",
        rf"view={_one_of(VIEWS)}(?::{_one_of(LETTERS.values())})?",
        lambda m: {"view": m[1], "viewed": _ARRAY_OF.get(m[2])},
        f"a view is one of {', '.join(VIEWS)}, of all arrays or of x, w, b or gy alone, as in view=channels-last:w",
    ),
    TokenForm(
        "the omitted arguments",
        r"omit",
        rf"omit=({_one_of(ATTRIBUTES[:-1])}(?:,{_one_of(ATTRIBUTES[:-1])})*)",
        lambda m: {"omit": tuple(m[1].split(","))},
        f"what can be omitted is {', '.join(ATTRIBUTES[:-1])}, as in omit=stride,dilation",
    ),
    TokenForm(
        "an override",
        r"[A-Za-z_-]+=",
        rf"{_one_of(OVERRIDES)}=(\S+)",
        _read_override,
        f"what can be overridden is {', '.join(OVERRIDES)}, as in stride=(1,2,3) or weight-dtype=float64",
    ),
)
"""The grammar, without the words that ask for an operation.

The first form whose pattern matches a token reads it. A hint only chooses the error message.
"""


Compiled = tuple[tuple[TokenForm, re.Pattern[str], re.Pattern[str]], ...]


@cache
def _compiled(asked_by: tuple[tuple[str, str], ...]) -> Compiled:
    """All forms. Those of the operations, made from their words, stand right after the data."""
    words = [_form_of(*asked) for asked in asked_by]
    place = next(number for number, form in enumerate(FORMS) if form.name == "the padding mode")
    forms = (*FORMS[:place], *words, *FORMS[place:])
    return tuple((form, re.compile(form.pattern), re.compile(form.hint)) for form in forms)


def _form_of(operation: str, word: str) -> TokenForm:
    pattern = re.escape(word)
    allowed = f"{operation} are asked for by {word}"
    return TokenForm(f"the {operation}", pattern, pattern, lambda _: {"operation": operation}, allowed)


_LISTS = ("elements", "overrides")
_EXAMPLE = "a case is a line such as n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7"


def parse(line: str) -> Case:
    """The case that a line describes. CaseError names the wrong token and what is allowed."""
    fields: dict[str, Any] = {}
    compiled = _compiled(tuple((found.name, found.word) for found in SIGNATURES.values() if found.word))
    for token in line.split():
        form, values = _read_token(token, compiled)
        for field, value in values.items():
            if field in _LISTS:
                fields[field] = fields.get(field, ()) + value
            elif field in fields:
                raise CaseError(f"{token!r} gives {form.name} a second time", "give it once")
            else:
                fields[field] = value
    for needed, field in zip(FORMS, ("N", "M"), strict=False):
        if field not in fields:
            raise CaseError(f"{line.strip()!r} lacks {needed.name}", _EXAMPLE)
    if "elements" in fields:
        base = fields.get("data")
        if isinstance(base, Elements):
            raise CaseError(f"{line.strip()!r} is all-zero and names elements", "leave out all-zero")
        fields["data"] = Elements(fields.pop("elements"), base)
    return Case(**fields)


def _read_token(token: str, compiled: Compiled) -> tuple[TokenForm, dict[str, Any]]:
    for form, pattern, _ in compiled:
        if match := pattern.fullmatch(token):
            return form, form.read(match)
    for form, _, hint in compiled:
        if hint.match(token):
            illegal = f"an illegal call is written with an override, {form.illegal}" if form.illegal else ""
            raise CaseError(f"{token!r} is not understood: {form.allowed}", form.besides or illegal)
    raise CaseError(f"{token!r} is not understood: {_EXAMPLE}")
