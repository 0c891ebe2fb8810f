"""One implementation at one shape and dtype, and the two ways to make it compute with chosen numbers.

All data are zero except at the taps that a question is about. So the call is one that users make, and the answer shows
the arithmetic of exactly that call. Many questions share a call: each has its own output channel.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import Philox

from conv2d_conformance.contract.answers import (
    Answer,
    Broken,
    Implementation,
    Rejected,
    Request,
    Result,
    ask_with_option,
)
from conv2d_conformance.contract.arrays import Floats, dtype_of
from conv2d_conformance.contract.formats import FORMATS, Format
from conv2d_conformance.fingerprint.shapes import CallShape

TRIALS = 3
"""The number of timed calls: the machine may be busy during one of them, but hardly during all."""


class NotSeen(Exception):
    """The reason why a probe could not see; the message continues "not seen:"."""


class TooSlow(NotSeen):
    """A call takes too long to make as many as are needed."""


@dataclass
class Prober:
    """Makes the calls of probes. After a crash or a time-out it makes no more, since the next would likely fail too."""

    implementation: Implementation
    shape: CallShape
    dtype: str
    ended: str = ""
    hung: bool = field(default=False, init=False)

    @property
    def numbers(self) -> Format:
        return FORMATS[self.dtype]

    # ---- one call

    def call(
        self,
        x: Floats,
        w: Floats,
        bias: Floats | None = None,
        *,
        view: str | None = None,
        option: tuple[str, str] | None = None,
    ) -> Floats:
        """The answer to a call as float64, which holds all dtypes. NotSeen where there is none.

        `view` is how all arrays lie in memory, and `option` one of the adapter's, with its value.
        """
        if self.ended:
            raise NotSeen(self.ended)
        shape, dtype = self.shape, dtype_of(self.dtype)
        with np.errstate(over="ignore"):
            arrays = {
                "input": x.astype(dtype),
                "weight": w.astype(dtype),
                "bias": None if bias is None else bias.astype(dtype),
            }
        arguments: dict[str, Any] = {
            "stride": (1, 1),
            "padding": (shape.padding, shape.padding),
            "dilation": (1, 1),
            "groups": shape.groups,
        }
        if not shape.keeps(self.implementation.hello.capabilities.limits, self.dtype, images=x.shape[0]):
            raise NotSeen("the call is outside the limits of the implementation")
        request = Request("conv2d", arguments, arrays, view=view)
        answer = self.implementation.ask(request) if option is None else self._asked_with(*option, request)
        match answer:
            case Rejected():
                raise NotSeen(f"the call was refused with {answer.type}: {_first_line(answer.message)}")
            case Broken():
                self.hung = answer.kind == "timeout"
                self.ended = f"a call had no answer: {_first_line(answer.sentence)}"
                raise NotSeen(self.ended)
            case Result():
                return self._numbers_in(answer, x.shape[0])

    def _asked_with(self, name: str, value: str, request: Request) -> Answer:
        answer = ask_with_option(self.implementation, name, value, request)
        if isinstance(answer, Broken):  # of another process: this one can still be asked
            raise NotSeen(_first_line(answer.sentence))
        return answer

    def answers_within(self, seconds: float, *, key: int = 1) -> bool:
        """Whether one of a few calls, with the data of this key, takes at most `seconds`."""
        x, w = self.dense(1, key=key)
        for _ in range(TRIALS):
            start = time.perf_counter()
            self.call(x, w)
            if time.perf_counter() - start <= seconds:
                return True
        return False

    def _numbers_in(self, answer: Result, images: int) -> Floats:
        output, expected = answer.arrays[0], (images, self.shape.M, self.shape.OH, self.shape.OW)
        if output is None or output.shape != expected:
            raise NotSeen(f"the answer has shape {None if output is None else output.shape}, not {expected}")
        if output.dtype != dtype_of(self.dtype):
            raise NotSeen(f"the answer has dtype {output.dtype}, not {self.dtype}")
        values: Floats = output.astype(np.float64)
        return values

    # ---- products, each alone in its output element

    @cached_property
    def sites(self) -> list[tuple[int, int, int]]:
        """Pairs of an input and an output channel that are independent of all other pairs.

        Each is (input channel, output channel, input channel within its group).
        """
        per_group = min(self.shape.channels, self.shape.M // self.shape.groups)
        return [
            (group * self.shape.channels + i, group * (self.shape.M // self.shape.groups) + i, i)
            for group in range(self.shape.groups)
            for i in range(per_group)
        ]

    def products(self, x: Any, w: Any) -> Floats:
        """Each x times its w, through the middle of the kernel, each between its own channels."""
        xs, ws = np.broadcast_arrays(np.atleast_1d(np.asarray(x, float)), np.asarray(w, float))
        tap = (self.shape.KH // 2, self.shape.KW // 2)
        found = []
        for start in range(0, len(xs), len(self.sites)):
            image, weight = self.empty()
            part = list(zip(self.sites, xs[start:], ws[start:], strict=False))
            for (c, m, channel), value, factor in part:
                image[0, c, self._top + tap[0], self._left + tap[1]] = value
                weight[m, channel, *tap] = factor
            output = self.call(image[..., self._rows, self._columns], weight)
            found += [output[0, m, *self.pixel] for (_, m, _), _, _ in part]
        return np.array(found)

    # ---- sums, over the taps of one output element

    def sums(self, x: Any, w: Any, bias: Any = None) -> Floats:
        """The sum of x * w over the taps, for each row of w, plus its bias. x is one row, or one for each row of w."""
        ws = np.atleast_2d(np.asarray(w, float))
        xs = np.broadcast_to(np.asarray(x, float), ws.shape)
        biases = None if bias is None else np.broadcast_to(np.asarray(bias, float), len(ws))
        found = np.zeros(len(ws))
        different, which = np.unique(xs, axis=0, return_inverse=True)
        for number, row in enumerate(different):
            waiting = np.flatnonzero(which.reshape(-1) == number)
            for start in range(0, len(waiting), len(self.alike)):
                part = waiting[start : start + len(self.alike)]
                found[part] = self._some_sums(row, ws[part], None if biases is None else biases[part])
        return found

    def _some_sums(self, x: Floats, w: Floats, bias: Floats | None) -> Floats:
        channels = self.alike[: len(w)]
        weight = np.zeros((self.shape.M, self.shape.taps))
        weight[channels] = w
        given = None
        if bias is not None:
            given = np.zeros(self.shape.M)
            given[channels] = bias
        values: Floats = self._seen_by_the_pixel(x, weight, given)[channels]
        return values

    def _seen_by_the_pixel(self, x: Floats, w: Floats, bias: Floats | None = None) -> Floats:
        shape = self.shape
        image, _ = self.empty()
        window = x.reshape(shape.channels, shape.KH, shape.KW)
        rows, columns = slice(self._top, self._top + shape.KH), slice(self._left, self._left + shape.KW)
        image[0, :, rows, columns] = np.tile(window, (shape.groups, 1, 1))
        weight = w.reshape(shape.M, shape.channels, shape.KH, shape.KW)
        values: Floats = self.call(image[..., self._rows, self._columns], weight, bias)[0, :, *self.pixel]
        return values

    @cached_property
    def alike(self) -> list[int]:
        """The output channels that sum as the first one does, and so may replace each other."""
        words = self.random(2 * self.shape.taps)
        x, w = spread(words, self.dtype).reshape(2, -1)
        found = self._seen_by_the_pixel(x, np.tile(w, (self.shape.M, 1)))
        return [int(m) for m in np.flatnonzero((found == found[0]) | (np.arange(self.shape.M) == 0))]

    def row(self, taps: dict[int, float]) -> Floats:
        """A row for `sums` that is zero but for these taps."""
        values = np.zeros(self.shape.taps)
        for tap, value in taps.items():
            values[tap] = value
        return values

    # ---- the frame

    @property
    def pixel(self) -> tuple[int, int]:
        """The output element that probes look at: in the middle, far from every edge."""
        return self.shape.OH // 2, self.shape.OW // 2

    def empty(self) -> tuple[Floats, Floats]:
        """An image of zeros, its padding included, and a weight of zeros."""
        shape, p = self.shape, self.shape.padding
        image = np.zeros((1, shape.C, shape.H + 2 * p, shape.W + 2 * p))
        return image, np.zeros((shape.M, shape.channels, shape.KH, shape.KW))

    @property
    def _top(self) -> int:
        return self.pixel[0]

    @property
    def _left(self) -> int:
        return self.pixel[1]

    @property
    def _rows(self) -> slice:
        return slice(self.shape.padding, self.shape.padding + self.shape.H)

    @property
    def _columns(self) -> slice:
        return slice(self.shape.padding, self.shape.padding + self.shape.W)

    def dense(self, images: int, *, key: int = 1) -> tuple[Floats, Floats]:
        """Images and a weight without zeros, whose sums depend on their order."""
        shape = self.shape
        size = (images, shape.C, shape.H, shape.W), (shape.M, shape.channels, shape.KH, shape.KW)
        counts = [int(np.prod(extents)) for extents in size]
        values = spread(self.random(sum(counts), key), self.dtype)
        return values[: counts[0]].reshape(size[0]), values[counts[0] :].reshape(size[1])

    def random(self, count: int, key: int = 0) -> npt.NDArray[np.uint64]:
        """Words of 64 bits that are the same on every machine."""
        words: npt.NDArray[np.uint64] = Philox(key=np.array((key, 2), dtype=np.uint64)).random_raw(count)
        return words


def significands(words: npt.NDArray[np.uint64], bits: int) -> Floats:
    """Numbers from 1 up to 2 that use all bits of a dtype."""
    values: Floats = 1 + (words >> np.uint64(65 - bits)).astype(np.float64) * 2.0 ** (1 - bits)
    return values


def spread(words: npt.NDArray[np.uint64], dtype: str) -> Floats:
    """Numbers of either sign and of magnitudes from 1/8 to 8, exact in the dtype."""
    sizes = significands(words, FORMATS[dtype].precision)
    exponents = ((words >> np.uint64(1)) % np.uint64(6)).astype(np.float64) - 3
    signs = 1 - 2 * (words % np.uint64(2)).astype(np.float64)
    values: Floats = signs * sizes * 2.0**exponents
    return values


def _first_line(text: str, most: int = 80) -> str:
    line = next(iter(text.strip().splitlines()), "")
    return line if len(line) <= most else line[: most - 4] + " ..."
