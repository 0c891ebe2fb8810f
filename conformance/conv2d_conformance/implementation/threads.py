"""Use one thread for linear algebra: further threads spin while they wait for work, on cores that others need."""

from __future__ import annotations

import os

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def use_one_thread() -> None:
    """Set one thread for this process, before it imports NumPy, and for its children; the user's settings stay."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
