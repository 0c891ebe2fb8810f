"""What the author of an adapter imports, at the address that is documented; it is written in `contract`."""

from conv2d_conformance.contract.adapter import (
    ATTRIBUTES,
    DOCUMENTED_DEFAULTS,
    UNVERSIONED,
    Adapter,
    adapter_from_function,
)
from conv2d_conformance.contract.capabilities import (
    ARGUMENTS,
    CORE,
    DERIVED,
    FEATURES,
    GRADES,
    PADDING_MODES,
    PADDINGS,
    SUBNORMALS,
    VIEWS,
    Capabilities,
)
from conv2d_conformance.contract.formats import DTYPES

__all__ = [
    "ARGUMENTS",
    "ATTRIBUTES",
    "CORE",
    "DERIVED",
    "DOCUMENTED_DEFAULTS",
    "DTYPES",
    "FEATURES",
    "GRADES",
    "PADDINGS",
    "PADDING_MODES",
    "SUBNORMALS",
    "UNVERSIONED",
    "VIEWS",
    "Adapter",
    "Capabilities",
    "adapter_from_function",
]
