"""Every worker is listed with the command that runs it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import conv2d_adapters
from conv2d_conformance.cli import program
from conv2d_conformance.implementation.bundled_workers import BundledWorker, bundled_workers
from conv2d_conformance.implementation.target import parse

WORKERS = [*bundled_workers()]
FOLDER = Path(conv2d_adapters.__file__).parent / "workers"


def test_every_file_is_listed() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.is_file() and path.suffix != ".toml"}
    assert {worker.file.name for worker in WORKERS} == files
    assert all(worker.file.parent == FOLDER for worker in WORKERS)


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.target.rpartition("/")[2])
def test_its_target_is_a_command_and_its_file_is_named_once(worker: BundledWorker) -> None:
    assert parse(worker.target).command
    words = [*parse(worker.target).command, *shlex.split(worker.build)]
    assert words.count(str(worker.file)) == 1
    head = worker.file.read_text(encoding="utf-8")[:1500]
    for package in (word for line in worker.packages if line.startswith("npm") for word in shlex.split(line)[2:]):
        assert package in head


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = {worker.file.name: worker.availability for worker in WORKERS if worker.target.split()[-1] != "cpu"}
    assert found["tfjs.mjs"] == (
        "node not installed; apt-get install nodejs npm; "
        "npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0"
    )
    assert found["onednn.c"].startswith("cc not installed; apt-get install gcc libdnnl-dev; cc -std=c11 -O2 -o onednn ")


def test_list_adapters_prints_them() -> None:
    told = CliRunner().invoke(program, ["list", "adapters"]).stdout
    assert f"\ncommand:node {FOLDER}/tfjs.mjs cpu\tTensorFlow.js's tf.conv2d, on the back end cpu\tnode " in told
    rows = json.loads(CliRunner().invoke(program, ["list", "adapters", "--format", "json"]).stdout)
    (onednn,) = (row for row in rows if row["adapter"] == "command:./onednn")
    assert onednn["packages"] == ["apt-get install gcc libdnnl-dev"]
    assert onednn["build"] == f"cc -std=c11 -O2 -o onednn {FOLDER}/onednn.c -ldnnl"
    assert next(row for row in rows if row["adapter"] == "torch")["packages"] == []
