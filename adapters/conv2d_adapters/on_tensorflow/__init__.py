"""What the adapter of TensorFlow does besides its convolution: devices, compiling, gradients."""
