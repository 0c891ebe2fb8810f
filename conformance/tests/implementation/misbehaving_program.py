"""A worker of `command:` that breaks the protocol in the way that its first argument names."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

HELLO: dict[str, Any] = {"answer": "hello", "protocol": 1, "name": "program", "version": "1", "language": "none"}
RESULT: dict[str, Any] = {"answer": "result", "id": 0, "arrays": [{"dtype": "float32", "shape": [1]}]}
way = sys.argv[1]


def say(message: dict[str, Any], data: bytes = b"") -> None:
    os.write(1, json.dumps(message).encode() + b"\n" + data)


def listen() -> dict[str, Any]:
    """Read one request with its arrays, which together are small."""
    request: dict[str, Any] = json.loads(os.read(0, 1 << 16).partition(b"\n")[0])
    return request


match way:
    case "says nothing and leaves":
        sys.exit("no device found")
    case "says nothing and stays":
        os.write(1, b"loading")
        print("waiting for a device", file=sys.stderr, flush=True)
        time.sleep(1000)
    case "computes before it greets":
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
    case "greets in words":
        print("Hello, world", flush=True)
        time.sleep(1000)
    case "greets with an error":
        listen()
        say({"answer": "error", "kind": "load", "sentence": "there is no GPU", "hint": "plug one in"})
        time.sleep(1000)
    case "claims nonsense":
        say({**HELLO, "capabilities": {"dtypes": ["float8"]}})
        time.sleep(1000)
    case "greets with an array":
        say({**HELLO, "arrays": [{"dtype": "float32", "shape": [1]}]}, bytes(4))
        time.sleep(1000)

listen()
say(HELLO)
while (request := listen())["op"] != "bye":
    RESULT["id"] = request["id"]
    match way:
        case "prints first":
            print("computing", flush=True)
            say(RESULT, bytes(4))
        case "prints after its answer":
            say(RESULT, bytes(4))
            folder = Path(sys.argv[2])
            (folder / "go").read_text()
            os.write(1, b"took 3 ms\n")
            (folder / "done").write_text("it has printed")
        case "answers twice":
            say(RESULT, bytes(4))
            say(RESULT, bytes(4))
        case "answers and leaves":
            say(RESULT, bytes(4))
            sys.exit(0)
        case "sends half an array and leaves":
            say(RESULT, bytes(2))
            sys.exit(0)
        case "sends half an array and stays":
            say(RESULT, bytes(2))
            time.sleep(1000)
        case "sends half a line and closes its output":
            os.write(1, b'{"answer":')
            os.close(1)
            time.sleep(1000)
        case "closes its output":
            os.close(1)
            time.sleep(1000)
        case "closes its input":
            os.close(0)
            say(RESULT, bytes(4))
            time.sleep(1000)
        case "answers before it has read":
            say(RESULT, bytes(4))
            time.sleep(1000)
        case "does not know the operation":
            say({"answer": "error", "id": request["id"], "kind": "protocol", "sentence": "what?"})
        case "changes the order of bytes":
            RESULT["arrays"][0]["byteorder"] = "big"
            say(RESULT, b"\0\0\x80?")
        case "answers another request":
            say({**RESULT, "id": request["id"] - 1}, bytes(4))
        case "forgets which request it answers":
            del RESULT["id"]
            say(RESULT, bytes(4))
        case _:
            say(RESULT, bytes(4))
