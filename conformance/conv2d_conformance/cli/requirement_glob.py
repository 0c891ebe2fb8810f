"""Check that a glob of requirement ids matches something that can be examined."""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase

from conv2d_conformance import spec
from conv2d_conformance.cli.check_index import checks_of_requirements
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.report.verdicts import in_scope


def require_match(glob: str, profile: str) -> None:
    """Problem, with the nearest ids as a hint, where no requirement with a check matches."""
    if glob == "*":
        return
    known = spec.load().requirements
    matching = [requirement for requirement in known.values() if fnmatchcase(requirement.id, glob)]
    if not matching:
        near = difflib.get_close_matches(glob.replace("*", ""), [*known, *spec.load().chapters], n=3)
        names = [f"'{name}.*'" if name in spec.load().chapters else name for name in near]
        hint = f"did you mean {' or '.join(names)}?" if near else "`conv2d-conformance list requirements` has them all"
        raise Problem(f"--only {glob!r} matches no requirement", hint)
    inside = [requirement for requirement in matching if in_scope(requirement, profile)]
    if not inside:
        wanted = matching[0].profile
        raise Problem(f"--only {glob!r} matches no requirement of profile {profile}", f"add --profile {wanted}")
    checked = checks_of_requirements()
    if not any(requirement.id in checked for requirement in inside):
        raise Problem(
            f"--only {glob!r} matches no requirement that has a check in this version",
            "`conv2d-conformance list requirements` shows which ones have",
        )
