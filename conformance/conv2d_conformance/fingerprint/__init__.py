"""What is behind the answers: precision, order, algorithm, in words. An observation, and never a verdict."""

from conv2d_conformance.fingerprint.page import differences, page
from conv2d_conformance.fingerprint.take import take

__all__ = ["differences", "page", "take"]
