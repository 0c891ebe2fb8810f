"""Where an implementation is run."""

ISOLATIONS = ("process", "none")
"""In a process of its own, which is usual, or in the process of the suite."""
