"""Speed, as ratios within one run on one thread: `tox -e bench`.

1. The harness: what a small case costs beside the implementation itself.
2. The oracle: the plain float64 sum against PyTorch's float64 conv2d, the exact pair against the same, and the whole
   judgement of an answer against the oracle that it needs.
3. Memory: the largest layer that is judged, in a process of its own.
"""

from __future__ import annotations

import contextlib
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.running.hypothesis_draws import drawing
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question
from conv2d_reference import lowered
from conv2d_reference.oracle import sums

LAYERS = {
    "documented example": "n20c16h50w100 m33k3x5 s2x1 p4x2 d3x1 g1 nobias float32 normal:1",
    "ResNet-50, 64 channels": "n8c64h56w56 m64k3x3 s1x1 p1x1 d1x1 g1 nobias float32 normal:1",
    "ResNet-50, 128 channels": "n8c128h28w28 m128k3x3 s1x1 p1x1 d1x1 g1 nobias float32 normal:1",
    "ResNet-50, 256 channels": "n8c256h14w14 m256k3x3 s1x1 p1x1 d1x1 g1 nobias float32 normal:1",
    "ResNet-50, 512 channels": "n8c512h7w7 m512k3x3 s1x1 p1x1 d1x1 g1 nobias float32 normal:1",
}
LARGEST = "n1c512h56w56 m512k3x3 s1x1 p1x1 d1x1 g1 nobias float32 normal:1"
GIBIBYTE = 2**30


def best(function: Callable[[], Any], repeats: int = 3) -> float:
    """The shortest of some runs, in seconds: what disturbs a run only lengthens it."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return min(times)


def harness_overhead(target: str, count: int) -> float:
    """The median cost of a small case in seconds: draw, data, round trip, oracle and judgement, without the answer."""
    from hypothesis import given

    costs: list[float] = []
    with connect(target) as implementation:  # type: ignore[attr-defined]  # both kinds are context managers
        last = time.perf_counter()

        @given(case=cases(recipes=("integers", "uniform", "sparse"), keep={"replicate", "reflect", "circular"}))
        def ask(case: Case) -> None:
            nonlocal last
            question = Question(case)
            answer = implementation.ask(question.request)
            judge(question, answer)
            now = time.perf_counter()
            costs.append(now - last - (answer.seconds if isinstance(answer, Result) else 0.0))
            last = now
            if len(costs) >= count:
                raise StopIteration

        with drawing(ask, EFFORTS["thorough"], 0), contextlib.suppress(StopIteration):
            ask()
    return statistics.median(costs)


def layer_ratios(line: str) -> tuple[float, float, float, float]:
    """Four ratios: plain / torch, exact / torch, judgement of float32 / plain, judgement of float64 / exact."""
    import torch

    torch.set_num_threads(1)
    single, double = Question(parse(line)), Question(parse(line.replace("float32", "float64")))
    g = single.geometry
    placement: dict[str, Any] = {"stride": g.stride, "dilation": g.dilation, "groups": g.groups, "pads": g.pads}
    x, w = double.input, double.weight
    a, b = torch.from_numpy(x), torch.from_numpy(w)
    padding = (g.pads[0][0], g.pads[1][0])

    def library() -> Any:
        return torch.nn.functional.conv2d(a, b, None, g.stride, padding, g.dilation, g.groups)

    torch_time = best(library)
    plain = best(lambda: lowered.conv2d(x, w, **placement))
    exact = best(lambda: sums(x, w, **placement, exact=True), 2)
    return plain / torch_time, exact / torch_time, judgement(single) / plain, judgement(double) / exact


def judgement(question: Question) -> float:
    """The time to judge the right answer to a question whose data are made already."""
    answer = Result((question.law.high.astype(question.case.dtype),))

    def run() -> None:
        del question.law  # what is computed once is forgotten, so that it is timed
        judge(question, answer)

    return best(run, 2)


def memory_of_largest() -> float:
    """The resident memory in bytes of a process that judges the largest layer."""
    program = [sys.executable, __file__, "largest"]
    return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


def judge_largest() -> None:
    question = Question(parse(LARGEST))
    answer = question.law.high.astype(np.float32)
    assert judge(question, Result((answer,))).outcome == "pass"
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def show(console: Console, title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(title=title, title_justify="left", min_width=100, box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table, "")


def main() -> None:
    console = Console(width=100)
    overhead = [
        (target, f"{1000 * harness_overhead(target, 1500):.2f} ms", "5 ms", "3 ms")
        for target in ("reference-correlate", "torch")
    ]
    show(
        console, "The harness, for a small case (median of 1500)", ("implementation", "cost", "limit", "aim"), overhead
    )
    rows = [(name, *(f"{ratio:.2f}" for ratio in layer_ratios(line))) for name, line in LAYERS.items()]
    limits = ("limit", "1.5", "40", "5", "1.3")
    columns = ("layer", "plain / torch", "exact / torch", "judge32 / plain", "judge64 / exact")
    show(console, "The oracle, as ratios in float64 on one thread", columns, [*rows, limits])
    memory = f"{memory_of_largest() / GIBIBYTE:.2f} GiB"
    show(console, "Memory to judge 512 channels of 56 x 56", ("layer", "peak", "limit"), [(LARGEST, memory, "2 GiB")])


if __name__ == "__main__":
    judge_largest() if sys.argv[1:] == ["largest"] else main()
