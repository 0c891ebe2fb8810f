"""What every bundled adapter has in common."""

import ast
from pathlib import Path

import pytest

import conv2d_adapters
from conv2d_conformance.implementation.bundled import list_adapters
from conv2d_conformance.implementation.host import connect

FILES = [path for path in Path(conv2d_adapters.__file__).parent.glob("*.py") if path.name != "__init__.py"]
FRAMEWORKS = sorted(Path(conv2d_adapters.__file__).parent.glob("arrays/[a-z]*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_adapter_says_what_it_calls(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FRAMEWORKS, ids=lambda path: path.stem)
def test_every_framework_is_opened_on_a_device(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    (opening,) = (node for node in body if isinstance(node, ast.FunctionDef) and node.name == "open_on")
    assert [argument.arg for argument in opening.args.args] == ["device"]
    assert len(opening.args.defaults) == 1
    named = {ast.unparse(target) for node in body if isinstance(node, ast.Assign) for target in node.targets}
    named |= {ast.unparse(node.target) for node in body if isinstance(node, ast.AnnAssign)}
    assert "UNFIT" in named


def test_every_file_is_an_adapter_of_its_name() -> None:
    assert sorted(list_adapters()) == sorted(path.stem.replace("_", "-") for path in FILES)


@pytest.mark.parametrize("name", ["reference-direct", "reference-correlate"])
def test_the_references_introduce_themselves(name: str) -> None:
    with connect(name) as implementation:  # type: ignore[attr-defined]  # both kinds are context managers
        assert implementation.hello.name == name
        assert {"conv2d", "initialize", "gradients"} <= set(implementation.hello.operations)
        assert implementation.hello.capabilities.validation
