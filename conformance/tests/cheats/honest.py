"""An honest implementation in NumPy, of which every cheat is a variation. It knows nothing of the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from conv2d_conformance import Adapter, Capabilities

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Call:
    """The arguments as they were handed over; pairs are (height, width)."""

    input: Array
    weight: Array
    bias: Array | None
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int

    def right(self) -> Array:
        (sh, sw), (ph, pw), (dh, dw) = self.stride, self.padding, self.dilation
        x = np.pad(self.input.astype(float), [(0, 0), (0, 0), (ph, ph), (pw, pw)])
        (N, _, H, W), (M, channels, KH, KW) = x.shape, self.weight.shape
        OH, OW = (H - dh * (KH - 1) - 1) // sh + 1, (W - dw * (KW - 1) - 1) // sw + 1
        x = x.reshape(N, self.groups, channels, H, W)
        w = self.weight.astype(float).reshape(self.groups, -1, channels, KH, KW)
        y = np.zeros((N, self.groups, M // self.groups, OH, OW))
        for kh, kw in np.ndindex(KH, KW):
            seen = x[..., kh * dh :: sh, kw * dw :: sw][..., :OH, :OW]
            y += np.einsum("ngchw,gmc->ngmhw", seen, w[..., kh, kw])
        y = y.reshape(N, M, OH, OW)
        if self.bias is not None:
            y += self.bias.astype(float)[:, None, None]
        return y.astype(self.input.dtype)

    def spoilt(self) -> Array:
        """The right answer but for one element."""
        result = self.right()
        result.reshape(-1)[-1:] += 1
        return result


def cheat(*, deterministic: bool = False) -> Callable[[Callable[[Call], Any]], Adapter]:
    """Make an adapter of what a cheat answers to a call."""

    def make(answer: Callable[[Call], Any]) -> Adapter:
        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
            return answer(Call(input, weight, bias, **attributes))

        claims = Capabilities(deterministic=deterministic)
        return Adapter(name=answer.__name__, version="cheat", conv2d=conv2d, capabilities=claims)

    return make


honest = cheat(deterministic=True)(Call.right)
