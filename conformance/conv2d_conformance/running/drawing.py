"""How the checks draw their cases by Hypothesis, so that these depend on the run's seed and on nothing else.

All that the suite knows of Hypothesis's private parts is in this file, and `test_hypothesis.py` says in a sentence what
broke where a version lacks one. Checks do not draw by a decorator of our own: `given` begins with the simplest example,
mutates earlier ones and leaves out those that it had, so that the same cases come from its engine alone, and that is
more private than these names are.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, configuration
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from conv2d_conformance.effort import Effort

HOME = "__hypothesis_home_directory"
CONSTANTS, KNOWN_CONSTANTS = "_get_local_constants", "CONSTANTS_CACHE"
SETTINGS, SEED = "_hypothesis_internal_use_settings", "_hypothesis_internal_use_seed"


@contextmanager
def drawing(function: Callable[..., Any], effort: Effort, seed: int) -> Iterator[None]:
    """Let a check draw so many cases by a seed, if it draws at all, and leave Hypothesis as it was."""
    if not hypothesis.is_hypothesis_test(function):
        yield
        return
    with apart(), _replaced(function, SETTINGS, settings_of(effort)), _replaced(function, SEED, seed):
        yield


@contextmanager
def apart() -> Iterator[None]:
    """Keep Hypothesis's files in a folder that is removed at the end, and loaded modules out of what is drawn.

    Else it puts the constants in the source of modules that are loaded and not installed among what it draws: those of
    a checkout of this package, for one. No setting of its prevents that.
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
    """All that decides what is drawn, whatever the caller's own profile says; no memory of earlier runs."""
    return hypothesis.settings(
        max_examples=effort.drawn,
        backend="hypothesis",
        derandomize=False,  # the seed comes first anyway
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        # A failing case is made simpler by the suite itself, drawn or not, down to its data.
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
    """What a check draws depends on the run's seed and the check's name, not on what ran before."""
    return int.from_bytes(hashlib.sha256(f"{run_seed} {check}".encode()).digest()[:8])
