"""The second opinion: SciPy's correlate, vectorised, which shares no code with the direct loops."""

from dataclasses import replace

from conv2d_adapters import reference_direct
from conv2d_reference import correlate, gradients_by_tap

adapter = replace(
    reference_direct.adapter,
    name="reference-correlate",
    conv2d=correlate.conv2d,
    gradients=gradients_by_tap.gradients,
)
