"""Certify any conv2d against the definition of nn_conv2d."""

from conv2d_conformance.adapter import Adapter, Capabilities

__all__ = ["Adapter", "Capabilities"]
__version__ = "0.1.0"
