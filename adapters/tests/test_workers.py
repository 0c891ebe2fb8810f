"""The workers in other languages are right, refuse what they must, and go on; where there is no language, no test."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import conv2d_adapters
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.answers import Broken, Rejected, Request, Result
from conv2d_conformance.effort import Effort
from conv2d_conformance.implementation.host import Worker
from conv2d_conformance.running.examine import examine
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.examination import Examination

FOLDER = Path(conv2d_adapters.__file__).parent / "workers"
LANGUAGES = {
    ".c": "c",
    ".cpp": "c++",
    ".m": "octave",
    ".mjs": "javascript",
    ".py": "python",
    ".R": "R",
    ".rs": "rust",
}
WORKERS = (
    "libtorch.cpp",
    "octave_conv2.m",
    "on_chainer.py",
    "onednn.c",
    "onednn.c any",
    "onnxruntime.mjs node",
    "onnxruntime.mjs web",
    "plain_c.c",
    "plain_javascript.mjs",
    "plain_python.py",
    "plain_rust.rs",
    "r_torch.R loops",
    "tfjs.mjs cpu",
    "tfjs.mjs wasm",
)
"""The file of each, and what its command says behind it."""
PACKAGES = {"tfjs.mjs": "@tensorflow/tfjs-backend-wasm", "onnxruntime.mjs": "onnxruntime-node"}
"""What Node must find, in the folder where the tests are started or in NODE_PATH."""
CHAINER = "CHAINER_PYTHON"
"""The variable that names a Python with Chainer, which needs an older NumPy than the suite."""
CASES = (
    "n1c1h2w3 m1k1 integers:3",
    "n2c4h9w8 m6k3x2 s2x1 p1x2 d1x2 g2 bias integers:7",
    "n1c3h8w9 m3k2x3 s1x3 p2x0 g3 bias integers:1",
    "n2c2h7w7 m3k3 p1 uniform:5",
    "n1c1h5w5 m1k3 p4 d2 odd:1",
    "n2c4h6w5 m4k2 g4 bias float64 uniform:2",
    "n0c2h4w5 m3k2 bias",
    "c2h4w5 m3k2 bias integers:1",
    "n1c2h3w3 m2k2 x[0,1,1,1]=nan integers:2",
    "n2c2h4w5 m3k2 s2 integers:1 omit=padding,dilation,groups",
    "n1c2h5w6 m2k2 s1x3 p1 d2x1 impulse:1",
)
"""A case that needs an unclaimed feature is asked in its nearest claimed form."""
FAULTS = {name: {CASES[-1]} for name in ("tfjs-cpu", "tfjs-wasm")}
"""What a library gets wrong: for a number as padding, TensorFlow.js takes the height of the kernel for its width."""


FEW = Effort("few", drawn=2, multiply_adds=10_000, tiles=64, combined=5)


def needs(program: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")
    return program


def command_of(worker: str, folder: Path) -> str:
    """The command that runs a worker, which is compiled where that must be."""
    name, *arguments = worker.split()
    file = str(FOLDER / name)
    match LANGUAGES[Path(name).suffix]:
        case "python" if name == "on_chainer.py":
            words = [os.environ.get(CHAINER) or pytest.skip(f"{CHAINER} names no Python that has Chainer"), file]
        case "python":
            words = [sys.executable, file]
        case "c":
            library = ["-ldnnl"] if name == "onednn.c" else []
            if library and not Path("/usr/include/oneapi/dnnl/dnnl.h").exists():
                pytest.skip("there are no headers of oneDNN here")
            words = [str(folder / "worker")]
            subprocess.run([needs("cc"), "-std=c11", "-O1", "-Wall", "-o", *words, file, *library], check=True)
        case "c++":
            words = [needs("conv2d-libtorch")]  # which takes half a minute to compile, so tox.ini does it once
        case "rust":
            words = [str(folder / "worker")]
            subprocess.run([needs("rustc"), "--edition", "2021", "-O", "-o", *words, file], check=True)
        case "octave":
            words = [needs("octave-cli"), "--quiet", "--no-init-file", file]
        case "javascript" if name in PACKAGES:
            looks = f"require('module').createRequire(process.cwd() + '/').resolve('{PACKAGES[name]}')"
            if subprocess.run([needs("node"), "-e", looks], capture_output=True, check=False).returncode:
                pytest.skip(f"Node does not find {PACKAGES[name]}")
            words = ["node", file]
        case "javascript":
            # By the way that PROTOCOL.md shows for languages that cannot duplicate a descriptor.
            words = ["sh", "-c", f"exec {needs('node')} {shlex.quote(file)} 3 3>&1 1>&2"]
        case _:
            looks = "library(jsonlite)"
            if subprocess.run([needs("Rscript"), "-e", looks], capture_output=True, check=False).returncode:
                pytest.skip("R has no jsonlite here")
            words = ["Rscript", file]
    return f"command:{shlex.join([*words, *arguments])}"


@pytest.fixture(scope="module", params=WORKERS)
def worker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with Worker(command_of(request.param, tmp_path_factory.mktemp("worker"))) as started:
        assert LANGUAGES[Path(request.param.split()[0]).suffix] == started.hello.language
        yield started


def test_every_worker_is_tested() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.suffix in LANGUAGES}
    assert files == {worker.split()[0] for worker in WORKERS}


def test_it_is_right_in_what_it_claims(worker: Worker) -> None:
    examination = Examination(worker, Effort("few", drawn=1, multiply_adds=10_000, tiles=16))
    claims = worker.hello.capabilities
    lines = set(CASES) - FAULTS.get(worker.hello.name, set())
    asked = {case for line in lines if (case := within_claims(parse(line), claims)) is not None}
    examination.judge_all(asked)
    assert examination.tally.outcome == "pass"
    assert examination.tally.asked == len(asked) > 3


def test_it_refuses_groups_that_do_not_fit_and_goes_on(worker: Worker) -> None:
    """As PROTOCOL.md asks one to try by hand; plain R does not look, and a library without groups need not."""
    arrays = {"input": np.full((1, 1, 1, 1), 2, np.float32), "weight": np.full((1, 1, 1, 1), 3, np.float32)}
    arguments = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1)}
    answer = worker.ask(Request("conv2d", {**arguments, "groups": 2}, {**arrays, "bias": None}))
    looks = worker.hello.capabilities.groups and worker.hello.language != "R"
    assert isinstance(answer, Rejected) or not looks
    answer = worker.ask(Request("conv2d", {**arguments, "groups": 1}, {**arrays, "bias": None}))
    assert isinstance(answer, Result)
    assert answer.arrays[0] is not None
    assert answer.arrays[0].tolist() == [[[[6.0]]]]


def test_arrays_larger_than_a_pipe_go_there_and_back(worker: Worker) -> None:
    x = np.arange(300 << 10, dtype=np.float32).reshape(1, 1, 600, 512)
    arguments = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    answer = worker.ask(Request("conv2d", arguments, {"input": x, "weight": np.ones((1, 1, 1, 1), np.float32)}))
    assert isinstance(answer, Result)
    np.testing.assert_array_equal(answer.arrays[0], x)


def test_it_says_that_it_does_not_know_an_operation(worker: Worker) -> None:
    if "initialize" in worker.hello.operations:
        pytest.skip("it knows every operation")
    request = Request("initialize", {"in_channels": 1, "out_channels": 1, "kernel_size": (1, 1)}, {})
    known, worker.hello = worker.hello, replace(worker.hello, operations=("conv2d", "initialize"))
    try:
        answer = worker.ask(request)
    finally:
        worker.hello = known
    assert isinstance(answer, Broken)
    assert answer.kind == "protocol"
    assert answer.sentence.startswith("unknown")


def test_a_worker_answers_within_the_limits_that_it_declares_and_refuses_others() -> None:
    needs("node")
    checks = ("test_arguments::test_pair_order", "test_values::test_definition", "test_validation::test_outside_limits")
    with Worker(f"command:node {shlex.quote(str(FOLDER / 'plain_javascript.mjs'))} square") as worker:
        assert worker.hello.capabilities.limits == ("KH == KW", "SH == SW")
        for name in checks:
            tally = examine(catalogue()[name], worker, FEW, 0).tally
            assert tally.outcome == "pass", f"{name}: {tally.failure}"
            assert tally.asked > 1
        square, wide = (np.ones((1, 1, 2, width), np.float32) for width in (2, 3))
        arguments = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
        answers = [worker.ask(Request("conv2d", arguments, {"input": wide, "weight": w})) for w in (square, wide)]
    assert [type(answer) for answer in answers] == [Result, Rejected]


def test_the_worker_in_c_keeps_every_requirement_that_it_claims(tmp_path: Path) -> None:
    """With few drawn cases; a whole run conforms as well."""
    with Worker(command_of("plain_c.c", tmp_path)) as worker:
        claimed = worker.hello.capabilities.features | set(worker.hello.operations)
        checks = [check for check in catalogue().values() if check.needs <= claimed]
        for check in checks:
            tally = examine(check, worker, FEW, 0).tally
            assert tally.outcome == "pass", f"{check.name}: {tally.failure}"
    assert len(checks) > 50
