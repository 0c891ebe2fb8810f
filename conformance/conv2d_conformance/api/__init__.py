"""The suite for scripts, notebooks and tests of one's own, as docs/python.md documents it.

`conv2d_conformance` has these functions too, and loads each where it is first used. Nothing here prints unless asked.
"""
