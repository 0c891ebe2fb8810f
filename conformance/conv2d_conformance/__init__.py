"""Certify any conv2d against the definition of nn_conv2d."""

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities

__all__ = ["Adapter", "Capabilities"]
__version__ = "0.1.0"
