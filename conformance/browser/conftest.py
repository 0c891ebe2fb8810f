"""A browser of the system, and sites for it: of few reports with a hostile one, and of forty."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from conv2d_conformance.cli.check_index import checks_of_requirements
from conv2d_conformance.site.building import build
from site_pages import REAL, publish

MANY = 40


def _build(results: Path) -> Path:
    checks = {name: [(one.name, one.sentence) for one in found] for name, found in checks_of_requirements().items()}
    return Path(build(results, results.parent / "pages", checks).folder)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site on disk."""
    results = tmp_path_factory.mktemp("few") / "results"
    publish(results)
    return _build(results)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of many reports on disk."""
    results = tmp_path_factory.mktemp("many") / "results"
    publish(results)
    original = results / REAL[-1] / "1" / "linux.json"
    for number in range(MANY):
        copy = json.loads(original.read_text())
        copy["implementation"]["name"] = f"copy-{number % 20}"
        copy["implementation"]["version"] = str(number)
        place = results / f"copy-{number % 20}" / f"{number}" / "linux.json"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(copy))
    return _build(results)


class Silent(SimpleHTTPRequestHandler):
    """A server of files that tells nothing on the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[str]:
    """The address of the small site on a static server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """The browser of the system, without a window."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    profile = tmp_path_factory.mktemp("profile")
    for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", f"user-data-dir={profile}"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=ChromeService(shutil.which("chromedriver") or "/usr/bin/chromedriver"))
    yield browser
    browser.quit()


@pytest.fixture
def complaints(chrome: Chrome) -> Callable[[], list[Any]]:
    """What the console has said since it was asked last."""

    def said() -> list[Any]:
        found: list[Any] = chrome.execute("getLog", {"type": "browser"})["value"]
        return found

    return said


@pytest.fixture
def browser(chrome: Chrome, complaints: Callable[[], list[Any]]) -> Iterator[Chrome]:
    """The browser, wide and light, whose console has no complaint at the end."""
    chrome.set_window_size(1400, 1000)
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    complaints()
    yield chrome
    assert complaints() == []
