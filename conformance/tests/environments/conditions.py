"""Environments in which the program is started: each is a function that brings the calling process into one.

It is called in a process of its own, in a folder of its own, with standard output and error in files.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import pty
import resource
import signal
import struct
import sys
import termios
from collections.abc import Callable
from pathlib import Path


class Unavailable(Exception):
    """The machine or the user cannot make such an environment."""


Condition = Callable[[], None]
CONDITIONS: dict[str, Condition] = {}


def condition(name: str) -> Callable[[Condition], Condition]:
    def enter(make: Condition) -> Condition:
        CONDITIONS[name] = make
        return make

    return enter


def _libc(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise Unavailable(f"{name}: {os.strerror(ctypes.get_errno())}")


# Descriptors and streams.


def _without(*descriptors: int) -> Condition:
    def make() -> None:
        for descriptor in descriptors:
            os.close(descriptor)
            setattr(sys, ("stdin", "stdout", "stderr")[descriptor], None)

    return make


for closed in ((0,), (1,), (2,), (1, 2), (0, 1, 2)):
    CONDITIONS[f"closed: {str(closed)[1:-1].rstrip(chr(44))}"] = _without(*closed)


def _lead(path: str, *descriptors: int) -> Condition:
    def make() -> None:
        opened = os.open(path, os.O_RDWR)
        for descriptor in descriptors:
            os.dup2(opened, descriptor)

    return make


CONDITIONS["standard output is full"] = _lead("/dev/full", 1)
CONDITIONS["standard error is full"] = _lead("/dev/full", 2)
CONDITIONS["both are full"] = _lead("/dev/full", 1, 2)


def _broken(*descriptors: int) -> Condition:
    def make() -> None:
        source, sink = os.pipe()
        os.close(source)
        for descriptor in descriptors:
            os.dup2(sink, descriptor)

    return make


CONDITIONS["nobody reads standard output"] = _broken(1)
CONDITIONS["nobody reads standard error"] = _broken(2)
CONDITIONS["nobody reads either"] = _broken(1, 2)


@condition("standard input is a pipe that has ended")
def _() -> None:
    source, sink = os.pipe()
    os.close(sink)
    os.dup2(source, 0)


@condition("standard input is a folder")
def _() -> None:
    os.dup2(os.open(".", os.O_RDONLY), 0)


@condition("in the background of a terminal")
def _() -> None:
    """One that stops whoever changes its settings there."""
    _, slave = pty.openpty()
    if child := _fork_into_session():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    if child := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    os.setpgid(0, 0)
    os.dup2(slave, 0)


def _fork_into_session() -> int:
    child = os.fork()
    if child == 0:
        os.setsid()
    return child


@condition("a terminal of one column")
def _() -> None:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (1, 1))
    os.dup2(slave, 2)
    os.dup2(master, 0)


# Limits.


def _limit(name: str, number: int) -> Condition:
    def make() -> None:
        kind = getattr(resource, name)
        resource.setrlimit(kind, (number, resource.getrlimit(kind)[1]))

    return make


for number in (8, 16, 32):
    CONDITIONS[f"{number} open files"] = _limit("RLIMIT_NOFILE", number)
CONDITIONS["files of no size"] = _limit("RLIMIT_FSIZE", 0)
CONDITIONS["files of 1 KiB"] = _limit("RLIMIT_FSIZE", 1024)
CONDITIONS["a small stack"] = _limit("RLIMIT_STACK", 1 << 20)
CONDITIONS["no processes"] = _limit("RLIMIT_NPROC", 0)


def _memory(more: int) -> Condition:
    def make() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit("RLIMIT_AS", pages * resource.getpagesize() + more)()

    return make


CONDITIONS["16 MiB more memory"] = _memory(16 << 20)
CONDITIONS["512 MiB more memory"] = _memory(512 << 20)


# Variables.


def _set(**variables: str | None) -> Condition:
    def make() -> None:
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    return make


VARIABLES: dict[str, dict[str, str | None]] = {
    "LC_ALL=POSIX": {"LC_ALL": "POSIX"},
    "an unknown locale": {"LC_ALL": "xx_XX.nonsense"},
    "no TERM": {"TERM": None},
    "TERM=dumb": {"TERM": "dumb"},
    "COLUMNS=1": {"COLUMNS": "1"},
    "COLUMNS=many": {"COLUMNS": "many", "LINES": "-1"},
    "FORCE_COLOR": {"FORCE_COLOR": "1"},
    "NO_COLOR": {"NO_COLOR": "1"},
    "no HOME": {"HOME": None},
    "a HOME that is missing": {"HOME": "/no/such/folder"},
    "a HOME that is a file": {"HOME": "/dev/null"},
    "a TMPDIR that is missing": {"TMPDIR": "/no/such/folder"},
    "no PATH": {"PATH": None},
    "an empty PATH": {"PATH": ""},
    "PYTHONWARNINGS=error": {"PYTHONWARNINGS": "error"},
    "PYTHONHASHSEED=1": {"PYTHONHASHSEED": "1"},
    "PYTHONUTF8=0": {"PYTHONUTF8": "0", "LC_ALL": "C"},
    "PYTHONIOENCODING=ascii": {"PYTHONIOENCODING": "ascii"},
    "PYTHONOPTIMIZE=2": {"PYTHONOPTIMIZE": "2"},
    "PYTHONDONTWRITEBYTECODE": {"PYTHONDONTWRITEBYTECODE": "1"},
    "PYTEST_ADDOPTS": {"PYTEST_ADDOPTS": "--no-such-option"},
    "PYTEST_PLUGINS": {"PYTEST_PLUGINS": "no_such_plugin"},
}
CONDITIONS |= {name: _set(**variables) for name, variables in VARIABLES.items()}


@condition("no variable at all")
def _() -> None:
    os.environ.clear()


# Folders and files.


@condition("the current folder was removed")
def _() -> None:
    folder = Path.cwd() / "removed"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()


@condition("the current folder cannot be written to")
def _() -> None:
    _obey_permissions()
    Path.cwd().chmod(0o555)


@condition("neither HOME nor TMPDIR can be written to")
def _() -> None:
    _obey_permissions()
    Path("closed").mkdir(mode=0o555)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(Path("closed").resolve())


@condition("nobody may read what is made")
def _() -> None:
    _obey_permissions()
    os.umask(0o777)


for suffix in ("", ".partial", ".new"):

    @condition(f"a folder named out.json{suffix}")
    def _(suffix: str = suffix) -> None:
        Path(f"out.json{suffix}").mkdir()


@condition("the report is a link to a folder that is missing")
def _() -> None:
    Path("out.json").symlink_to("missing/out.json")


def _obey_permissions() -> None:
    """Let root be refused like anybody else."""
    if os.geteuid() == 0:
        dac_override, dac_read_search = 1, 2
        version = 0x20080522
        header = ctypes.create_string_buffer(struct.pack("Ii", version, 0))
        data = ctypes.create_string_buffer(24)
        _libc("capget", header, data)
        low = [word & ~(1 << dac_override | 1 << dac_read_search) for word in struct.unpack("6I", data.raw[:24])]
        _libc("capset", header, ctypes.create_string_buffer(struct.pack("6I", *low)))
        for capability in (dac_override, dac_read_search):
            _libc("prctl", 24, capability, 0, 0, 0)  # not after an exec either


# Mounts and namespaces.

NEW_MOUNTS, NEW_PROCESSES = 0x00020000, 0x20000000


def _own_mounts() -> None:
    recursive, private = 0x4000, 1 << 18
    _libc("unshare", NEW_MOUNTS)
    _libc("mount", b"none", b"/", None, ctypes.c_ulong(recursive | private), None)


def _small_disk(place: str, size: str) -> None:
    _libc("mount", b"none", place.encode(), b"tmpfs", ctypes.c_ulong(0), f"size={size}".encode())


@condition("no /proc")
def _() -> None:
    _own_mounts()
    _small_disk("/proc", "4k")


@condition("no /dev/shm")
def _() -> None:
    _own_mounts()
    _small_disk("/dev/shm", "4k")
    Path("/dev/shm").chmod(0)


@condition("TMPDIR is full")
def _() -> None:
    _own_mounts()
    Path("full").mkdir()
    _small_disk(str(Path("full").resolve()), "4k")
    Path("full/full").write_bytes(bytes(4096))
    os.environ["TMPDIR"] = str(Path("full").resolve())


@condition("the disk is full")
def _() -> None:
    _own_mounts()
    Path("full").mkdir()
    kept = {path.name: path.read_bytes() for path in Path.cwd().iterdir() if path.is_file()}
    _small_disk(str(Path("full").resolve()), f"{(sum(map(len, kept.values())) >> 10) + 16}k")
    os.chdir("full")
    for name, content in kept.items():
        Path(name).write_bytes(content)
    with open("full", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


@condition("the first process of its namespace")
def _() -> None:
    _libc("unshare", NEW_PROCESSES)
    if child := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)


# Signals and sessions.


def _ignored(*numbers: signal.Signals) -> Condition:
    def make() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)

    return make


CONDITIONS["SIGINT is ignored"] = _ignored(signal.SIGINT)
CONDITIONS["SIGHUP is ignored"] = _ignored(signal.SIGHUP)
CONDITIONS["SIGCHLD is ignored"] = _ignored(signal.SIGCHLD)
CONDITIONS["SIGTERM and SIGPIPE are ignored"] = _ignored(signal.SIGTERM, signal.SIGPIPE)


@condition("all signals are blocked")
def _() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


@condition("children that are not ours")
def _() -> None:
    source, sink = os.pipe()
    if os.fork() == 0:
        os.close(sink)
        os.read(source, 1)  # until its parent ends
        os._exit(0)
