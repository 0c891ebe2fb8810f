"""No adapter repairs: what it may not do is looked for in its syntax.

An adapter is certified in the name of its library, so whatever it did on the library's behalf would be certified too.
`REASONS` lists what looks like a repair and is none.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

import conv2d_adapters

FOLDER = Path(conv2d_adapters.__file__).parent
DEFINITIONS = ("reference_direct", "plain_python")
"""Loops in Python, which are no translations."""

FILES = sorted(path for path in FOLDER.rglob("*.py") if path.stem not in ("__init__", *DEFINITIONS))

MOST_LINES = 80
LONGER = {
    "litert": "it writes the model, since no function of LiteRT makes one",
    "openvino": "two operators, and four precisions with what each of them claims",
}
"""Adapters that need more lines, each with the reason."""

REASONS: dict[tuple[str, str], str] = {
    ("arrays/jax.py", "numpy.zeros"): "one number of each dtype, to see which of them JAX takes",
    ("arrays/torch.py", "try"): "one number of each dtype, to see which of them the device takes",
    ("workers/*", "try"): "by the protocol, the answer to an illegal call is the exception",
    ("litert.py", "numpy.zeros"): "the operator has a bias, for which LiteRT's own converter writes zeros",
    ("mnn.py", "cast"): "MNN's own tuple holds Python's numbers, and the dtype is that of MNN's variable",
    ("pytorch/compiled.py", "try"): "a function that is compiled before any call, to see whether anything can be",
}
"""By file and kind: why it is no repair."""

OF_NUMPY = frozenset(
    {
        "array",
        "asarray",
        "ascontiguousarray",
        "dtype",
        "empty",
        "empty_like",
        "frombuffer",
        "from_dlpack",
        "moveaxis",
        "ndarray",
        "seed",
        "transpose",
    }
)
"""The functions of NumPy that hand arrays over, change their layout, or seed its generator. All others compute."""

MADE = frozenset({"array", "asarray", "ascontiguousarray", "frombuffer"})
CASTS = frozenset({"astype", "cast", "convert_element_type", "double", "half", "type_as"})
CROPS = frozenset({"crop", "narrow", "strided_slice", "dynamic_slice", "slice_in_dim", "index_select"})
CATCHES = frozenset({"suppress"})
CONVOLVES = re.compile(r"conv(?!ert)", re.IGNORECASE)
RUNS = frozenset({"execute", "extract", "forward", "infer", "infer_new_request", "invoke", "run"})
"""Calls that start a model, besides those whose name speaks of a convolution."""

BIASES = frozenset({"bias", "b"})
"""What is added by an operation that is named, as `composed` says, since an operator may be that of NumPy."""

OVER_ALL = frozenset({"map", "vmap", "starmap", "vectorize"})
WHOLE = (":", "::-1")
"""Slices that leave nothing out: the second one turns the axis, as a library needs that does not correlate."""

TUPLES = frozenset(
    {"stride", "padding", "dilation", "kernel_size", "pair", "pads", "shape", "kernel", "kinds", "types"}
)
"""Names of tuples of sizes, of which slices are no part of an array."""


def repairs(source: str) -> Iterator[tuple[str, int]]:
    """The kind and the line of everything that looks like a repair."""
    tree = ast.parse(textwrap.dedent(source))
    numpy = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in ("numpy", "scipy")
    }
    yield from ((f"numpy.{name}", line) for name, line in _names_from_numpy(tree) if name not in OF_NUMPY)
    computing = _computing(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Try() | ast.TryStar():
                yield "try", node.lineno
            case ast.Call():
                name, owner = _name(node.func), _root(node.func)
                if name in CATCHES:
                    yield "try", node.lineno
                if name in CASTS or (owner in numpy and name in MADE and _names_a_dtype(node)):
                    yield "cast", node.lineno
                if name in CROPS:
                    yield "crop", node.lineno
                if name == "pad" and owner in numpy:
                    yield "pad", node.lineno
                elif isinstance(node.func, ast.Attribute) and owner in numpy and name not in OF_NUMPY:
                    yield f"numpy.{name}", node.lineno
                if name in OVER_ALL and node.args and _reaches(node.args[0], computing):
                    yield "loop", node.lineno
            case ast.BinOp(op=ast.Add()) if _is_bias(node.left) or _is_bias(node.right):
                yield "bias", node.lineno
            case ast.AugAssign(op=ast.Add()) if _is_bias(node.value):
                yield "bias", node.lineno
            case ast.Subscript() if _is_part_of_an_array(node):
                yield "crop", node.lineno
            case ast.For() | ast.AsyncFor() | ast.While():
                if any(_calls(inner, computing) for inner in node.body):
                    yield "loop", node.lineno
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                if _calls(node.elt, computing):
                    yield "loop", node.lineno
            case ast.DictComp() if _calls(node.value, computing):
                yield "loop", node.lineno


def _name(function: ast.expr) -> str:
    """The last part of a name: `pad` of `np.pad`."""
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _root(value: ast.expr) -> str:
    """The first part of a name: `np` of `np.pad`, `x` of `x[0].T`; empty for the result of a call."""
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def _is_bias(value: ast.expr) -> bool:
    """Whether it is the bias, or an array that a method makes of it."""
    while isinstance(value, ast.Call):
        value = value.func
    return _root(value) in BIASES


def _names_from_numpy(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ("numpy", "scipy"):
            yield from ((alias.name, node.lineno) for alias in node.names)


def _names_a_dtype(call: ast.Call) -> bool:
    """Whether an array is made of another dtype; a list of numbers has none before."""
    of_numbers = bool(call.args) and isinstance(call.args[0], ast.List | ast.ListComp | ast.Tuple | ast.Constant)
    is_of_bytes = _name(call.func) == "frombuffer"
    named = len(call.args) > 1 or any(word.arg == "dtype" for word in call.keywords)
    return named and not of_numbers and not is_of_bytes


def _is_part_of_an_array(node: ast.Subscript) -> bool:
    """Whether a slice is taken of what is no tuple of sizes, no text and no annotation."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not any(isinstance(part, ast.Slice) and ast.unparse(part) not in WHOLE for part in parts):
        return False
    if len(parts) > 1:
        return True
    value: ast.expr = node.value
    while isinstance(value, ast.Subscript):
        value = value.value
    is_text = isinstance(value, ast.Constant)
    return not (is_text or _name(value) in TUPLES or _name(value).endswith(("_shape", "shapes", "sizes")))


