"""What the adapters of JAX and of the libraries of layers on it share."""
