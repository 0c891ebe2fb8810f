"""The measurement as a Markdown page."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from conv2d_conformance import __version__, spec
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.sharpness.injected_errors import KINDS, ORDERS, OUTPUT, PRODUCT, SUM
from conv2d_conformance.sharpness.measurement import DEPTHS, ColumnOfDepths, Sight
from conv2d_conformance.sharpness.rules import COMPARATORS

Sights = Mapping[str, Mapping[ColumnOfDepths, Sight]]

EXPLANATION = f"""\
How small may an error be and still be seen? The error of rounding in a right answer is replaced by one that is known,
2^-k of

- {PRODUCT}: {KINDS[PRODUCT]};
- {SUM}: {KINDS[SUM]};
- {OUTPUT}: {KINDS[OUTPUT]}.

A cell has the largest k that is refused in any case of its column, as {PRODUCT} / {SUM} / {OUTPUT}; "no" where not even
an error as large as the number itself is. The cases are those that the checks of `numerics` ask of deep sums at that
effort, without their biases, and of every shape one with normal data; K is the number of products of a sum.

The comparators, which this suite never uses, look at the same answers. Whether they refuse what is right is asked with
{len(ORDERS)} right answers to each case, which add up in other orders. No class may refuse one.

More bits than a dtype has are seen where products cancel, and the error outweighs the result. There the comparators
see much, too, and refuse right answers for the same reason."""


def page(found: Sights, command: str) -> str:
    """The page; `command` is the line that makes it."""
    lines = ["# Sharpness", "", "Measured by:", "", "```", command, "```", "", f"**{sentence(found)}**", ""]
    lines += EXPLANATION.splitlines()
    for effort, places in found.items():
        lines += ["", f"## Effort {effort}", "", *_table(places)]
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "ml_dtypes"))
    return (
        "\n".join(lines)
        + f"\n\nconv2d-conformance {__version__}, specification edition {spec.load().edition} "
        + f"({spec.load().digest[:12]}); Python {platform.python_version()}, {packages}; "
        + f"{platform.system()} {platform.machine()}.\n"
    )


def sentence(found: Sights) -> str:
    """What was measured, and whether a class refused a right answer."""
    total = sum((sight for places in found.values() for sight in places.values()), Sight())
    return f"{total.cases:,} cases; {false_refusals(found):,} of {total.right:,} right answers refused by their class"


def false_refusals(found: Sights) -> int:
    """The number of right answers that a class refused."""
    return sum(
        count
        for places in found.values()
        for sight in places.values()
        for name, count in sight.refused.items()
        if name not in COMPARATORS
    )


def _table(places: Mapping[ColumnOfDepths, Sight]) -> list[str]:
    depths = [most for most in DEPTHS if any(place[1] == most for place in places)]
    header = ("dtype", "rule", *(f"K <= {most:,}" for most in depths), "right answers refused")
    return [
        _row(header),
        _row(["---"] * 2 + ["---:"] * (len(header) - 2)),
        *(
            _row(
                (
                    dtype,
                    name,
                    *(_cell(places.get((dtype, most)), name) for most in depths),
                    _refused(places, dtype, name),
                )
            )
            for dtype in dict.fromkeys(dtype for dtype, _ in places)
            for name in (*class_names(dtype), *COMPARATORS)
        ),
    ]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(sight: Sight | None, name: str) -> str:
    if sight is None:
        return ""
    found = (sight.seen.get((name, kind), -1) for kind in KINDS)
    return " / ".join("no" if k < 0 else str(k) for k in found)


def _refused(places: Mapping[ColumnOfDepths, Sight], dtype: str, name: str) -> str:
    total = sum((sight for (of, _), sight in places.items() if of == dtype), Sight())
    return f"{total.refused.get(name, 0):,} of {total.right:,}"
