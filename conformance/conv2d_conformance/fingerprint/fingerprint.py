"""A fingerprint, as a report has it: of every dtype and shape what each probe found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conv2d_conformance.fingerprint.probe_result import ProbeResult
from conv2d_conformance.typed_json import ABSENT, Absent


@dataclass(frozen=True)
class Sentence:
    """What holds for some shapes. `parts` are the parts of the sentence by their topics."""

    shapes: tuple[str, ...]
    words: str
    parts: dict[str, str] | Absent = ABSENT

    @property
    def clauses(self) -> Sequence[str]:
        """The parts in their order. Older reports have them in the words alone."""
        return self.words.split("; ") if isinstance(self.parts, Absent) else [*self.parts.values()]


@dataclass(frozen=True)
class OfShape:
    """What was found at one shape, whose call is `case`. `not_seen` says why it could not be probed, if it could not.

    findings: by probe.
    """

    case: str
    not_seen: str
    findings: dict[str, ProbeResult]


@dataclass(frozen=True)
class OfDtype:
    """What was found in one dtype: in few sentences, and by the name of the shape."""

    summary: tuple[Sentence, ...]
    shapes: dict[str, OfShape]


@dataclass(frozen=True)
class Fingerprint:
    """What is behind the answers of an implementation, by dtype."""

    name: str
    version: str
    dtypes: dict[str, OfDtype]
