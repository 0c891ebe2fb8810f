"""Direct, Winograd, FFT or Strassen, told by the traces of a fast algorithm.

A single pixel of 1 must copy the kernel into the output, bit by bit, and leave zeros elsewhere. A fast algorithm adds
and subtracts unrelated values, which cancel only up to rounding; a kernel of widely spread magnitudes makes that
visible. Winograd works tile by tile, so its errors repeat when the pixel moves by one tile.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults, value, winograd_name
from conv2d_conformance.fingerprint.prober import NotSeen, Prober, significands

SPREADS = {"float16": (12,), "bfloat16": (12, 40), "float32": (12, 40), "float64": (12, 40)}
"""Magnitudes of the kernel range from 2^-spread to 2^spread. A wide spread unmasks transforms in higher precision."""

LARGEST_TILE = 8
CHANNELS = 512
"""More than the counts at which libraries are known to change their algorithm, and cheap on a small image."""

LONGEST_PART = 0.1
"""In seconds: an implementation that takes longer with an eighth of the channels is not asked with all."""

EVERYWHERE = 0.6
"""A pixel leaks into this share of the output only if the image was transformed as a whole."""


def algorithm(prober: Prober, seen: ProbeResults) -> ProbeResult:  # noqa: ARG001  # the signature of a probe
    kind = _by_single_pixels(prober)
    if kind is None and (prober.shape.KH, prober.shape.KW) == (1, 1) and _mixes_rows(prober):
        return ProbeResult(
            "products of zeros leave something behind: a fast matrix product (Strassen)", {"kind": "strassen"}
        )
    return kind or ProbeResult("direct: each product enters only the sums that it belongs to", {"kind": "direct"})


def at_depth(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """The algorithm with many channels and filters on a small image, where a library may use another one."""
    shape = prober.shape
    if shape.channels == 1 or shape.groups > 1:
        raise NotSeen("the channels are not added up")
    deep, part = (
        Prober(prober.implementation, replace(shape, C=channels, M=16, H=8, W=8), prober.dtype, ended=prober.ended)
        for channels in (CHANNELS, CHANNELS // 8)
    )
    try:
        if not part.answers_within(LONGEST_PART, key=6):
            raise NotSeen("a call with many channels takes too long")
        found = algorithm(deep, seen)
    finally:
        prober.ended, prober.hung = deep.ended or part.ended, prober.hung or deep.hung or part.hung
    return ProbeResult(f"{found.words} (with {CHANNELS} channels)", found.value)


def require_direct(seen: ProbeResults) -> None:
    """NotSeen where a transform changes the numbers before they are multiplied."""
    found = value(seen, "algorithm")
    if found and found["kind"] != "direct":
        raise NotSeen(
            {"winograd": "Winograd", "fft": "the transform", "strassen": "Strassen"}[found["kind"]]
            + " mixes the products"
        )


def _by_single_pixels(prober: Prober) -> ProbeResult | None:
    shape = prober.shape
    if (shape.KH, shape.KW) == (1, 1):
        return None
    for spread in SPREADS[prober.dtype]:
        kernel = _kernel(prober, spread)
        along_row = _responses(prober, kernel, [(shape.H // 2, w) for w in range(shape.W)])
        along_column = _responses(prober, kernel, [(h, shape.W // 2) for h in range(shape.H)])
        if not all(np.isfinite(maps).all() for maps in (along_row, along_column)):
            continue
        across = [(w, maps) for w, maps in enumerate(along_row)]
        down = [(h, maps.T) for h, maps in enumerate(along_column)]
        leaks = [
            *_leaks(prober, along_row, [(shape.H // 2, w) for w in range(shape.W)]),
            *_leaks(prober, along_column, [(h, shape.W // 2) for h in range(shape.H)]),
        ]
        tiles = _period(down, shape.OH), _period(across, shape.OW)
        if tiles != (1, 1) or any(leaks):
            return _fast(prober, tiles, leaks)
    return None


def _fast(prober: Prober, tiles: tuple[int | None, int | None], leaks: list[float]) -> ProbeResult:
    shape = prober.shape
    reach = f"up to {max(leaks):.0%} of what a pixel cannot reach is not zero" if any(leaks) else "no leaks"
    if min(leaks) > EVERYWHERE or tiles == (1, 1):
        return ProbeResult(f"a transform of the whole image, as by FFT: {reach}", {"kind": "fft"})
    if None in tiles:
        found: dict[str, Any] = {"kind": "winograd", "tile": None}
        return ProbeResult(f"{winograd_name(found)}: {reach}", found)
    found = {"kind": "winograd", "tile": list(tiles), "kernel": [shape.KH, shape.KW]}
    words = f"{winograd_name(found)}: rounding errors come again every {tiles[1]} pixels; {reach}"
    return ProbeResult(words, found)


def _kernel(prober: Prober, spread: int) -> Floats:
    count = prober.shape.KH * prober.shape.KW
    words = prober.random(count, key=5)
    steps = np.linspace(-spread, spread, count).round()
    # Shuffled, so that each row and column of the kernel has large and small magnitudes.
    exponents = steps[(np.arange(count) * 5 + 2) % count] if count % 5 else steps
    sizes = significands(words, prober.numbers.precision) * 2.0**exponents
    return sizes.reshape(prober.shape.KH, prober.shape.KW)


def _responses(prober: Prober, kernel: Floats, pixels: list[tuple[int, int]]) -> list[Floats]:
    """The output for each single pixel of 1, each between its own channels."""
    shape, found = prober.shape, []
    for start in range(0, len(pixels), len(prober.sites)):
        part = list(zip(prober.sites, pixels[start:], strict=False))
        x = np.zeros((1, shape.C, shape.H, shape.W))
        w = np.zeros((shape.M, shape.channels, shape.KH, shape.KW))
        for (c, m, channel), pixel in part:
            x[0, c, *pixel] = 1
            w[m, channel] = kernel
        output = prober.call(x, w)[0]
        found += [output[m] for (_, m, _), _ in part]
    return found


def _leaks(prober: Prober, maps: list[Floats], pixels: list[tuple[int, int]]) -> list[float]:
    """For each pixel, the share of the elements that cannot see it and yet are not zero."""
    shape, shares = prober.shape, []
    for output, (h, w) in zip(maps, pixels, strict=True):
        top, left = h + shape.padding - shape.KH + 1, w + shape.padding - shape.KW + 1
        outside = np.ones_like(output, dtype=bool)
        outside[max(top, 0) : max(top + shape.KH, 0), max(left, 0) : max(left + shape.KW, 0)] = False
        shares.append(float(np.mean(output[outside] != 0)) if outside.any() else 0.0)
    return shares


def _period(maps: list[tuple[int, Floats]], width: int) -> int | None:
    """The number of columns after which a moved pixel gives the same output, moved as well."""
    for period in range(1, min(LARGEST_TILE, width // 2) + 1):
        whole = width // period * period  # the last tile may be cut
        pairs = [
            (output[:, : whole - period], maps[position + period][1][:, period:whole])
            for position, output in maps[: whole - period]
        ]
        if all(np.array_equal(here, there) for here, there in pairs):
            return period
    return None


def _mixes_rows(prober: Prober) -> bool:
    """Let some pixels and output channels share no channel, so that their sums have only zeros."""
    shape = prober.shape
    x, w = prober.dense(1, key=6)
    pairs = min(shape.H * shape.W, shape.M) // 2
    if shape.channels < 4 or not pairs:
        return False
    split = prober.random(pairs * shape.channels, key=7).reshape(pairs, -1) % np.uint64(2) == 1
    per_group = shape.M // shape.groups
    for number, chosen in enumerate(split):
        m = 2 * number
        first = m // per_group * shape.channels
        channels = slice(first, first + shape.channels)
        x[0, channels, m // shape.W, m % shape.W] *= chosen
        w[m, :, 0, 0] *= ~chosen
    output = prober.call(x, w)[0]
    return any(output[m, m // shape.W, m % shape.W] != 0 for m in range(0, 2 * pairs, 2))
