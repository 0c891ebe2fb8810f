"""Files with targets in the current folder, and two frameworks that are not there, played on NumPy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import plain_conv2d
from conv2d_conformance.forms.frameworks import PACKAGE
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load, parse

STANDINS = Path(__file__).with_name("standins")
PLAYED = (f"{PACKAGE}.cupy", f"{PACKAGE}.jax")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The current folder; what is imported from it, or from the stand-ins, is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name, module in list(sys.modules.items()):
        home = getattr(module, "__file__", None) or ""
        if home.startswith((str(tmp_path), str(STANDINS))) or name in PLAYED:
            del sys.modules[name]


@pytest.fixture
def standins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Modules `cupy` and `jax`, for this process and for those that it starts."""
    sys.path.insert(0, str(STANDINS))
    monkeypatch.setenv("PYTHONPATH", str(STANDINS))
    return folder


@pytest.fixture
def implementation(folder: Path) -> Any:
    """The target of a text in this process, where `mine.py` has a source."""

    def make(source: str, text: str = "mine.py:conv2d") -> Any:
        (folder / "mine.py").write_text(source)
        return InProcess(load(parse(text)))

    return make


@pytest.fixture
def adapter_of(folder: Path) -> Any:
    """The adapter of a text, where `mine.py` has a source."""

    def make(source: str, text: str = "mine.py:conv2d") -> Any:
        (folder / "mine.py").write_text(source)
        return load(parse(text))

    return make


@pytest.fixture
def body() -> Any:
    """The lines of a right conv2d on NumPy arrays, with the parameters of the document."""
    return plain_conv2d.BODY
