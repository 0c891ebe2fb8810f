"""How Hypothesis is used: as a source of cases that depends on the run's seed and on nothing else."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from conv2d_conformance.effort import Effort


def use_settings(effort: Effort) -> Callable[[], None]:
    """Draw so many cases, without a memory of earlier runs. Returns what undoes it, and removes Hypothesis's files."""
    before, constants_of_modules = hypothesis.settings.get_current_profile_name(), providers._get_local_constants
    _draw_constants_of(Constants)
    storage = tempfile.TemporaryDirectory(prefix="conv2d-conformance-")
    set_hypothesis_home_dir(storage.name)
    hypothesis.settings.register_profile(
        "conv2d-conformance",
        max_examples=effort.drawn,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        # The examination shrinks the case itself, drawn or not, down to its data.
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
    hypothesis.settings.load_profile("conv2d-conformance")

    def undo() -> None:
        _draw_constants_of(constants_of_modules)
        hypothesis.settings.load_profile(before)
        storage.cleanup()

    return undo


def _draw_constants_of(find: Callable[[], Constants]) -> None:
    """Let Hypothesis take from there the constants that it puts among what it draws.

    Else it reads them in the source of whatever modules are loaded and not installed: those of a checkout of this
    package, for one. No setting of its prevents that.
    """
    providers._get_local_constants = find
    providers.CONSTANTS_CACHE.cache.clear()


def seed_of(check: str, run_seed: int) -> int:
    """What a check draws depends on the run's seed and the check's name, not on what ran before."""
    return int.from_bytes(hashlib.sha256(f"{run_seed} {check}".encode()).digest()[:8])


def seed(function: Callable[..., Any], check: str, run_seed: int) -> None:
    """Fix what Hypothesis draws for a check, if it draws by Hypothesis at all, under the settings in use."""
    if hypothesis.is_hypothesis_test(function):
        # `given` keeps the settings of the moment at which the check was imported.
        function._hypothesis_internal_use_settings = hypothesis.settings.default  # type: ignore[attr-defined]
        hypothesis.seed(seed_of(check, run_seed))(function)
