"""The checker in C compiles without a warning, lets a right function pass, and sees wrong ones, in all four dtypes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.forms import header
from conv2d_conformance.forms.library import DTYPE_CODES
from conv2d_conformance.vectors.chosen import ChosenCase
from conv2d_conformance.vectors.exporting import CHECKERS, source_of
from conv2d_conformance.vectors.index import VectorIndex
from conv2d_conformance.vectors.made_vector import MadeVector, made
from conv2d_conformance.vectors.words import GRADE_CODES, as_file, as_header, is_sayable, packed, words_of

EXAMPLE = (Path(__file__).parents[3] / "examples" / "my_conv.c").read_text(encoding="utf-8")
STRICT = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-DCONV2D_FUNCTION=my_conv2d")

WRONG = {
    "padding as width, height": ("kh * a->dilation_h - a->padding_h", "kh * a->dilation_h - a->padding_w"),
    "no bias": ("if (bias)", "if (0)"),
    "first group alone": ("m / filters * channels + c", "c"),
    "dilation ignored": ("kw * a->dilation_w", "kw"),
}

BESIDE = {
    "ends the program": ("switch (call->dtype) {", "exit(0); switch (call->dtype) {", "the call ended the program"),
    "refuses": ("switch (call->dtype) {", "if (call->groups > 1) return 7; switch (call->dtype) {", "was refused"),
    "writes to the input": (
        "switch (call->dtype) {",
        "((unsigned char *)call->input)[0] ^= 1; switch (call->dtype) {",
        "the call changed its input",
    ),
    "writes behind the output": (
        "switch (call->dtype) {",
        "((unsigned char *)call->output)[-1] = 0; switch (call->dtype) {",
        "the call wrote beside an array",
    ),
}

LINES = (
    "n2c4h7w9 m6k3x2 s2x1 p1x2 d1x2 g2 bias {} integers:1",
    "n1c3h5w6 m2k3x3 p1x1 bias {} uniform:1",
    "n1c2h4w4 m2k2x2 {} spread:3",
    "n1c1h2w3 m1k1x2 p0x1 {} x[0,0,0,1]=inf x[0,0,1,1]=nan w[0,0,0,0]=1 w[0,0,0,1]=-2",
)

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no cc here")


@pytest.fixture(scope="module")
def vectors() -> list[MadeVector]:
    """Vectors in every dtype, two of which cannot be said in C."""
    lines = [line.format(dtype) for dtype in DTYPE_CODES for line in LINES]
    lines += ["c2h4w4 m2k2x2", "n1c2h4w4 m2k2x2 same"]
    return [
        made(ChosenCase("full", "test_values::test_definition", (), 0, line), f"{number:04}")
        for number, line in enumerate(lines)
    ]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, vectors: list[MadeVector]) -> Callable[..., Path]:
    """Compile the checker with a kernel, and return the program."""
    folder = tmp_path_factory.mktemp("c")
    for name in CHECKERS:
        (folder / Path(name).name).write_bytes(source_of(name))
    words = words_of(vectors)
    (folder / "vectors.bin").write_bytes(as_file(words))
    (folder / "vectors.h").write_text(as_header(words, "of a test"), encoding="ascii")
    checker: list[str] = []

    def compiled(source: str = EXAMPLE, *options: str, standard: str = "c99") -> Path:
        program = folder / "check"
        (folder / "kernel.c").write_text(source)
        objects = ["check_vectors.o", "kernel.o"]
        if options or not checker:
            _cc(folder, [f"-std={standard}", *STRICT, *options, "-c", "check_vectors.c"])
            checker.append(standard)
            if options:
                checker.clear()
        _cc(folder, ["-std=c11", "-O1", "-c", "kernel.c"])
        _cc(folder, ["-o", "check", *objects])
        return program

    return compiled


def _cc(folder: Path, words: Sequence[str]) -> None:
    done = subprocess.run(["cc", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def run(program: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run([program, *words], cwd=program.parent, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_right_function_passes_in_every_dtype(build: Callable[..., Path]) -> None:
    program = build()
    assert run(program, "vectors.bin") == (0, "3 of 3 right; 13 not asked\n", "")
    everything = ("vectors.bin", "--dtypes", ",".join(DTYPE_CODES), "--non-finite")
    assert run(program, *everything) == (0, "16 of 16 right\n", "")
    assert run(program, *everything, "--flushed") == (0, "16 of 16 right\n", "")
    assert run(program, "vectors.bin", "--grade", "R-bf16", "--dtypes", "float32,float64")[:2] == (
        0,
        "3 of 3 right; 13 not asked\n",  # float64 has no such grade
    )


def test_exported_vectors_let_a_right_function_pass_and_no_wrong_one(
    build: Callable[..., Path], exported: tuple[Path, VectorIndex]
) -> None:
    folder, index = exported
    words = str(folder / "vectors.bin")
    count = len(index.vectors)
    assert run(build(), words, "--non-finite") == (0, f"{count} of {count} right\n", "")
    for old, new in WRONG.values():
        status, told, _ = run(build(EXAMPLE.replace(old, new)), words, "--non-finite")
        assert status == 1, told


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_function_fails_in_every_dtype(build: Callable[..., Path], name: str) -> None:
    old, new = WRONG[name]
    assert old in EXAMPLE
    program = build(EXAMPLE.replace(old, new))
    for dtype in DTYPE_CODES:
        status, told, _ = run(program, "vectors.bin", "--dtypes", dtype)
        assert status == 1, dtype
        assert "an element is wrong: y[" in told
        assert f" {dtype} " in told


def test_a_finite_number_is_wrong_where_nan_or_infinity_must_be(build: Callable[..., Path]) -> None:
    old = "(TYPE)WRITE(sum)"
    assert old in EXAMPLE
    program = build(EXAMPLE.replace(old, "(TYPE)WRITE(sum - sum == 0 ? sum : (SUM)0)"))
    for dtype in DTYPE_CODES:
        assert run(program, "vectors.bin", "--dtypes", dtype)[0] == 0
        status, told, _ = run(program, "vectors.bin", "--dtypes", dtype, "--non-finite")
        assert (status, "y[0,0,0,1] is 0, allowed is nan to nan, or NaN or an infinity" in told) == (1, True), told


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_wrong_beside_the_answer_is_told(build: Callable[..., Path], name: str) -> None:
    old, new, said = BESIDE[name]
    status, told, _ = run(build("#include <stdlib.h>\n" + EXAMPLE.replace(old, new)), "vectors.bin")
    assert status == 1
    assert said in told


def test_a_subnormal_number_is_told_where_the_program_reads_it_as_zero(tmp_path: Path) -> None:
    """As many a program does that is linked with -ffast-math."""
    line = "n1c1h1w1 m1k1 float32 x[0,0,0,0]=1.401298464324817e-45 w[0,0,0,0]=1"
    vector = made(ChosenCase("full", "test_values::test_definition", (), 0, line), "0000")
    for name in CHECKERS:
        (tmp_path / Path(name).name).write_bytes(source_of(name))
    (tmp_path / "vectors.bin").write_bytes(as_file(words_of([vector])))
    (tmp_path / "kernel.c").write_text(EXAMPLE)
    _cc(tmp_path, [*STRICT[-1:], "-std=c11", "-ffast-math", "-O2", "check_vectors.c", "kernel.c", "-o", "check"])
    status, told, _ = run(tmp_path / "check", "vectors.bin")
    assert status == 0 or "is 0, allowed is 1.4012984643248171e-45 to 1.4012984643248171e-45" in told


def test_the_grade_decides(build: Callable[..., Path]) -> None:
    """Products of inputs rounded to bfloat16 are right in one grade, and wrong in others."""
    rounded = EXAMPLE.replace(
        "CONV2D(conv2d_float, float, float, AS_IT_IS, AS_IT_IS)",
        "static float cut(float value) { return from_bfloat16(to_bfloat16(value)); }\n"
        "CONV2D(conv2d_float, float, float, cut, AS_IT_IS)",
    )
    assert "(SUM)READ(bias[m])" in rounded
    program = build(rounded.replace("(SUM)READ(bias[m])", "(SUM)(bias[m])"))
    assert [run(program, "vectors.bin", "--grade", grade)[0] for grade in ("A", "R-tf32", "R-bf16")] == [1, 1, 0]


def test_the_vectors_can_be_in_the_program(build: Callable[..., Path]) -> None:
    program = build(EXAMPLE, '-DCONV2D_VECTORS="vectors.h"')
    assert run(program, "--dtypes", "float32,bfloat16") == (0, "6 of 6 right; 10 not asked\n", "")
    status, _, error = run(program, "vectors.bin")
    assert (status, "has its vectors in it" in error) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "the file with the vectors is missing"),
        (("none.bin",), "the file with the vectors cannot be read"),
        (("kernel.c",), "these are no vectors of this format"),
        (("cut.bin",), "these are no vectors of this format, or not all of them"),
        (("changed.bin",), "the vectors were changed since they were exported: their checksum is wrong"),
        (("signed.bin",), "the vectors were changed since they were exported: their checksum is wrong"),
        (("vectors.bin", "--grade", "Z"), "--grade is a name of index.json"),
        (("vectors.bin", "--dtypes", "float23"), "--dtypes has float32"),
        (("vectors.bin", "--other"), "an argument is not known"),
    ],
)
def test_wrong_usage_is_a_sentence(build: Callable[..., Path], words: tuple[str, ...], sentence: str) -> None:
    program = build()
    data = (program.parent / "vectors.bin").read_bytes()
    (program.parent / "cut.bin").write_bytes(data[:-4])
    (program.parent / "changed.bin").write_bytes(data[:-8] + bytes([data[-8] ^ 1]) + data[-7:])
    (program.parent / "signed.bin").write_bytes(data[:-1] + bytes([data[-1] ^ 0x80]))
    status, told, error = run(program, *words)
    assert (status, told) == (2, "")
    assert sentence in error


def test_nothing_asked_is_no_pass(build: Callable[..., Path]) -> None:
    assert run(build(), "vectors.bin", "--grade", "R-acc16")[:2] == (4, "0 of 0 right; 16 not asked\n")


def test_what_can_be_said_and_how(vectors: list[MadeVector]) -> None:
    assert [is_sayable(vector) for vector in vectors[-3:]] == [True, False, False]
    assert packed(np.array([1, 2, 3], np.uint16)).tolist() == [0x20001, 3]
    assert packed(np.array([1.0], np.float64)).tolist() == [0, 0x3FF00000]
    assert packed(np.array([1.0], ">f4")).tolist() == [0x3F800000]


def test_the_checker_knows_every_grade_by_its_place() -> None:
    source = source_of("vectors/check_vectors.c").decode()
    names = source.partition("GRADES[] = {")[2].partition("}")[0].replace('"', "").split(",")
    assert [name.strip() for name in names] == list(MEANINGS) == list(GRADE_CODES)
    assert header.text().encode() == source_of("forms/conv2d_conformance.h")
