"""`explain A-tc`: what the suite knows about one accuracy class."""

from __future__ import annotations

from dataclasses import astuple

from rich.console import Console

from conv2d_conformance import spec
from conv2d_conformance.cli.answers.explained import ErrorsOfDtype, ExplainedClass
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.grades import MEANINGS, TRANSFORMS, class_names, default_class
from conv2d_conformance.law.classes import AccuracyClass, accuracy_class, contained_in
from conv2d_conformance.report.console import paragraph, show_table, whole_line

WHO = {
    "A": "loops, im2col and matrix products in IEEE arithmetic, on processors and graphics cards, in any order",
    "A-tc": "matrix engines, whose blocks of products are aligned and cut; directed rounding; sums in 80 bits",
    "R-bf16x9": "cuBLAS's emulation BF16x9, XLA's BF16_BF16_F32_X9",
    "R-bf16x6": "oneMKL's float_to_bf16x3, XLA's BF16_BF16_F32_X6",
    "R-tf32x3": "CUTLASS's 3xTF32, XLA's TF32_TF32_F32_X3",
    "R-bf16x3": "oneMKL's float_to_bf16x2, XLA's BF16_BF16_F32_X3",
    "R-tf32": "NVIDIA's tensor cores where TF32 is allowed, as by PyTorch's allow_tf32",
    "R-fp16": "libraries that are allowed to compute float32 in half precision",
    "R-bf16": "oneDNN with fpmath_mode bf16, XLA's default precision on TPUs",
    "R-acc16": "kernels that add in float16 or bfloat16, and gradients that keep partial sums so",
    "B2": "Winograd's F(2, 3), as in ncnn",
    "B4": "Winograd's F(4, 3), as in oneDNN and ncnn",
    "B6": "Winograd's F(6, 3), as in NNPACK and ncnn",
    "C": "convolution by fast Fourier transforms, as in cuDNN and NNPACK",
}
"""Where the arithmetic is found; only the claim of an adapter counts."""


def find(name: str) -> str | None:
    """The accuracy class of this name, in upper or lower case; None where there is none."""
    return next((known for known in MEANINGS if known.lower() == name.lower()), None)


def explained_class(name: str) -> ExplainedClass:
    """The law of a class in words, its bound by dtype, who has it, and where it is specified."""
    dtypes = [dtype for dtype in DTYPES if name in class_names(dtype)]
    edition = spec.load().edition
    return ExplainedClass(
        accuracy_class=name,
        meaning=MEANINGS[name],
        law=_law(accuracy_class(name, dtypes[0])),
        contains=tuple(known for known in MEANINGS if known in contained_in(name)),
        who=WHO[name],
        default_of=tuple(dtype for dtype in dtypes if default_class(dtype) == name),
        gradients=name not in TRANSFORMS,
        claim=f'Capabilities(grades={{"{dtypes[0]}": "{name}"}})',
        source=f"{spec.get('numerics.bound').source}",
        cite_as=f"conv2d-conformance spec edition {edition}, numerics.grade and numerics.bound",
        errors=tuple(_errors(dtype, accuracy_class(name, dtype)) for dtype in dtypes),
    )


def explain_class(out: Console, name: str) -> None:
    """Print what is known of a class."""
    found = explained_class(name)
    paragraph(out, name, style="bold")
    out.print()
    paragraph(out, f"Accuracy class {name}: {found.meaning}.")
    out.print()
    paragraph(out, found.law, label="law")
    paragraph(out, ", ".join(found.contains) or "no other class", label="contains")
    paragraph(out, found.who, label="who")
    if found.default_of:
        paragraph(out, f"where nothing is claimed for {', '.join(found.default_of)}", label="holds")
    if not found.gradients:
        paragraph(out, "none for gradients, for which no bound by transforms is known", label="gradients")
    paragraph(out, found.claim, label="claim")
    paragraph(out, found.source, label="source")
    whole_line(out, found.cite_as, label="cite as")
    out.print()
    show_table(
        out,
        ("dtype", "a product errs by", "an addition by", "kept in", "single product"),
        [astuple(errors) for errors in found.errors],
    )


def _law(accuracy: AccuracyClass) -> str:
    if accuracy.tile is not None:
        return (
            f"as A; or by Winograd's algorithm with tiles of at most {accuracy.tile} cells an axis, held to the bound "
            "of its transforms, which numerics.grade gives"
        )
    if accuracy.by_fourier:
        return "as A; or by Fourier transforms, held to the bound of their norms, which numerics.grade gives"
    inputs = ""
    if accuracy.pieces is not None:
        count, products = accuracy.pieces.count, accuracy.pieces.products
        inputs = f"an input is {count} pieces of {accuracy.kept_bits} bits, and {products} products stand for one; "
    elif accuracy.input is not None:
        inputs = f"inputs are first rounded to {accuracy.kept_bits} bits, to either neighbour; "
    return (
        f"{inputs}the terms are added in any order; an element errs by no more than SUM of "
        "((1 + u_p)(1 + u_a)^(additions on its path) - 1) * |term|, as numerics.bound says"
    )


def _errors(dtype: str, accuracy: AccuracyClass) -> ErrorsOfDtype:
    neighbours = "the nearest" if accuracy.neighbours == 1 else "either neighbour"
    kept = next(known for known in DTYPES if _precision(known) == accuracy.accumulator.precision)
    return ErrorsOfDtype(dtype, _unit(accuracy.product), _unit(accuracy.addition), kept, neighbours)


def _precision(dtype: str) -> int:
    return accuracy_class("A", dtype).output.precision


def _unit(error: float) -> str:
    """An error as a multiple of a power of two, as the specification writes it."""
    if error == 0:
        return "nothing"
    mantissa, exponent = error.hex().split("p")
    assert float.fromhex(f"{mantissa}p0") == 1.0, "an error is a power of two"
    return f"2^{int(exponent)}"
