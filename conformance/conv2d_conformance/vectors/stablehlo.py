"""Vectors as modules of StableHLO: `main` takes nothing and returns whether the convolution is right.

So any interpreter or compiler of StableHLO runs them, without a tolerance of its own: the module compares with the
range of the usual grade. Arrays are written as their bytes, in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.vectors.check_vectors import MINUS, NAN, PLUS
from conv2d_conformance.vectors.index import VectorGeometry
from conv2d_conformance.vectors.made_vector import MadeVector, stored
from conv2d_conformance.vectors.plain_calls import plain_calls

TYPES = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16"}


def write(folder: Path, vectors: Sequence[MadeVector]) -> int:
    """Write a module for each vector that can be said; their number."""
    count = 0
    for vector, g in plain_calls(vectors, tuple(TYPES)):
        text = "\n".join(lines_of(vector, g))
        (folder / f"conv2d_{vector.told.name}.mlir").write_text(text + "\n", encoding="utf-8")
        count += 1
    return count


def lines_of(vector: MadeVector, g: VectorGeometry) -> Iterator[str]:
    """The module."""
    kind = TYPES[vector.told.dtype]
    types = {name: _type(vector.arrays[name], kind) for name in ("input", "weight", "bias") if name in vector.arrays}
    output, yes_or_no = _type(vector.arrays["expected"], kind), _type(vector.arrays["expected"], "i1")
    (top, bottom), (left, right) = g.pads
    window = f"stride = {[*g.stride]}, pad = [[{top}, {bottom}], [{left}, {right}]], rhs_dilate = {[*g.dilation]}"
    counts = f"batch_group_count = 1 : i64, feature_group_count = {g.groups} : i64"
    yield f"// {vector.told.name} {vector.told.requirement}: {vector.told.case}"
    yield f"// {vector.told.requires}"
    yield "module {"
    yield "  func.func @main() -> tensor<i1> {"
    for name, of_array in types.items():
        yield f"    %{name} = {_constant(vector.arrays[name], of_array)}"
    yield (
        "    %sums = stablehlo.convolution(%input, %weight) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], "
        f"window = {{{window}}} {{{counts}}} : ({types['input']}, {types['weight']}) -> {output}"
    )
    answer = "%sums"
    if "bias" in types:
        yield f"    %biases = stablehlo.broadcast_in_dim %bias, dims = [1] : ({types['bias']}) -> {output}"
        yield f"    %output = stablehlo.add %sums, %biases : {output}"
        answer = "%output"
    yield from (f"    {line}" for line in _comparison(vector, answer, output, yes_or_no))
    yield "    return %all : tensor<i1>"
    yield "  }"
    yield "}"


def _comparison(vector: MadeVector, answer: str, output: str, yes_or_no: str) -> Iterator[str]:
    allowed = vector.default_range
    pair = f"({output}, {output}) -> {yes_or_no}"
    yield f"%lower = {_constant(stored(allowed.lower), output)}"
    yield f"%upper = {_constant(stored(allowed.upper), output)}"
    yield f"%above = stablehlo.compare GE, {answer}, %lower, FLOAT : {pair}"
    yield f"%below = stablehlo.compare LE, {answer}, %upper, FLOAT : {pair}"
    yield f"%right = stablehlo.and %above, %below : {yes_or_no}"
    found = "%right"
    for bit, word, value in ((NAN, "nan", None), (PLUS, "plus", np.inf), (MINUS, "minus", -np.inf)):
        if allowed.special is None or not (allowed.special & bit).any():
            continue
        other, test = answer, "NE"  # NaN alone differs from itself
        if value is not None:
            yield f"%{word} = {_constant(stored(np.full_like(allowed.lower, value)), output)}"
            other, test = f"%{word}", "EQ"
        yield f"%{word}_may = stablehlo.constant dense<{_nested(allowed.special & bit != 0)}> : {yes_or_no}"
        yield f"%{word}_is = stablehlo.compare {test}, {answer}, {other}, FLOAT : {pair}"
        yield f"%{word}_right = stablehlo.and %{word}_may, %{word}_is : {yes_or_no}"
        yield f"%{word}_or = stablehlo.or {found}, %{word}_right : {yes_or_no}"
        found = f"%{word}_or"
    yield "%true = stablehlo.constant dense<true> : tensor<i1>"
    yield (
        f"%all = stablehlo.reduce({found} init: %true) applies stablehlo.and across dimensions = [0, 1, 2, 3] : "
        f"({yes_or_no}, tensor<i1>) -> tensor<i1>"
    )


def _type(array: Array, kind: str) -> str:
    return f"tensor<{'x'.join(map(str, array.shape))}x{kind}>"


def _constant(array: Array, of_array: str) -> str:
    return f'stablehlo.constant dense<"0x{array.tobytes().hex().upper()}"> : {of_array}'


def _nested(array: Array) -> str:
    return str(array.tolist()).lower()
