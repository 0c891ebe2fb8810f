"""What an adapter keeps between calls."""
