"""What judging at full size costs: seconds and memory for the shapes that people time, and time as the size grows.

    python full_size.py [--shapes kernelbench] [--only 55] [--scale] [--spoil]

Needs PyTorch, which gives the right answers. Each shape runs in a process of its own. The suite's own work is making
the data and judging; the time of the convolution is not counted. Seconds of processor time are told beside those of the
clock, since a busy machine stretches only the latter.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.shape_sets import SHAPE_SETS, shape_of
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.large_question import LargeQuestion
from conv2d_conformance.verdict.room import bytes_of

SIZES = (
    "n1c64h256w256 m64k3",
    "n2c64h256w256 m64k3",
    "n4c64h256w256 m64k3",
    "n8c64h256w256 m64k3",
    "n16c64h256w256 m64k3",
)
GIB = 2**30


def measured(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float, float]:
    """A result, and the seconds that it took by the clock and of the processors."""
    clock, processor = time.perf_counter(), time.process_time()
    found = function(*arguments)
    return found, time.perf_counter() - clock, time.process_time() - processor


def peak_bytes() -> int:
    """The most that this process has held since `forget_peak`, on Linux."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def right_answer(question: LargeQuestion) -> Any:
    import torch

    arrays: dict[str, Any] = {
        name: None if a is None else torch.from_numpy(a) for name, a in question.request.arrays.items()
    }
    arguments = {name: value for name, value in question.case.arguments.items() if name != "padding_mode"}
    return torch.nn.functional.conv2d(arrays["input"], arrays["weight"], arrays["bias"], **arguments).numpy()


def one(case: Case, *, spoil: bool = False, zeros: bool = False) -> str:
    """A row about one shape, for the recipes of all three calls.

    With `zeros`, the integers are replaced by zeros before they are judged, whose answer needs no convolution: judging
    them takes the same steps. Then other data are not judged.
    """
    cells, peak = [], 0
    for recipe in ("exact", "bell", "cancelling"):
        question = LargeQuestion(replace(case, data=Recipe(recipe, 1)), Capabilities())
        forget_peak()
        base = peak_bytes()
        request, seconds, processor = measured(getattr, question, "request")
        peak = max(peak, peak_bytes() - base)
        if zeros and recipe != "exact":
            cells.append(f"{seconds:.1f} ({processor:.1f})")
            continue
        if zeros:
            for array in request.arrays.values():
                if array is not None:
                    array.fill(0)
            answer = np.empty(question.shape, np.float32)
            answer.fill(0)
        else:
            answer = right_answer(question)
        forget_peak()
        judgement, more, more_processor = measured(judge, question, Result((answer,)))
        peak = max(peak, peak_bytes() - base)
        assert judgement.outcome == "pass", judgement.fault
        cells.append(f"{seconds:.1f} + {more:.1f} ({processor:.1f} + {more_processor:.1f})")
        if spoil and recipe == "exact":
            caught(question, answer)
        del question, request, answer
    size = bytes_of(case)
    return f"| {size / GIB:.2f} | {' | '.join(cells)} | {peak / GIB:.2f} | {max(peak - GIB, size) / size:.2f} |"


def caught(question: LargeQuestion, answer: Any) -> None:
    """Require that single wrong elements at places that only sizes reach are found, each where it is."""
    flat = answer.reshape(-1)
    for place in {0, flat.size - 1, *(2**bit for bit in range(20, 32) if 2**bit < flat.size)}:
        right = flat[place]
        flat[place] += 1
        fault = judge(question, Result((answer,))).fault
        assert fault is not None, place
        index = ",".join(str(int(i)) for i in np.unravel_index(place, answer.shape))
        assert f"[{index}]" in fault.got, (place, fault)
        flat[place] = right


def copied(room: list[Any], arrays: list[Any]) -> None:
    for to, array in zip(room, arrays, strict=True):
        np.copyto(to, array)


def scale() -> None:
    """A table of the time of judging beside that of a copy of the arrays, as the size doubles."""
    print("| shape | GiB | copy of the arrays, s | judging integers, s | ratio |\n|---|---|---|---|---|")
    for line in SIZES:
        case = replace(shape_of(line), data=Recipe("exact", 1))
        question = LargeQuestion(case, Capabilities())
        answer = right_answer(question)
        arrays = [question.input, answer]
        room = [np.empty_like(array) for array in arrays]
        copy = min(measured(copied, room, arrays)[2] for _ in range(4))
        judging = min(measured(judge, question, Result((answer,)))[2] for _ in range(2))
        print(
            f"| `{line}` | {bytes_of(case) / GIB:.2f} | {copy:.3f} | {judging:.3f} | {judging / copy:.1f} |", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shapes", default="kernelbench")
    parser.add_argument("--only", default="")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--spoil", action="store_true")
    parser.add_argument("--zeros", action="store_true", help="judge zeros, whose answer needs no convolution")
    parser.add_argument("--line", help="one shape, in this process")
    asked = parser.parse_args()
    if asked.scale:
        scale()
        return
    if asked.line:
        print(one(parse(asked.line), spoil=asked.spoil, zeros=asked.zeros))
        return
    print("| shape | GiB | exact: data + judging | bell | cancelling | peak, GiB | (peak - 1 GiB) / arrays |")
    print("|---|---|---|---|---|---|---|")
    for name, line in SHAPE_SETS[asked.shapes].items():
        if asked.only in ("", name):
            command = [
                sys.executable,
                __file__,
                "--line",
                line,
                *(f"--{name}" for name in ("spoil", "zeros") if getattr(asked, name)),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            print(f"| {name} `{line}` {done.stdout.strip() or done.stderr.strip().splitlines()[-1]}", flush=True)


if __name__ == "__main__":
    main()
