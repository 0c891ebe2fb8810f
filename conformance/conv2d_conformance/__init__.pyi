from conv2d_conformance.api.allowing import allowed as allowed
from conv2d_conformance.api.allowing import reference as reference
from conv2d_conformance.api.certifying import certify as certify
from conv2d_conformance.api.checking import check as check
from conv2d_conformance.cases.drawn_cases import drawn as cases
from conv2d_conformance.contract.adapter import Adapter as Adapter
from conv2d_conformance.contract.capabilities import Capabilities as Capabilities

__all__ = ["Adapter", "Capabilities", "allowed", "cases", "certify", "check", "reference"]
__version__: str
