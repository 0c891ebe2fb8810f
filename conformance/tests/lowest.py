"""Write the constraints by which pip installs the lowest versions that pyproject.toml allows.

Run as a program with the name of the file to write, by a Python that has nothing installed yet.
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def constraints(requirements: list[str]) -> list[str]:
    """`name==version` for each, ValueError where one has not a lower bound, or a version, and nothing else."""
    found = []
    for requirement in requirements:
        parts = re.fullmatch(r"([\w-]+)(?:>=|==)([\d.]+)", requirement)
        if parts is None:
            raise ValueError(f"{requirement} has no lower bound that can be installed")
        found.append("==".join(parts.groups()))
    return sorted(set(found))


def main(file: str) -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    lines = constraints([*project["dependencies"], *extras])
    Path(file).write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
