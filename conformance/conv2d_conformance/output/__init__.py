"""Files that a command writes: found to be writable before the work, written whole after it, and never lost."""
