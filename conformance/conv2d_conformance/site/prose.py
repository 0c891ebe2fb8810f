"""Markdown that others wrote as HTML: no markup of theirs passes, and every link leads to a page or away."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import count
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

REQUIREMENT = re.compile(r"(?P<id>[a-z0-9-]+\.[a-z0-9-]+) \{(?P<braces>[^{}]+)\}")
SHARE = re.compile(r"(\d[\d,]*) of (\d[\d,]*)")


@dataclass(frozen=True)
class Prose:
    """How Markdown becomes HTML on one page.

    root: the way from the page to the root of the site. folder: where the text lies among the sources of links. known:
    the pages by the sources that links name. requirements: their pages by id, to which their names in code lead. whole:
    the page of the whole text, where this is a part of one.
    """

    root: str
    folder: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    requirements: Mapping[str, str] = field(default_factory=dict)
    whole: str = ""

    def html(self, text: str) -> Markup:
        """A text of several blocks."""
        parser = MarkdownIt("commonmark", {"html": False}).enable("table")
        tokens = parser.parse(text)
        self._prepare(tokens)
        return Markup(_boxed(parser.renderer.render(tokens, parser.options, {})))

    def line(self, text: str) -> Markup:
        """The text of one line, without a block around it."""
        parser = MarkdownIt("commonmark", {"html": False})
        tokens = parser.parseInline(text)
        self._prepare(tokens)
        return Markup(parser.renderer.render(tokens, parser.options, {}))

    def _prepare(self, tokens: list[Token]) -> None:
        taken: set[str] = set()
        for number, token in enumerate(tokens):
            if token.type == "heading_open":
                token.attrSet("id", self._anchor(tokens[number + 1], taken))
            elif token.type == "inline":
                token.children = [*self._inline(token.children or [])]

    def _anchor(self, heading: Token, taken: set[str]) -> str:
        """The anchor of a heading: the name of a requirement, which leads to its page, or a slug."""
        found = REQUIREMENT.fullmatch(heading.content)
        if found is None:
            return _slug(heading.content, taken)
        name = escape(found["id"])
        if page := self.requirements.get(found["id"]):
            name = f'<a href="{escape(self.root + page)}">{name}</a>'
        level, *others = map(escape, found["braces"].split(", "))
        words = "".join(f' <span class="tag">{word}</span>' for word in others)
        heading.children = [_html(f'{name} <span class="level {level.lower()}">{level}</span>{words}')]
        return found["id"]

    def _inline(self, children: list[Token]) -> Iterator[Token]:
        depth, dropped = 0, 0
        for child in children:
            if child.type == "link_open":
                depth += 1
                href = self._address(str(child.attrGet("href") or ""))
                if href is None:
                    dropped += 1
                    continue
                child.attrSet("href", href)
            elif child.type == "link_close":
                depth -= 1
                if dropped:
                    dropped -= 1
                    continue
            elif child.type == "image":
                yield _text(child.content)
                continue
            elif child.type == "code_inline" and not depth and child.content in self.requirements:
                address = escape(self.root + self.requirements[child.content])
                yield _html(f'<a href="{address}"><code>{escape(child.content)}</code></a>')
                continue
            elif child.type == "text" and (share := SHARE.fullmatch(child.content)) and len(children) == 1:
                part, whole = (int(number.replace(",", "")) for number in share.groups())
                if 0 < whole >= part:
                    yield _html(f'<span class="share" style="--share:{part / whole:.3f}">{child.content}</span>')
                    continue
            yield child

    def _address(self, href: str) -> str | None:
        """Where a link leads; None where neither the site nor the world has its target."""
        parts = urlsplit(href)
        if parts.scheme in ("http", "https"):
            return href
        if parts.scheme or parts.netloc:
            return None
        if not parts.path:
            return f"{self.root + self.whole if self.whole else ''}#{parts.fragment}"
        place = posixpath.normpath(posixpath.join(self.folder, unquote(parts.path)))
        if place not in self.known:
            return None
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        return self.root + quote(self.known[place]) + fragment


def _slug(content: str, taken: set[str]) -> str:
    """What GitHub makes of the words of a heading."""
    slug = re.sub(r"[^\w\- ]", "", content.lower()).replace(" ", "-") or "section"
    found = slug
    for number in count(1):
        if found not in taken:
            break
        found = f"{slug}-{number}"
    taken.add(found)
    return found


BOXES = {
    "<table>": '<div class="scroll" tabindex="0" role="group" aria-label="table"><table>',
    "</table>": "</table></div>",
    "<th></th>": "<td></td>",
    "<pre>": '<pre tabindex="0" role="group" aria-label="code">',
}
"""What may be wider than a phone scrolls by itself, also by the keyboard. No text can look like one of these tags."""


def _boxed(html: str) -> str:
    for tag, box in BOXES.items():
        html = html.replace(tag, box)
    return html


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _html(content: str) -> Token:
    """Markup of ours, which the renderer passes on as it is."""
    return Token("html_inline", "", 0, content=content)
