"""Blocks of Markdown for an issue tracker: who reads one needs nothing else to see what is meant, and to ask it again.

All text that others wrote, such as a name, a path or an exception, stands on one line each in a fence of more backticks
than any of them has. So it is shown as it is, whatever it is made of, and mentions nobody.
"""

from __future__ import annotations

import io
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import click

from conv2d_conformance.cli.answer_format import ISSUE
from conv2d_conformance.cli.problems import Problem

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.cli.answers.asked import Replayed
    from conv2d_conformance.spec import Requirement

LONGEST_SCRIPT = 20_000
"""A longer reproducer, in characters, is left out: a tracker takes some 65,000 in all."""

LABEL = 16


def site_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Where the site is published to whose pages a block leads."""
    return click.option(
        "--site", metavar="URL", callback=lambda _, __, url: _checked(url), help="With --format issue: of your site."
    )


def _checked(url: str | None) -> str | None:
    if url is not None and not re.fullmatch(r"https?://[A-Za-z0-9._~:/@%+-]+", url):
        raise Problem(f"--site is the address of a site, not {url!r}", "as in https://example.org/conv2d")
    return url


def require_block(site: str | None, format: str) -> None:
    """Only a block leads to a site."""
    if site is not None and format != ISSUE:
        raise Problem(f"--site is for --format {ISSUE}", f"add --format {ISSUE}, or leave out --site")


def fence(text: str, language: str = "text") -> str:
    """Text in a fence that it cannot close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def facts(told: Iterable[tuple[str, str | None]]) -> str:
    """What is known, each on a line with its label; what is not known is left out."""
    from conv2d_conformance.foreign import escaped_line

    return "\n".join(f"{label:<{LABEL}}{escaped_line(said)}" for label, said in told if said)


def printed(show: Callable[[Console], object]) -> str:
    """What a command prints for people, without colours."""
    from conv2d_conformance.report.console import console

    stream = io.StringIO()
    show(console(stream))
    return stream.getvalue()


def block(title: str, *parts: str) -> str:
    """A block, with a title that nobody else wrote."""
    return "\n\n".join([f"### conv2d-conformance: {title}", *(part for part in parts if part)]) + "\n"


def address(site: str | None, requirement: str | None = None) -> str:
    """How to cite a requirement, or the specification, with its permanent address, which carries the edition."""
    from conv2d_conformance import spec
    from conv2d_conformance.site import addresses

    edition = spec.load().edition
    cited = f"conv2d-conformance spec edition {edition}" if requirement is None else spec.citation(requirement)
    place = addresses.specification(edition) if requirement is None else addresses.requirement(edition, requirement)
    return f"[{cited}]({site.rstrip('/')}/{place})" if site else f"{cited} (`{place}` of the site)"


def suite_facts() -> Iterator[tuple[str, str]]:
    """What made the block, and on which machine."""
    from conv2d_conformance import __version__, spec

    text = spec.load()
    yield "suite", f"conv2d-conformance {__version__}, specification edition {text.edition} ({text.digest[:12]})"
    yield "machine", f"{platform.platform(terse=True)}, Python {platform.python_version()}, NumPy {version('numpy')}"


def requirement_block(found: Requirement, show: Callable[[Console], object], site: str | None) -> str:
    """A requirement: its sentence, where it comes from, and an example with its answer."""
    told = facts([("level", f"{found.level} of profile {found.profile}"), ("source", found.source), *suite_facts()])
    example = printed(show).strip("\n")
    shown = fence("\n".join([told, *(["", example] if example else [])]))
    return block(found.id, f"> {found.sentence}", shown, f"Cite as {address(site, found.id)}.")


def class_block(name: str, show: Callable[[Console], object], site: str | None) -> str:
    """An accuracy class, as `explain` shows it."""
    told = f"{printed(show)}\n{facts(suite_facts())}"
    return block(f"the accuracy class {name}", fence(told), f"What is required: {address(site, 'numerics.grade')}.")


def reference_block(show: Callable[[Console], object], site: str | None) -> str:
    """The right answer of a case, as `reference` shows it."""
    told = f"{printed(show)}\n{facts(suite_facts())}"
    return block("the right answer of a case", fence(told), f"What is required: {address(site)}.")


def replay_block(
    answer: Replayed,
    *,
    environment: Mapping[str, str],
    command: str,
    site: str | None,
    call: str | None = None,
    allowed: str | None = None,
    requirements: Iterable[str] = (),
) -> str:
    """What an implementation answered to a case, and what is right: the whole call, and all that is allowed."""
    said, implementation = answer.answer, answer.implementation
    told = facts(
        [
            ("case", said.case),
            ("call", call),
            *(("seen", sentence) for sentence in said.observed),
            ("got", said.got or said.rejected or ("what is required" if said.right else None)),
            ("required", said.required),
            ("allowed", allowed),
            ("looks like", said.diagnosis),
            ("note", said.note),
            *(("stderr", line) for line in said.stderr),
            ("implementation", f"{implementation.name} {implementation.version} ({implementation.language})"),
            ("environment", ", ".join(f"{name} {value}" for name, value in environment.items())),
            ("limits", ", ".join(implementation.limits)),
            ("composed", ", ".join(f"{part} by {who}" for part, who in implementation.composed.items())),
            *suite_facts(),
            ("replay", command),
        ]
    )
    cited = [address(site, requirement) for requirement in requirements] or [address(site)]
    return block(
        "a right answer" if said.right else "a wrong answer",
        fence(told),
        f"What is required: {'; '.join(cited)}.",
        _script(answer),
    )


def _script(answer: Replayed) -> str:
    script, reason, said = answer.script, answer.no_script, answer.answer
    if script is None:
        return f"Without a reproducer:\n\n{fence(facts([('because', reason)]))}" if reason else ""
    if len(script) > LONGEST_SCRIPT:
        return f"The reproducer, which `replay --script` prints, has {len(script)} characters and is left out."
    title = "The same without the suite, with NumPy and the implementation alone"
    if said.observed and said.got is None:
        title = (
            "The call without the suite, with NumPy and the implementation alone. "
            "It looks at the answer alone, not at what else was seen"
        )
    elif said.times > 1:
        title = (
            "The call without the suite, with NumPy and the implementation alone. "
            f"It calls once; the answer above is that to the call number {said.times}"
        )
    return f"{title}:\n\n{fence(script, 'python')}"
