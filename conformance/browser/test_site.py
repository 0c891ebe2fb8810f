"""The site in a real browser: from disk and from a server, by mouse and keyboard, for every eye, against attempts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.verdict.question import Question
from site_pages import BROKEN, IMAGE, REAL

AXE = Path(os.environ["AXE"])
"""The script of axe-core, which `tox -e site` fetches."""

VIOLATIONS = """
const done = arguments[0];
const told = (one) => [one.id, one.nodes.slice(0, 3).map((node) => node.failureSummary + node.html)];
axe.run(document, { preload: false }).then((result) => done(result.violations.map(told)));
"""

SIDE_BY_SIDE = "n1c4h4w5 m6k2x3 g2 integers:1"

Complaints = Callable[[], list[Any]]

HOSTILE = "img-src-x-onerror-alert-1----b"
KINDS = (
    "index.html",
    "index.html?open=padding,values",
    "implementations/wrong--1--linux.html",
    f"implementations/{HOSTILE}.html",
    "implementations/reference-correlate--1--linux.html",
    f"edition-2/{BROKEN}.html",
    "edition-2/padding-mode.reflect.html",
    "edition-2/groups.side-by-side.html",
    "edition-2/validation.stride-positive.html",
    "edition-2/index.html",
    "edition-2/interpreting.html",
    "editions.html",
    "findings/index.html",
    "findings/hostile.html",
    "findings/pytorch-nnpack.html",
    "power.html",
    "sharpness.html",
    "certify.html",
)
"""A page of each kind."""


def on_disk(folder: Path, page: str) -> str:
    path, mark, query = page.partition("?")
    return (folder / path).as_uri() + mark + query


def one(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def rows(browser: Chrome) -> list[str]:
    """The rows that are shown, in their order."""
    return [
        found.get_attribute("id") or ""
        for found in browser.find_elements(By.CSS_SELECTOR, "#matrix tbody tr")
        if found.is_displayed()
    ]


def query(browser: Chrome) -> dict[str, list[str]]:
    return parse_qs(urlsplit(browser.current_url).query)


@pytest.mark.parametrize("page", KINDS)
def test_no_page_complains_from_disk_or_from_a_server(
    browser: Chrome, complaints: Complaints, folder: Path, served: str, page: str
) -> None:
    for address in (on_disk(folder, page), f"{served}/{page}"):
        browser.get(address)
        assert one(browser, "h1").text
        assert not browser.find_elements(By.TAG_NAME, "img")
        assert complaints() == [], address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_every_eye_can_read_it(browser: Chrome, folder: Path, scheme: str, width: int) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [feature]})
    browser.set_window_size(width, 1000)
    metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for page in KINDS:
            browser.get(on_disk(folder, page))
            browser.execute_script(AXE.read_text(encoding="utf-8"))
            browser.execute_script("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
            found: Any = browser.execute_async_script(VIOLATIONS)
            assert found == [], (page, found)
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, page
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_filters_stay_in_the_address(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "index.html"))
    everything = rows(browser)
    assert len(everything) == len(REAL) + 2
    Select(one(browser, "[name=verdict]")).select_by_visible_text("conforms")
    assert rows(browser) == [f"{name}--1--linux" for name in sorted(REAL)]
    assert query(browser) == {"verdict": ["conforms"]}
    Select(one(browser, "[name=profile]")).select_by_visible_text("training")
    browser.refresh()
    assert rows(browser) == ["reference-correlate--1--linux"]
    assert one(browser, "#shown").text == "1 of 4 shown"
    one(browser, "button[type=reset]").click()
    assert browser.execute_async_script("setTimeout(arguments[0], 50)") is None
    assert rows(browser) == everything
    assert query(browser) == {}
    one(browser, "[name=find]").send_keys("no such")
    assert rows(browser) == []
    assert one(browser, "#none").is_displayed()
    one(browser, "[name=find]").clear()
    one(browser, "[name=find]").send_keys("wrong python")
    assert rows(browser) == ["wrong--1--linux"]


@pytest.mark.parametrize("name", ["dtype", "feature", "language"])
def test_a_filter_shows_those_that_have_it_and_no_others(browser: Chrome, folder: Path, name: str) -> None:
    browser.get(on_disk(folder, "index.html"))
    everything = rows(browser)
    choice = {"dtype": "float64", "feature": "padding-mode.reflect", "language": IMAGE}[name]
    Select(one(browser, f"[name={name}]")).select_by_visible_text(choice)
    having = [f"[id='{row}']" for row in everything]
    has = [row for row, place in zip(everything, having, strict=True) if choice in _words(browser, place, name)]
    assert rows(browser) == has
    assert 0 < len(has) < len(everything)


def _words(browser: Chrome, place: str, name: str) -> list[str]:
    value = one(browser, place).get_attribute(f"data-{name}") or ""
    return [value] if name == "language" else value.split()


def test_headers_sort(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "index.html"))
    by_name = rows(browser)
    one(browser, "[data-sort=name] button").click()
    assert rows(browser) == sorted(by_name, key=lambda row: row.lower())
    one(browser, "[data-sort=name] button").click()
    assert rows(browser) == sorted(by_name, key=lambda row: row.lower())[::-1]
    one(browser, "[data-chapter=values] button[title]").click()
    assert set(rows(browser)[:2]) == {"wrong--1--linux", HOSTILE}
    assert one(browser, "[data-chapter=values]").get_attribute("aria-sort") == "descending"
    assert query(browser) == {"sort": ["-values"]}
    browser.refresh()
    assert set(rows(browser)[:2]) == {"wrong--1--linux", HOSTILE}


def test_a_chapter_shows_its_requirements_and_a_cell_of_one_has_an_address(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "index.html"))
    assert not browser.find_elements(By.CSS_SELECTOR, "th.requirement")
    button = one(browser, "[data-chapter=values] button[aria-expanded]")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert len(browser.find_elements(By.CSS_SELECTOR, "th.requirement")) == 7
    assert query(browser) == {"open": ["values"]}
    cell = f"wrong--1--linux.{BROKEN}"
    assert "fail" in (one(browser, f"[id='{cell}']").get_attribute("class") or "")
    button.click()
    assert not browser.find_elements(By.CSS_SELECTOR, "th.requirement")
    browser.get(on_disk(folder, "index.html") + f"#{cell}")
    assert one(browser, f"[id='{cell}']").is_displayed()


def test_from_the_front_page_three_steps_lead_to_the_command(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "index.html"))
    one(browser, "[id='wrong--1--linux.values'] a").click()
    assert urlsplit(browser.current_url).fragment == "values"
    one(browser, f"[id='{BROKEN}'] .why").click()
    cause = one(browser, f"[id='why-{BROKEN}']")
    assert "conv2d-conformance replay" in cause.text
    assert "-1 at y[0,0,0,1]" in cause.text


def test_the_keyboard_goes_everywhere(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "index.html"))
    browser.execute_script("document.querySelector('#matrix tbody td a[tabindex=\"0\"]').focus()")
    keys = ActionChains(browser)
    start = _focused(browser)
    keys.send_keys(Keys.ARROW_DOWN).perform()
    assert _focused(browser) != start
    keys.send_keys(Keys.ARROW_UP).perform()
    assert _focused(browser) == start
    keys.send_keys(Keys.ARROW_RIGHT).perform()
    keys.send_keys(Keys.ARROW_RIGHT).perform()
    assert ".output-size" in _focused(browser)
    keys.send_keys(Keys.ENTER).perform()
    assert urlsplit(browser.current_url).fragment == "output-size"
    browser.get(on_disk(folder, "index.html"))
    keys.send_keys(Keys.TAB).perform()
    assert browser.switch_to.active_element.text == "Skip to the content"


def _focused(browser: Chrome) -> str:
    found: str = browser.execute_script(
        "const cell = document.activeElement.closest('td'); return cell.parentElement.id + cell.id + cell.cellIndex"
    )
    return found


def test_a_picture_shows_what_the_chosen_element_reads(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "edition-2/padding-mode.reflect.html"))
    slider = one(browser, ".picture input[type=range]")
    slider.send_keys(Keys.HOME)
    assert one(browser, ".reads").text == "y[0,0,0] reads rows 2, 1 and columns 3, 2, 1"
    read = browser.find_elements(By.CSS_SELECTOR, ".plane.x .read")
    assert {cell.get_attribute("data-key") for cell in read} == {f"x0:{i},{j}" for i in (-2, -1) for j in (-3, -2, -1)}
    origins = browser.find_elements(By.CSS_SELECTOR, ".plane.x .origin")
    assert {cell.get_attribute("data-key") for cell in origins} == {f"x0:{i},{j}" for i in (2, 1) for j in (3, 2, 1)}
    slider.send_keys(Keys.ARROW_RIGHT)
    assert one(browser, ".reads").text.startswith("y[0,0,1]")
    browser.execute_script(
        "document.querySelector('[data-key=\"y0:6,8\"] rect').dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    )
    assert one(browser, ".reads").text.startswith("y[0,6,8]")
    assert slider.get_attribute("value") == str(7 * 9 - 1)


def test_a_picture_of_groups_shows_the_channels_of_the_chosen_group(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "edition-2/groups.side-by-side.html"))  # 4 channels to 6, in 2 groups, under 2x3
    one(browser, ".picture input[type=range]").send_keys(Keys.END)
    assert one(browser, ".reads").text.startswith("y[5,")
    for plane, number in (("x2", 6), ("x3", 6), ("x0", 0), ("x1", 0), ("w0", 6), ("w1", 6)):
        read = browser.find_elements(By.CSS_SELECTOR, f"[data-plane={plane}] .read")
        assert len(read) == number, plane
    weights = [text.text for text in browser.find_elements(By.CSS_SELECTOR, "[data-plane=w0] rect + text")]
    assert weights == [str(int(value)) for value in Question(parse(SIDE_BY_SIDE)).weight[5, 0].ravel()]


def test_paper_has_no_controls_and_all_that_is_told(browser: Chrome, folder: Path) -> None:
    browser.get(on_disk(folder, "index.html"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    assert not one(browser, "#filters").is_displayed()
    assert one(browser, "[id='wrong--1--linux.values']").is_displayed()
    assert browser.print_page()


def test_no_page_needs_its_script_to_be_read(browser: Chrome, folder: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(on_disk(folder, "index.html"))
        assert one(browser, "[id='wrong--1--linux.values'] a").is_displayed()
        assert not one(browser, "#filters").is_displayed()
        browser.get(on_disk(folder, "edition-2/padding-mode.reflect.html"))
        assert one(browser, ".picture svg").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_forty_reports_are_at_hand_within_a_second(browser: Chrome, large: Path) -> None:
    size = sum(path.stat().st_size for path in large.rglob("*") if path.is_file())
    assert size < 15e6
    seconds = []
    for _ in range(5):
        browser.get(on_disk(large, "index.html?all=1"))
        ready = browser.execute_script("return performance.getEntriesByType('navigation')[0].loadEventEnd")
        took = browser.execute_script(
            "const start = performance.now(); const field = document.querySelector('[name=verdict]');"
            "field.value = 'conforms'; field.dispatchEvent(new Event('input', { bubbles: true }));"
            "document.body.offsetHeight; return performance.now() - start"
        )
        seconds.append((ready + took) / 1000)
    assert len(rows(browser)) >= 40
    assert min(seconds) < 1, seconds
