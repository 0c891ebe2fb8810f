"""Pages of a site as a browser finds them, and the names by which others might try to write them."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
RESULTS = ROOT / "results"
IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script>"
LINK = "javascript:alert(3)"
REAL = ("reference-direct", "reference-correlate")
"""Implementations whose reports stay certificates; the first has a profile without gradients."""

BROKEN = "values.no-flip"
REPRODUCER = f"raise SystemExit('flipped')  # {SCRIPT}\n"
DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(4)</script><text>{IMAGE}</text></svg>'


class Page(HTMLParser):
    """What a browser would find on a page: its elements with their attributes, its anchors, its text and code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.json: list[object] = []
        self.code: list[str] = []
        self._is_data = False
        self._code_from = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self._is_data = tag == "script" and found.get("type") == "application/json"
        self._code_from = len(self.text) if tag == "code" else self._code_from

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False
        if tag == "code":
            self.code.append(self.text[self._code_from :])

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.json.append(json.loads(data))
        else:
            self.text += data

    @property
    def ids(self) -> list[str]:
        return [found["id"] for _, found in self.elements if "id" in found]

    @property
    def links(self) -> list[str]:
        return [found[name] for _, found in self.elements for name in ("href", "src") if name in found]


def publish(folder: Path) -> None:
    """Put into a folder real reports and findings, a wrong implementation, attempts at markup, and other files."""
    for name in REAL:
        _put(folder, name, json.loads(min((RESULTS / name).rglob("*.json")).read_text()))
    wrong = json.loads(_place(folder, REAL[0]).read_text())
    _break(wrong, got="-1 at y[0,0,0,1]; 1 of 2 elements are wrong", required="1, exactly", diagnosis=None)
    wrong["implementation"]["capabilities"] |= {"dtypes": ["float32"], "padding_modes": ["zeros"]}
    for entry in wrong["requirements"]:
        if entry["id"].startswith("padding-mode."):
            entry |= {"verdict": "unsupported", "cases": 0, "evidence": 0, "elements": 0}
    _put(folder, "wrong", wrong)
    _put_beside(folder, "wrong")
    shutil.copytree(RESULTS / "findings", folder / "findings")
    for name in ("power.md", "sharpness.md"):
        shutil.copy(RESULTS / name, folder / name)
    _break(wrong, got=SCRIPT + IMAGE, required=IMAGE, diagnosis=IMAGE)
    wrong["implementation"] |= {"name": IMAGE, "version": SCRIPT, "description": IMAGE, "language": IMAGE}
    wrong["implementation"]["environment"] = {IMAGE: SCRIPT}
    wrong["conclusion"]["headline"] = SCRIPT
    wrong["run"]["target"] = f"{IMAGE}?{SCRIPT}"
    for one in wrong["rejections"]:
        one |= {"type": IMAGE, "message": SCRIPT}
    wrong["deviations"] = [{"requirement": BROKEN, "reason": IMAGE, "issue": LINK}]
    (folder / IMAGE).mkdir()
    (folder / IMAGE / '"><b>.json').write_text(json.dumps(wrong))
    (folder / "cut.json").write_text(json.dumps(wrong)[:5000])
    (folder / "foreign.json").write_text('{"a": 1}')
    _put_findings(folder / "findings")


def _put(folder: Path, name: str, report: Any) -> None:
    report["implementation"]["name"] = name
    _place(folder, name).parent.mkdir(parents=True)
    _place(folder, name).write_text(json.dumps(report))


def _put_beside(folder: Path, name: str) -> None:
    """A reproducer of what is broken, and a drawing that is a program, too."""
    scripts = folder / "reproducers" / name / "1" / "linux"
    scripts.mkdir(parents=True)
    (scripts / f"{BROKEN}.py").write_text(REPRODUCER)
    _place(folder, name).with_suffix(".initialisation.svg").write_text(DRAWING)


def _place(folder: Path, name: str) -> Path:
    return folder / name / "1" / "linux.json"


def _break(report: Any, **told: str | None) -> None:
    """Let a requirement fail in a report."""
    entry = next(entry for entry in report["requirements"] if entry["id"] == BROKEN)
    case = "n1c1h1w3 m1k1x2 s1x1 p0x0 d1x1 g1 nobias float32 x[0,0,0,2]=1 w[0,0,0,1]=1"
    again = {"failed_repetitions": 5, "repetitions": 5, "after": [], "beside": None}
    entry |= {"verdict": "fail", "failure": {"case": case, "first_case": case, **again, **told}}
    report["conclusion"] |= {"headline": "not conforming: 1 requirement broken", "conforming": False, "exit_status": 1}


def _put_findings(folder: Path) -> None:
    (folder / "hostile.md").write_text(f"# {IMAGE}\n\n{SCRIPT}\n\n[go]({LINK}) <b>bold</b> ![x](y.png)\n")
    (folder / "hostile.py").write_text(
        f'# /// script\n# dependencies = ["{IMAGE}"]\n# [tool.conv2d-conformance]\n# title = "{SCRIPT}"\n'
        f'# implementation = "{IMAGE}"\n# kind = "bug"\n# gravity = 1\n# breaks = ["{BROKEN}", "{IMAGE}"]\n'
        f'# known = "{LINK}"\n# ///\nprint("{SCRIPT}")\n'
    )
    (folder / "broken.md").write_text("# A finding\n\nwith a script that says nothing\n")
    (folder / "broken.py").write_text("# /// script\n# dependencies = [\n# ///\n")
