"""Gradients: the law for the three arrays that come back.

Each gradient is a convolution of two arrays of the call (`adjoints`). For the input, the gradients of an element's
copies in the padding are then added to its own (`folding`). So the theorem of the forward convolution holds for
gradients too (`law`). The three arrays are judged as one row of elements (`law.joined_arrays`).
"""
