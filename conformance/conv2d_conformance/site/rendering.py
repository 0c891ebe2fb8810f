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
    made.filters["words"] = lambda text: text.replace("-", " ")
    made.filters["thousands"] = lambda number: f"{number:,}"
    return made


def render(template: str, **values: Any) -> str:
    """A page from its template."""
    return str(environment().get_template(template).render(**values))
