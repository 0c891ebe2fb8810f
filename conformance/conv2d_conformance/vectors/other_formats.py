"""The formats of others in which vectors can be exported, by the name of the folder."""

from __future__ import annotations

from conv2d_conformance.vectors import onnx_files, stablehlo, webnn
from conv2d_conformance.vectors.exporting import OtherFormat

WRITERS: dict[str, OtherFormat] = {"onnx": onnx_files.write, "webnn": webnn.write, "stablehlo": stablehlo.write}
