"""The limits within which an implementation answers, as it declares them: conditions on a call, in a closed language.

    KH == KW    KH in {1, 3, 5}    C % 8 == 0    SH == 1 or DH == 1    N*M*OH*OW < 2**31    dtype == float32

A condition compares numbers, or a word with words. Numbers are integers, the sizes of the spec and what `+ - * // % **`
makes of them; words are those of an argument. Comparisons are joined by `and` and `or`. It reads like Python, whose
parser reads it, and is never evaluated as Python.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.signatures import SIGNATURES

POSITIVE = ("C", "H", "W", "M", "KH", "KW", "OH", "OW", "SH", "SW", "DH", "DW", "groups")
"""The sizes that are at least 1, by which a condition may divide."""

SIZES = ("N", *POSITIVE, "top", "bottom", "left", "right")
"""The numbers of a call, by their names in the spec. An input without a batch has N = 1."""

FORMS = ("pair", "scalar")
"""How two numbers for the axes are handed over."""

BIASES = ("given", "none")
"""Whether a call or a layer has a bias."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "dtype": tuple(DTYPES),
    "padding": ("explicit", "valid", "same"),
    "padding_mode": ("zeros", "reflect", "replicate", "circular"),
    "operation": tuple(SIGNATURES),
    "stride": FORMS,
    "dilation": FORMS,
    "kernel_size": FORMS,
    "bias": BIASES,
}
"""What is told by a word, and the words that there are. A convolution has no kernel_size, and a layer little else."""

EXAMPLES = "KH == KW, KH in {1, 3, 5}, C % 8 == 0, SH == 1 or DH == 1, dtype == float32"

LONGEST = 200
"""Characters of one limit."""

MOST_LIMITS = 32
"""Of one implementation."""

LARGEST = 2**63
"""Of the constants: no call has more of anything."""

Values = Mapping[str, int | str]
"""What is known of a call: its sizes and words by name."""

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, several: one in several,
    ast.NotIn: lambda one, several: one not in several,
}
_OF_WORDS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)

_ARITHMETIC: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True, slots=True)
class Relation:
    """A comparison of these sizes or words, or a chain of them (1 <= KH <= 7); where `denied`, that it is not so."""

    tree: ast.Compare
    names: frozenset[str]
    denied: bool = False

    @property
    def constants(self) -> tuple[int, ...]:
        """The numbers that it mentions, in order."""
        return tuple(
            node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant) and type(node.value) is int
        )

    def holds(self, values: Values) -> bool:
        """Whether it holds. Of a call that lacks a size, what is said of that size says nothing, and holds."""
        if not self.names <= values.keys():
            return True
        terms = [_value(node, values) for node in (self.tree.left, *self.tree.comparators)]
        pairs = zip(terms, self.tree.ops, terms[1:], strict=False)
        return self.denied != all(_COMPARISONS[type(op)](one, other) for one, op, other in pairs)


@dataclass(frozen=True, slots=True)
class Every:
    """Conditions that hold together, or of which one `suffices`."""

    parts: tuple[Condition, ...]
    suffices: bool = False

    def holds(self, values: Values) -> bool:
        found = (part.holds(values) for part in self.parts)
        return any(found) if self.suffices else all(found)


Condition = Relation | Every


def denied(wanted: Condition) -> Condition:
    """The condition that holds where another does not."""
    if isinstance(wanted, Relation):
        return replace(wanted, denied=not wanted.denied)
    return Every(tuple(map(denied, wanted.parts)), suffices=not wanted.suffices)


