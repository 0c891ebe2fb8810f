"""What a target in a file imports from its own folder is told, the same wherever it is and whoever imports it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from conv2d_conformance.implementation.host import connect
from conv2d_conformance.implementation.modules_beside import modules_beside


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of a target with two modules that are loaded, among others that do not count."""

    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"asked for {name}")

    def load(name: str, path: Path, kind: type[ModuleType] = ModuleType) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        module = kind(name)
        if kind is ModuleType:
            module.__file__ = str(path)
        monkeypatch.setitem(sys.modules, name, module)

    folder = tmp_path / "here"
    load("a_target", folder / "target.py")
    load("a_helper", folder / "helper.py")
    load("a_part", folder / "package" / "part.py")
    load("a_compiled_part", folder / "compiled.so")
    load("an_installed_one", folder / "env" / "lib" / "site-packages" / "it.py")
    load("an_earlier_one", folder / "earlier.py")
    load("one_elsewhere", tmp_path / "there" / "it.py")
    load("conv2d_conformance.as_if", folder / "suite.py")
    load("a_lazy_one", folder / "lazy.py", Lazy)
    monkeypatch.setitem(sys.modules, 3, sys)  # type: ignore[misc]  # any key is possible
    return folder / "target.py"


def told(path: Path) -> str:
    return modules_beside(str(path), {"an_earlier_one"})


def test_modules_of_the_folder_count_and_no_others(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told(loaded)
    assert first.startswith("2 of its folder, sha256:")
    for other in (
        "target.py",
        "compiled.so",
        "env/lib/site-packages/it.py",
        "earlier.py",
        "suite.py",
        "../there/it.py",
    ):
        (loaded.parent / other).write_text("changed")
    assert told(loaded) == first
    (loaded.parent / "package" / "part.py").write_text("changed")
    second = told(loaded)
    assert second != first
    monkeypatch.delitem(sys.modules, "a_part")
    assert told(loaded).startswith("1 of its folder, ")
    (loaded.parent / "helper.py").unlink()
    assert told(loaded) == ""


def test_a_worker_tells_them(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "mine.py").write_text(
        "from conv2d_reference.direct import conv2d as right\nfrom beside import *\n"
    )
    found = []
    for folder, text in (("one", "A = 1"), ("two", "A = 1"), ("one", "A = 2")):
        if folder == "two":
            shutil.copytree(tmp_path / "one", tmp_path / "two")
        (tmp_path / folder / "beside.py").write_text(text)
        implementation = connect(f"{tmp_path / folder / 'mine.py'}:right")
        found.append((implementation.hello.version, implementation.hello.environment["modules"]))
        implementation.close()
    assert found[0] == found[1]
    assert (found[0][0], found[0][1] != found[2][1]) == (found[2][0], True)
