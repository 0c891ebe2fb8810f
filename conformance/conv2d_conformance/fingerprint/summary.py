"""What probes saw, summed up in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conv2d_conformance.contract.formats import FORMATS, TF32
from conv2d_conformance.fingerprint.exact_arithmetic import format_name
from conv2d_conformance.fingerprint.fingerprint import Sentence
from conv2d_conformance.fingerprint.probe_result import NOT_SEEN, ProbeResults, part_seen, value, winograd_name

Phrases = dict[str, str]
"""Parts of a sentence by topic. Where shapes differ, only the parts that differ are repeated."""


def pieces(dtype: str, seen: ProbeResults) -> Phrases:
    """The parts of the summary sentence of one shape."""
    every = {
        "algorithm": _algorithm(seen, "algorithm"),
        "depth": _depth(seen),
        "inputs": _inputs(dtype, seen),
        "arithmetic": _arithmetic(dtype, seen),
        "order": _order(seen),
        "subnormals": _subnormals(seen),
        "bias": "bias added after rounding" if value(seen, "bias-rounding") == "unfused" else "",
        "zeros": "skips zeros" if value(seen, "zeros") else "",
        "repeating": _repeating(seen),
    }
    return {name: words for name, words in every.items() if words}


def nothing_seen(why: str) -> Phrases:
    """The only part where a shape has no others."""
    return {"not seen": f"{NOT_SEEN}{why or 'anything'}"}


def sentence(parts: Phrases) -> str:
    return "; ".join(parts.values())


def _depth(seen: ProbeResults) -> str:
    """The algorithm for many channels, only where it is another one."""
    same = value(seen, "depth") in (None, value(seen, "algorithm"))
    return "" if same else f"{_algorithm(seen, 'depth')} with many channels"


def _algorithm(seen: ProbeResults, probe: str) -> str:
    found = value(seen, probe)
    match found and found["kind"]:
        case "direct":
            return "direct"
        case "winograd":
            return winograd_name(found, seen[probe].words)
        case "fft":
            return "a transform such as FFT"
        case "strassen":
            return "a fast matrix product"
    return ""


def _inputs(dtype: str, seen: ProbeResults) -> str:
    kept, scale, near = value(seen, "inputs"), value(seen, "common-scale"), value(seen, "range")
    said = []
    if kept and min(kept["x"], kept["w"]) < FORMATS[dtype].precision:
        said.append(_cut(kept, near))
    if scale and any(scale.values()):
        said.append(f"fixed point of {max(bits for bits in scale.values() if bits)} bits")
    return ", ".join(said)


def _cut(kept: Mapping[str, Any], near: Mapping[str, Any] | None) -> str:
    how = {"cut off": "cut off", "rounded to nearest": "rounded"}
    ways = {how.get(way, "reduced") for way in kept["rounding"].values()}
    way = ways.pop() if len(ways) == 1 else "reduced"
    if kept["x"] != kept["w"]:
        return f"inputs {way} to {kept['x']} bits (x) and {kept['w']} bits (w)"
    narrow = near is not None and "lost_at" in near
    name = "TF32" if kept["x"] == TF32.precision and not narrow else format_name(kept["x"])
    return f"inputs {way} to {kept['x']} bits" + (f" ({name})" if name else "")


def _arithmetic(dtype: str, seen: ProbeResults) -> str:
    width, fma, sums = value(seen, "accumulator"), value(seen, "fma"), value(seen, "sums")
    said = []
    if width is None:
        return _results(seen)
    if width["bits"] is None:
        said.append("sums without visible rounding")
    elif "most" in width:
        said.append(f"sums of {width['bits']} to {width['most']} bits")
    else:
        said.append(
            f"sums in {format_name(width['bits'])}" if format_name(width["bits"]) else f"sums of {width['bits']} bits"
        )
    if fma == "fused":
        said.append("with FMA")
    if fma == "rounded" and width["bits"] == FORMATS[dtype].precision:
        said.append("without FMA")
    if sums == "toward zero":
        said.append("cut off")
    if value(seen, "compensation"):
        said.append("compensated")
    return ", ".join([*said, *filter(None, [_results(seen)])])


def _results(seen: ProbeResults) -> str:
    rounding = value(seen, "products")
    if rounding in (None, "nearest-even"):
        return ""
    return "inexact products" if rounding in ("inexact", "not finite") else f"results rounded {rounding}"


def _order(seen: ProbeResults) -> str:
    found = value(seen, "order")
    return seen["order"].words.removesuffix(part_seen(found["taps"], found["of"])) if found else ""


def _subnormals(seen: ProbeResults) -> str:
    flushed = value(seen, "subnormals")
    if flushed is None:
        return ""
    return f"subnormals flushed ({', '.join(flushed)})" if flushed else "subnormals kept"


def _repeating(seen: ProbeResults) -> str:
    again, batch = value(seen, "repeating"), value(seen, "batch")
    if again is None:
        return ""
    if not again["identical"]:
        return "NOT the same bits in every call"
    if batch is False:
        return "repeatable, but other bits in a batch"
    other = {name: found["other"] for name in ("batch-sizes", "layouts", "threads") if (found := value(seen, name))}
    said = [
        *([f"in batches of {', '.join(map(str, sizes))}"] if (sizes := other.get("batch-sizes")) else []),
        *([f"in the layout {', '.join(views)}"] if (views := other.get("layouts")) else []),
        *([f"with {', '.join(counts)} threads"] if (counts := other.get("threads")) else []),
    ]
    if said:
        return f"repeatable, but other bits {' and '.join(said)}"
    return "repeatable, alone and in a batch" if batch else "repeatable"


# ---- one sentence for all shapes


def summary(by_shape: Mapping[str, Phrases]) -> tuple[Sentence, ...]:
    """Sentences, each with its shapes: first what all shapes have in common, then the differences."""
    subjects = dict.fromkeys(about for parts in by_shape.values() for about in parts)
    common = {about for about in subjects if len({parts.get(about, "") for parts in by_shape.values()}) == 1}
    said: dict[str, tuple[list[str], Phrases]] = {}
    for chosen in (True, False):
        for shape, parts in by_shape.items():
            own = {about: words for about, words in parts.items() if (about in common) == chosen}
            if own:
                said.setdefault(sentence(own), ([], own))[0].append(shape)
    return tuple(Sentence(tuple(shapes), words, parts) for words, (shapes, parts) in said.items())
