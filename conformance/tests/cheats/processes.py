"""Adapters that end their process, or make it useless, where there is a bias; or that are noisy and right."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time

import numpy as np
from honest import Array, Call, cheat

# No answer comes.


@cheat()
def crashes(call: Call) -> Array:
    if call.bias is not None:
        os.kill(os.getpid(), signal.SIGSEGV)
    return call.right()


@cheat()
def aborts(call: Call) -> Array:
    if call.bias is not None:
        os.abort()
    return call.right()


@cheat()
def hangs(call: Call) -> Array:
    while call.bias is not None:
        time.sleep(60)
    return call.right()


@cheat()
def exits_with_status_0(call: Call) -> Array:
    if call.bias is not None:
        os._exit(0)
    return call.right()


@cheat()
def calls_sys_exit(call: Call) -> Array:
    if call.bias is not None:
        sys.exit(0)
    return call.right()


@cheat()
def forks_and_dies(call: Call) -> Array:
    if call.bias is not None:
        if os.fork() == 0:
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(600)
        os._exit(7)
    return call.right()


@cheat()
def closes_all_descriptors(call: Call) -> Array:
    if call.bias is not None:
        os.closerange(0, 100)
    return call.right()


TAKEN: list[Array] = []


@cheat()
def takes_memory_without_end(call: Call) -> Array:
    # The end is a gibibyte, in case that nobody stops it.
    while call.bias is not None and len(TAKEN) < 32:
        TAKEN.append(np.ones(1 << 22))
    return call.right()


@cheat()
def returns_a_list(call: Call) -> Array:
    return call.right() if call.bias is None else call.right().tolist()


# An answer comes, with much besides.


@cheat()
def floods_standard_output_and_error(call: Call) -> Array:
    for stream, _ in itertools.product((sys.stdout, sys.stderr), range(20)):
        stream.write("x" * 10_000)
    os.write(1, b'{"answer": "result"}\n')
    os.write(2, b"x" * 200_000)
    return call.right()


@cheat()
def prints_by_a_child(call: Call) -> Array:
    subprocess.run(["echo", '{"answer": "result"}'], check=True)
    return call.right()


@cheat()
def forks_and_both_return(call: Call) -> Array:
    os.fork()
    return call.right()


@cheat()
def forks_a_child_that_stays(call: Call) -> Array:
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)
    return call.right()


@cheat()
def hides_a_process_that_stays(call: Call) -> Array:
    _hide()
    return call.right()


@cheat()
def hides_a_process_and_kills_its_keeper(call: Call) -> Array:
    if not os.path.exists("hidden"):
        _hide("hidden")
        while not (os.path.exists("hidden") and os.path.getsize("hidden")):
            time.sleep(0.01)
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return call.right()


def _hide(note: str = os.devnull) -> None:
    """Leave a process that has another parent, another session and no environment."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve("/bin/sh", ["sh", "-c", f"echo $$ > {note}; exec sleep 600"], {})
        os._exit(0)
    os.wait()
