"""A chosen part of the suite as files, for people without Python.

`chosen` says which cases; `exporting` writes them, with what each grade allows, and the checkers beside them.
"""
