"""Check a conv2d against exported test vectors. It needs NumPy alone, and the files beside it.

    python check_vectors.py kernel.py:conv2d
    python check_vectors.py package.module:conv2d --with dtype.float64,padding.same --grade float32=A-tc

The function is called as conv2d(input, weight, bias, *, stride, padding, dilation, groups, padding_mode), without the
padding mode where it is "zeros". It is asked the vectors that need no more than the core, and what --with names, as
index.json does: `--with all` is everything. A pass is no certificate: it says that these vectors found nothing.

Exit status: 0 nothing wrong was found, 1 an answer is wrong that a MUST fixes, 2 wrong usage, 4 nothing was asked.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

GUARD = 64
"""Bytes around each array that must stay as they are. All of them are 0xFF, which is NaN in every format."""

NAN, PLUS, MINUS = 1, 2, 4
"""Bits of `special`: where NaN, and where either infinity, is allowed."""

EXACT = "exact"
"""In place of a range: the answer is `expected`, and no other."""

NEEDED = {"checksums", "core", "default_grades", "edition", "features", "grades", "size", "suite", "vectors"}
"""What the index has, by name."""

VectorArrays = dict[str, Any]
AllowedRange = tuple[Any, Any, Any]
"""lower, upper, special, the last of which may be None."""


class UsageError(Exception):
    """What was asked for is not there, in a sentence."""


def read_index(folder: Path) -> dict[str, Any]:
    """The index of a folder of vectors."""
    try:
        found: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder / 'index.json'} cannot be read: {error}") from None
    if not isinstance(found, dict) or not found.keys() >= NEEDED:
        raise UsageError(f"{folder / 'index.json'} is no index of vectors as this checker reads them; export it again")
    return found


def require_unchanged(folder: Path, index: dict[str, Any]) -> None:
    """Each file of arrays that is still there must be what was exported. The words for C have their own checksum."""
    read = {vector["file"] for vector in index["vectors"]}
    for name, checksum in index["checksums"].items():
        path = folder / name
        if name in read and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
            raise UsageError(
                f"{path} was changed since it was exported: its SHA-256 is not that of index.json; export it again"
            )


def read_arrays(folder: Path, vector: dict[str, Any]) -> VectorArrays:
    """The arrays of a vector; the bias is None where there is none."""
    path = folder / vector["file"]
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    # They are stored with the low byte first, and passed as the machine has its numbers.
    return {"bias": None} | {name: array.astype(array.dtype.newbyteorder("=")) for name, array in found.items()}


def range_of(vector: dict[str, Any], arrays: VectorArrays, grade: str, *, flushed: bool = False) -> AllowedRange | None:
    """The answers that a grade allows; None for a call that must be refused."""
    if vector["refused"] is not None:
        return None
    name = vector["allowed_flushed" if flushed else "allowed"][grade]
    if name == EXACT:
        return arrays["expected"], arrays["expected"], None
    return arrays[f"lower.{name}"], arrays[f"upper.{name}"], arrays.get(f"special.{name}")


# ---- one call ----------------------------------------------------------------------------------------------------


def fault(
    vector: dict[str, Any], arrays: VectorArrays, allowed: AllowedRange | None, conv2d: Callable[..., Any]
) -> str:
    """What is wrong with the answer to a vector, in a sentence; empty where nothing is.

    The arrays go in as they are given: bfloat16 as its bits, or as the dtype of ml_dtypes.
    """
    placed = {}
    for name in ("input", "weight", "bias"):
        array = arrays.get(name)
        view = vector["view"] if vector["viewed"] in (None, name) else None
        placed[name] = (None, None) if array is None else place(array, view)
    blocks = {name: block for name, (block, _) in placed.items() if block is not None}
    before = {name: block.tobytes() for name, block in blocks.items()}
    given = [array for _, array in placed.values()]
    arguments = {name: _as_passed(value) for name, value in vector["arguments"].items()}
    try:
        with np.errstate(all="ignore"):  # infinities and NaN are answers, not accidents
            answer = conv2d(*given, **arguments)
    except MemoryError as error:
        return f"the call ran out of memory: {error}"
    except BaseException as error:  # the exceptions by which test frameworks skip are no Exception
        if type(error) is KeyboardInterrupt:
            raise
        if type(error) is SystemExit:  # a class derived from either is the function's own
            return f"the call would have ended the process: SystemExit: {error}"
        return "" if vector["refused"] is not None else f"a legal call was refused: {_exception(error)}"
    for name, block in blocks.items():
        if block.tobytes() != before[name]:
            return f"the call wrote into its {name}, or beside it"
    if vector["refused"] is not None:
        return f"a call that must be refused was answered: {vector['refused']}"
    assert allowed is not None
    return fault_of_answer(answer, tuple(vector["output_shape"]), given, allowed)


def fault_of_answer(answer: Any, shape: tuple[int, ...], given: Sequence[Any], allowed: AllowedRange) -> str:
    """What is wrong with an array that came back."""
    dtype = given[0].dtype
    if type(answer) is not np.ndarray:  # a masked array would hide what is wrong with it
        return f"the answer is of type {type(answer).__name__}, and no NumPy array"
    if answer.dtype != dtype:
        return f"the answer has dtype {answer.dtype}, not {dtype}"
    if answer.shape != shape:
        return f"the answer has shape {answer.shape}, not {shape}"
    if any(array is not None and np.shares_memory(answer, array) for array in given):
        return "the answer shares memory with an array of the call"
    wrong = ~is_allowed(answer, allowed)
    if not wrong.any():
        return ""
    index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
    got, lower, upper = (float(numbers(array)[index]) for array in (answer, *allowed[:2]))
    place_of = ",".join(map(str, index))
    return (
        f"y[{place_of}] is {got!r}, allowed is {_told(lower, upper, allowed[2], index)}; {wrong.sum()} of {wrong.size}"
    )


def is_allowed(answer: Any, allowed: AllowedRange) -> Any:
    """Where an answer is right. The sign of zero and of NaN never counts."""
    lower, upper, special = allowed
    got = numbers(answer)
    with np.errstate(invalid="ignore"):
        right = (numbers(lower) <= got) & (got <= numbers(upper))
    if special is not None:
        right |= np.isnan(got) & (special & NAN != 0)
        right |= np.isposinf(got) & (special & PLUS != 0)
        right |= np.isneginf(got) & (special & MINUS != 0)
    return right


def numbers(array: Any) -> Any:
    """An array as numbers that compare: of bfloat16, whose bits are stored as uint16, float32 has all."""
    if array.dtype.name in ("uint16", "bfloat16"):
        return (
            (np.ascontiguousarray(array).view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(array.shape)
        )
    return array


def _told(lower: float, upper: float, special: Any, index: tuple[int, ...]) -> str:
    kinds = () if special is None else ((NAN, "NaN"), (PLUS, "infinity"), (MINUS, "-infinity"))
    told = [word for bit, word in kinds if special[index] & bit]
    if lower <= upper:
        told.insert(0, f"{lower!r}" if lower == upper else f"{lower!r} to {upper!r}")
    return " or ".join(told)


def _as_passed(value: Any) -> Any:
    """An argument as Python passes it: JSON has lists for its tuples."""
    return tuple(map(_as_passed, value)) if isinstance(value, list) else value


# ---- memory ------------------------------------------------------------------------------------------------------


def place(array: Any, view: str | None) -> tuple[Any, Any]:
    """A block of bytes 0xFF, and the array in it, laid out as the view of this name."""
    axes = [*range(array.ndim)]
    if view == "transposed":
        return _in_order(array, [*axes[:-2], *reversed(axes[-2:])])
    if view == "channels-last" and array.ndim > 2:
        return _in_order(array, [*axes[:-3], axes[-2], axes[-1], axes[-3]])
    if view == "fortran":
        return _in_order(array, axes[::-1])
    if view == "offset":
        return _section(array, [size + 3 for size in array.shape], [slice(1, 1 + size) for size in array.shape])
    if view == "steps":
        return _section(array, [2 * size for size in array.shape], [slice(None, None, 2)] * array.ndim)
    if view == "negative":
        return _section(array, array.shape, [slice(None, None, -1)] * array.ndim)
    if view == "broadcast":
        return _repeating(array)
    block, found = _section(array, array.shape, [])
    found.flags.writeable = view != "read-only"
    return block, found


def _block(shape: Sequence[int], dtype: Any) -> tuple[Any, Any]:
    """A block, and the array of this shape within it."""
    room = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    block = np.full(room + 2 * GUARD, 0xFF, np.uint8)
    return block, np.ndarray(tuple(shape), dtype, block, GUARD)


def _in_order(array: Any, order: list[int]) -> tuple[Any, Any]:
    block, parent = _block([array.shape[axis] for axis in order], array.dtype)
    found = parent.transpose([order.index(axis) for axis in range(array.ndim)])
    found[...] = array
    return block, found


def _section(array: Any, shape: Sequence[int], slices: list[slice]) -> tuple[Any, Any]:
    block, parent = _block(shape, array.dtype)
    found = parent[(..., *slices)]
    found[...] = array
    return block, found


def _repeating(array: Any) -> tuple[Any, Any]:
    """The first axis along which all slices are equal has a stride of 0."""
    bits = np.ascontiguousarray(array).reshape(*array.shape, 1).view(np.uint8)
    axis = next((i for i, n in enumerate(array.shape) if n > 1 and (bits == bits.take([0], i)).all()), None)
    once = array if axis is None else array.take([0], axis)
    block, parent = _block(once.shape, array.dtype)
    parent[...] = once
    return block, np.broadcast_to(parent, array.shape)


# ---- all vectors -------------------------------------------------------------------------------------------------


def examine(
    folder: Path,
    conv2d: Callable[..., Any],
    *,
    features: frozenset[str],
    grades: dict[str, str],
    flushed: frozenset[str] = frozenset(),
    bfloat16: Any = None,
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Each vector with what is wrong with the answer; None where it was not asked, for want of a feature.

    `bfloat16` is the dtype of that format: np.uint16 for its bits. Without one, its vectors are not asked.
    """
    for vector in read_index(folder)["vectors"]:
        stored = vector["dtypes"].values()
        if not features.issuperset(vector["features"]) or (bfloat16 is None and "bfloat16" in stored):
            yield vector, None
            continue
        arrays = read_arrays(folder, vector)
        allowed = range_of(vector, arrays, grades[vector["dtype"]], flushed=vector["dtype"] in flushed)
        for name, dtype in vector["dtypes"].items():
            if dtype == "bfloat16" and arrays[name] is not None:
                arrays[name] = arrays[name].view(bfloat16)
        yield vector, fault(vector, arrays, allowed, conv2d)


