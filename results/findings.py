"""What the suite found in real libraries: the table of the findings, and a command that shows each of them again.

A finding is a page, findings/NAME.md, and a script, findings/NAME.py, which needs the library and NumPy alone. It
begins with metadata in the form of PEP 723, and ends with exit status 1 where the fault shows and 0 where it does not.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.specifiers import InvalidSpecifier, SpecifierSet

RESULTS = Path(__file__).parent
FOLDER = RESULTS / "findings"
ENVIRONMENTS = RESULTS.parent / ".tox" / "findings"

KINDS = {
    "bug": "Wrong numbers, damaged memory, a crash or a hang, or what contradicts the library's own documentation.",
    "difference": "The library chose otherwise than the specification, by its documentation or by design.",
    "limit": "The library refuses what the specification allows.",
}
GRAVITIES = {
    1: "memory, crash, hang",
    2: "wrong numbers by default",
    3: "wrong numbers in a corner",
    4: "an error is missing, or wrong",
    5: "other",
}
TYPES = {
    "title": str,
    "implementation": str,
    "kind": str,
    "gravity": int,
    "breaks": list,
    "report": str,
    "known": str,
    "system": list,
}
"""The keys of [tool.conv2d-conformance], all of which are needed, and the types of their values."""

TIMES = 3
SECONDS = 900
"""For one run of a script."""

SHOWN, NOT_SHOWN = 1, 0
"""The exit statuses of a script."""

RAISED = 70
"""The exit status of a script that raised, which Python itself ends with 1."""

STATUS = f"""\
import sys


def tell(kind, error, where):
    sys.__excepthook__(kind, error, where)
    sys.stdout.flush()
    sys.stderr.flush()
    __import__("os")._exit({RAISED})


sys.excepthook = tell
"""

BLOCK = re.compile(r"(?m)^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""The metadata, as PEP 723 finds them."""

MOST_NAMED = 3
"""So many requirements are named in a row of the table."""


class Unsound(ValueError):
    """What is wrong with the metadata of a script, in one sentence."""


@dataclass(frozen=True)
class Finding:
    """A finding as its script describes it. `breaks` failed in the `report`, a path within results/.

    `known` is the address of what is known of it elsewhere, or empty. `system` are Debian packages that it needs.
    """

    name: str
    title: str
    implementation: str
    kind: str
    gravity: int
    breaks: tuple[str, ...]
    report: str
    known: str
    system: tuple[str, ...]
    requires_python: str
    dependencies: tuple[str, ...]

    @property
    def script(self) -> Path:
        return FOLDER / f"{self.name}.py"

    @property
    def environment(self) -> Path:
        """Where what it depends on is installed, which findings with the same dependencies share."""
        return ENVIRONMENTS / hashlib.sha256("\n".join(sorted(self.dependencies)).encode()).hexdigest()[:12]


def finding_of(name: str, text: str) -> Finding:
    """The finding that a script describes. Unsound says what is wrong."""
    found = BLOCK.findall(text)
    if len(found) != 1:
        raise Unsound(f"{name}.py has {len(found)} blocks '# /// script'; it needs one")
    content = "".join(line[2:] if line.startswith("# ") else line[1:] for line in found[0][0].splitlines(keepends=True))
    try:
        metadata = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise Unsound(f"the metadata of {name}.py are no TOML: {error}") from None
    own = metadata.get("tool", {}).get("conv2d-conformance", {})
    for key, kind in TYPES.items():
        if type(own.get(key)) is not kind:
            raise Unsound(f"{name}.py: {key} must be a value of type {kind.__name__}, not {own.get(key)!r}")
    for key in own:
        if key not in TYPES:
            raise Unsound(f"{name}.py: {key} is no key of [tool.conv2d-conformance]; these are: {', '.join(TYPES)}")
    if own["kind"] not in KINDS:
        raise Unsound(f"{name}.py: kind must be one of {', '.join(KINDS)}, not {own['kind']!r}")
    if own["gravity"] not in GRAVITIES:
        raise Unsound(f"{name}.py: gravity must be from 1 to {max(GRAVITIES)}, not {own['gravity']}")
    if not own["title"] or own["title"].endswith("."):
        raise Unsound(f"{name}.py: title must be a sentence without its full stop, not {own['title']!r}")
    if own["known"] and not own["known"].startswith("https://"):
        raise Unsound(f"{name}.py: known must be an address that begins with https://, or empty, not {own['known']!r}")
    return Finding(
        name=name,
        title=own["title"],
        implementation=own["implementation"],
        kind=own["kind"],
        gravity=own["gravity"],
        breaks=_strings(name, "breaks", own["breaks"]),
        report=own["report"],
        known=own["known"],
        system=_strings(name, "system", own["system"]),
        requires_python=_python(name, metadata.get("requires-python")),
        dependencies=_pinned(name, metadata.get("dependencies")),
    )


def _strings(name: str, key: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise Unsound(f"{name}.py: {key} must be a list of strings, not {values!r}")
    return tuple(values)


def _pinned(name: str, values: Any) -> tuple[str, ...]:
    dependencies = _strings(name, "dependencies", values)
    if not any("==" in dependency for dependency in dependencies):
        raise Unsound(f"{name}.py: dependencies must name the release that shows it, as in 'jax==0.10.2'")
    return dependencies


def _python(name: str, value: Any) -> str:
    try:
        return str(SpecifierSet(value))
    except (InvalidSpecifier, TypeError, AttributeError):
        raise Unsound(f"{name}.py: requires-python must be as in '>=3.11', not {value!r}") from None


def findings() -> list[Finding]:
    """All of them, in the order of the table. Unsound names the first one whose metadata cannot be read."""
    found = [finding_of(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))]
    order = [*KINDS]
    return sorted(found, key=lambda one: (order.index(one.kind), one.gravity, one.implementation.lower(), one.name))


