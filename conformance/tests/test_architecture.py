"""Packages stand on floors, and imports point to lower ones. No modules form a circle, and no types share a name."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import conv2d_conformance
from conv2d_conformance import adapter
from conv2d_conformance.mutants import Mutant

ROOT = Path(__file__).parents[2]
SUITE = "conv2d_conformance"

FLOORS = (
    {
        "descriptors",
        "effort",
        "environment",
        "foreign",
        "hinted",
        "output",
        "shard",
        "sources",
        "strict_json",
        "typed_json",
    },
    {"contract", "pool"},
    {"adapter", SUITE},
    {"forms", "spec"},
    {"cases"},
    {"emulation", "implementation", "law"},
    {"gradients"},
    {"full_size"},
    {"operations"},
    {"verdict"},
    {"initialisation"},
    {"checks", "mutants"},
    {"diagnosis", "fingerprint", "reproducer"},
    {"report"},
    {"running"},
    {"changes", "comparing", "fuzzing", "selftest", "variants", "verifying"},
    {"power", "sharpness", "site", "vectors"},
    {"cli", "plugin"},
    {"api"},
    {"__main__"},
)
"""The packages and modules of the suite, the lowest first; its own name stands for its `__init__`."""

UPWARD: set[tuple[str, str]] = set()
"""Arrows that are not yet as they must be. An arrow that is gone must leave this list, and none may join it."""

NEVER = {
    *(("emulation", "law"), ("mutants", "law"), ("variants", "law")),
    ("mutants", "initialisation"),
    *(("checks", "mutants"), ("report", "mutants")),
}
"""Arrows that would point down, and must not exist: `docs/architecture.md` says why."""

Arrows = dict[str, set[str]]
"""For each module those that it imports, wherever it does: in a function, and for its types alone, too."""


def sources(root: Path, package: str) -> dict[str, Path]:
    """The modules of a package by their dotted names."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((root / package).rglob("*.py"))
    }


def imported(path: Path, modules: set[str]) -> Iterator[str]:
    """What a file imports; of `from package import name` the module of that name, where there is one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path} has a relative import, which this test does not read"
            assert node.level == 0, f"{path} has a relative import, which this test does not read"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in modules else node.module for name in names)


@cache
def arrows(root: Path, package: str) -> Arrows:
    found = sources(root, package)
    return {module: set(imported(path, set(found))) - {module} for module, path in found.items()}


def place(module: str) -> str:
    """The package or module of the suite that a module belongs to."""
    return module.split(".")[1] if "." in module else module


def between_places(modules: Arrows) -> Arrows:
    found: Arrows = defaultdict(set)
    for module, others in modules.items():
        own = {place(other) for other in others if other.split(".")[0] == SUITE}
        found[place(module)] |= own - {place(module)}
    return found


def test_every_package_stands_on_one_floor() -> None:
    floors = [name for floor in FLOORS for name in floor]
    assert sorted(floors) == sorted(between_places(arrows(ROOT / "conformance", SUITE)))


def test_arrows_point_to_lower_floors() -> None:
    height = {name: number for number, floor in enumerate(FLOORS) for name in floor}
    found = between_places(arrows(ROOT / "conformance", SUITE))
    upward = {(low, high) for low, others in found.items() for high in others if height[high] >= height[low]}
    assert upward == UPWARD


def test_some_arrows_never_exist() -> None:
    found = between_places(arrows(ROOT / "conformance", SUITE))
    assert {(low, high) for low, high in NEVER if high in found[low]} == set()


def test_no_modules_form_a_circle() -> None:
    TopologicalSorter(arrows(ROOT / "conformance", SUITE)).prepare()  # which raises CycleError, naming the circle


def test_a_file_of_mutants_has_mutants_and_no_other_file_needs_it() -> None:
    package = f"{SUITE}.mutants"
    for module, others in arrows(ROOT / "conformance", SUITE).items():
        if module.startswith(f"{package}."):
            assert any(isinstance(value, Mutant) for value in vars(importlib.import_module(module)).values()), module
            assert not [other for other in others if other.startswith(f"{package}.")], module


def types_in(source: str) -> Iterator[str]:
    """The classes of a module, and the types and aliases that it assigns: names in CamelCase, as no constant has."""
    for node in ast.parse(source).body:
        match node:
            case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case ast.Assign(targets=targets):
                names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
            case _:
                names = []
        yield from (name for name in names if re.match(r"_*[A-Z]\w*[a-z]", name))


def test_no_two_types_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module, path in sources(ROOT / "conformance", SUITE).items():
        for name in types_in(path.read_text()):
            places[name].append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}
    assert len(places) > 100


def test_types_are_seen_however_they_are_made() -> None:
    source = "class _A1a: ...\nArrays = tuple\nOne: Any = 1\nTwo, THREE = 2, 3\nT = TypeVar('T')\nsmall = 1\n"
    assert [*types_in(source)] == ["_A1a", "Arrays", "One", "Two"]


def test_the_roots_point_one_way() -> None:
    for folder, package, forbidden in (
        ("reference", "conv2d_reference", {SUITE, "conv2d_adapters"}),
        ("conformance", SUITE, {"conv2d_adapters"}),
    ):
        for module, others in arrows(ROOT / folder, package).items():
            assert not {other.split(".")[0] for other in others} & forbidden, module


def test_the_documented_address_of_the_contract_has_its_names() -> None:
    published = {
        *("Adapter", "Capabilities", "adapter_from_function", "ATTRIBUTES", "DOCUMENTED_DEFAULTS", "UNVERSIONED"),
        *("ARGUMENTS", "CORE", "DERIVED", "DTYPES", "FEATURES", "GRADES", "PADDINGS", "PADDING_MODES", "SUBNORMALS"),
        "VIEWS",
    }
    assert published <= set(adapter.__all__)
    assert all(hasattr(adapter, name) for name in adapter.__all__)
    assert (adapter.Adapter, adapter.Capabilities) == (conv2d_conformance.Adapter, conv2d_conformance.Capabilities)


def test_the_page_draws_these_floors() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawing = re.search(r"```floors\n(.*?)```", page, re.DOTALL)
    assert drawing
    drawn = [set(line.partition("  ")[0].split(", ")) for line in drawing[1].splitlines()]
    assert drawn == [*reversed(FLOORS)]


def test_imports_are_seen_wherever_they_are(tmp_path: Path) -> None:
    (tmp_path / SUITE / "law").mkdir(parents=True)
    (tmp_path / SUITE / "law" / "__init__.py").touch()
    (tmp_path / SUITE / "law" / "bound.py").touch()
    (tmp_path / SUITE / "cases.py").write_text(
        f"from typing import TYPE_CHECKING\n"
        f"import numpy.linalg, {SUITE}.spec\n"
        f"if TYPE_CHECKING:\n    from {SUITE} import report\n"
        f"def late():\n    from {SUITE}.law import bound, other\n"
    )
    (tmp_path / SUITE / "report.py").touch()
    found = arrows(tmp_path, SUITE)
    assert found[f"{SUITE}.cases"] == {
        *("typing", "numpy.linalg", f"{SUITE}.spec", f"{SUITE}.report", f"{SUITE}.law.bound", f"{SUITE}.law")
    }
    assert between_places(found) == {"cases": {"spec", "report", "law"}, "law": set(), "report": set()}
