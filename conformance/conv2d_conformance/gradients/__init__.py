"""Gradients: what is allowed for the three arrays that come back, and how they are told apart.

Each gradient is a convolution of two of the arrays of the call (`adjoints`), followed, for the input, by adding up what
the copies in the padding got (`folding`). So the theorem of the forward convolution holds for them too (`law`). The
three are then judged as one row of elements (`law.joined_arrays`).
"""
