"""One site of a few real reports, a hostile one and files that are none, which most tests look at."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.cli.check_index import checks_of_requirements
from conv2d_conformance.site.building import build
from conv2d_conformance.site.built import SiteBuilt
from site_pages import IMAGE, LINK, SCRIPT, TAKEN, Page

ROOT = Path(__file__).parents[3]
RESULTS = ROOT / "results"


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "results"
    for name in TAKEN:
        report = min((RESULTS / name).rglob("*.json"), key=lambda path: len(path.name))
        place = folder / name / "1" / "linux.json"
        place.parent.mkdir(parents=True)
        shutil.copy(report, place)
    shutil.copytree(RESULTS / "findings", folder / "findings")
    for name in ("power.md", "sharpness.md"):
        shutil.copy(RESULTS / name, folder / name)
    hostile = json.loads((folder / "torch" / "1" / "linux.json").read_text())
    hostile["implementation"] |= {"name": IMAGE, "version": SCRIPT, "description": IMAGE, "language": IMAGE}
    hostile["implementation"]["environment"] = {IMAGE: SCRIPT}
    hostile["conclusion"]["headline"] = SCRIPT
    hostile["run"]["target"] = f"{IMAGE}?{SCRIPT}"
    for entry in hostile["requirements"]:
        if entry["failure"]:
            entry["failure"] |= {"got": SCRIPT + IMAGE, "required": IMAGE, "diagnosis": IMAGE}
    for one in hostile["rejections"]:
        one |= {"type": IMAGE, "message": SCRIPT}
    hostile["deviations"] = [
        {"requirement": one["requirement"], "reason": IMAGE, "issue": LINK} for one in hostile["deviations"]
    ]
    (folder / IMAGE).mkdir()
    (folder / IMAGE / '"><b>.json').write_text(json.dumps(hostile))
    (folder / "cut.json").write_text(json.dumps(hostile)[:5000])
    (folder / "foreign.json").write_text('{"a": 1}')
    (folder / "findings" / "hostile.md").write_text(f"# {IMAGE}\n\n{SCRIPT}\n\n[go]({LINK}) <b>bold</b> ![x](y.png)\n")
    (folder / "findings" / "hostile.py").write_text(
        f'# /// script\n# dependencies = ["{IMAGE}"]\n# [tool.conv2d-conformance]\n# title = "{SCRIPT}"\n'
        f'# implementation = "{IMAGE}"\n# kind = "bug"\n# gravity = 1\n# breaks = ["values.no-flip", "{IMAGE}"]\n'
        f'# known = "{LINK}"\n# ///\nprint("{SCRIPT}")\n'
    )
    (folder / "findings" / "broken.md").write_text("# A finding\n\nwith a script that says nothing\n")
    (folder / "findings" / "broken.py").write_text("# /// script\n# dependencies = [\n# ///\n")
    return folder


@pytest.fixture(scope="session")
def built(results: Path) -> SiteBuilt:
    checks = {name: [(one.name, one.sentence) for one in found] for name, found in checks_of_requirements().items()}
    return build(results, results.parent / "pages", checks)


@pytest.fixture(scope="session")
def pages(built: SiteBuilt) -> dict[str, Page]:
    """Every page by its address."""
    folder = Path(built.folder)
    return {path.relative_to(folder).as_posix(): Page(path.read_text()) for path in sorted(folder.rglob("*.html"))}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def invoke(folder: Path) -> Callable[..., Result]:
    """Run the program in this process, which is in that folder."""
    assert Path.cwd() == folder

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, arguments, prog_name="conv2d-conformance")

    return run
