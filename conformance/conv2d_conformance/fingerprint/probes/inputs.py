"""What an input keeps before it is multiplied: its bits, its range, its independence of its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.contract.formats import TF32
from conv2d_conformance.fingerprint.exact_arithmetic import format_name
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.algorithm import require_direct

FURTHEST = {"float64": 400, "float32": 100, "bfloat16": 100, "float16": 14}
"""The largest exponents tried; beyond them numbers become subnormal, which another probe tests."""


def bits_kept(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Multiply 1 + 2^-j by 1: the bits that come back were kept."""
    require_direct(seen)
    precision = prober.numbers.precision
    steps = 1 + 2.0 ** -np.arange(1, precision)
    kept = {"x": _kept(prober.products(steps, 1.0), steps), "w": _kept(prober.products(1.0, steps), steps)}
    cut = {name: _how_cut(prober, name, bits) for name, bits in kept.items() if bits < precision}
    found = {**kept, "rounding": cut}
    if not cut:
        return ProbeResult(f"x and w keep all {precision} bits", found)
    ways = [f"{name} keeps {_bits(kept[name])}, {cut[name]}" if name in cut else f"{name} keeps all" for name in "xw"]
    if kept["x"] == kept["w"] and cut["x"] == cut["w"]:
        ways = [f"x and w keep {_bits(kept['x'])}, {cut['x']}"]
    return ProbeResult("; ".join(ways), found)


def _kept(answers: Floats, steps: npt.NDArray[Any]) -> int:
    right = answers == steps
    return 1 + (len(steps) if right.all() else int(np.argmin(right)))


def _how_cut(prober: Prober, name: str, bits: int) -> str:
    """How inputs are cut: try numbers just above and below the middle of two numbers of `bits` bits, of both signs."""
    unit = 2.0 ** (1 - bits)
    if bits + 2 > prober.numbers.precision:
        return "and no way to see how the rest is cut"
    values = np.array([1 + 0.75 * unit, -1 - 0.75 * unit, 1 + 0.25 * unit])
    got = prober.products(values, 1.0) if name == "x" else prober.products(1.0, values)
    if got.tolist() == [1 + unit, -1 - unit, 1]:
        return "rounded to nearest"
    if got.tolist() == [1, -1, 1]:
        return "cut off"
    return "in some other way"


def _bits(bits: int) -> str:
    name = format_name(bits)
    alike = "as TF32 and float16 have" if bits == TF32.precision else f"as {name} has" if name else ""
    return f"{bits} bits {alike}".strip()


def exponents_kept(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Multiply 2^e by 2^-e, both ways round."""
    require_direct(seen)
    furthest = FURTHEST[prober.dtype]
    exponents = sorted({e for e in (10, 14, 15, 16, 20, 30, 60, 100, 120, 200, 400) if e <= furthest})
    every = np.array([-e for e in reversed(exponents)] + exponents, dtype=float)
    right = (prober.products(2.0**every, 2.0**-every) == 1) & (prober.products(2.0**-every, 2.0**every) == 1)
    lost = [int(abs(e)) for e in every[~right]]
    if not lost:
        return ProbeResult(f"from 2^-{furthest} to 2^{furthest} at least", {"at_least": furthest})
    least = min(lost)
    guess = ", as float16 has" if least in (15, 16, 20) else ", as float32 has" if least == 200 else ""
    return ProbeResult(f"2^{least} or 2^-{least} is lost: a narrower range{guess}", {"lost_at": least})


def small_beside_large(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Put 2^-j beside 1 in a tensor: if both share one scale, as in fixed point, the small one is lost."""
    require_direct(seen)
    if len(prober.sites) < 2 and prober.shape.taps < 2:
        raise NotSeen("there is only one number in the tensors")
    furthest = FURTHEST[prober.dtype]
    kept = {"x": _depth(prober, furthest, "x"), "w": _depth(prober, furthest, "w")}
    if all(bits >= furthest for bits in kept.values()):
        return ProbeResult("none: a small number is kept whatever lies beside it", {"x": None, "w": None})
    alone = {bits: prober.products(2.0 ** -(bits + 1), 1.0)[0] == 2.0 ** -(bits + 1) for bits in kept.values()}
    found = {name: bits + 1 if bits < furthest and alone[bits] else None for name, bits in kept.items()}
    if not any(found.values()):
        raise NotSeen("small numbers are lost without a large one beside them too")
    which = " and ".join(f"{name} ({bits} bits)" for name, bits in found.items() if bits is not None)
    return ProbeResult(f"fixed point: small numbers are lost beside large ones in {which}", found)


def _depth(prober: Prober, furthest: int, name: str) -> int:
    """The largest j for which 2^-j is read correctly beside a 1 that is not in the same sum."""
    first, second = (0, 1) if prober.shape.taps > 1 else (0, 0)

    def survives(j: int) -> bool:
        both, one = prober.row({first: 1.0, second: 2.0**-j}), prober.row({second: 1.0})
        if prober.shape.taps == 1:
            return bool(prober.products([1.0, 2.0**-j], 1.0)[1] == 2.0**-j)
        got = prober.sums(both, one) if name == "x" else prober.sums(one, both)
        return bool(got[0] == 2.0**-j)

    low, high = 0, furthest + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if survives(middle) else (low, middle)
    return low