def load(target: str) -> Callable[..., Any]:
    """The function that a target names: kernel.py:conv2d, or package.module:conv2d."""
    home, _, name = target.rpartition(":")
    if not home:
        raise UsageError(f"{target!r} names no function; write kernel.py:conv2d or package.module:conv2d")
    # What a file imports from beside itself goes last: a file named torch.py must not hide the library.
    sys.path.append(str(Path(home).resolve().parent if home.endswith(".py") else Path.cwd()))
    try:
        if home.endswith(".py"):
            spec = importlib.util.spec_from_file_location(Path(home).stem, home)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(home)
        found: Callable[..., Any] = getattr(module, name)
    except (ImportError, OSError, AttributeError) as error:
        raise UsageError(f"{target} cannot be loaded: {error}") from None
    except (Exception, SystemExit) as error:
        raise UsageError(f"{target} cannot be loaded: {type(error).__name__}: {error}") from None
    if not callable(found):
        raise UsageError(f"{target} is of type {type(found).__name__}, and no function")
    return found


def _exception(error: BaseException) -> str:
    """An exception by its type and its message, which the function itself forms."""
    try:
        message = str(error)
    except Exception:
        message = "(the message cannot be formed)"
    return f"{type(error).__name__}: {message}"


def _pairs(text: str, known: dict[str, Any]) -> dict[str, str]:
    """DTYPE=GRADE,..., each of which the index knows."""
    found = dict(word.partition("=")[::2] for word in text.split(",") if word)
    for dtype, grade in found.items():
        if dtype not in known or grade not in known[dtype]:
            grades = "; ".join(f"{name}: {', '.join(names)}" for name, names in known.items())
            raise UsageError(f"--grade {dtype}={grade} is not known; there are {grades}")
    return found


