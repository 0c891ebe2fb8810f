"""The properties of a call that may trigger a fault."""

from __future__ import annotations

from conv2d_conformance.emulation.call import Call


def dtype(call: Call) -> str:
    return str(call.input.dtype.name)


def is_short(call: Call) -> bool:
    return dtype(call) in ("float16", "bfloat16")


def images(call: Call) -> int:
    return len(call.input) if call.input.ndim == 4 else 1


def kernel(call: Call) -> tuple[int, int]:
    return call.geometry.KH, call.geometry.KW


def is_depthwise(call: Call) -> bool:
    return bool(call.geometry.groups == call.geometry.C > 1)


def filters_of_a_group(call: Call) -> int:
    return int(call.geometry.M // call.geometry.groups)
