"""The one sentence of a report, as it is shown."""

from __future__ import annotations

WITHOUT_ISOLATION = "without isolation there is a result and no certificate"
"""Said wherever the implementation ran in the process of the suite."""


def whole_headline(headline: str, isolation: str) -> str:
    """The one sentence, which says too where the implementation had no process of its own."""
    is_said = isolation != "none" or WITHOUT_ISOLATION in headline
    return headline if is_said else f"{headline}; {WITHOUT_ISOLATION}"
