"""Pages of a site as a browser finds them, and the names by which others might try to write them."""

from __future__ import annotations

import json
from html.parser import HTMLParser

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script>"
LINK = "javascript:alert(3)"
TAKEN = ("onnxruntime", "torch", "torch-layer")


class Page(HTMLParser):
    """What a browser would find on a page: its elements with their attributes, its anchors, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.json: list[object] = []
        self._is_data = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self._is_data = tag == "script" and found.get("type") == "application/json"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # the parser's signature
        self._is_data = False

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
