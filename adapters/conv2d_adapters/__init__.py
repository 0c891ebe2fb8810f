"""One small file for each third-party conv2d. An adapter translates a call and never repairs an answer."""
