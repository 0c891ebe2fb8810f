"""What the suite and an implementation have agreed on: how a call is made, what may be claimed, what may come back."""
