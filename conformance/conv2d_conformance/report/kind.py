"""What was asked in a run. Reports of one kind answer the same question, so that the newer one replaces the older."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from conv2d_conformance.foreign import escaped_line
from conv2d_conformance.report.header import Asked, Suite
from conv2d_conformance.typed_json import from_json

LONGEST_NAME = 120
"""In bytes."""

SUITE = "conv2d-conformance"
WORDS = {"only": "selection"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """All that decides which cases are asked of whom, and whether the answer can be a certificate."""

    target: str
    profile: str = "forward"
    effort: str = "standard"
    seed: int = 0
    only: str = "*"
    isolation: str = "process"

    def __post_init__(self) -> None:
        for name in ("target", "only"):  # as a report holds them
            object.__setattr__(self, name, escaped_line(getattr(self, name)))

    @classmethod
    def of(cls, run: Asked) -> Kind:
        """What was asked in a run."""
        return cls(**{name: getattr(run, name) for name in cls.__dataclass_fields__})

    def differs_from(self, other: Kind) -> str:
        """The first thing that tells another kind from this one, in words; empty where there is none."""
        there = asdict(other)
        found = (
            f"its {WORDS.get(name, name)} is {there[name]}, not {here}"
            for name, here in asdict(self).items()
            if there[name] != here
        )
        return next(found, "")

    def default_name(self) -> str:
        """The name of a report's file: of the target, and of all that is not as it is by default."""
        usual = Kind(target=self.target)
        parts = [f"conv2d-{_plain(self.target)}"]
        parts += [self.profile] if self.profile != usual.profile else []
        parts += [self.effort] if self.effort != usual.effort else []
        parts += [f"seed{self.seed}"] if self.seed != usual.seed else []
        parts += ["no-isolation"] if self.isolation != usual.isolation else []
        parts += [f"only-{_plain(self.only)}"] if self.only != usual.only else []
        name = "-".join(parts)
        data = name.encode()
        if len(data) > LONGEST_NAME:
            name = f"{data[:LONGEST_NAME].decode(errors='ignore')}-{hashlib.sha256(data).hexdigest()[:8]}"
        return f"{name}.json"


@dataclass(frozen=True)
class _Top:
    """What of a report, or of the header of one that was not finished, says of which kind it is."""

    suite: Suite
    run: Asked


@dataclass(frozen=True)
class _FirstLine:
    """Of a partial file."""

    header: _Top


def kind_in(text: str) -> Kind:
    """The kind of the report that is in a text. ValueError or RecursionError, where it is none of the suite."""
    return _kind(from_json(json.loads(text), _Top))


def kind_in_first_line(line: str) -> Kind:
    """The kind of the run that left a partial file, by its first line. The same errors."""
    return _kind(from_json(json.loads(line), _FirstLine).header)


def _kind(top: _Top) -> Kind:
    if top.suite.name != SUITE:
        raise ValueError("this is no report of the suite")
    return Kind.of(top.run)


def _plain(text: str) -> str:
    letters = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in text)
    return letters.strip("-.")
