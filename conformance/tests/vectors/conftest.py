"""The vectors of the smallest size in a folder, and what reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conv2d_conformance.vectors.exporting import export
from conv2d_conformance.vectors.index import VectorIndex


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, VectorIndex]:
    folder = tmp_path_factory.mktemp("vectors") / "mcu"
    return folder, export(folder, "mcu")


@pytest.fixture(scope="session")
def vectors(exported: tuple[Path, VectorIndex]) -> Path:
    return exported[0]
