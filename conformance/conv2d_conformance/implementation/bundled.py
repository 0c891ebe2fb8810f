"""The bundled adapters, and whether their libraries are installed, read from their files without importing them."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import pkgutil
import shlex
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

BUNDLED = "conv2d_adapters"


@dataclass(frozen=True)
class Bundled:
    """A bundled adapter: the first sentence of its file, and the libraries that the file imports."""

    name: str
    sentence: str
    libraries: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        return [library for library in self.libraries if importlib.util.find_spec(library) is None]

    @property
    def availability(self) -> str:
        """Whether it can run here, and what to do if it cannot."""
        if not self.libraries:
            return "none needed"
        if missing := self.missing:
            return f"{' and '.join(missing)} not installed: {how_to_get(missing, self.name)}"
        return f"{' and '.join(self.libraries)} installed"


def list_adapters() -> list[str]:
    """The short names, found without importing an adapter."""
    modules = pkgutil.iter_modules(map(str, bundled_folders()))
    return sorted(item.name.replace("_", "-") for item in modules if not item.ispkg and not item.name.startswith("_"))


def bundled() -> Iterator[Bundled]:
    """All bundled adapters."""
    for name in list_adapters():
        (path,) = (folder / f"{name.replace('-', '_')}.py" for folder in bundled_folders())
        tree = ast.parse(path.read_text(encoding="utf-8"))
        first = (ast.get_docstring(tree) or "").partition("\n\n")[0]
        yield Bundled(name, " ".join(first.split()).replace("``", ""), tuple(sorted(_imported(tree))))


def how_to_get(libraries: Sequence[str], adapter: str) -> str:
    """The command that installs libraries of a bundled adapter, by an extra of this package if there is one."""
    try:
        extras = importlib.metadata.metadata("conv2d-conformance").get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        extras = []
    extra = next((name for name in extras if name in libraries or adapter.startswith(name)), None)
    return f"pip install 'conv2d-conformance[{extra}]'" if extra else pip_install(libraries)


def pip_install(libraries: Sequence[str]) -> str:
    """The command that installs libraries, by the names of their distributions as far as the adapters know them."""
    known = _distributions()
    return shlex.join(["pip", "install", *(name for library in libraries for name in known.get(library, [library]))])


def _distributions() -> dict[str, list[str]]:
    """The distributions that have a library, where its module is named otherwise."""
    found = (folder / "distributions.toml" for folder in bundled_folders())
    return {name: names for path in found if path.exists() for name, names in tomllib.loads(path.read_text()).items()}


def bundled_folders() -> list[Path]:
    """Where the bundled adapters are."""
    package = importlib.util.find_spec(BUNDLED)
    return [*map(Path, (package.submodule_search_locations if package else None) or [])]


def _imported(tree: ast.Module) -> Iterator[str]:
    """The libraries that an adapter needs besides those that this package needs itself."""
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            roots.add(node.module.partition(".")[0])
    own = {"conv2d_conformance", "conv2d_reference", BUNDLED, "numpy", "ml_dtypes", "scipy"}
    yield from roots - own - sys.stdlib_module_names
