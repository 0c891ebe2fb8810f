"""A new MUST is a new edition: what was published never changes, and what changes is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from conv2d_conformance import spec
from conv2d_conformance.report.header import Cited, Suite
from conv2d_conformance.report.reading import read
from conv2d_conformance.spec import Spec
from conv2d_conformance.verifying.rules import origin_of

PUBLISHED = {"1": "3be050f70fb7df97d0dd8dfb47a7559a593255253c2b4a47a9b35413f618e3ca"}
"""The digest of every edition that was released. None of them is edited, and none leaves."""

NOT_YET = "not released yet"

RESULTS = Path(__file__).parents[3] / "results"


@dataclass(frozen=True)
class Page:
    """EDITIONS.md: the edition and the release of every row, and the names in the section of each edition."""

    releases: Mapping[str, str]
    told: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, text: str) -> Page:
        rows = re.findall(r"^\| (\d+) \| \[[^|]+ \| ([^|]+) \|$", text, re.MULTILINE)
        sections = re.split(r"^## What edition (\d+) changes$", text, flags=re.MULTILINE)[1:]
        names = {
            edition: frozenset(re.findall(r"`([a-z0-9-]+\.[a-z0-9-]+)`", section))
            for edition, section in zip(sections[::2], sections[1::2], strict=True)
        }
        return cls(dict(rows), names)


def complaints(texts: Mapping[str, Spec], published: Mapping[str, str], page: Page, changelog: str) -> Iterator[str]:
    """Sentences on what breaks the rule, none where all is right.

    `texts` are the editions in their order, the current one last, and `published` has the digest of those that were
    released. A release is known by the row of EDITIONS.md, and that by the headings of the changelog.
    """
    current = list(texts)[-1]
    if list(page.releases) != list(texts):
        yield f"EDITIONS.md has rows for the editions {', '.join(page.releases)}, and there are {', '.join(texts)}"
    for edition, text in texts.items():
        release = page.releases.get(edition, NOT_YET)
        if edition in published and text.digest != published[edition]:
            yield (
                f"edition {edition} was published with another text; a new requirement, or a sentence that says "
                f"something else, is a new edition"
            )
        if (release != NOT_YET) != (edition in published):
            only = "PUBLISHED has the digests of what is released, and no other"
            yield f'edition {edition} is "{release}" in EDITIONS.md: {only}'
        if release != NOT_YET and f"\n## {release}\n" not in changelog:
            yield f"edition {edition} is said to be in {release}, which the changelog does not have"
    if page.releases.get(current) == NOT_YET and "\n## Unreleased\n" not in changelog:
        why = "the changelog has nothing unreleased"
        yield f"{why}, so that edition {current} is released: name the version in EDITIONS.md"
    for before, now in zip(list(texts)[:-1], list(texts)[1:], strict=True):
        yield from _untold(texts[before], texts[now], page.told.get(now, frozenset()))


def _untold(before: Spec, now: Spec, told: frozenset[str]) -> Iterator[str]:
    """What differs between two editions and is told by no word, or the other way round."""
    old, new = before.requirements, now.requirements
    if lost := set(old) - set(new):
        yield f"a name that was published stays: {', '.join(sorted(lost))}"
    changed = {
        name
        for name in set(old) & set(new)
        if (old[name].sentence, old[name].level, old[name].features)
        != (new[name].sentence, new[name].level, new[name].features)
    }
    if untold := (changed | (set(new) - set(old))) - told:
        yield f"EDITIONS.md does not tell of {', '.join(sorted(untold))} in edition {now.edition}"
    if unknown := told - set(new):
        yield f"EDITIONS.md tells of {', '.join(sorted(unknown))}, which edition {now.edition} does not have"


FOLDER = files(spec.__name__)
CHANGELOG = (Path(__file__).parents[3] / "CHANGELOG.md").read_text(encoding="utf-8")


def editions() -> dict[str, Spec]:
    """All editions in their order: those beside conv2d.md, then conv2d.md itself."""
    old = [path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.name.startswith("edition-")]
    parsed = sorted((*map(spec.parse, old), spec.load()), key=lambda text: int(text.edition))
    return {text.edition: text for text in parsed}


def test_what_was_published_stays_and_what_changed_is_told() -> None:
    page = Page.read(FOLDER.joinpath("EDITIONS.md").read_text(encoding="utf-8"))
    assert list(editions())[-1] == spec.load().edition
    assert list(complaints(editions(), PUBLISHED, page, CHANGELOG)) == []


@pytest.mark.parametrize("edition", PUBLISHED)
def test_reports_by_a_published_edition_stay_readable(edition: str) -> None:
    suite = Suite(name="conv2d-conformance", version="0.1.0", sources="of another suite")
    cited = Cited(edition=edition, digest=PUBLISHED[edition])
    origin = origin_of(replace(read(next(RESULTS.glob("onnxruntime/*/*.json"))), suite=suite, spec=cited))
    assert origin.rules is not None
    assert list(origin.rules.requirements) == list(editions()[edition].requirements)


def toy(edition: str, **sentences: str) -> Spec:
    """An edition of one chapter, with a MUST for each sentence."""
    items = "".join(f"### a.{name} {{MUST, forward}}\n{text}\n\nSource: toy.\n\n" for name, text in sentences.items())
    return spec.parse(f"# Toy, edition {edition}\n\n## A\n\n{items}")


FIRST, SECOND = toy("1", one="It is so."), toy("2", one="It is so.", two="It is new.")
PAGE = """| edition | text | in |
|---|---|---|
| 1 | [edition-1.md](edition-1.md) | 0.1.0 |
| 2 | [conv2d.md](conv2d.md) | not released yet |

