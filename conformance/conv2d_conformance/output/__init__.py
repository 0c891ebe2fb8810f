"""The files that a command writes. They are checked before the work, written whole after it, and never lost."""
