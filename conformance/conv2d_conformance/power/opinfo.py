"""PyTorch's own samples for conv2d, which its tests of operators run on every backend."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.power.suite import MeasuredSuite, asking
from conv2d_conformance.power.suite_call import SuiteCall
from conv2d_conformance.power.torch_rule import SOURCE, from_torch, is_close


@cache
def _questions() -> tuple[SuiteCall, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing torch's tests warns
        import torch
        from torch.testing._internal.common_methods_invocations import op_db
    operator = next(op for op in op_db if op.name == "nn.functional.conv2d")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return (*_samples(operator, torch), *_errors(operator))


def _samples(operator: Any, torch: Any) -> Iterator[SuiteCall]:
    for dtype in DTYPES:
        for number, sample in enumerate(operator.sample_inputs("cpu", getattr(torch, dtype))):
            yield _question(f"sample {number} {dtype}", sample)
            if dtype == "float32":
                yield _question(f"sample {number} {dtype}, not contiguous", sample, view="offset")


def _errors(operator: Any) -> Iterator[SuiteCall]:
    for number, error in enumerate(operator.error_inputs("cpu")):
        yield _question(f"error {number}", error.sample_input, must_raise=True)


def _question(label: str, sample: Any, **options: Any) -> SuiteCall:
    tensors = (sample.input, *sample.args, None)[:3]
    arrays = [None if tensor is None else from_torch(tensor) for tensor in tensors]
    named = dict(zip(("input", "weight", "bias"), arrays, strict=True))
    return SuiteCall(label, named, sample.kwargs, **options)


def questions(claims: Capabilities) -> Sequence[SuiteCall]:  # noqa: ARG001  # as every suite has it
    return _questions()


SUITES = (
    MeasuredSuite(
        name="OpInfo",
        rule="The 30 samples of PyTorch's OpInfo for nn.functional.conv2d in float32, float64, float16 and bfloat16, "
        "those in float32 also as sections of larger arrays (PyTorch takes every second element), and its 10 illegal "
        "calls, which must raise; assert_close with its defaults against the exact result, rounded.",
        sources=(
            "https://github.com/pytorch/pytorch/blob/v2.13.0/torch/testing/_internal/common_methods_invocations.py",
            SOURCE,
        ),
        needs=("torch", "expecttest"),
        examine=asking(questions, is_close),
    ),
)
