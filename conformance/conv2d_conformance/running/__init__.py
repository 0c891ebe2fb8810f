"""A run: from its options, through the checks under pytest, to its report."""
