"""Implementations that go wrong in one way each, and are named after it. They are never imported by the tests."""

# ruff: noqa: ARG001  (what goes wrong does not depend on the arguments)

import atexit
import ctypes
import fcntl
import mmap
import os
import platform
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from conv2d_conformance import Adapter
from conv2d_conformance.contract.arrays import Array

SHARED = np.zeros((1, 1, 2, 2), np.float32)


def zeros(input: Array, weight: Array, bias: Array | None = None, *, stride: Any = 1, padding: Any = 0) -> Array:
    return np.zeros((1, 1, 2, 2), input.dtype)


def echoes_the_input(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return input.copy()


def names_what_it_was_given(input: Array, weight: Array, bias: Array | None = None, **arguments: Any) -> NoReturn:
    raise ValueError(repr((input.shape, weight.shape, bias if bias is None else bias.shape, arguments)))


def tells_how_its_arrays_lie(input: Array, weight: Array, bias: Array | None = None) -> Array:
    flags = input.flags.c_contiguous, input.flags.aligned, input.flags.writeable
    return np.array([input.ctypes.data % 64, weight.ctypes.data % 64, *flags], np.int64)


def tells_its_threads(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array([int(os.environ[name]) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")])


# It ends the process, or never comes back.
def segfaults(input: Array, weight: Array, bias: Array | None = None) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def is_killed_for_memory(input: Array, weight: Array, bias: Array | None = None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leaves_with_status_0(input: Array, weight: Array, bias: Array | None = None) -> None:
    os._exit(0)


def tells_its_process_id(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array(os.getpid())


def sleeps_for_ever(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    print("about to sleep")
    while True:
        time.sleep(1000)


def sleeps_when_the_input_is_one(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return sleeps_for_ever(input, weight) if input.flat[0] == 1 else zeros(input, weight)


def notes_that_it_leaves(input: Array, weight: Array, bias: Array | None = None) -> Array:
    atexit.register(Path(os.environ["NOTE_OF_THE_END"]).touch)
    return zeros(input, weight)


def sleeps_at_the_first_call(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return sleeps_for_ever(input, weight) if _is_the_first_call() else zeros(input, weight)


def sleeps_at_every_other_call(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if _is_the_first_call():
        return sleeps_for_ever(input, weight)
    Path(os.environ["NOTE_OF_THE_FIRST_CALL"]).unlink()
    return zeros(input, weight)


def _is_the_first_call() -> bool:
    note = Path(os.environ["NOTE_OF_THE_FIRST_CALL"])
    is_first = not note.exists()
    note.touch()
    return is_first


def is_killed_at_the_first_call(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if _is_the_first_call():
        is_killed_for_memory(input, weight)
    return zeros(input, weight)


def crashes_at_the_first_call(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if _is_the_first_call():
        segfaults(input, weight)
    return zeros(input, weight)


def computes_for_ever_when_the_input_is_one(input: Array, weight: Array, bias: Array | None = None) -> Array:
    while input.flat[0] == 1:
        pass
    return zeros(input, weight)


def compiles_for_one_and_a_half_seconds_for_each_shape(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if input.shape not in _COMPILED:
        _COMPILED.append(input.shape)
        until = time.process_time() + 1.5  # of the processor, however busy the machine is
        while time.process_time() < until:
            pass
    return np.array(os.getpid())


_COMPILED: list[tuple[int, ...]] = []


def ignores_polite_signals_and_sleeps(input: Array, weight: Array, bias: Array | None = None) -> Array:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return sleeps_for_ever(input, weight)


def _harness() -> int:
    """The parent of the parent, which keeps this process."""
    return int(Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1])


def interrupts_the_harness_and_sleeps(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.kill(_harness(), signal.SIGINT)
    return sleeps_for_ever(input, weight)


def kills_the_harness_and_sleeps_when_the_input_is_one(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if input.flat[0] == 1:
        os.kill(_harness(), signal.SIGKILL)
        time.sleep(1000)  # without a word: printing to a harness that is gone would be an error
    return np.array(os.getpid())


def interrupts_its_process_and_sleeps(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.kill(os.getpid(), signal.SIGINT)
    return sleeps_for_ever(input, weight)


def forks_a_child_that_holds_the_pipe_and_dies(input: Array, weight: Array, bias: Array | None = None) -> None:
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(3)


def forks_and_both_return(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.fork()
    return np.array(os.getpid())


def starts_a_child_in_another_session(input: Array, weight: Array, bias: Array | None = None) -> Array:
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1000)"], start_new_session=True)
    child.returncode = 0  # so that nobody warns of it
    return np.array([[[[float(child.pid)]]]])


# It hides a process that forked twice, left the session and has no environment, and locks a file as long as it lives.
def hides_one(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _hide(_sleep_without_environment)
    return zeros(input, weight)


def hides_one_and_dies(input: Array, weight: Array, bias: Array | None = None) -> None:
    _hide(_sleep_without_environment)
    os._exit(3)


def hides_one_and_hangs(input: Array, weight: Array, bias: Array | None = None) -> None:
    _hide(_sleep_without_environment)
    time.sleep(1000)


def hides_one_that_forks_without_end(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _hide(_fork_until_it_is_ended)
    return zeros(input, weight)


def hides_one_and_kills_the_harness(input: Array, weight: Array, bias: Array | None = None) -> None:
    _hide(_sleep_without_environment)
    os.kill(_harness(), signal.SIGKILL)
    time.sleep(1000)


def _hide(live_on: Callable[[], None]) -> None:
    source, sink = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            lock = os.open(os.environ["LOCK_OF_THE_DESCENDANT"], os.O_RDWR | os.O_CREAT)
            os.set_inheritable(lock, True)
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.dup2(sink, 1)
            live_on()
        os._exit(0)
    os.wait()
    os.read(source, 1)
    os.close(source)
    os.close(sink)


def _sleep_without_environment() -> None:
    os.execve("/bin/sh", ["sh", "-c", "echo; exec sleep 100"], {})


def _fork_until_it_is_ended() -> None:
    os.write(1, b"\n")
    until = time.monotonic() + 100
    while time.monotonic() < until:
        if os.fork():  # each is gone as soon as it has a child of its own
            os._exit(0)


def starts_a_helper_that_leaves_with_it(input: Array, weight: Array, bias: Array | None = None) -> Array:
    source, sink = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.close(sink)
        os.read(source, 1)  # until the other end is closed
        os._exit(0)
    return zeros(input, weight)


def stops_its_keeper_and_tells_its_process_id(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.kill(os.getppid(), signal.SIGSTOP)
    return np.array(os.getpid())


def kills_its_keeper(input: Array, weight: Array, bias: Array | None = None) -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1000)


def closes_all_descriptors(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.closerange(0, 100)
    return zeros(input, weight)


# It takes memory, and never more than one GiB, in case that nobody stops it.
def _takes(gib: float) -> None:
    for _ in range(int(gib * 16)):
        _TAKEN.append(np.ones(1 << 23))


_TAKEN: list[Array | mmap.mmap] = []


def takes_a_gigabyte(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _takes(1)
    return zeros(input, weight)


def keeps_four_megabytes_of_each_call(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _TAKEN.append(np.ones(1 << 19))
    return zeros(input, weight)


def starts_a_child_that_takes_a_gigabyte(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if os.fork() == 0:
        _takes(1)
        os._exit(0)
    os.wait()
    return zeros(input, weight)


def reserves_a_terabyte_and_uses_none_of_it(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _TAKEN.append(mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=0))
    time.sleep(0.2)
    return zeros(input, weight)


def shares_its_memory_with_eight_children(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _takes(0.125)
    children = [os.fork() for _ in range(8) if not _is_a_child()]
    if _is_a_child():
        time.sleep(0.3)
        os._exit(0)
    for child in children:
        os.waitpid(child, 0)
    return zeros(input, weight)


_PARENT = os.getpid()


def _is_a_child() -> bool:
    return os.getpid() != _PARENT


# It prints.
def prints_in_every_way(input: Array, weight: Array, bias: Array | None = None) -> Array:
    print('{"answer": "result"}', flush=True)
    os.write(1, b'{"answer": "rejected", "type": "x", "message": "y"}\n')
    subprocess.run(["echo", "a child"], check=True)
    assert sys.__stdout__ is not None
    sys.__stdout__.write("and the original stream\n")
    return zeros(input, weight)


def floods_standard_error(input: Array, weight: Array, bias: Array | None = None) -> Array:
    for _ in range(64):
        os.write(2, b"x" * 65535 + b"\n")
    os.write(2, b"the last words\n")
    return zeros(input, weight)


def floods_standard_error_and_dies(input: Array, weight: Array, bias: Array | None = None) -> None:
    os.write(2, b"the first words\n" + b"x" * 900_000 + b"\nthe last words\n")
    os._exit(1)


def reads_standard_input(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array([float(len(sys.stdin.read()))])


# It returns something else.
def returns_a_list(input: Array, weight: Array, bias: Array | None = None) -> list[Any]:
    return [[[[1.0]]]]


def returns_nothing(input: Array, weight: Array, bias: Array | None = None) -> None:
    return None


def returns_a_scalar(input: Array, weight: Array, bias: Array | None = None) -> np.float32:
    return np.float32(1)


def returns_objects(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array([None, 1])


def returns_text(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array(["1"])


def returns_truth_values(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array([True])


def returns_records(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.zeros(2, [("x", "f4")])


def returns_a_masked_array(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.ma.zeros((1, 1, 2, 2))


def returns_a_matrix(input: Array, weight: Array, bias: Array | None = None) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.matrix([[1.0]])


def returns_big_endian(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.arange(4, dtype=">f4").reshape(1, 1, 2, 2)


def returns_integers_of_another_shape(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.arange(6).reshape(1, 2, 3)


def returns_no_axes(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.array(7.0)


def returns_fortran_order(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.asfortranarray(np.arange(6.0).reshape(2, 3))


def returns_a_read_only_broadcast(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return np.broadcast_to(np.float32(3), (1, 1, 2, 2))


# It raises.
def raises_memory_error(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise MemoryError("no room for 3 GiB")


def raises_system_exit(input: Array, weight: Array, bias: Array | None = None) -> None:
    sys.exit("I am done")


def raises_keyboard_interrupt(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise KeyboardInterrupt


class Halted(KeyboardInterrupt):
    """An interrupt that no Ctrl-C raises."""


def raises_an_interrupt_of_its_own(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise Halted("a stride of 0")


class Quits(SystemExit):
    """An exit that ends no process."""


def raises_an_exit_of_its_own(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise Quits("a stride of 0")


def raises_not_implemented(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise NotImplementedError("no kernel for this")


class Skip(BaseException):
    pass


def raises_a_skip(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise Skip("not today")


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def raises_what_cannot_be_printed(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    raise Unspeakable


def warns(input: Array, weight: Array, bias: Array | None = None) -> Array:
    warnings.warn("slow path", UserWarning, stacklevel=1)
    return zeros(input, weight) / np.zeros(1, np.float32)


# It touches what is not its own.
def returns_its_input(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return input


def returns_a_view_of_its_weight(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return weight[..., ::-1]


def changes_its_input(input: Array, weight: Array, bias: Array | None = None) -> Array:
    input[0, 0, 1, 0] += 1
    return zeros(input, weight)


def changes_its_bias_and_raises(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    assert bias is not None
    bias[...] = 0
    raise ValueError


def _bytes_around(array: Array, before: int, after: int) -> ctypes.Array[ctypes.c_ubyte]:
    return (ctypes.c_ubyte * (before + array.nbytes + after)).from_address(array.ctypes.data - before)


def writes_past_the_end_of_its_weight(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _bytes_around(weight, 0, 4)[weight.nbytes + 3] = 0
    return zeros(input, weight)


def writes_before_its_input(input: Array, weight: Array, bias: Array | None = None) -> Array:
    _bytes_around(input, 4, 0)[0] = 0
    return zeros(input, weight)


def sums_what_lies_around_its_input(input: Array, weight: Array, bias: Array | None = None) -> Array:
    around = np.frombuffer(memoryview(_bytes_around(input, 64, 64)), np.float32)
    return np.array([around[0], around[-1]])


def returns_the_same_buffer_each_time(input: Array, weight: Array, bias: Array | None = None) -> Array:
    SHARED[...] = input.flat[0]
    return SHARED


def returns_the_same_values_each_time(input: Array, weight: Array, bias: Array | None = None) -> Array:
    return SHARED


def changes_its_earlier_result(input: Array, weight: Array, bias: Array | None = None) -> Array:
    earlier, _KEPT[:] = list(_KEPT), [zeros(input, weight)]
    for array in earlier:
        array[...] = 5
    return _KEPT[0]


_KEPT: list[Array] = []


def changes_its_earlier_result_when_the_input_is_one(input: Array, weight: Array, bias: Array | None = None) -> Array:
    if input.flat[0] == 1:
        _KEPT[0][...] = 5
    _KEPT[:] = [zeros(input, weight)]
    return _KEPT[0]


def imports_the_reference(input: Array, weight: Array, bias: Array | None = None) -> Array:
    import conv2d_reference  # noqa: F401

    return zeros(input, weight)


def imports_the_suite(input: Array, weight: Array, bias: Array | None = None) -> Array:
    import conv2d_conformance.cases.geometry  # noqa: F401

    return zeros(input, weight)


# It changes what the rest of the process relies on.
def seeds_the_generator_of_numpy(input: Array, weight: Array, bias: Array | None = None) -> Array:
    np.random.seed(0)
    return zeros(input, weight)


def replaces_the_generator_of_numpy(input: Array, weight: Array, bias: Array | None = None) -> Array:
    np.random.mtrand.set_bit_generator(np.random.PCG64(0))
    return zeros(input, weight)


def draws_from_the_generator_of_python_and_raises(input: Array, weight: Array, bias: Array | None = None) -> NoReturn:
    random.random()
    raise ValueError


def imports_a_module_meanwhile(input: Array, weight: Array, bias: Array | None = None) -> Array:
    import colorsys  # noqa: F401  # what nothing else imports

    np.seterr(all="raise")
    return zeros(input, weight)


def names_a_module_by_a_number(input: Array, weight: Array, bias: Array | None = None) -> Array:
    sys.modules[3] = sys  # type: ignore[index]  # any key is possible
    np.seterr(all="raise")
    return zeros(input, weight)


def makes_floating_point_errors_exceptions(input: Array, weight: Array, bias: Array | None = None) -> Array:
    np.seterr(all="raise")
    return zeros(input, weight)


def goes_to_another_folder(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.chdir("/")
    return zeros(input, weight)


def changes_an_environment_variable(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.environ["PATH"] = "/"
    return zeros(input, weight)


def deletes_an_environment_variable(input: Array, weight: Array, bias: Array | None = None) -> Array:
    del os.environ["PATH"]
    return zeros(input, weight)


def silences_all_warnings(input: Array, weight: Array, bias: Array | None = None) -> Array:
    warnings.simplefilter("ignore")
    return zeros(input, weight)


def makes_all_warnings_exceptions(input: Array, weight: Array, bias: Array | None = None) -> Array:
    warnings.simplefilter("error")
    return zeros(input, weight)


def forgets_the_filters_of_warnings(input: Array, weight: Array, bias: Array | None = None) -> Array:
    warnings.resetwarnings()
    return zeros(input, weight)


def rounds_up_from_now_on(input: Array, weight: Array, bias: Array | None = None) -> Array:
    upwards = {"x86_64": 0x800, "aarch64": 0x400000}[platform.machine()]
    ctypes.CDLL("libm.so.6").fesetround(upwards)
    return zeros(input, weight)


def leaves_everything_as_it_was(input: Array, weight: Array, bias: Array | None = None) -> Array:
    os.environ["CACHE_OF_A_LIBRARY"] = "/tmp"
    warnings.filterwarnings("ignore", module="a_library")
    warnings.simplefilter("ignore", DeprecationWarning)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        np.random.default_rng().random()
        random.Random().random()
    return zeros(input, weight)


def answers_when_the_harness_has_done_its_work(input: Array, weight: Array, bias: Array | None = None) -> Array:
    while not os.path.exists(os.environ["WORK_OF_THE_HARNESS"]):
        os.sched_yield()
    return zeros(input, weight)


# Whole layers.
def _initialize(
    in_channels: int,
    out_channels: int,
    kernel_size: tuple[int, int],
    *,
    groups: int = 1,
    bias: bool = True,
    dtype: str = "float32",
    seed: int = 0,
) -> tuple[Array, Array | None]:
    weight = np.full((out_channels, in_channels // groups, *kernel_size), seed, dtype)
    return weight, np.zeros(out_channels, dtype) if bias else None


def _gradients(
    input: Array, weight: Array, bias: Array | None, grad_output: Array, *, stride: Any = 1
) -> list[Array | None]:
    return [np.ones_like(input), np.ones_like(weight), None if bias is None else np.ones_like(bias)]


def _draws_a_layer(
    in_channels: int, out_channels: int, kernel_size: tuple[int, int], **options: Any
) -> tuple[Array, None]:
    return np.random.random_sample((out_channels, in_channels, *kernel_size)), None


draws_layers = Adapter(name="draws", version="2", conv2d=zeros, initialize=_draws_a_layer)
layer = Adapter(name="layer", version="2", conv2d=zeros, initialize=_initialize, gradients=_gradients)
forgets_a_gradient = Adapter(name="x", version="2", conv2d=zeros, gradients=lambda *_: (None, np.ones(1), np.ones(1)))
returns_two_gradients = Adapter(name="x", version="2", conv2d=zeros, gradients=lambda *_: [np.ones(1), np.ones(1)])
