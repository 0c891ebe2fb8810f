"""`python -m conv2d_conformance.forms.header` prints the header of C, to be written to a file."""

from __future__ import annotations

from pathlib import Path

NAME = "conv2d_conformance.h"


def text() -> str:
    return Path(__file__).with_name(NAME).read_text(encoding="utf-8")


if __name__ == "__main__":
    print(text(), end="")
