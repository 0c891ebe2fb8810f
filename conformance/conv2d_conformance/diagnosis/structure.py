"""What the failing geometry does to every single pixel, read from its answers to impulses.

With one pixel per image and an id for every weight, each output names the weight that multiplied that pixel. A right
answer reads weight (m, c, kh, kw) where the window (oh, ow) has its tap (kh, kw) on the pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.diagnosis.evidence import MOST_WORK, Evidence
from conv2d_conformance.verdict.question import Question
from conv2d_reference.arguments import Geometry

Indices = npt.NDArray[np.int64]

WEIGHT = ("m", "c", "kh", "kw")
MOST_PIXELS = 1024


@dataclass(frozen=True, eq=False)
class WeightReads:
    """All reads of weights, as they were and as required: a row for each read, a column for each index.

    The columns: pixel channel, row and column; output channel, row and column; the weight's m, c, kh and kw.
    """

    geometry: Geometry
    required: Mapping[str, Indices]
    got: Mapping[str, Indices]
    unknown: int


def structure(evidence: Evidence, case: Case) -> str | None:
    """What is wrong with the reads of this geometry, as a clause; None where no simple clause fits."""
    reading = read(evidence, case)
    return None if reading is None else next(_findings(reading), None)


def read(evidence: Evidence, case: Case) -> WeightReads | None:
    """Find the reads of a geometry with one call, which has an image for each pixel. None where they are right."""
    pixels = case.C * case.H * case.W
    ids = int(np.prod(case.weight_shape))
    asked = replace(case, N=pixels, bias=False, data=Recipe("impulse"), view=None)
    if pixels > MOST_PIXELS or ids >= 2 ** FORMATS[case.dtype].precision:
        return None
    question = Question(asked, evidence.implementation.hello.capabilities)
    if np.prod(question.shape) > MOST_WORK:
        return None
    seen = evidence.ask(asked)
    if seen is None or not seen.wrong or not isinstance(seen.answer, Result) or seen.fault is None:
        return None
    output = seen.answer.arrays[0]
    if output is None or output.shape != question.shape or np.iscomplexobj(output):
        return None
    required = seen.question.law.high
    reads = _reads(seen.question, output)
    return WeightReads(question.geometry, _reads(seen.question, required)[0], *reads)


def _reads(question: Question, output: Array) -> tuple[dict[str, Indices], int]:
    """All reads of an answer, and the number of outputs that are not a single weight."""
    g, values = question.geometry, output.astype(np.float64)
    places = np.argwhere(values != 0)
    found = values[tuple(places.T)]
    ids = question.weight.astype(np.float64).ravel()
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], found), len(ids) - 1)
    known = ids[order][at] == found
    weight = np.unravel_index(order[at][known], question.weight.shape)
    n, m_out, oh, ow = places[known].T
    pixel = np.unravel_index(n, (g.C, g.H, g.W))
    names = ("channel", "h", "w", "m_out", "oh", "ow", *WEIGHT)
    columns = (*pixel, m_out, oh, ow, *weight)
    return dict(zip(names, (np.asarray(column, np.int64) for column in columns), strict=True)), int((~known).sum())


# ---- what can be said --------------------------------------------------------------------------------------------


def _findings(reading: WeightReads) -> Iterator[str]:
    """Clauses, the most specific first."""
    if not len(reading.got["m"]) and not reading.unknown:
        yield "no input is ever read: the output is zero throughout"
        return
    if reading.unknown:
        return  # sums of several weights: pixels are read more than once, and no simple clause fits
    lost, added = _difference(reading.required, reading.got), _difference(reading.got, reading.required)
    if not added.any() and lost.any():
        yield from _lost(reading, lost)
    yield from _filters(reading)
    yield from _kernel(reading)
    yield from _windows(reading)
    yield from _channels(reading)


def _rows(reads: Mapping[str, Indices]) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in reads.values()), strict=True))


def _difference(a: Mapping[str, Indices], b: Mapping[str, Indices]) -> npt.NDArray[np.bool_]:
    """Where the reads of `a` are missing in `b`."""
    others = set(_rows(b))
    return np.array([row not in others for row in _rows(a)], bool)


def _lost(reading: WeightReads, lost: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Missing reads that are all of those at some place of an axis, or at some taps."""
    g = reading.geometry
    columns: dict[str, tuple[Indices, int, str]] = {
        "kernel row": (reading.required["kh"], g.KH, "{} of the kernel {} never read"),
        "kernel column": (reading.required["kw"], g.KW, "{} of the kernel {} never read"),
        "input channel": (reading.required["channel"], g.C, "{} {} not summed"),
        "output channel": (reading.required["m_out"], g.M, "{} {} zero"),
        "row": (reading.required["oh"], g.OH, "{} of the output {} zero"),
        "column": (reading.required["ow"], g.OW, "{} of the output {} zero"),
        "input row": (reading.required["h"], g.H, "{} {} never read"),
        "input column": (reading.required["w"], g.W, "{} {} never read"),
    }
    for what, (column, size, sentence) in columns.items():
        values = {int(value) for value in np.unique(column) if lost[column == value].all()}
        if values and len(values) < size and np.isin(column[lost], list(values)).all():
            words, verb = part(what.removeprefix("kernel "), values, size)
            yield sentence.format(words, verb)
    taps = reading.required["kh"] * g.KW + reading.required["kw"]
    values = {int(value) for value in np.unique(taps) if lost[taps == value].all()}
    if values and len(values) <= 3 and np.isin(taps[lost], list(values)).all():
        names = " and ".join(f"({tap // g.KW}, {tap % g.KW})" for tap in sorted(values))
        yield f"tap {names} of the kernel is never read" if len(values) == 1 else f"taps {names} are never read"


