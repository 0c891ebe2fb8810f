"""Whether a report is what it says: everything in it that can be computed anew is, and compared.

What follows from the specification, from the catalogue of checks and from the report itself is found without asking any
implementation. That the run took place as the report tells is not among it: that is known to those alone who ask again.
"""

from conv2d_conformance.verifying.finding import CANNOT_KNOW, Finding
from conv2d_conformance.verifying.holding import verify

__all__ = ["CANNOT_KNOW", "Finding", "verify"]