def _words(option: str, text: str, known: Sequence[str], besides: Sequence[str] = ()) -> frozenset[str]:
    """The words of an option, each of which is known, or is one of those `besides` that say nothing more."""
    found = frozenset(word for word in text.split(",") if word)
    for word in sorted(found.difference(known, besides)):
        raise UsageError(f"{option} {word} is not known; there are {', '.join(known)}")
    return found


def _format(name: str) -> Any:
    if name == "bits":
        return np.dtype(np.uint16)
    try:
        return np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    except ImportError:
        return None if name == "" else _fail("--bfloat16 ml_dtypes needs that package; --bfloat16 bits needs none")


def _fail(sentence: str) -> Any:
    raise UsageError(sentence)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", help="kernel.py:conv2d, or package.module:conv2d")
    parser.add_argument("--vectors", type=Path, default=Path(__file__).parent, help="the folder with index.json")
    parser.add_argument("--with", dest="features", default="", metavar="FEATURE,...", help="beside the core, or all")
    parser.add_argument("--grade", default="", metavar="DTYPE=GRADE,...", help="as index.json names them")
    parser.add_argument("--flushed", default="", metavar="DTYPE,...", help="whose subnormals are flushed to zero")
    parser.add_argument("--bfloat16", choices=("", "bits", "ml_dtypes"), default="", help="how its arrays are passed")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="how many wrong answers are shown")
    options = parser.parse_args(arguments)
    try:
        return _checked(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2


def _checked(options: argparse.Namespace) -> int:
    index = read_index(options.vectors)
    require_unchanged(options.vectors, index)
    chosen = (
        index["features"]
        if options.features == "all"
        else [*_words("--with", options.features, index["features"], index["core"])]
    )
    grades = index["default_grades"] | _pairs(options.grade, index["grades"])
    flushed = _words("--flushed", options.flushed, [*index["grades"]])
    asked, left_out, must, other = 0, 0, 0, 0
    lacking: set[str] = set()
    features = frozenset(index["core"]) | frozenset(chosen)
    for vector, found in examine(
        options.vectors,
        load(options.target),
        features=features,
        grades=grades,
        flushed=flushed,
        bfloat16=_format(options.bfloat16),
    ):
        if found is None:
            left_out += 1
            lacking |= set(vector["features"]) - features or {"--bfloat16"}
            continue
        asked += 1
        if found:
            must, other = must + (vector["level"] == "MUST"), other + (vector["level"] != "MUST")
            if must + other <= options.show:
                told = {
                    "got": found,
                    "requires": vector["requires"],
                    "purpose": vector["purpose"],
                    "case": vector["case"],
                }
                print(f"{vector['name']}  {vector['requirement']}  {vector['level']}")
                print(*(f"  {label:<9} {text}" for label, text in told.items()), sep="\n")
    print(
        f"{index['suite']}, edition {index['edition']}, size {index['size']}: {asked - must - other} of {asked} right"
    )
    if other:
        print(f"{other} of the wrong answers are of level SHOULD, which decides nothing")
    if left_out:
        print(f"{left_out} not asked; they need one of: {', '.join(sorted(lacking))} (see --with)")
    return 1 if must else 0 if asked else 4


if __name__ == "__main__":
    sys.exit(main())
