"""What the adapters of libraries that read ONNX models share."""
