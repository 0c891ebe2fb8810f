"""The check of the wheel notices what is missing and what does not belong."""

import runpy
from pathlib import Path

FOUND = runpy.run_path(str(Path(__file__).with_name("wheel_contents.py")))
NAMES = [*sorted(FOUND["DATA"]), "conv2d_conformance-1.dist-info/METADATA"]


def complaints(names: list[str]) -> list[str]:
    found: list[str] = FOUND["complaints"](names)
    return found


def test_three_packages_with_their_data_are_right() -> None:
    assert complaints(NAMES) == []


def test_anything_else_is_named() -> None:
    assert complaints([*NAMES, "tests/test_a.py"]) == [
        "tests would become importable",
    ]
    assert complaints([*NAMES, "conv2d_reference/tests/test_a.py"]) == [
        "conv2d_reference/tests/test_a.py is a test of the project and does not belong in the wheel"
    ]
    assert complaints([name for name in NAMES if "conv2d.md" not in name]) == [
        "conv2d_conformance/spec/conv2d.md is missing from the wheel"
    ]
