"""How arrays go to a framework and come back: one small file each, in which `open_on` takes a device.

What it returns is what `conv2d_conformance.forms.frameworks.FrameworkArrays` describes. It copies nothing but to a
device and back, and casts nothing.
"""
