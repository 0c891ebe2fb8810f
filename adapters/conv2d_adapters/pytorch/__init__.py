"""What the adapters of PyTorch share."""
