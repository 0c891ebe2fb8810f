"""Make one call of an adapter, and turn the outcome into an answer."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import deque
from collections.abc import Callable
from itertools import combinations
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Broken, Observation, Rejected, Request, Result
from conv2d_conformance.contract.array_file import ArrayFile
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.delivered import Delivered, DeviceLost
from conv2d_conformance.contract.memory import KEPT_BYTES, KEPT_RESULTS
from conv2d_conformance.contract.signatures import SIGNATURES, Signature
from conv2d_conformance.foreign import showable
from conv2d_conformance.implementation.framing import numeric_dtype
from conv2d_conformance.implementation.in_place import InPlace
from conv2d_conformance.implementation.layout import Blocks, Handed, share_memory
from conv2d_conformance.implementation.surroundings import watched

REFERENCE = "conv2d_reference"


class Memory:
    """The memory that outlives a call: the blocks that hold its arrays, and the last few results.

    The results are kept to notice an implementation that uses their memory again.
    """

    def __init__(self) -> None:
        self.blocks = Blocks()
        self._kept: deque[tuple[Array, bytes]] = deque(maxlen=KEPT_RESULTS)

    def observe(self, returned: list[Array]) -> list[Observation]:
        """Compare with earlier results, then keep these."""
        found = []
        if any(array.tobytes() != value for array, value in self._kept):
            found.append(Observation("output-changed", "the call changed the result of an earlier call"))
        if any(share_memory(array, earlier) for array in returned for earlier, _ in self._kept):
            found.append(Observation("aliases-output", "the result shares memory with the result of an earlier call"))
        if found:
            self._kept.clear()
        self._kept.extend((array, array.tobytes()) for array in returned if array.nbytes <= KEPT_BYTES)
        return found


def answer(adapter: Adapter, request: Request, memory: Memory, *, own_modules: frozenset[str] | None = None) -> Answer:
    """Call the adapter as the request says.

    Where the modules are known that this process loaded for its `own` use, an import of the reference is reported.
    """
    found = function_of(adapter, request.operation)
    if isinstance(found, Broken):
        return found
    signature, function = found
    try:
        handed = _handed(request, memory)
    except ValueError as error:
        return Broken("protocol", str(error))
    positional, named = arguments_of(signature, request, handed.arrays)

    with watched(may_draw=signature.draws) as observed:
        start = time.perf_counter()
        value, outcome, seen = make_call(function, request.operation, positional, named)
        seconds = time.perf_counter() - start

    observed += seen
    returned = returned_arrays(signature, value) if outcome is None else []
    if isinstance(returned, Broken):
        return returned
    if isinstance(outcome, Broken):
        return outcome
    # Copied before anything else runs: the implementation may write into its result later.
    copies, file = _copied(signature, returned, by_file=request.file is not None)
    observed += handed.changes()
    present = [array for array in returned if array is not None]
    observed += _aliases(handed, present)
    if any(share_memory(one, other) for one, other in combinations(present, 2)):
        observed.append(Observation("aliases-itself", "two of the results share memory with each other"))
    # A result that lies in the arrays of its call changes with the next one: one fault, told once.
    observed += memory.observe([array for array in present if not handed.holds(array)])
    if own_modules is not None and REFERENCE in sys.modules:
        observed.append(Observation("imports-reference", f"the implementation imports {_what_holds_it(own_modules)}"))
    if isinstance(outcome, Rejected):
        return Rejected(outcome.type, outcome.message, tuple(observed))
    return Result(copies, tuple(observed), seconds, file)


def _handed(request: Request, memory: Memory) -> Handed:
    if request.file is not None:
        return InPlace(request.file)
    return Handed(request.arrays, request.view, memory.blocks, viewed=request.viewed)


def _copied(
    signature: Signature, returned: list[Array | None], *, by_file: bool
) -> tuple[tuple[Array | None, ...], ArrayFile | None]:
    """Copies of the results, in a file where the arrays of the call came in one and the system makes another."""
    if by_file and returned and all(array is None or array.dtype.isnative for array in returned):
        with contextlib.suppress(OSError):  # no fault of the implementation: a file can be larger than files may be
            file = ArrayFile.of(dict(zip(signature.returns, returned, strict=True)))
            return tuple(file.to_read().values()), file
    return tuple(None if array is None else np.array(array, order="C") for array in returned), None


def function_of(adapter: Adapter, operation: str) -> tuple[Signature, Callable[..., Any]] | Broken:
    """The function of the adapter that performs an operation, and how it is called."""
    function = getattr(adapter, operation, None)
    if operation not in SIGNATURES or function is None:
        return Broken("protocol", f"the adapter {adapter.name} has no {operation}")
    return SIGNATURES[operation], function


def make_call(
    function: Callable[..., Any], operation: str, positional: list[Any], named: dict[str, Any]
) -> tuple[Any, Rejected | Broken | None, tuple[Observation, ...]]:
    """What came back, or None with how the call ended instead; and what was observed beside it."""
    try:
        value = function(*positional, **named)
    except MemoryError as error:
        return None, Broken("memory", f"{operation} ran out of memory: {_message(error)}".removesuffix(": ")), ()
    except DeviceLost as error:
        return None, Broken("died", f"{operation} left the device of no further use: {_message(error)}"), ()
    except BaseException as error:  # the exceptions by which test frameworks skip are no Exception
        kind = type(error)
        if kind in (SystemExit, KeyboardInterrupt):  # a class derived from them is the implementation's own
            return None, Broken("exit", f"{operation} raised {kind.__name__}, which refuses no call"), ()
        return None, Rejected(kind.__name__, _message(error)), ()
    if type(value) is not Delivered:
        return value, None, ()
    outcome = Broken("not-an-array", f"{operation} returned {value.wrong}") if value.wrong else None
    return value.value, outcome, value.observed


def arguments_of(
    signature: Signature, request: Request, arrays: dict[str, Array | None]
) -> tuple[list[Any], dict[str, Any]]:
    """The positional and the named arguments of the call."""
    named = dict(request.arguments)
    positional = [named.pop(name) for name in signature.positional if name in named]
    return [*(arrays.get(name) for name in signature.arrays), *positional], named


def returned_arrays(signature: Signature, value: Any) -> list[Array | None] | Broken:
    """The arrays of a returned value, or what is wrong with it."""
    names, operation = signature.returns, signature.name
    if len(names) == 1:
        values = [value]
    elif type(value) in (tuple, list) and len(value) == len(names):
        values = list(value)
    else:
        count = f" of {len(value)}" if isinstance(value, tuple | list) else ""
        kind = type(value).__name__
        return Broken("not-an-array", f"{operation} returned a value of type {kind}{count}, not {', '.join(names)}")
    for name, item in zip(names, values, strict=True):
        wrong = None if item is None and name in signature.may_be_none else _wrong(item)
        if wrong is not None:
            what = operation if len(names) == 1 else f"{operation}, for the {name},"
            return Broken("not-an-array", f"{what} returned {wrong}")
    return values


def _wrong(value: Any) -> str | None:
    if value is None:
        return "None, not a NumPy array"
    if type(value) is not np.ndarray:
        subclass = ", a subclass of numpy.ndarray" if isinstance(value, np.ndarray) else ""
        return f"a value of type {type(value).__name__}{subclass}, not a NumPy array"
    if numeric_dtype(value.dtype.name) is None:
        return f"a NumPy array of dtype {value.dtype}, which is not numeric"
    return None


def _aliases(handed: Handed, returned: list[Array]) -> list[Observation]:
    names = sorted({name for array in returned for name in handed.names_sharing_memory_with(array)})
    return (
        [Observation("aliases-input", f"the result shares memory with the {' and the '.join(names)}")] if names else []
    )


def _what_holds_it(own: frozenset[str]) -> str:
    """The reference itself, or a module of the suite that was imported meanwhile, and imports it."""
    for name, module in list(sys.modules.items()):  # in the order in which their imports came to an end
        if name.startswith("conv2d_conformance.") and name not in own and _imports_the_reference(module):
            return f"{name}, a module of the suite that imports {REFERENCE}"
    return REFERENCE


def _imports_the_reference(module: ModuleType) -> bool:
    """Whether a module holds the reference, or a function or class of it, under some name."""
    values = vars(module).values()
    homes = [value.__module__ for value in values if isinstance(value, FunctionType | type)]
    homes += [value.__name__ for value in values if isinstance(value, ModuleType)]
    return any(home.partition(".")[0] == REFERENCE for home in homes)


def _message(error: BaseException) -> str:
    try:
        return showable(str(error))
    except Exception:
        return "(the message could not be formed)"
