"""The templates of the pages. All that they are given is escaped, and data become JSON that cannot end its element."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def environment() -> Any:
    """The environment of the templates, which fails on a name that it was not given."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("conv2d_conformance.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["coded"] = coded
    made.filters["words"] = lambda text: text.replace("-", " ")
    made.filters["thousands"] = lambda number: f"{number:,}"
    return made


def coded(text: str) -> str:
    """A line of text in which what stands between backticks is code."""
    from markupsafe import Markup

    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick without its other one
        return text
    marks = (Markup("<code>{}</code>" if number % 2 else "{}") for number in range(len(parts)))
    return Markup("").join(mark.format(part) for mark, part in zip(marks, parts, strict=True))


def render(template: str, **values: Any) -> str:
    """A page from its template."""
    return str(environment().get_template(template).render(**values))
