"""What right and wrong conv2ds are made of: calls, right answers, other arithmetics, and adapters around them."""
