"""The options of the adapters of PyTorch: what may be said, and what is set for the whole process."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import torch

from conv2d_adapters.pytorch.compiled import BACK_ENDS, compiled, require_back_end
from conv2d_conformance import Adapter
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.frameworks import FrameworkArrays, open_arrays

MOST_THREADS = max(64, os.cpu_count() or 1)
ON_CUDA_ALONE = ("tf32", "cudnn_deterministic", "cudnn_benchmark")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options as the adapters use them. `compile` is a back end of `torch.compile`, or None."""

    arrays: FrameworkArrays
    compile: str | None = None
    channels_last: bool = False
    tf32: bool = False
    cudnn_deterministic: bool = False
    cudnn_benchmark: bool = False
    threads: int = 1
    onednn: bool = True

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as the settings have it compiled, or as it is."""
        return compiled(function, self.compile) if self.compile else function


def configured_by(make: Callable[[Settings], Adapter]) -> Callable[..., Adapter]:
    """The `configure` of an adapter that is made of settings."""

    @functools.wraps(read)
    def configure(**options: str) -> Adapter:
        settings = read(**options)
        set_for_the_process(settings)
        return make(settings)

    return configure


def read(
    *,
    device: str = "cpu",
    compile: str = "off",  # what `torch.compile` calls itself
    channels_last: str = "off",
    tf32: str = "off",
    cudnn_deterministic: str = "off",
    cudnn_benchmark: str = "off",
    threads: str = "1",
    onednn: str = "on",
) -> Settings:
    """The settings that the texts of options stand for. FormError says which one is wrong, and what is allowed."""
    on_cuda = {
        name: _is_on(name, value)
        for name, value in zip(ON_CUDA_ALONE, (tf32, cudnn_deterministic, cudnn_benchmark), strict=True)
    }
    others = {"channels_last": _is_on("channels_last", channels_last), "onednn": _is_on("onednn", onednn)}
    if not threads.isdecimal() or not 1 <= int(threads) <= MOST_THREADS:
        raise FormError(f"threads is a number from 1 to {MOST_THREADS}, not {threads!r}", "the default is 1")
    if compile != "off":
        _require("compile", compile, ("off", *BACK_ENDS))
    arrays = open_arrays("torch", device)
    for name, is_on in on_cuda.items():
        if is_on and torch.device(device).type != "cuda":
            raise FormError(f"{name}=on is of use on a CUDA device alone, not on {device}", f"leave {name} out")
    if compile != "off":
        require_back_end(compile, arrays.device)
    return Settings(
        arrays=arrays, compile=None if compile == "off" else compile, threads=int(threads), **others, **on_cuda
    )


def set_for_the_process(settings: Settings) -> None:
    """Change PyTorch's settings for the whole process. They stay when the adapter is no longer used."""
    backends: Any = torch.backends
    torch.set_num_threads(settings.threads)
    backends.mkldnn.enabled = settings.onednn
    backends.cudnn.allow_tf32 = settings.tf32
    backends.cudnn.deterministic = settings.cudnn_deterministic
    backends.cudnn.benchmark = settings.cudnn_benchmark


def _is_on(name: str, value: str) -> bool:
    _require(name, value, ("on", "off"))
    return value == "on"


def _require(name: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        *first, last = allowed
        raise FormError(f"{name} is {', '.join(first)} or {last}, not {value!r}", f"leave {name} out for the default")
