"""PROTOCOL.md is all that the author of a worker has: what it shows must be what the harness does."""

import inspect
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import conv2d_adapters
from conv2d_conformance import Capabilities
from conv2d_conformance.cli.fingerprint import fingerprint
from conv2d_conformance.cli.initialisation import initialisation
from conv2d_conformance.cli.replay import replay
from conv2d_conformance.cli.run import run
from conv2d_conformance.cli.smoke import smoke
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.implementation import framing, host, last_words, patience, protocol, resident_memory, threads
from conv2d_conformance.running.options import Options

PAGE = Path(protocol.__file__).with_name("PROTOCOL.md").read_text()


def examples() -> Iterator[dict[str, Any]]:
    """Every JSON object with an "op" or an "answer" that the page shows as a block."""
    decoder = json.JSONDecoder()
    for block in PAGE.split("```json\n")[1:]:
        text = block.partition("```")[0].strip()
        while text.startswith("{"):
            message, end = decoder.raw_decode(text)
            text = text[end:].strip()
            if {"op", "answer"} & set(message):
                yield message


MESSAGES = list(examples())


def arrays_of(message: dict[str, Any]) -> list[Array | None]:
    return [None if item is None else np.zeros(item["shape"], item["dtype"]) for item in message.get("arrays", [])]


def test_the_page_shows_every_message() -> None:
    assert {message.get("op") for message in MESSAGES} == {None, "hello", *SIGNATURES}
    assert {message.get("answer") for message in MESSAGES} == {None, "hello", "result", "rejected", "error"}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.get("op") or message["answer"])
def test_an_example_is_a_message(message: dict[str, Any]) -> None:
    arrays = arrays_of(message)
    match message:
        case {"op": "hello"}:
            assert message == {"op": "hello", "protocol": protocol.VERSION}
        case {"op": operation}:
            request = protocol.decode_request(message, arrays)
            assert json.loads(bytes(protocol.encode_request(request, message["id"])[0])) == message
        case {"answer": "hello"}:
            protocol.decode_hello(message)
        case {"kind": "load"}:
            assert set(message) == {"answer", "kind", "sentence", "hint"}
        case _:
            operation = {0: "conv2d", 1: "conv2d", 2: "initialize", 3: "gradients"}[len(arrays)]
            protocol.decode_answer(message, arrays, operation, message["id"])


def test_the_page_names_every_capability_and_its_default() -> None:
    for name, default in Capabilities().to_json().items():
        row = next(line for line in PAGE.splitlines() if line.startswith("|") and f"`{name}`" in line)
        assert f"`{json.dumps(default)}`" in row


def test_the_page_names_every_kind_of_error_and_every_limit() -> None:
    assert all(f"`{kind}`" in PAGE for kind in protocol.KINDS_OF_ERROR)
    kept = (
        f"The first {last_words.FIRST_KEPT >> 10} KiB and the last {last_words.LAST_KEPT >> 10} KiB of standard error"
    )
    assert kept in PAGE
    assert f"{host.LARGEST_ANSWER >> 30} GiB of arrays" in PAGE
    assert f"hold more than {resident_memory.USUAL_LIMIT:g} GiB" in PAGE
    assert all(f"`{name}`" in PAGE for name in threads.ONE_THREAD)
    assert f"({patience.USUAL_TIMEOUT:g} seconds, or `--timeout`" in PAGE
    assert f"used {host.START_TIMEOUT:g} seconds" in PAGE
    assert f"nothing any more after {host.IDLE_AT_START:g} seconds" in PAGE
    assert f"at most {framing.MAX_ARRAYS} arrays" in PAGE


def test_every_limit_of_a_call_is_the_one_that_is_told() -> None:
    for command in (run, smoke, replay, fingerprint, initialisation):
        (timeout,) = (option for option in command.params if option.name == "timeout")
        assert timeout.default == patience.USUAL_TIMEOUT
    for function in (host.Worker.__init__, host.connect):
        assert inspect.signature(function).parameters["timeout"].default == patience.USUAL_TIMEOUT
    assert Options.timeout == patience.USUAL_TIMEOUT


@pytest.mark.parametrize("groups", ["1", "2"])
def test_what_is_to_be_tried_by_hand_comes_out_as_the_page_says(groups: str, tmp_path: Path) -> None:
    """With the worker in plain Python, which looks at its arguments."""
    worker = tmp_path / "my-worker"
    file = Path(conv2d_adapters.__file__).parent / "workers" / "plain_python.py"
    worker.write_text(f"#!/bin/sh\nexec {shlex.join([sys.executable, str(file)])}\n")
    worker.chmod(0o755)
    greeting = re.search(r"1\. `(printf .* \| \./my-worker)`", PAGE)
    assert greeting is not None
    told = subprocess.run(["sh", "-c", greeting[1]], cwd=tmp_path, capture_output=True, check=True).stdout
    assert told.count(b"\n") == 1
    block = PAGE.partition("must give 6:\n   ```\n")[2].partition("   ```")[0]
    assert '"groups":1' in block
    assert block.rstrip().endswith("| ./my-worker | xxd")
    line = block.replace('"groups":1', f'"groups":{groups}').replace("| xxd", "")
    told = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, check=True).stdout
    assert (told[-4:] == bytes.fromhex("0000c040")) == (groups == "1")
    assert (b'"rejected"' in told) == (groups == "2")
