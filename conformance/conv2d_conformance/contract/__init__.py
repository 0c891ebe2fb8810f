"""The contract between the suite and an implementation: how it is called, what it may claim, what it may answer."""