def table(found: Sequence[Finding]) -> str:
    """The page with all findings."""
    lines = [
        "# Findings",
        "",
        "What the suite found in real libraries and what a user of them should know, the gravest first. Each page says "
        "what is wrong, where, since when as far as it is known, and how to see it with the library alone. The script "
        "beside it shows it, and `python results/findings.py confirm NAME` runs that three times where nothing but the "
        "library is installed. The requirements failed in the report that is named.",
        "",
        "`python results/findings.py table` makes this page from the scripts.",
    ]
    for kind, meaning in KINDS.items():
        own = [finding for finding in found if finding.kind == kind]
        if own:
            lines += ["", f"## {kind.capitalize()}{'' if len(own) == 1 else 's'}: {len(own)}", "", meaning, ""]
            lines += ["| gravity | implementation | finding | breaks | known |", "| --- | --- | --- | --- | --- |"]
            lines += [_row(finding) for finding in own]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    named = [f"`{name}`" for name in finding.breaks[:MOST_NAMED]]
    if more := len(finding.breaks) - MOST_NAMED:
        named += [f"{more} more"] if more > 0 else []
    title = f"[{finding.title}]({finding.name}.md) ([script]({finding.name}.py))"
    report = f"{', '.join(named)} ([report](../{quote(finding.report)}))"
    known = f"[reported]({finding.known})" if finding.known else ""
    return f"| {GRAVITIES[finding.gravity]} | {finding.implementation} | {title} | {report} | {known} |"


def confirm(chosen: Iterable[Finding]) -> Iterator[tuple[Finding, str, bool]]:
    """What became of each finding, in one sentence, and whether it shows every time."""
    for finding in chosen:
        if why := _lack(finding) or _installed(finding):
            yield finding, f"could not be run: {why}", False
            continue
        said = [_run(finding) for _ in range(TIMES)]
        shown = said.count("shown")
        others = dict.fromkeys(word for word in said if word != "shown")
        often = f"shown {shown} of {TIMES} times" if shown else ""
        yield finding, "; ".join(filter(None, (often, *others))), shown == TIMES


def _lack(finding: Finding) -> str:
    """What this machine lacks, as a sentence; empty where nothing is missing."""
    here = platform.python_version()
    if not SpecifierSet(finding.requires_python).contains(here, prereleases=True):
        return f"it needs Python {finding.requires_python}, and this is {here}"
    missing = [package for package in finding.system if not is_installed(package)]
    return f"apt-get install {' '.join(missing)}" if missing else ""


def is_installed(package: str) -> bool:
    """Whether a Debian package is there."""
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Status}", package], check=False, capture_output=True, text=True
    )
    return asked.stdout == "install ok installed"


def _installed(finding: Finding) -> str:
    """Install what the script depends on, and nothing else, unless it is there. Why not, as a sentence, or nothing."""
    ready = finding.environment / "ready"
    if ready.exists():
        return ""
    shutil.rmtree(finding.environment, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(finding.environment)], check=True)
    python = _python_of(finding)
    made = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *finding.dependencies],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        told = [line.removeprefix("ERROR: ") for line in made.stderr.splitlines() if line.startswith("ERROR: ")]
        return told[-1] if told else f"pip ended with exit status {made.returncode}"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip())
    (packages / "findings_status.py").write_text(STATUS, encoding="utf-8")
    (packages / "findings_status.pth").write_text("import findings_status\n", encoding="utf-8")
    ready.touch()
    return ""


def _python_of(finding: Finding) -> str:
    return str(finding.environment / "bin" / "python")


def _run(finding: Finding) -> str:
    """What one run of the script says."""
    command = [_python_of(finding), str(finding.script)]
    try:
        ran = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=finding.environment, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"no end within {SECONDS} s"
    if ran.returncode in (SHOWN, NOT_SHOWN):
        return "shown" if ran.returncode == SHOWN else "not shown"
    last = (ran.stderr.strip().splitlines() or ["nothing on standard error"])[-1]
    how = "raised" if ran.returncode == RAISED else f"ended with exit status {ran.returncode}"
    return f"the script {how}: {last}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Its exit status is 1 where a finding was not shown every time."""
    parser = argparse.ArgumentParser(description="The findings: their table, and each of them shown again.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("table", help="write findings/README.md")
    asked = commands.add_parser("confirm", help="run the scripts three times, where only the library is installed")
    asked.add_argument("names", nargs="*", metavar="NAME", help="as in findings/NAME.py; all without one")
    given = parser.parse_args(arguments)
    try:
        found = findings()
    except Unsound as error:
        parser.error(str(error))
    if given.command == "table":
        (FOLDER / "README.md").write_text(table(found), encoding="utf-8")
        return 0
    known = {finding.name: finding for finding in found}
    if unknown := [name for name in given.names if name not in known]:
        parser.error(f"there is no finding {', '.join(unknown)}; there are: {', '.join(known)}")
    status = 0
    for finding, sentence, shows in confirm([known[name] for name in given.names] or found):
        told = textwrap.shorten(sentence, 400, placeholder=" ...")
        print(f"{finding.name}: {told}", flush=True)
        status = status if shows else 1
    return status


if __name__ == "__main__":
    sys.exit(main())
