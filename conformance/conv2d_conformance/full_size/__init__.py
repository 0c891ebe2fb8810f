"""Judge an answer of any size in time proportional to its arrays."""
