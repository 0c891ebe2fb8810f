"""The vector of a chosen case: what the index says of it, and its arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np

from conv2d_conformance import spec
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.checks import Check
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.grades import class_names, default_class
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.typed_json import as_json
from conv2d_conformance.vectors.asked_vector import AskedVector, features_of_vector
from conv2d_conformance.vectors.check_vectors import EXACT
from conv2d_conformance.vectors.chosen import ChosenCase, is_shown_by_one_call
from conv2d_conformance.vectors.index import Vector, VectorGeometry
from conv2d_conformance.vectors.ranges import AnswerRange, expected_of, question_of, range_of
from conv2d_conformance.verdict.question import Question
from conv2d_reference.arguments import Geometry

LEGAL_CALLS = "test_validation::test_legal_calls_accepted"


@dataclass(frozen=True, eq=False)
class MadeVector:
    """A vector and its arrays by name, as they are stored."""

    told: Vector
    arrays: dict[str, Array]
    question: Question = field(repr=False)

    @property
    def default_range(self) -> AnswerRange:
        """What is allowed in the grade of those who claim none."""
        return self.range_in(default_class(self.told.dtype))

    def range_in(self, grade: str) -> AnswerRange:
        """What a grade allows, in the dtype of the answer."""
        return range_of(self.question.law_in(grade), self.question)

    @property
    def content(self) -> bytes:
        """All that the vector is, of which a digest is made."""
        text = json.dumps(as_json(self.told), sort_keys=True, ensure_ascii=False).encode()
        return text + b"".join(name.encode() + array.tobytes() for name, array in sorted(self.arrays.items()))


def made(chosen: ChosenCase, name: str) -> MadeVector:
    """The vector of a chosen case."""
    case = parse(chosen.line)
    asked = AskedVector.of(case)
    arrays = {which: array for which, array in asked.arrays.items() if array is not None}
    allowed: dict[bool, dict[str, str]] = {False: {}, True: {}}
    if asked.question.illegal_because is None:
        arrays |= _answers(asked.question, allowed)
    check = _check_of(chosen, asked.question)
    requirement = next(map(spec.get, sorted(filter(is_shown_by_one_call, check.requirements), key=_weaker)))
    call = asked.call
    told = Vector(
        name=name,
        file=f"vectors/{name}.npz",
        case=asked.question.request.line,
        requirement=requirement.id,
        level=requirement.level,
        requires=requirement.sentence,
        purpose=check.sentence,
        catches=tuple(mutants()[mutant].sentence for mutant in chosen.mutants if mutant in mutants()),
        features=tuple(sorted(features_of_vector(case))),
        dtype=case.dtype,
        dtypes={which: case.dtypes[which] for which, array in asked.arrays.items() if array is not None},
        geometry=None if call["refused"] else _geometry(asked.question.geometry),
        allowed=allowed[False],
        allowed_flushed=allowed[True],
        **call,
    )
    return MadeVector(told, {which: stored(array) for which, array in arrays.items()}, asked.question)


def stored(array: Array) -> Array:
    """An array as it is stored: little-endian, and of bfloat16, which NumPy lacks, the bits."""
    plain = array.view(np.uint16) if array.dtype.name == "bfloat16" else array
    return np.ascontiguousarray(plain, dtype=plain.dtype.newbyteorder("<"))


def _check_of(chosen: ChosenCase, question: Question) -> Check:
    """The check from which a case comes. A legal call that is asked beside illegal ones is one to be answered."""
    check = checks()[chosen.check]
    is_beside = question.illegal_because is None and all(map(_is_of_validation, check.requirements))
    return checks()[LEGAL_CALLS] if is_beside else check


def _is_of_validation(requirement: str) -> bool:
    return requirement.startswith("validation.")


def _weaker(requirement: str) -> bool:
    """Those that decide come first."""
    return spec.get(requirement).level != "MUST"


def _answers(question: Question, allowed: dict[bool, dict[str, str]]) -> dict[str, Array]:
    """The expected answer, and each different range once; fills in which range each grade has."""
    law = question.law
    expected = expected_of(law, question)
    found: dict[str, Array] = {"expected": expected}
    names: dict[bytes, str] = {}
    for flushed in (False, True):
        asked = question_of(question, flushed=flushed)
        for grade in class_names(question.case.dtype):
            these = range_of(asked.law_in(grade), question)
            if these.is_one_number:
                allowed[flushed][grade] = EXACT
                continue
            name = names.setdefault(these.bits, str(len(names)))
            allowed[flushed][grade] = name
            found |= {f"lower.{name}": these.lower, f"upper.{name}": these.upper}
            if these.special is not None:
                found[f"special.{name}"] = these.special
    return found


def _geometry(g: Geometry) -> VectorGeometry:
    return VectorGeometry(
        n=g.N,
        c=g.C,
        h=g.H,
        w=g.W,
        m=g.M,
        kh=g.KH,
        kw=g.KW,
        oh=g.OH,
        ow=g.OW,
        stride=g.stride,
        dilation=g.dilation,
        pads=g.pads,
        groups=g.groups,
        padding_mode=g.padding_mode,
    )