## What edition 2 changes

- `a.two`: it was not asked.
"""
UNRELEASED, RELEASED = "# Changelog\n\n## Unreleased\n\n## 0.1.0\n", "# Changelog\n\n## 0.2.0\n\n## 0.1.0\n"
PAGE_OF_RELEASE = PAGE.replace("not released yet", "0.2.0")


def found(
    *texts: Spec, published: tuple[Spec, ...] = (FIRST,), page: str = PAGE, changelog: str = UNRELEASED
) -> list[str]:
    digests = {text.edition: text.digest for text in published}
    return list(complaints({text.edition: text for text in texts}, digests, Page.read(page), changelog))


def test_an_edition_that_is_not_released_may_change_and_tells_what() -> None:
    assert found(FIRST, SECOND) == []
    added = toy("2", one="It is so.", two="It is new.", three="So is this.")
    assert found(FIRST, added) == ["EDITIONS.md does not tell of a.three in edition 2"]
    changed = toy("2", one="It is not so.", two="It is new.")
    assert found(FIRST, changed) == ["EDITIONS.md does not tell of a.one in edition 2"]
    assert found(FIRST, toy("2", one="It is so.")) == ["EDITIONS.md tells of a.two, which edition 2 does not have"]
    assert found(FIRST, toy("2", two="It is new.")) == ["a name that was published stays: a.one"]


def test_an_edition_that_is_released_is_frozen_even_where_the_change_is_told() -> None:
    frozen = "edition 2 was published with another text; a new requirement, or a sentence that says something else, is "
    released = partial(found, published=(FIRST, SECOND), changelog=RELEASED)
    page = f"{PAGE_OF_RELEASE}- `a.three`: told, and too late.\n- `a.one`: told, and too late.\n"
    assert released(FIRST, SECOND, page=PAGE_OF_RELEASE) == []
    for late in (
        toy("2", one="It is so.", two="It is new.", three="So is this."),
        toy("2", one="It is not so.", two="It is new."),
    ):
        assert released(FIRST, late, page=page)[0].startswith(frozen)
    assert found(toy("1", one="It is not so."), SECOND)[0].startswith(frozen.replace("2", "1"))


def test_a_release_says_which_edition_it_has() -> None:
    assert found(FIRST, SECOND, changelog=RELEASED) == [
        "the changelog has nothing unreleased, so that edition 2 is released: name the version in EDITIONS.md"
    ]
    assert found(FIRST, SECOND, page=PAGE_OF_RELEASE) == [
        'edition 2 is "0.2.0" in EDITIONS.md: PUBLISHED has the digests of what is released, and no other',
        "edition 2 is said to be in 0.2.0, which the changelog does not have",
    ]


def test_the_edition_after_a_release_stands_beside_the_text_before_it() -> None:
    third = toy("3", one="It is so.", two="It is new.", three="So is this.")
    row = "| 2 | [edition-2.md](edition-2.md) | 0.2.0 |\n| 3 | [conv2d.md](conv2d.md) | not released yet |"
    page = PAGE.replace("| 2 | [conv2d.md](conv2d.md) | not released yet |", row)
    page += "\n## What edition 3 changes\n\n- `a.three`: it was not asked.\n"
    changelog = UNRELEASED.replace("0.1.0", "0.2.0\n\n## 0.1.0")
    after = partial(found, published=(FIRST, SECOND), page=page, changelog=changelog)
    assert after(FIRST, SECOND, third) == []
    assert after(FIRST, third)[0] == "EDITIONS.md has rows for the editions 1, 2, 3, and there are 1, 3"


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*/*/*.json")), ids=lambda path: path.stem)
def test_the_text_that_a_published_report_cites_is_known(path: Path) -> None:
    origin = origin_of(read(path))
    assert origin.rules is not None
    assert not [sentence for sentence in origin.unknown if "a text that this version does not have" in sentence]