@lru_cache(maxsize=1024)
def condition(limit: str) -> Condition:
    """Read a limit. ValueError says what in it is not of the language, and what is."""
    limit = limit.strip()
    if len(limit) > LONGEST:
        raise ValueError(f"a limit of {len(limit)} characters; the longest is {LONGEST}, and there may be several")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what Python will not read for ever
            return _condition(ast.parse(limit, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = f": {error}" if type(error) is ValueError else ""
        raise ValueError(f"limit {limit!r} is no condition on a call{reason}; conditions are like {EXAMPLES}") from None


def _condition(node: ast.expr) -> Condition:
    if isinstance(node, ast.BoolOp):
        return Every(tuple(map(_condition, node.values)), suffices=isinstance(node.op, ast.Or))
    if not isinstance(node, ast.Compare):
        raise ValueError(f"{ast.unparse(node)} compares nothing")
    _check_comparison(node)
    return Relation(node, frozenset(_names(node)) & {*SIZES, *WORDS})


def _check_comparison(node: ast.Compare) -> None:
    terms = [node.left, *node.comparators]
    of_words = isinstance(node.left, ast.Name) and node.left.id in WORDS
    for op, term in zip(node.ops, terms[1:], strict=True):
        if type(op) not in (_OF_WORDS if of_words else _COMPARISONS):
            raise ValueError(f"{ast.unparse(node)} compares in a way that is not known here")
        is_set = isinstance(term, ast.Set)
        if isinstance(op, ast.In | ast.NotIn) != is_set or (is_set and term is not terms[-1]):
            raise ValueError(f"{ast.unparse(term)} is no set of values, such as {{1, 3}}, or stands where none can")
        for one in term.elts if isinstance(term, ast.Set) else [term]:
            if of_words:
                assert isinstance(node.left, ast.Name)
                _check_word(one, node.left.id)
            else:
                _check_number(one)
    if not of_words:
        _check_number(node.left)


def _check_word(node: ast.expr, about: str) -> None:
    if not (isinstance(node, ast.Name) and node.id in WORDS[about]):
        raise ValueError(f"{ast.unparse(node)} is no {about}: these are {', '.join(WORDS[about])}")


def _check_number(node: ast.expr) -> None:
    if isinstance(node, ast.Name):
        if node.id in WORDS:
            raise ValueError(f"{node.id} is told by a word, and stands first: {node.id} == {WORDS[node.id][0]}")
        if node.id not in SIZES:
            raise ValueError(
                f"{node.id} is unknown: sizes are {', '.join(SIZES)}, words are told of {', '.join(WORDS)}"
            )
    elif isinstance(node, ast.Constant):
        if type(node.value) is not int or not 0 <= node.value <= LARGEST:
            raise ValueError(f"{ast.unparse(node)} is no integer from 0 to 2**63")
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        _check_number(node.left)
        _check_number(node.right)
        _check_operation(node)
    else:
        raise ValueError(f"{ast.unparse(node)} is no number of a call")


def _check_operation(node: ast.BinOp) -> None:
    """No division by what may be zero, and no power but of constants, which must stay small."""
    right = node.right
    if isinstance(node.op, ast.FloorDiv | ast.Mod):
        is_positive = (isinstance(right, ast.Name) and right.id in POSITIVE) or (
            isinstance(right, ast.Constant) and right.value != 0
        )
        if not is_positive:
            raise ValueError(f"{ast.unparse(node)} divides by what may be zero")
    if isinstance(node.op, ast.Pow):
        if not (isinstance(node.left, ast.Constant) and isinstance(right, ast.Constant)):
            raise ValueError(f"{ast.unparse(node)} is a power of something else than a constant")
        if right.value > LARGEST.bit_length() or _value(node, {}) > LARGEST:  # type: ignore[operator]  # a number
            raise ValueError(f"{ast.unparse(node)} is more than 2**63")


def _names(node: ast.AST) -> Iterator[str]:
    return (found.id for found in ast.walk(node) if isinstance(found, ast.Name))


def _value(node: ast.expr, values: Values) -> Any:
    """What a term is in a call: a number, a word, or a set of one kind."""
    if isinstance(node, ast.Set):
        return {_value(one, values) for one in node.elts}
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values.get(node.id, node.id)
    assert isinstance(node, ast.BinOp)
    return _ARITHMETIC[type(node.op)](_value(node.left, values), _value(node.right, values))
