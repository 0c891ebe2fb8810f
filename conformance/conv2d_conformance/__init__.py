"""Certify any conv2d against the definition of nn_conv2d.

For authors of adapters: `Adapter` and `Capabilities`. For scripts, notebooks and tests: `certify`, `check`, `allowed`,
`reference` and `cases`, each loaded where it is first used, since every worker imports this file.
"""

import importlib
from typing import Any

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities

__all__ = ["Adapter", "Capabilities", "allowed", "cases", "certify", "check", "reference"]
__version__ = "0.1.0"

_LATE = {
    "allowed": "api.allowing",
    "certify": "api.certifying",
    "check": "api.checking",
    "reference": "api.allowing",
}
"""The modules of the functions, by name: this file stands below all of them. Types have them by `__init__.pyi`."""


def __getattr__(name: str) -> Any:
    if name == "cases":
        return importlib.import_module(f"{__name__}.cases")
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)
