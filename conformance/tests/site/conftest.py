"""One site of a few real reports, a hostile one and files that are none, which most tests look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.cli.check_index import checks_of_requirements
from conv2d_conformance.site.building import build
from conv2d_conformance.site.built import SiteBuilt
from site_pages import Page, publish


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "results"
    publish(folder)
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
