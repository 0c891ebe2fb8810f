"""A C function in a shared library as an adapter, called through `conv2d_conformance.h`.

Its arrays lie in the memory of the process, within the guard bands of every call, and so does that for its result.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conv2d_conformance.contract.adapter import DOCUMENTED_DEFAULTS, UNVERSIONED, Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE, PADDING_MODES, VIEWS
from conv2d_conformance.contract.delivered import FORM, Delivered
from conv2d_conformance.forms import claims
from conv2d_conformance.forms.claims import OPERATIONS, claims_of
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.frameworks import open_arrays
from conv2d_conformance.forms.function import WRITTEN_TO, require_known
from conv2d_conformance.forms.guarded import Guarded
from conv2d_conformance.forms.sizes import output_shape, pair

DTYPE_CODES = {"float32": 1, "float64": 2, "float16": 3, "bfloat16": 4}
"""As the header numbers them."""

POINTERS = ("input", "weight", "bias", "output")
SIZES = (
    *("n", "c", "h", "w", "m", "kh", "kw", "oh", "ow"),
    *("stride_h", "stride_w", "padding_h", "padding_w", "dilation_h", "dilation_w", "groups"),
)

NOT_IN_THE_HEADER = dict.fromkeys(
    (
        *("arguments.scalar", "arguments.defaults", "padding.same", "padding.valid", "unbatched"),
        *("seeded", "torch-seed-stream"),
        *OPERATIONS,
        *(f"padding-mode.{mode}" for mode in PADDING_MODES[1:]),
        *(f"views.{name}" for name in VIEWS),
    ),
    "the header has no such thing",
)


class CallStruct(ctypes.Structure):
    """`conv2d_call` of the header."""

    _fields_ = (
        ("size", ctypes.c_int32),
        ("dtype", ctypes.c_int32),
        *((name, ctypes.c_void_p) for name in POINTERS),
        *((name, ctypes.c_int64) for name in SIZES),
    )


class RefusedByStatus(Exception):
    """The function returned another number than 0."""


def of_library(path: str, symbol: str, options: Mapping[str, str]) -> Adapter:
    """The adapter of a function in a shared library. FormError says what stands in the way."""
    require_known(options, claims.OPTIONS)
    function = _symbol(path, symbol)
    arrays = open_arrays("numpy", None)

    def conv2d(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Delivered:
        output = Guarded(arrays, "output", output_shape(input.shape, weight.shape, attributes), input.dtype)
        call = _call(input, weight, bias, output.value, attributes)
        if status := function(ctypes.byref(call)):
            raise RefusedByStatus(f"status {status}")
        written, observed = output.read()
        return Delivered(written, tuple(observed))

    shown = frozenset(CORE | {f"dtype.{name}" for name in DTYPE_CODES})
    excluded = {**NOT_IN_THE_HEADER, "validation": WRITTEN_TO}
    return Adapter(
        name=symbol,
        version=UNVERSIONED,
        conv2d=conv2d,
        capabilities=claims_of(shown, options, excluded=excluded).capabilities,
        description="a C function in a shared library, called as conv2d_conformance.h says",
        environment={FORM: "library"},
    )


def _symbol(path: str, symbol: str) -> Any:
    try:
        library = ctypes.CDLL(str(Path(path).resolve()))
    except OSError as error:
        raise FormError(f"it cannot be loaded: {error}", "build it with cc -shared -fPIC, for this machine") from None
    try:
        function = getattr(library, symbol)
    except AttributeError:
        raise FormError(f"it has no function {symbol}", 'a name of C, not static; in C++ within extern "C"') from None
    function.restype, function.argtypes = ctypes.c_int, (ctypes.POINTER(CallStruct),)
    return function


def _call(input: Array, weight: Array, bias: Array | None, output: Array, attributes: Mapping[str, Any]) -> CallStruct:
    """The arguments of a call in which nothing is left out."""
    arrays = dict(zip(POINTERS, (input, weight, bias, output), strict=True))
    sizes = (*input.shape, weight.shape[0], *weight.shape[2:], *output.shape[2:])
    given = {**DOCUMENTED_DEFAULTS, **attributes}
    sizes += (*pair(given["stride"]), *pair(given["padding"]), *pair(given["dilation"]), given["groups"])
    pointers = {name: None if array is None else array.ctypes.data for name, array in arrays.items()}
    numbers = dict(zip(SIZES, sizes, strict=True))
    return CallStruct(size=ctypes.sizeof(CallStruct), dtype=DTYPE_CODES[input.dtype.name], **pointers, **numbers)
