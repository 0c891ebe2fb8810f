"""The checker in one file: it needs NumPy alone, lets right functions pass and says what is wrong with others."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.views import VIEWS, lie_of
from conv2d_conformance.vectors import check_vectors
from conv2d_conformance.vectors.asked_vector import AskedVector
from conv2d_conformance.vectors.check_vectors import GUARD, main, place
from conv2d_reference import correlate
from plain_conv2d import SOURCE

WRONG = {
    "flipped": ("w[..., kh, kw]", "w[..., KH - 1 - kh, KW - 1 - kw]", "allowed is"),
    "no_bias": ("if bias is not None", "if False", "allowed is"),
    "double": ("return y.astype(input.dtype)", "return y", "the answer has dtype float64, not float32"),
    "masked": (
        "return y.astype(input.dtype)",
        "return np.ma.masked_all(y.shape, input.dtype)",
        "of type MaskedArray, and no NumPy array",
    ),
    "ends": ("return y.astype(input.dtype)", "raise SystemExit(0)", "the call would have ended the process"),
    "no_memory": ("return y.astype(input.dtype)", "raise MemoryError('all of it')", "the call ran out of memory"),
    "a_list": ("return y.astype(input.dtype)", "return y.tolist()", "of type list, and no NumPy array"),
    "flat": ("return y.astype(input.dtype)", "return y.astype(input.dtype).ravel()", "the answer has shape"),
    "refuses": ("return y.astype(input.dtype)", "raise NotImplementedError('strides')", "a legal call was refused"),
    "writes": ("return y.astype(input.dtype)", "input *= 2; return y.astype(input.dtype)", "wrote into its input"),
}


def run(capsys: pytest.CaptureFixture[str], vectors: Path, *words: str) -> tuple[int, str, str]:
    status = main([*words, "--vectors", str(vectors)])
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.fixture
def kernel(tmp_path: Path) -> Callable[[str], str]:
    """The target of a source."""

    def write(source: str) -> str:
        (tmp_path / "kernel.py").write_text(source)
        return f"{tmp_path / 'kernel.py'}:conv2d"

    return write


def test_it_imports_nothing_but_numpy_and_the_standard_library() -> None:
    tree = ast.parse(Path(check_vectors.__file__).read_text(encoding="utf-8"))
    found = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert found - set(sys.stdlib_module_names) == {"numpy"}


def test_a_right_function_passes(
    capsys: pytest.CaptureFixture[str], vectors: Path, kernel: Callable[[str], str]
) -> None:
    status, told, _ = run(capsys, vectors, kernel(SOURCE))
    count = len(json.loads((vectors / "index.json").read_text())["vectors"])
    assert status == 0
    assert f"size mcu: {count} of {count} right" in told


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_one_is_told(
    capsys: pytest.CaptureFixture[str], vectors: Path, kernel: Callable[[str], str], name: str
) -> None:
    old, new, said = WRONG[name]
    assert old in SOURCE
    status, told, _ = run(capsys, vectors, kernel(SOURCE.replace(old, new)), "--show", "1")
    assert status == 1
    assert said in told
    assert told.count("  case  ") == 1


def answered(line: str, conv2d: Callable[..., Any]) -> str:
    """What is wrong with the answer to a case."""
    return AskedVector.of(parse(line)).fault_of(conv2d)


def test_what_is_refused_must_be_and_nothing_else() -> None:
    illegal, legal = "n1c1h4w3 m1k1x2 stride=(0,1)", "n1c1h4w3 m1k1x2"
    assert answered(illegal, correlate.conv2d) == answered(legal, correlate.conv2d) == ""
    assert "must be refused was answered: stride[0]" in answered(illegal, lambda *given, **_: given[0])
    assert answered(legal, lambda *_, **__: 1 / 0) == "a legal call was refused: ZeroDivisionError: division by zero"


def test_an_end_of_memory_is_no_refusal_and_whatever_else_is_raised_is() -> None:
    def raising(kind: type[BaseException]) -> Callable[..., Any]:
        def conv2d(*_: Any, **__: Any) -> Any:
            raise kind("so")

        return conv2d

    illegal = "n1c1h4w3 m1k1x2 stride=(0,1)"
    assert answered(illegal, raising(MemoryError)) == "the call ran out of memory: so"
    assert answered(illegal, raising(SystemExit)) == "the call would have ended the process: SystemExit: so"
    for base in (BaseException, KeyboardInterrupt, SystemExit):
        assert answered(illegal, raising(type("Refused", (base,), {}))) == ""


def test_an_exception_without_a_message_is_told_by_its_type() -> None:
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def conv2d(*_: Any, **__: Any) -> Any:
        raise Unspeakable

    assert answered("n1c1h4w3 m1k1x2 stride=(0,1)", conv2d) == ""
    assert (
        answered("n1c1h4w3 m1k1x2", conv2d) == "a legal call was refused: Unspeakable: (the message cannot be formed)"
    )


def test_a_feature_of_the_core_may_be_named_too(
    capsys: pytest.CaptureFixture[str], vectors: Path, kernel: Callable[[str], str]
) -> None:
    without, named = (run(capsys, vectors, kernel(SOURCE), *words) for words in ((), ("--with", "bias,dtype.float32")))
    assert named == without
    assert named[0] == 0


def test_arrays_of_either_byte_order_are_read(tmp_path: Path) -> None:
    for order in "<>":
        np.savez(tmp_path / "one.npz", input=np.arange(3, dtype=f"{order}f4"), special=np.ones(2, np.uint8))
        found = check_vectors.read_arrays(tmp_path, {"file": "one.npz"})
        assert found["input"].dtype == np.float32
        assert found["input"].tolist() == [0, 1, 2]
        assert found["bias"] is None


def test_an_answer_in_the_memory_of_the_call_is_none() -> None:
    line = "n1c1h1w1 m1k1 nobias float32 x[0,0,0,0]=1 w[0,0,0,0]=3"
    assert answered(line, lambda *given, **_: given[0]) == "the answer shares memory with an array of the call"
    assert answered(line, lambda *given, **_: given[1].copy()) == ""


def test_a_write_beside_an_array_is_seen() -> None:
    def beside(x: Array, w: Array, b: Any, **arguments: Any) -> Array:
        np.lib.stride_tricks.as_strided(x, (x.size + 1,), (x.itemsize,))[-1] = 0
        return correlate.conv2d(x, w, b, **arguments)

    assert answered("n1c1h3w3 m1k1 integers:1", beside) == "the call wrote into its input, or beside it"


def test_the_allowed_range_is_told() -> None:
    def one_more(*given: Any, **arguments: Any) -> Array:
        return correlate.conv2d(*given, **arguments) + np.float32(1)

    found = answered("n1c1h1w2 m1k1 x[0,0,0,0]=2 x[0,0,0,1]=5 w[0,0,0,0]=3", one_more)
    assert found == "y[0,0,0,0] is 7.0, allowed is 6.0; 2 of 2"
    line = "n1c1h1w2 m1k1 x[0,0,0,0]=2 x[0,0,0,1]=nan w[0,0,0,0]=3"
    nan = answered(line, lambda *given, **_: given[0] * 0 + 6)
    assert nan == ""
    lost = answered(line, lambda *given, **_: np.full_like(given[0], 6))
    assert lost == "y[0,0,0,1] is 6.0, allowed is NaN; 1 of 2"


@pytest.mark.parametrize("bits", [False, True])
def test_bfloat16_goes_in_as_its_dtype_or_as_its_bits(bits: bool) -> None:
    asked = AskedVector.of(parse("n1c2h3w4 m2k2 bfloat16 uniform:1"))
    bfloat16 = np.dtype(ml_dtypes.bfloat16)
    as_bits = {name: None if a is None else a.view(np.uint16) for name, a in asked.arrays.items()}
    allowed = asked.allowed
    assert allowed is not None
    stored = (allowed.lower.view(np.uint16), allowed.upper.view(np.uint16), allowed.special)

    def conv2d(x: Array, w: Array, b: None, **arguments: Any) -> Array:
        assert x.dtype == (np.uint16 if bits else bfloat16)
        answer: Array = correlate.conv2d(x.view(bfloat16), w.view(bfloat16), b, **arguments)
        return answer.view(np.uint16) if bits else answer

    arrays = as_bits if bits else asked.arrays
    assert check_vectors.fault(asked.call, arrays, stored, conv2d) == ""
    zeros = check_vectors.fault(asked.call, arrays, stored, lambda *given, **_: conv2d(*given, **_) * 0)
    assert "allowed is" in zeros


@pytest.mark.parametrize("view", [view for view in VIEWS if view])
def test_a_view_lies_as_that_of_the_suite(view: str) -> None:
    array = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    if view == "broadcast":
        array = np.repeat(array.take([0], 1), 2, 1)
    block, found = place(array, view)
    lie = lie_of(array, view)
    assert (found == array).all()
    assert found.strides == tuple(step * 4 for step in lie.strides)
    first = found.__array_interface__["data"][0] - block.__array_interface__["data"][0]
    assert first == GUARD + 4 * lie.start
    assert block.size == 4 * lie.room + 2 * GUARD
    assert found.flags.writeable == (view not in ("read-only", "broadcast"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("kernel",), "'kernel' names no function; write kernel.py:conv2d"),
        (("none.py:conv2d",), "none.py:conv2d cannot be loaded: "),
        (("no_such_module:conv2d",), "cannot be loaded: No module named"),
        (("json:__name__",), "json:__name__ is of type str, and no function"),
        (("json:conv2d",), "json:conv2d cannot be loaded: "),
        (("json:dumps", "--with", "dtype.float65"), "--with dtype.float65 is not known; there are "),
        (("json:dumps", "--grade", "float32=Z"), "--grade float32=Z is not known; there are float32: A, "),
        (("json:dumps", "--flushed", "int8"), "--flushed int8 is not known; there are float32, "),
    ],
)
def test_wrong_usage_is_a_sentence(
    capsys: pytest.CaptureFixture[str], vectors: Path, words: tuple[str, ...], sentence: str
) -> None:
    status, told, error = run(capsys, vectors, *words)
    assert (status, told) == (2, "")
    assert sentence in error


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def conv2d(:", "SyntaxError: "),
    ],
)
def test_a_file_that_cannot_be_loaded_is_no_wrong_answer(
    capsys: pytest.CaptureFixture[str], vectors: Path, kernel: Callable[[str], str], source: str, sentence: str
) -> None:
    status, told, error = run(capsys, vectors, kernel(source))
    assert (status, told) == (2, "")
    assert f"cannot be loaded: {sentence}" in error


def test_a_file_finds_its_neighbours(
    capsys: pytest.CaptureFixture[str],
    vectors: Path,
    tmp_path: Path,
    kernel: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "neighbour_of_a_kernel.py").write_text(SOURCE)
    target = kernel(
        "def conv2d(*a, **k):\n    import neighbour_of_a_kernel\n    return neighbour_of_a_kernel.conv2d(*a, **k)"
    )
    assert run(capsys, vectors, target)[0] == 0


@pytest.mark.parametrize("content", [None, b"", b"PK"])
def test_arrays_that_cannot_be_read_are_no_wrong_answer(vectors: Path, tmp_path: Path, content: bytes | None) -> None:
    vector = json.loads((vectors / "index.json").read_text())["vectors"][0]
    (tmp_path / "vectors").mkdir()
    if content is not None:
        (tmp_path / vector["file"]).write_bytes(content)
    with pytest.raises(check_vectors.UsageError, match=r"0000.npz cannot be read: "):
        check_vectors.read_arrays(tmp_path, vector)


def change(path: Path) -> Path:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["vectors/0000.npz", "vectors/0045.npz"])
def test_what_was_changed_is_not_asked(
    capsys: pytest.CaptureFixture[str], vectors: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(vectors, tmp_path / "some")
    changed = change(tmp_path / "some" / name)
    status, told, error = run(capsys, tmp_path / "some", "json:dumps")
    assert (status, told) == (2, "")
    assert f"{changed} was changed since it was exported: " in error


@pytest.mark.parametrize("name", ["vectors.bin", "vectors.h"])
def test_a_file_that_only_c_reads_may_change(
    capsys: pytest.CaptureFixture[str], vectors: Path, tmp_path: Path, kernel: Callable[[str], str], name: str
) -> None:
    """Git changes the line ends of a header."""
    shutil.copytree(vectors, tmp_path / "some")
    change(tmp_path / "some" / name)
    assert run(capsys, tmp_path / "some", kernel(SOURCE))[0] == 0


def test_a_file_that_is_gone_is_missed_only_where_it_is_read(
    capsys: pytest.CaptureFixture[str], vectors: Path, tmp_path: Path, kernel: Callable[[str], str]
) -> None:
    shutil.copytree(vectors, tmp_path / "some")
    (tmp_path / "some" / "vectors.bin").unlink()
    assert run(capsys, tmp_path / "some", kernel(SOURCE))[0] == 0
    (tmp_path / "some" / "vectors" / "0000.npz").unlink()
    status, _, error = run(capsys, tmp_path / "some", kernel(SOURCE))
    assert (status, "0000.npz cannot be read: " in error) == (2, True)


def test_a_folder_without_an_index_and_one_without_vectors(
    capsys: pytest.CaptureFixture[str], vectors: Path, tmp_path: Path
) -> None:
    status, _, error = run(capsys, tmp_path, "json:dumps")
    assert (status, "index.json cannot be read: " in error) == (2, True)
    for other in ("[]", '{"vectors": []}'):
        (tmp_path / "index.json").write_text(other)
        status, told, error = run(capsys, tmp_path, "json:dumps")
        assert (status, told, "is no index of vectors" in error) == (2, "", True)
    index = json.loads((vectors / "index.json").read_text())
    (tmp_path / "index.json").write_text(json.dumps(index | {"vectors": [], "checksums": {}}))
    status, told, _ = run(capsys, tmp_path, "json:dumps")
    assert (status, "0 of 0 right" in told) == (4, True)


def test_what_needs_more_is_left_out_and_said(
    capsys: pytest.CaptureFixture[str], vectors: Path, tmp_path: Path, kernel: Callable[[str], str]
) -> None:
    shutil.copytree(vectors, tmp_path / "some")
    index = json.loads((vectors / "index.json").read_text())
    for vector in index["vectors"][1:]:
        vector["features"].append("unbatched")
    (tmp_path / "some" / "index.json").write_text(json.dumps(index | {"features": ["unbatched"]}))
    status, told, _ = run(capsys, tmp_path / "some", kernel(SOURCE))
    assert status == 0
    assert "1 of 1 right" in told
    assert f"{len(index['vectors']) - 1} not asked; they need one of: unbatched (see --with)" in told
    _, told, _ = run(capsys, tmp_path / "some", kernel(SOURCE), "--with", "all")
    assert "not asked" not in told
