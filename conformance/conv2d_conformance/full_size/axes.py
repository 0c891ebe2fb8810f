"""Which element of the input each tap reads, along one axis at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.full_size.field import P, Residues
from conv2d_reference.arguments import Geometry

TapIndices = npt.NDArray[np.int64]

NOTHING = -1
"""In place of an element: a zero of the padding."""

_MODES: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def read(g: Geometry, axis: int) -> TapIndices:
    """The index of the element that output o reads under tap k, (outputs, kernel); axis 0 is the height."""
    size, outputs, kernel = ((g.H, g.OH, g.KH), (g.W, g.OW, g.KW))[axis]
    steps = np.arange(outputs)[:, None] * g.stride[axis] + np.arange(kernel) * g.dilation[axis]
    before, after = g.pads[axis]
    if g.padding_mode != "zeros":
        padded: TapIndices = np.pad(np.arange(size), (before, after), _MODES[g.padding_mode])[steps]
        return padded
    places = steps - before
    return np.where((places >= 0) & (places < size), places, NOTHING)


def onto_read(places: TapIndices, size: int, of_outputs: Residues) -> Residues:
    """Coefficients (outputs, k) carried to the elements that are read: (size, kernel, k)."""
    outputs, kernel = places.shape
    found = np.zeros((size + 1, kernel, of_outputs.shape[1]), np.int64)  # the last one takes what reads nothing
    taps = np.broadcast_to(np.arange(kernel), (outputs, kernel))
    np.add.at(found, (places, taps), of_outputs[:, None, :])
    return found[:size] % P


def onto_outputs(places: TapIndices, of_read: Residues) -> Residues:
    """Coefficients (size, k) of the elements that are read, carried to outputs: (outputs, kernel, k)."""
    with_nothing = np.concatenate((of_read, np.zeros((1, of_read.shape[1]), np.int64)))
    found: Residues = with_nothing[places]
    return found
