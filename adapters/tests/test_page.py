"""The page for people with a conv2d of their own is true."""

import re
from pathlib import Path

import numpy as np
import pytest

from conv2d_conformance.contract.answers import Request, Result
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load, parse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "adapters" / "README.md").read_text(encoding="utf-8")
WORKERS = ROOT / "adapters" / "conv2d_adapters" / "workers"


def test_its_adapter_answers(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "my_adapter.py").write_text(source)
    found = InProcess(load(parse(f"{tmp_path / 'my_adapter.py'}:adapter")))
    assert (found.hello.name, found.hello.version) == ("my-library", torch.__version__)
    x, w = np.full((1, 1, 2, 2), 2, np.float32), np.full((1, 1, 2, 2), 3, np.float32)
    answer = found.ask(Request("conv2d", {"stride": (1, 1)}, {"input": x, "weight": w, "bias": None}))
    assert isinstance(answer, Result)
    assert [array.tolist() for array in answer.arrays if array is not None] == [[[[[24.0]]]]]


def test_it_names_every_worker() -> None:
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE)) == {
        path.name for path in WORKERS.iterdir() if path.is_file() and path.suffix != ".toml"
    }


def test_what_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "adapters" / target).exists(), target
