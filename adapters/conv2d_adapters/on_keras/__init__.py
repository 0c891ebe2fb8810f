"""What the back ends of Keras do each in its own way."""
