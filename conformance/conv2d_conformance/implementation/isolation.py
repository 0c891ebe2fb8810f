"""Where an implementation runs."""

ISOLATIONS = ("process", "none")
"""In its own process, which is the default, or in the process of the suite."""
