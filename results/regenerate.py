"""Make the reports of runs.toml, their reproducers and their pages: `tox -e results`.

A report that this version of the suite has made stays, so that an interrupted program goes on where it was; so do those
of other releases of a library. What cannot be run here is told at the end, and costs nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import conv2d_conformance
from conv2d_conformance import spec
from conv2d_conformance.report.markdown import front_tables, implementation_pages
from conv2d_conformance.report.reading import read
from conv2d_conformance.site.published import DRAWING

sys.path.insert(0, str(Path(__file__).parents[1]))  # where `results` is, if this file is run as a program

from results import findings
from results.environments import ROOT, WORK, Environments, Missing, file_name
from results.environments import run as in_root
from results.reproducing import reproduce

RESULTS = ROOT / "results"
RUNS = RESULTS / "runs.toml"
ADAPTERS = ROOT / "adapters" / "conv2d_adapters"
DRAFTS = WORK / "drafts"
PLATFORM = f"{platform.system()}-{platform.machine()}".lower()
KEYS = {
    "target": str,
    "profile": str,
    "effort": str,
    "environment": str,
    "requirements": list,
    "deviations": str,
    "file": str,
}
MARK = "<!-- what follows is made by results/regenerate.py -->"
REPORTED = (0, 1, 4)
"""The exit statuses of a run that came to an end."""


@dataclass(frozen=True)
class Run:
    """A row of runs.toml."""

    target: str
    profile: str
    effort: str
    environment: str
    requirements: tuple[str, ...] = ()
    deviations: str = ""
    file: str = ""

    def __str__(self) -> str:
        return " ".join((self.target, *self.requirements, self.profile, self.effort))

    @property
    def known(self) -> Path:
        """The file of what is known to fail, which need not exist. The run that the README shows declares nothing."""
        own = f"{self.target.partition('?')[0].replace('-', '_')}.deviations.toml"
        return ADAPTERS / (self.deviations or ("none" if self.file else own))

    @property
    def releases(self) -> frozenset[str]:
        """The releases that it names, where it names any."""
        return frozenset(name.partition("==")[2] for name in self.requirements if "==" in name)


def runs() -> list[Run]:
    """The rows of runs.toml. ValueError names the first one that is none."""
    found = []
    for row in tomllib.loads(RUNS.read_text(encoding="utf-8"))["run"]:
        for name, value in row.items():
            if name not in KEYS or not isinstance(value, KEYS[name]):
                raise ValueError(f"runs.toml: {name} = {value!r} of {row.get('target')!r}; keys are {', '.join(KEYS)}")
        if missing := [name for name in ("target", "profile", "effort", "environment") if name not in row]:
            raise ValueError(f"runs.toml: {row} lacks {', '.join(missing)}")
        found.append(Run(**{**row, "requirements": tuple(row.get("requirements", ()))}))
    return found


def reports() -> dict[Path, dict[str, Any]]:
    """What is there, by path: enough of each report to know which run made it."""
    paths = [*RESULTS.glob("*/*/*.json"), *(RESULTS / run.file for run in runs() if run.file)]
    return {path: json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths) if path.exists()}


def kept(run: Run, others: Sequence[Run], there: Mapping[Path, dict[str, Any]]) -> Path | None:
    """The report of a run that this version of the suite has made on this platform, if there is one.

    A run that names no release is that of the report whose release no other run names.
    """
    named = frozenset().union(*(other.releases for other in others if other.target == run.target))
    for path, report in there.items():
        is_in_place = path == RESULTS / run.file if run.file else path.name.startswith(PLATFORM)
        asked, version = report["run"], _releases(report["implementation"]["version"])
        is_asked = all(asked[name] == getattr(run, name) for name in ("target", "profile", "effort"))
        is_release = run.releases & version if run.releases else not named & version
        is_whole = asked["only"] == "*" and report["complete"]
        if is_in_place and is_asked and is_whole and is_release and _is_current(report):
            return path
    return None


def _releases(version: str) -> frozenset[str]:
    """The releases that a version names: 2.13.0 of 2.13.0+cpu."""
    return frozenset(re.findall(r"\d+(?:\.\d+)+(?:\.?(?:rc|dev|post)\d+)?", version))


def _is_current(report: Mapping[str, Any]) -> bool:
    return (report["suite"]["version"], report["spec"]["digest"]) == (
        conv2d_conformance.__version__,
        spec.load().digest,
    )


def place(run: Run, name: str, version: str) -> Path:
    """Where a report is kept: IMPLEMENTATION/VERSION/PLATFORM[-OPTIONS].json."""
    if run.file:
        return RESULTS / run.file
    chosen = run.target.partition("?")[2] if not run.target.startswith("command:") else ""
    options = f"-{chosen.replace('&', '-').replace('/', '-')}" if chosen else ""
    return RESULTS / name / version.replace("/", "-") / f"{PLATFORM}{options}.json"


def without_folders(text: str) -> str:
    """The text without folders of this machine, the project's and a package's, which a library names as its callers."""
    return re.sub(r'[^\s"\\]*/site-packages/', "", text).replace(f"{ROOT}/", "")


def examine(run: Run, environments: Environments) -> Path:
    """Make the report of one run, and what lies beside it. Missing says why it cannot be made here."""
    inside = environments.ready(run.environment, run.requirements)
    DRAFTS.mkdir(parents=True, exist_ok=True)
    draft = DRAFTS / f"{file_name(str(run))}.json"
    draft.unlink(missing_ok=True)  # that of a run which came to no end, perhaps of another kind
    command = [*inside, "conv2d-conformance", "run", run.target, "--workers", "1"]
    command += ["--profile", run.profile, "--effort", run.effort, "--output", str(draft)]
    if run.known.exists():
        command += ["--deviations", str(run.known)]
    ran = in_root(command)
    if ran.returncode not in REPORTED or not draft.exists():
        said = [line for line in ran.stderr.splitlines() if line.strip()] or ["nothing on standard error"]
        raise Missing(f"exit status {ran.returncode}: {' '.join(said[-2:])}")
    report = read(draft)
    finished = place(run, report.implementation.name, report.implementation.version)
    finished.parent.mkdir(parents=True, exist_ok=True)
    finished.write_text(without_folders(draft.read_text(encoding="utf-8")), encoding="utf-8")
    draft.unlink()
    beside = str(finished.relative_to(RESULTS)).removesuffix(".json")
    reproduce(report, inside, RESULTS / "reproducers" / beside)
    drawing = RESULTS / f"{beside}{DRAWING}"
    drawing.unlink(missing_ok=True)
    if "initialize" in report.implementation.operations and run.profile != "forward":
        in_root(
            [*inside, "conv2d-conformance", "initialisation", run.target, "--effort", "quick", "--plot", str(drawing)]
        )
    return finished


def examine_all(chosen: Sequence[Run], workers: int) -> Iterator[tuple[Run, Path | str, float]]:
    """The report of each run as soon as it is there, or why it cannot be made, and the seconds that it took."""
    environments = Environments()

    def timed(run: Run) -> tuple[Path | str, float]:
        begin = time.monotonic()
        print(f"begun: {run}", flush=True)
        try:
            return examine(run, environments), time.monotonic() - begin
        except Missing as reason:
            return str(reason), time.monotonic() - begin
        except Exception as error:  # one row must not cost the others
            return f"{type(error).__name__}: {error}", time.monotonic() - begin

    with ThreadPoolExecutor(workers) as executor:
        begun = {executor.submit(timed, run): run for run in chosen}
        for ended in as_completed(begun):
            yield begun[ended], *ended.result()


def write_pages() -> None:
    """Write results/README.md, the page of each implementation, and the table of findings."""
    found = {path.relative_to(RESULTS).as_posix(): read(path) for path in sorted(RESULTS.glob("*/*/*.json"))}
    front = RESULTS / "README.md"
    written, mark, _ = front.read_text(encoding="utf-8").partition(MARK)
    front.write_text(f"{written}{mark}\n\n{front_tables(found)}", encoding="utf-8")
    for name, page in implementation_pages(found).items():
        (RESULTS / name / "README.md").write_text(page, encoding="utf-8")
    (findings.FOLDER / "README.md").write_text(findings.table(findings.findings()), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Its exit status is 1 where something could not be run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="*", metavar="GLOB", help="the targets or environments of tox.ini to run")
    parser.add_argument("--again", action="store_true", help="make those anew that are there")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="so many at once")
    parser.add_argument("--pages", action="store_true", help="make nothing but the pages")
    given = parser.parse_args(arguments)
    if given.workers < 1:
        parser.error(f"--workers must be at least 1, not {given.workers}")
    every = runs()
    chosen = [run for run in every if any(fnmatchcase(name, given.only) for name in (run.target, run.environment))]
    if not chosen:
        parser.error(f"--only {given.only!r} matches no target and no environment of runs.toml")
    if given.pages:
        write_pages()
        return 0
    there = reports()
    due = [run for run in chosen if given.again or kept(run, every, there) is None]
    print(f"{len(due)} of {len(chosen)} reports are to be made", flush=True)
    missing = []
    for number, (run, outcome, seconds) in enumerate(examine_all(due, given.workers), 1):
        is_there = isinstance(outcome, Path)
        told = outcome.relative_to(RESULTS) if isinstance(outcome, Path) else f"not run: {outcome}"
        print(f"[{number}/{len(due)}] {run}: {told} ({seconds:.0f} s)", flush=True)
        missing += [] if is_there else [(run, outcome)]
    write_pages()
    if missing:
        width = max(len(str(run)) for run, _ in missing)
        print("\nnot run here:", *(f"  {run!s:{width}}  {why}" for run, why in missing), sep="\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
