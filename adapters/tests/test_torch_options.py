"""The options of the adapters of PyTorch: what may be said, what is claimed of them, and how calls are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from conv2d_adapters import torch as functional
from conv2d_adapters import torch_layer as layer
from conv2d_adapters.arrays.torch import Arrays, to_tensor
from conv2d_adapters.pytorch import calls, options
from conv2d_adapters.pytorch.options import Settings
from conv2d_conformance import Adapter
from conv2d_conformance.cli.deviations import read_deviations
from conv2d_conformance.contract.delivered import Delivered, DeviceLost, plain
from conv2d_conformance.implementation.target import LoadError, load, parse
from conv2d_conformance.report.deviations import Surroundings, in_force
from conv2d_conformance.reproducer.script_head import loading

ADAPTERS: dict[str, Any] = {"torch": functional, "torch-layer": layer}
GIVEN: dict[str, Any] = {
    "input": np.arange(2 * 4 * 5 * 6, dtype=np.float32).reshape(2, 4, 5, 6),
    "weight": np.arange(6 * 2 * 3 * 2, dtype=np.float32).reshape(6, 2, 3, 2),
    "bias": np.arange(6, dtype=np.float32),
}
ATTRIBUTES: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}


class Elsewhere(Arrays):
    """The CPU as another device: what is handed over is copied, and `device` is its name."""

    def __init__(self, name: str = "cpu") -> None:
        super().__init__(torch.device("cpu"))
        self.device, self.copies = name, True

    def hand(self, array: Any) -> Any:
        return to_tensor(array).clone()


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("device=meta", "the device meta cannot be examined: a tensor there has a shape"),
        ("device=abacus", "there is no device abacus for torch here: Expected one of cpu, cuda"),
        ("onednn=maybe", "onednn is on or off, not 'maybe'$"),
        ("channels_last=yes", "channels_last is on or off, not 'yes'$"),
        ("threads=0", "threads is a number from 1 to [0-9]+, not '0'$"),
        ("threads=-1", "threads is a number from 1 to [0-9]+, not '-1'$"),
        ("tf32=on", "tf32=on is of use on a CUDA device alone, not on cpu$"),
        ("cudnn_benchmark=on&device=cpu", "cudnn_benchmark=on is of use on a CUDA device alone, not on cpu$"),
        ("compile=tvm", "compile is off, inductor, aot_eager or eager, not 'tvm'$"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(name: str, given: str, told: str) -> None:
    with pytest.raises(LoadError) as caught:
        load(parse(f"{name}?{given}"))
    assert re.match(told, caught.value.sentence)
    assert caught.value.hint


def test_options_are_checked_before_one_is_set() -> None:
    threads = torch.get_num_threads()
    with pytest.raises(LoadError):
        load(parse(f"torch?threads={threads + 1}&onednn=maybe"))
    assert torch.get_num_threads() == threads


@pytest.fixture
def _restored() -> Any:
    backends: Any = torch.backends
    threads, onednn = torch.get_num_threads(), backends.mkldnn.enabled
    cudnn = {name: getattr(backends.cudnn, name) for name in ("allow_tf32", "deterministic", "benchmark")}
    yield
    torch.set_num_threads(threads)
    backends.mkldnn.enabled = onednn
    for name, value in cudnn.items():
        setattr(backends.cudnn, name, value)


@pytest.mark.usefixtures("_restored")
def test_what_is_set_for_the_process_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "open_arrays", lambda _, device: Elsewhere(device))
    backends: Any = torch.backends
    given = {"tf32": "on", "cudnn_deterministic": "on", "cudnn_benchmark": "on", "threads": "2", "onednn": "off"}
    options.set_for_the_process(options.read(device="cuda:1", **given))
    assert (torch.get_num_threads(), backends.mkldnn.enabled) == (2, False)
    assert (backends.cudnn.allow_tf32, backends.cudnn.deterministic, backends.cudnn.benchmark) == (True, True, True)
    options.set_for_the_process(options.read())
    assert (torch.get_num_threads(), backends.mkldnn.enabled) == (1, True)
    assert (backends.cudnn.allow_tf32, backends.cudnn.deterministic, backends.cudnn.benchmark) == (False, False, False)


def test_what_is_claimed_follows_from_the_options() -> None:
    full = layer.LAYER_CAPABILITIES
    assert calls.claimed(full, options.read(onednn="off")) == full
    assert calls.claimed(full, options.read(channels_last="on")).views == frozenset()
    plain_cuda = calls.claimed(full, Settings(arrays=Elsewhere("cuda:0")))
    assert (plain_cuda.views, plain_cuda.deterministic, plain_cuda.torch_seed_stream) == (frozenset(), False, False)
    assert (plain_cuda.grades, plain_cuda.dtypes) == ({}, full.dtypes)
    exact = calls.claimed(full, Settings(arrays=Elsewhere("cuda:0"), cudnn_deterministic=True, tf32=True))
    assert exact.deterministic
    assert exact.grades == {"float32": "R-tf32", "float32/gradients": "R-tf32"}


@pytest.mark.parametrize("name", ["torch", "torch_layer"])
@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps", "xpu:0"])
def test_what_is_known_of_the_processor_is_declared_of_no_other_device(name: str, device: str) -> None:
    declared = read_deviations(Path(functional.__file__).with_name(f"{name}.deviations.toml"))
    processor = frozenset().union(*(conditions.processor for _, conditions in declared))
    here, elsewhere = (
        {one.requirement for one in in_force(declared, Surroundings(processor, "2.13.0", "linux-x86_64", chosen))[0]}
        for chosen in (frozenset({"device=cpu"}), frozenset({f"device={device}"}))
    )
    assert "special-values.weight" in here
    assert {requirement.partition(".")[0] for requirement in elsewhere} == {"validation"}


def test_a_device_has_the_dtypes_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Arrays, "_has", lambda _, dtype: dtype != "float64")
    claimed = calls.claimed(functional.CAPABILITIES, Settings(arrays=Elsewhere("mps:0")))
    assert claimed.dtypes == {"float32", "float16", "bfloat16"}


def test_the_report_names_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Abacus 9")
    told = calls.surroundings(Settings(arrays=Elsewhere("cuda:0")))
    assert (told["device"], told["device name"]) == ("cuda:0", "Abacus 9")
    assert calls.surroundings(Settings(arrays=Elsewhere("mps:0"))) == {"device": "mps:0"}
    assert calls.surroundings(options.read()) == {}


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
@pytest.mark.parametrize("channels_last", [False, True], ids=["contiguous", "channels-last"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no-bias"])
def test_every_way_to_call_gives_the_same(name: str, elsewhere: bool, channels_last: bool, bias: bool) -> None:
    arrays = Elsewhere() if elsewhere else Arrays(torch.device("cpu"))
    found = ADAPTERS[name].make(Settings(arrays=arrays, channels_last=channels_last))
    given = GIVEN if bias else {**GIVEN, "bias": None}
    expected = torch.nn.functional.conv2d(*_tensors(given), **ATTRIBUTES)
    assert (plain(found.conv2d)(*given.values(), **ATTRIBUTES) == expected.detach().numpy()).all()

    grad = np.ones(expected.shape, np.float32)
    leaves = [tensor for tensor in _tensors(given) if tensor is not None]
    y = torch.nn.functional.conv2d(*leaves, *([] if bias else [None]), **ATTRIBUTES)
    required = torch.autograd.grad(y, leaves, torch.from_numpy(grad))
    got = plain(found.gradients)(*given.values(), grad, **ATTRIBUTES)
    assert len(got) == 3
    assert (got[2] is not None) == bias
    for value, wanted in zip(got, required, strict=False):
        np.testing.assert_array_equal(value, wanted.numpy())


def _tensors(given: Mapping[str, Any]) -> list[Any]:
    return [None if array is None else torch.from_numpy(array).requires_grad_() for array in given.values()]


def test_channels_last_reaches_the_function() -> None:
    seen: list[Any] = []

    def convolve(*tensors: Any, **attributes: Any) -> Any:
        seen.extend(tensors)
        return torch.nn.functional.conv2d(*tensors, **attributes)

    made = calls.Calls(convolve, options.read(channels_last="on"))
    made.conv2d(*GIVEN.values(), **ATTRIBUTES)
    made.conv2d(GIVEN["input"][0], *[*GIVEN.values()][1:], **ATTRIBUTES)
    layouts = [tensor.is_contiguous(memory_format=torch.channels_last) for tensor in seen if tensor.dim() == 4]
    assert layouts == [True] * 3
    assert seen[3].is_contiguous()


def test_what_a_call_does_on_another_device_is_seen() -> None:
    def wrong(input: Any, weight: Any, bias: Any, **attributes: Any) -> Any:
        value = torch.nn.functional.conv2d(input, weight, bias, **attributes)
        weight += 1
        weight.flatten().as_strided((1,), (1,), weight.storage_offset() + weight.numel())[0] = 2
        return value

    delivered = calls.Calls(wrong, Settings(arrays=Elsewhere())).conv2d(*GIVEN.values(), **ATTRIBUTES)
    assert type(delivered) is Delivered
    assert {item.kind for item in delivered.observed} == {"guard-changed", "input-changed"}


def test_a_device_without_memory_refuses_nothing() -> None:
    def without_memory(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("none left")

    with pytest.raises(MemoryError, match="none left"):
        calls.Calls(without_memory, Settings(arrays=Elsewhere())).conv2d(*GIVEN.values(), **ATTRIBUTES)


def test_an_error_that_comes_late_belongs_to_its_call() -> None:
    class Late(Elsewhere):
        def wait(self, value: Any = None) -> None:  # noqa: ARG002  # as the others
            raise RuntimeError("an illegal address")

    with pytest.raises(DeviceLost, match="an illegal address"):
        calls.Calls(functional.convolve, Settings(arrays=Late())).conv2d(*GIVEN.values(), **ATTRIBUTES)


def test_the_target_says_what_was_chosen() -> None:
    found: Adapter = load(parse("torch-layer?channels_last=on"))
    assert found.description == "torch.nn.Conv2d on cpu, in channels-last memory"


@pytest.mark.usefixtures("_restored")
def test_a_script_of_a_case_on_a_device_gets_the_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "open_arrays", lambda *_: Elsewhere())
    names: dict[str, Any] = {}
    exec(loading(parse("torch?device=cpu"), {"conv2d"}), names)
    assert type(names["conv2d"](*GIVEN.values(), **ATTRIBUTES)) is np.ndarray
