"""The result of verifying a report."""

from __future__ import annotations

from dataclasses import dataclass

CANNOT_KNOW = (
    "No report can show that its run took place as it tells: who has the implementation asks a sample of it again, "
    "with `verify --rerun TARGET`."
)

UNSIGNED = "Without a signature nothing shows who made a report: `verify --verify-key KEY.pub` checks one."


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence for each fault, for each thing that could not be compared here, and for each remark."""

    faults: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
