"""What changed from one report to another: for a maintainer's CI, and for the history of an implementation."""

from conv2d_conformance.changes.between import changes_between
from conv2d_conformance.changes.change import ReportChange, ReportChanges

__all__ = ["ReportChange", "ReportChanges", "changes_between"]
