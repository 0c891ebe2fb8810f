"""What stands in the way of a form."""

from __future__ import annotations

from conv2d_conformance.hinted import Hinted


class FormError(Hinted):
    """The target is not of the form that it was taken for, or the environment lacks what it needs."""
