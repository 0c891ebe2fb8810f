"""The parts of right and wrong conv2ds: calls, right answers, other arithmetics, and adapters around them."""
