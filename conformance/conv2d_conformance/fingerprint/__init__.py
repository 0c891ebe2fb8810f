"""The arithmetic behind the answers: precision, order, algorithm, in words. An observation, never a verdict."""

from conv2d_conformance.fingerprint.probe_runs import take
from conv2d_conformance.fingerprint.text import differences, page

__all__ = ["differences", "page", "take"]
