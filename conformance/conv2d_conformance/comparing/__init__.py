"""Two implementations on the same cases: where bits part, who is nearer to the exact value, and in which order."""
