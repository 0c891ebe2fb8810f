"""What the model of a problem computes, read from the one call that its problem file makes: one small file each."""
