"""What is known about the suite that, by its own account, made a report: its specification, and perhaps its checks."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from conv2d_conformance import __version__, sources, spec
from conv2d_conformance.checks import Check, every_check
from conv2d_conformance.contract.invariances import INVARIANCES
from conv2d_conformance.report.header import Cited, Header
from conv2d_conformance.spec import Requirement
from conv2d_conformance.typed_json import ABSENT

INVARIANT = frozenset(f"determinism.{name}-invariant" for name in INVARIANCES)

DRAFTS = {
    "44ab1261297487627d8ce41447a64d6d8b5f59a6e9b4f2b9a20039b2567b5dec": (
        "1",
        frozenset({"determinism.global-state-unchanged"}),
    ),
    "9f2a41fad9df54f8f8ac20a2412a8633c034a085120f18b0ed469d6c9f447a4b": ("1", frozenset[str]()),
    "c5278fbdde909cf7e62e8cf73178099b3a6af2cf42e8a0d62d90492d74812f11": (
        "2",
        frozenset({"validation.outside-limits", *INVARIANT}),
    ),
}
"""The digests of texts that an edition had before its release, in reports that were published: which edition, and the
requirements that each lacked. In level, profile and features all others were those of the edition."""

VERSIONS_WITHOUT_SOURCES = ("0.1.0",)
"""The versions of the suite whose reports do not name their sources, nor what each check saw."""


@dataclass(frozen=True)
class Rules:
    """The requirements by id, in the order of the specification, and the checks by name, where these are known."""

    requirements: Mapping[str, Requirement]
    checks: Mapping[str, Check] | None


@dataclass
class Origin:
    """Which suite made a report: the rules that it followed, if known, and what is wrong or unknown about it.

    `supposed` are the rules of this suite, if other sources made the report from the same text.
    """

    rules: Rules | None = None
    supposed: Rules | None = None
    faults: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def is_this_suite(self) -> bool:
        return self.rules is not None and self.rules.checks is not None


def origin_of(report: Header) -> Origin:
    """The suite that made a report, by its own account. An old report tells only its specification."""
    suite, cited = report.suite, report.spec
    text, lacks = _text_of(cited.digest)
    found = Origin()
    if text is not None:
        found.rules = Rules({name: rule for name, rule in text.requirements.items() if name not in lacks}, None)
        if cited.edition != text.edition:
            found.faults.append(f"the text of its specification is edition {text.edition}, not {cited.edition}")
    if suite.sources is ABSENT:
        found.faults += _faults_of_old(report, text)
    elif suite.sources == sources.digest():
        here = spec.load()
        if suite.version != __version__:
            found.faults.append(f"its sources are those of version {__version__} of the suite, not {suite.version}")
        if text is not here:
            found.faults.append(f"it cites {_edition(cited)}; the suite that made it has {_edition_of(here)}")
        found.rules = Rules(here.requirements, every_check())
        return found
    else:
        found.unknown.append(
            f"it was made by other sources of the suite, of version {suite.version}: which checks those have, and "
            "what they ask"
        )
        if text is spec.load() and found.rules is not None:
            checks = {name: check for name, check in every_check().items() if lacks.isdisjoint(check.requirements)}
            found.supposed = Rules(found.rules.requirements, checks)
    if text is None:
        found.unknown.append(f"it cites {_edition(cited)}, a text that this version does not have")
    return found


def _faults_of_old(report: Header, text: spec.Spec | None) -> Iterable[str]:
    version = report.suite.version
    if text is not None and text.edition != "1":
        yield f"it does not name the sources of the suite, as every report by edition {text.edition} does"
    elif version not in VERSIONS_WITHOUT_SOURCES:
        yield f"it does not name the sources of the suite, as every report of version {version} does"


@cache
def _texts() -> dict[str, spec.Spec]:
    """The editions that ship with this package, by their digests."""
    old = importlib.resources.files(spec.__name__).joinpath("edition-1.md").read_text(encoding="utf-8")
    return {text.digest: text for text in (spec.parse(old), spec.load())}


def _text_of(digest: str) -> tuple[spec.Spec | None, frozenset[str]]:
    """The text with a digest, and the requirements that it lacks."""
    if digest in DRAFTS:
        edition, lacks = DRAFTS[digest]
        return next(text for text in _texts().values() if text.edition == edition), lacks
    return _texts().get(digest), frozenset()


def _edition(cited: Cited) -> str:
    return f"edition {cited.edition} ({cited.digest[:12]})"


def _edition_of(text: spec.Spec) -> str:
    return _edition(Cited(edition=text.edition, digest=text.digest))
