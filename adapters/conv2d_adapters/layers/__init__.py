"""How a layer class of a framework is constructed, loaded and differentiated: one small file each.

Its class `Layers` is what `conv2d_conformance.forms.layer.Layers` describes.
"""
