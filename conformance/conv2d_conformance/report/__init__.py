"""The report of one run: everything that happened, as JSON."""