def part(what: str, values: set[int], size: int) -> tuple[str, str]:
    """A description of a part of an axis, with its verb: the last row is, the rows from 64 on are."""
    least, most = min(values), max(values)
    if len(values) == 1 and least in (0, size - 1):
        return f"the {'first' if least == 0 else 'last'} {what}", "is"
    if len(values) == 1:
        return f"{what} {least}", "is"
    if most == size - 1 and len(values) == size - least:
        return f"the {what}s from {least} on", "are"
    if least == 0 and len(values) == most + 1:
        return f"the first {len(values)} {what}s", "are"
    return f"the {what}s {', '.join(map(str, sorted(values)))}", "are"


def _filters(reading: WeightReads) -> Iterator[str]:
    """Output channels that use another channel's filter."""
    used = _mapping(reading.got["m_out"], reading.got["m"])
    if used is None:
        return
    wrong = {m: other for m, other in used.items() if m != other}
    if wrong and len(wrong) == 1:
        ((m, other),) = wrong.items()
        yield f"output channel {m} uses the filter of channel {other}"
    elif wrong and all(other == reading.geometry.M - 1 - m for m, other in used.items()):
        yield "the output channels use the filters in reverse order"
    elif wrong and len(wrong) <= 4:
        pairs = ", ".join(f"{m} that of {other}" for m, other in sorted(wrong.items()))
        yield f"output channels use the filter of another: {pairs}"


def _mapping(keys: Indices, values: Indices) -> dict[int, int] | None:
    """The function from keys to values, if it is one."""
    pairs = set(zip(keys.tolist(), values.tolist(), strict=True))
    mapping = dict(pairs)
    return mapping if len(mapping) == len(pairs) else None


def _kernel(reading: WeightReads) -> Iterator[str]:
    """Taps that are read instead of others, at the same pixel of the same window."""
    g = reading.geometry
    due = {row[:6]: row[6:] for row in _rows(reading.required)}
    pairs = {(due[row[:6]], row[6:]) for row in _rows(reading.got) if row[:6] in due}
    if len(pairs) < 2:
        return
    turns: dict[str, Callable[[int, int], tuple[int, int]]] = {
        "flipped (true convolution)": lambda kh, kw: (g.KH - 1 - kh, g.KW - 1 - kw),
        "mirrored from left to right": lambda kh, kw: (kh, g.KW - 1 - kw),
        "mirrored from top to bottom": lambda kh, kw: (g.KH - 1 - kh, kw),
        "transposed": lambda kh, kw: (kw, kh),
        "turned by a quarter": lambda kh, kw: (kw, g.KW - 1 - kh),
        "turned by three quarters": lambda kh, kw: (g.KH - 1 - kw, kh),
    }
    for words, turn in turns.items():
        taps = {(was[2:], got[2:]) for was, got in pairs}
        if any(was != got for was, got in taps) and all(turn(*was) == got for was, got in taps):
            yield f"the kernel is {words}"


def _windows(reading: WeightReads) -> Iterator[str]:
    """The placement of the windows: pixel = stride * output + dilation * tap - padding, fitted to the reads."""
    g = reading.geometry
    for axis, (pixel, output, tap) in enumerate((("h", "oh", "kh"), ("w", "ow", "kw"))):
        reads = {name: reading.got[name] for name in (pixel, output, tap)}
        table = np.stack([reads[output], reads[tap], -np.ones_like(reads[output])], axis=1).astype(float)
        if len(table) < 3 or np.linalg.matrix_rank(table) < 3:
            continue
        fit = np.linalg.lstsq(table, reads[pixel].astype(float), rcond=None)[0]
        whole = np.rint(fit).astype(int)
        if not (table @ whole == reads[pixel]).all():
            continue
        required = (g.stride[axis], g.dilation[axis], g.pads[axis][0])
        for word, found, right in zip(("stride", "dilation", "padding"), whole.tolist(), required, strict=True):
            if found != right:
                yield f"the {word} of the {('height', 'width')[axis]} acts as {found}, where {right} is asked for"


def _channels(reading: WeightReads) -> Iterator[str]:
    """Groups that read another group's channels."""
    g = reading.geometry
    run, outputs = g.C // g.groups, g.M // g.groups
    read_by = _mapping(reading.got["m_out"] // outputs, reading.got["channel"] // run)
    if read_by is None or g.groups == 1:
        return
    wrong = {group: other for group, other in read_by.items() if group != other}
    if wrong and set(wrong.values()) == {0}:
        groups, _ = part("group", set(wrong), g.groups)
        yield f"{groups} {'reads' if len(wrong) == 1 else 'read'} the channels of group 0"
    elif len(wrong) == 1:
        ((group, other),) = wrong.items()
        yield f"group {group} reads the channels of group {other}"
    elif wrong and all(other == g.groups - 1 - group for group, other in read_by.items()):
        yield "the groups read their channels in reverse order of groups"
