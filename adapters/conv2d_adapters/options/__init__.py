"""Options that several adapters have, as texts of a target."""
