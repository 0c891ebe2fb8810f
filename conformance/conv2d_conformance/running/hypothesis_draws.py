"""How the checks draw their cases with Hypothesis, so that they depend only on the run's seed.

All use of Hypothesis's private parts is in this file. If a version lacks one, `test_hypothesis.py` says in a sentence
what broke. Checks use `given` and not a decorator of our own: it begins with the simplest example, mutates earlier ones
and skips repeated ones, so only its engine gives the same cases, and that is more private than these names are.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, configuration, core
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from conv2d_conformance.effort import Effort

HOME = "__hypothesis_home_directory"
CONSTANTS, KNOWN_CONSTANTS = "_get_local_constants", "CONSTANTS_CACHE"
GENERATORS = "deterministic_PRNG"
SETTINGS, SEED = "_hypothesis_internal_use_settings", "_hypothesis_internal_use_seed"


@contextmanager
def drawing(function: Callable[..., Any], effort: Effort, seed: int) -> Iterator[None]:
    """Let a check that draws do so with an effort and a seed, and leave Hypothesis as it was."""
    if not hypothesis.is_hypothesis_test(function):
        yield
        return
    with apart(), _replaced(function, SETTINGS, settings_of(effort)), _replaced(function, SEED, seed):
        yield


@contextmanager
def drawing_alone() -> Iterator[None]:
    """Leave the shared random generators of this process as they are, where no implementation is asked.

    Otherwise Hypothesis seeds and restores them at each example, which takes a third of the time of its engine. What it
    draws comes from a generator of its own.
    """
    with _replaced(core, GENERATORS, nullcontext):
        yield


@contextmanager
def apart() -> Iterator[None]:
    """Keep Hypothesis's files in a temporary folder, and keep constants of loaded modules out of its draws.

    Otherwise it draws constants from the source of loaded modules that are not installed, such as a checkout of this
    package. None of its settings prevents that.
    """
    cache = providers.CONSTANTS_CACHE
    with (
        tempfile.TemporaryDirectory(prefix="conv2d-conformance-") as storage,
        _replaced(configuration, HOME, Path(storage)),
        _replaced(providers, CONSTANTS, Constants),
        _replaced(providers, KNOWN_CONSTANTS, type(cache)(cache.max_size)),
    ):
        yield


def settings_of(effort: Effort) -> hypothesis.settings:
    """Every setting that affects what is drawn, whatever the caller's own profile says; no memory of earlier runs."""
    return hypothesis.settings(
        max_examples=effort.drawn,
        backend="hypothesis",
        derandomize=False,  # the seed has priority anyway
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        # The suite itself simplifies failing cases, drawn or not, down to their data.
        phases=(Phase.explicit, Phase.generate),
    )


@contextmanager
def _replaced(owner: object, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def seed_of(check: str, run_seed: int) -> int:
    """A seed from the run's seed and the check's name, whatever ran before."""
    return int.from_bytes(hashlib.sha256(f"{run_seed} {check}".encode()).digest()[:8])
