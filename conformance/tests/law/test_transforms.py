"""What the law and the emulation of Winograd's algorithm know of its transforms, they know apart from each other."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType

import numpy as np
import pytest

from conv2d_conformance.emulation import winograd as emulated_winograd
from conv2d_conformance.law import transforms, winograd

ROUNDINGS_OF_T = 17
"""As the law counts them."""


def imported(module: ModuleType) -> set[str]:
    """The modules that one imports, and what it takes from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_neither_imports_the_transforms_of_the_other() -> None:
    """Else a wrong one would be taken for right by both."""
    assert not [name for name in imported(emulated_winograd) if ".law." in name]
    for module in (transforms, winograd):
        assert not [name for name in imported(module) if ".emulation" in name]


@pytest.mark.parametrize(("tile", "taps"), [(2, 2), (2, 3), (2, 7), (3, 3), (4, 3), (4, 5), (6, 3), (6, 2)])
def test_both_amplify_alike(tile: int, taps: int) -> None:
    """How much a rounding is enlarged does not depend on how the rows of the matrices are scaled."""
    for points in transforms.points_for(tile, taps):
        amplified = []
        for A, G, B in (transforms.matrices(tile, taps, points), emulated_winograd.matrices(tile, taps, points)):
            amplified.append(np.abs(A) @ (np.abs(G) * np.abs(B).sum(axis=1)[:, None]))
        assert (amplified[0] == amplified[1]).all()
        of_the_law = transforms.amplification(tile, taps).max(axis=0) * (1 + ROUNDINGS_OF_T * 2.0**-53)
        assert (amplified[0].astype(float) <= of_the_law).all()


def test_a_wrong_transform_is_seen() -> None:
    """One number of the law's that is too small by a tenth no longer amplifies as the emulation's does."""
    points = transforms.points_for(4, 3)[0]
    A, G, B = (np.abs(matrix) for matrix in transforms.matrices(4, 3, points))
    right = A @ (G * B.sum(axis=1)[:, None])
    for matrix in (A, G, B):
        for index in zip(*np.nonzero(matrix), strict=True):
            kept = matrix[index]
            matrix[index] = kept * 9 / 10
            assert (A @ (G * B.sum(axis=1)[:, None]) != right).any()
            matrix[index] = kept
