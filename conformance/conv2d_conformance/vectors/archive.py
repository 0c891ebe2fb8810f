"""Arrays in a .npz that is the same to the last byte whenever it is written.

`numpy.savez` stamps the time. What `numpy.load` reads is a zip of .npy files, here without compression, so that its
bytes depend on nothing but the arrays.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from conv2d_conformance.contract.arrays import Array

LONG_AGO = (1980, 1, 1, 0, 0, 0)
UNIX = 3


def write_archive(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays by name, in the order of their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in sorted(arrays.items()):
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", LONG_AGO)
            entry.create_system = UNIX  # whatever system this is
            archive.writestr(entry, data.getvalue())
