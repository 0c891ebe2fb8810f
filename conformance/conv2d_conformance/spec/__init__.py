"""The specification, `conv2d.md`, as data. Code refers to a requirement by id; its words are only in that file.

A requirement in the file has this form, and any other form is an error:

    ### chapter.name {MUST, forward, feature, ...}
    One normative sentence.

    Paragraphs that explain it, or none.

    Source: where it comes from.
    Example: a case line, or no such line.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import importlib.resources
import re
from collections.abc import Iterable
from dataclasses import dataclass

from conv2d_conformance.contract.capabilities import FEATURES
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.hinted import Hinted

LEVELS = ("MUST", "SHOULD", "MAY")
PROFILES = {
    "forward": frozenset({MAIN}),
    "layer": frozenset({MAIN, "initialize"}),
    "training": frozenset({MAIN, "initialize", "gradients"}),
}
"""The operations of a certificate of each profile, the smaller profiles first."""

CHAPTERS = {"initialisation": "initialize", "gradients": "gradients"}
"""The operation of a chapter's requirements, where it is not conv2d."""

_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
_HEADING = re.compile(rf"### (?P<id>(?P<chapter>{_SLUG})\.{_SLUG}) \{{(?P<braces>[^{{}}]+)\}}")
_BODY = re.compile(
    r"(?P<sentence>.+?)\n\n(.+?\n\n)?Source: (?P<source>[^\n]+)(\nExample: (?P<example>[^\n]+))?", re.DOTALL
)
_SECOND_SENTENCE = re.compile(r"[.!?][\")]?\s+[\"(`]?[A-Z]")


@dataclass(frozen=True)
class Requirement:
    """One normative sentence. `text` is everything under its heading, including the sentence."""

    id: str
    level: str
    profile: str
    features: frozenset[str]
    sentence: str
    source: str
    example: str | None
    chapter: str
    text: str

    @property
    def operation(self) -> str:
        """The operation that an adapter must have for this requirement to be judged."""
        return operation_of(self.id)

    @property
    def needs(self) -> frozenset[str]:
        """The features and the operation that must be claimed for this requirement to be judged."""
        return self.features | {self.operation}


def operation_of(id: str) -> str:
    """The operation that the requirement with this id is about."""
    return CHAPTERS.get(id.partition(".")[0], MAIN)


def smallest_profile(profiles: Iterable[str]) -> str:
    """The smallest profile that contains all of these."""
    together = frozenset().union(*(PROFILES[profile] for profile in profiles))
    return next(name for name, operations in PROFILES.items() if together <= operations)


def is_smallest(profile: str) -> bool:
    """Whether it is the first profile, which all others contain."""
    return profile == next(iter(PROFILES))


def is_within(profile: str, other: str) -> bool:
    """Whether one profile is contained in another."""
    return PROFILES[profile] <= PROFILES[other]


class UnknownRequirement(Hinted, LookupError):
    """No requirement has this id."""


@dataclass(frozen=True)
class Spec:
    """One edition: its requirements by id, in the order of the document, and the ids of each chapter."""

    edition: str
    digest: str
    requirements: dict[str, Requirement]

    @property
    def chapters(self) -> dict[str, tuple[str, ...]]:
        names = dict.fromkeys(requirement.chapter for requirement in self.requirements.values())
        return {name: tuple(slug for slug in self.requirements if slug.startswith(f"{name}.")) for name in names}

    def get(self, id: str) -> Requirement:
        """The requirement of this id, or UnknownRequirement with the nearest ids as a hint."""
        if id in self.requirements:
            return self.requirements[id]
        near = difflib.get_close_matches(id, self.requirements, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`conv2d-conformance list requirements` has them all."
        raise UnknownRequirement(f"The specification, edition {self.edition}, has no requirement {id!r}", hint)


def parse(text: str) -> Spec:
    """Read a specification. ValueError names the line of the first mistake."""
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    title = re.fullmatch(r"# .+, edition (\S+)", lines[0] if lines else "")
    if title is None:
        raise _malformed(1, 'the first line must have the form "# Title, edition 1"')
    heads = [number for number, line in enumerate(lines) if re.match("###? ", line)]
    requirements: dict[str, Requirement] = {}
    chapter = ""
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        if lines[start].startswith("### "):
            requirement = _requirement(lines[start], "\n".join(lines[start + 1 : end]), chapter, start + 1)
            if requirement.id in requirements:
                raise _malformed(start + 1, f"{requirement.id} is already defined above")
            requirements[requirement.id] = requirement
        else:
            chapter = lines[start].removeprefix("## ").lower().replace(" ", "-")
    digest = hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()
    return Spec(edition=title[1], digest=digest, requirements=requirements)


def _requirement(heading: str, body: str, chapter: str, line: int) -> Requirement:
    head = _HEADING.fullmatch(heading)
    if head is None:
        raise _malformed(line, f'{heading!r} must have the form "### chapter.name {{MUST, forward, feature, ...}}"')
    if head["chapter"] != chapter:
        raise _malformed(line, f"{head['id']} stands in the chapter {chapter!r}")
    words = head["braces"].split(", ")
    if len(words) < 2 or words[0] not in LEVELS or words[1] not in PROFILES:
        allowed = f"a level ({', '.join(LEVELS)}), then a profile ({', '.join(PROFILES)})"
        raise _malformed(line, f"{head['id']} needs in its braces {allowed}")
    level, profile, *features = words
    if (operation := operation_of(head["id"])) not in PROFILES[profile]:
        raise _malformed(line, f"{head['id']} is about {operation}, which profile {profile} does not contain")
    if unknown := sorted(set(features) - FEATURES):
        raise _malformed(line, f"{head['id']} names {', '.join(map(repr, unknown))}, which no adapter can claim")
    parts = _BODY.fullmatch(body.strip())
    if parts is None:
        raise _malformed(line, f'{head["id"]} needs a sentence, then a last paragraph that begins with "Source: "')
    sentence = " ".join(parts["sentence"].split())
    if not sentence.endswith(".") or _SECOND_SENTENCE.search(sentence):
        raise _malformed(line + 1, f"the first paragraph of {head['id']} must be one sentence")
    return Requirement(
        id=head["id"],
        level=level,
        profile=profile,
        features=frozenset(features),
        sentence=sentence,
        source=parts["source"],
        example=parts["example"],
        chapter=chapter,
        text=body.strip(),
    )


def _malformed(line: int, what: str) -> ValueError:
    return ValueError(f"conv2d.md, line {line}: {what}")


@functools.cache
def load() -> Spec:
    """The specification that ships with this package."""
    return parse(importlib.resources.files(__package__).joinpath("conv2d.md").read_text(encoding="utf-8"))


def get(id: str) -> Requirement:
    """The requirement with this id in the specification that ships with this package."""
    return load().get(id)


def citation(what: str) -> str:
    """How a requirement, or something else that the specification names, is cited."""
    return f"conv2d-conformance spec edition {load().edition}, {what}"
