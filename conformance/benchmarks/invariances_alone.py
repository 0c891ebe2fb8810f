"""The same images in other batches, places, layouts and threads, by a library alone: `python invariances_alone.py`.

It needs NumPy and the library, and nothing of this suite. Each cell says in how many of some shapes a bit changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

SHAPES = 200
COUNTS = (1, 2, 3)

Array = np.ndarray[Any, Any]
Conv2d = Callable[[Array, Array, int], Array]


def shapes(dtype: str) -> list[tuple[Array, Array, int]]:
    """Inputs, weights and paddings of many sizes, with normal data."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(SHAPES):
        N, C, M = (int(random.choice(sizes)) for sizes in ((2, 3, 5, 8), (3, 4, 16, 33, 64, 128), (1, 2, 4, 8, 17)))
        KH, KW, H, W = (int(random.choice(sizes)) for sizes in 2 * [(1, 2, 3, 5)] + 2 * [(5, 6, 7, 8, 15, 17)])
        x = random.standard_normal((N, C, H, W)).astype(dtype)
        w = random.standard_normal((M, C, KH, KW)).astype(dtype)
        found.append((x, w, int(random.integers(2))))
    return found


def batch(conv2d: Conv2d, x: Array, w: Array, padding: int) -> bool:
    """Whether an image alone has other bits than in the batch."""
    return not np.array_equal(conv2d(x, w, padding), np.concatenate([conv2d(image[None], w, padding) for image in x]))


def position(conv2d: Conv2d, x: Array, w: Array, padding: int) -> bool:
    """Whether the output of an input that is shifted by one row and one column is not shifted, bit by bit."""
    y, z = conv2d(x, w, padding), conv2d(np.roll(x, (1, 1), axis=(2, 3)), w, padding)
    rows, columns = (slice(padding, size - padding) for size in y.shape[2:])  # away from the border
    return not np.array_equal(y[:, :, rows, columns][:, :, :-1, :-1], z[:, :, rows, columns][:, :, 1:, 1:])


def layout(conv2d: Conv2d, x: Array, w: Array, padding: int) -> bool:
    """Whether arrays with their channels innermost have other bits."""

    def innermost(array: Array) -> Array:
        return np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)

    return not np.array_equal(conv2d(x, w, padding), conv2d(innermost(x), innermost(w), padding))


def counted(differs: Callable[[Conv2d, Array, Array, int], bool], conv2d: Conv2d) -> str:
    numbers = [sum(differs(conv2d, *shape) for shape in shapes(dtype)) for dtype in ("float32", "float64")]
    return f"{numbers[0]} and {numbers[1]}"


def row(name: str, conv2d: Conv2d, threads: str) -> str:
    cells = [counted(differs, conv2d) for differs in (batch, position, layout)]
    return f"| {name} | {' | '.join(cells)} | {threads} |"


def torch_rows() -> None:
    import torch

    def conv2d(x: Array, w: Array, padding: int) -> Array:
        y: Array = torch.nn.functional.conv2d(torch.from_numpy(x), torch.from_numpy(w), padding=padding).numpy()
        return y

    def threads_differ(conv2d: Conv2d, x: Array, w: Array, padding: int) -> bool:
        answers = []
        for count in COUNTS:
            torch.set_num_threads(count)
            answers.append(conv2d(x, w, padding))
        return not all(np.array_equal(answers[0], answer) for answer in answers)

    backends: Any = torch.backends
    for onednn in (True, False):
        backends.mkldnn.enabled = onednn
        threads = counted(threads_differ, conv2d)
        for count in (1, 2):
            torch.set_num_threads(count)
            name = f"torch {torch.__version__}, oneDNN {'on' if onednn else 'off'}, {count} thread{'s' * (count > 1)}"
            print(row(name, conv2d, threads))


def onnxruntime_row() -> None:
    import onnxruntime
    from onnx import TensorProto, helper

    def session(padding: int, threads: int) -> Any:
        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xwy"]
        node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[padding] * 4)
        graph = helper.make_graph([node], "conv", values[:2], values[2:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    sessions = {(padding, threads): session(padding, threads) for padding in (0, 1) for threads in COUNTS}

    def conv2d(x: Array, w: Array, padding: int, threads: int = 1) -> Array:
        y: Array = sessions[padding, threads].run(None, {"x": x, "w": w})[0]
        return y

    def threads_differ(_: Conv2d, x: Array, w: Array, padding: int) -> bool:
        first, *others = [conv2d(x, w, padding, count) for count in COUNTS]
        return not all(np.array_equal(first, other) for other in others)

    differences = (batch, position, layout, threads_differ)
    cells = [f"{sum(differs(conv2d, *shape) for shape in shapes('float32'))}" for differs in differences]
    print(f"| onnxruntime {onnxruntime.__version__}, float32 alone | {' | '.join(cells)} |")


def main() -> None:
    print(f"| of {SHAPES} shapes in float32 and in float64 | batch | position | layout | threads 1, 2, 3 |")
    print("|---|---|---|---|---|")
    torch_rows()
    onnxruntime_row()


if __name__ == "__main__":
    main()
