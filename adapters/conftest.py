"""What needs a library that is not installed is not collected."""

from importlib.util import find_spec

collect_ignore_glob = [
    f"tests/{files}"
    for files, libraries in {
        "test_mnn.py": ("MNN",),
        "test_ncnn.py": ("ncnn",),
        "test_executorch.py": ("executorch", "torch"),
        "test_iree.py": ("iree",),
        "test_jax.py": ("flax", "jax"),
        "test_keras.py": ("keras",),
        "test_litert.py": ("ai_edge_litert", "flatbuffers"),
        "test_mlx.py": ("mlx",),
        "test_onnx_models.py": ("onnx",),
        "test_onnxruntime.py": ("onnx", "onnxruntime"),
        "test_opencv.py": ("cv2", "onnx"),
        "test_openvino.py": ("openvino",),
        "test_tensorflow.py": ("tensorflow",),
        "test_paddle.py": ("paddle",),
        "test_tinygrad.py": ("tinygrad",),
        "test_torch*.py": ("torch",),
        "test_tvm.py": ("tvm",),
    }.items()
    if not all(map(find_spec, libraries))
]
