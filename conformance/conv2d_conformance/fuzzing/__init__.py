"""Search for failures for as long as one likes, with cases that nobody has asked before. It certifies nothing."""
