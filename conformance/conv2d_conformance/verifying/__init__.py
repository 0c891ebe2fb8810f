"""Verify a report: recompute everything in it that can be recomputed, and compare.

This covers all that follows from the specification, the catalogue of checks and the report itself, without asking an
implementation. It cannot show that the run took place as described: only asking again can.
"""

from conv2d_conformance.verifying.consistency import verify
from conv2d_conformance.verifying.finding import CANNOT_KNOW, UNSIGNED, Finding

__all__ = ["CANNOT_KNOW", "UNSIGNED", "Finding", "verify"]