def _computing(tree: ast.AST) -> Collection[str]:
    """The functions of the file that convolve, by themselves or through another one."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found: set[str] = set()
    while more := {
        name
        for name, function in functions.items()
        if name not in found and any(_calls(statement, found) for statement in function.body)
    }:
        found |= more
    return found


def _calls(node: ast.AST, computing: Collection[str]) -> bool:
    return any(_reaches(call.func, computing) for call in ast.walk(node) if isinstance(call, ast.Call))


def _reaches(function: ast.expr, computing: Collection[str]) -> bool:
    name = _name(function)
    return name in computing or name in RUNS or CONVOLVES.search(name) is not None


def kinds(source: str) -> list[str]:
    return [kind for kind, _ in repairs(source)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_an_adapter_repairs_nothing(path: Path) -> None:
    place = path.relative_to(FOLDER).as_posix()
    allowed = {kind for name, kind in REASONS if name in (place, f"{path.parent.name}/*")}
    found = [(kind, line) for kind, line in repairs(path.read_text(encoding="utf-8")) if kind not in allowed]
    assert found == [], "a repair, or something for REASONS"


@pytest.mark.parametrize("path", [path for path in FILES if path.parent == FOLDER], ids=lambda path: path.stem)
def test_an_adapter_is_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES or path.stem in LONGER, f"{lines} lines, and no reason in LONGER"


def test_every_exception_has_a_reason_and_is_needed() -> None:
    for place, kind in REASONS:
        if place.endswith("*"):
            continue
        assert kind in kinds((FOLDER / place).read_text(encoding="utf-8")), (place, kind)
    for name in LONGER:
        assert len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()) > MOST_LINES, name
    assert all([*REASONS.values(), *LONGER.values()])


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("try:\n    f()\nexcept ValueError:\n    g()", "try"),
        ("with contextlib.suppress(ValueError):\n    f()", "try"),
        ("import numpy as np\nx = np.pad(x, 1)", "pad"),
        ("import numpy\nx = numpy.pad(x, 1)", "pad"),
        ("from numpy import pad", "numpy.pad"),
        ("from scipy.signal import correlate", "numpy.correlate"),
        ("import numpy as np\ny = np.add(y, b)", "numpy.add"),
        ("import numpy as np\nb = np.zeros(3)", "numpy.zeros"),
        ("import numpy as np\ny = np.lib.stride_tricks.sliding_window_view(x, 3)", "numpy.sliding_window_view"),
        ("return y + bias.reshape(-1, 1, 1)", "bias"),
        ("y += b[:, None, None]", "bias"),
        ("x = x.astype('float32')", "cast"),
        ("x = tf.cast(x, tf.float32)", "cast"),
        ("x = x.half()", "cast"),
        ("import numpy as np\nx = np.asarray(x, dtype='float32')", "cast"),
        ("import numpy as np\nx = np.array(x, np.float32)", "cast"),
        ("y = y[:, :, 1:-1, 1:-1]", "crop"),
        ("y = convolve(x)[..., :3]", "crop"),
        ("y = y[1:]", "crop"),
        ("x = x.narrow(0, 1, 2)", "crop"),
        ("for image in input:\n    y.append(lib.conv2d(image))", "loop"),
        (
            "y = [one(image) for image in x]\ndef one(image):\n    return two(image)\ndef two(i):\n    return conv(i)",
            "loop",
        ),
        ("y = {g: session.run(None, x) for g in range(groups)}", "loop"),
        ("while k < groups:\n    y += layer.forward(x)", "loop"),
        ("y = list(map(convolve, x))", "loop"),
        ("y = jax.vmap(conv2d)(x)", "loop"),
    ],
)
def test_a_repair_is_seen(source: str, kind: str) -> None:
    assert kind in kinds(source)


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ny = np.asarray(tensor)\nz = np.moveaxis(np.empty(y.shape, y.dtype), 1, -1)",
        "import numpy as np\npads = np.array([0, 0, *padding], np.int32)",
        "kernel = weight.shape[2:]\nbatch = input.shape[-3:][0]\nwidth_first = padding[::-1]\nnames = 'xwb'[:2]",
        "w = w[:, :, ::-1, ::-1]",
        "tensors = [None if array is None else lib.convert_to_tensor(array) for array in (x, w, b)]",
        "def convolve(x: tuple[int, ...]) -> Any:\n    return lib.conv2d(x)[0]",
        "for name, array in arrays.items():\n    session.set(name, array)\ny = session.run()",
        "pads = tf.pad(x, amounts)",
    ],
)
def test_a_translation_is_none(source: str) -> None:
    assert kinds(source) == []
