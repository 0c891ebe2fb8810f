"""Tiny implementations, each named as a sentence. All are right but for what their name says."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import numpy as np

from conv2d_conformance.mutants.call import Call


def right(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    return Call(input, weight, bias, stride, padding, dilation, groups).right()


def segfaults_with_a_bias(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    if bias is not None:
        os.kill(os.getpid(), signal.SIGSEGV)
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def exits_with_status_0_with_a_bias(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    if bias is not None:
        os._exit(0)
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def calls_sys_exit_with_a_bias(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    if bias is not None:
        sys.exit()
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def sleeps_for_ever_with_a_bias(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    while bias is not None:
        time.sleep(60)
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def prints_from_everywhere(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    print("hello" * 50)
    os.write(1, b'{"answer": "result"}\n')
    subprocess.run(["echo", "from a child"], check=True)
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


def returns_a_list_with_a_bias(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return result if bias is None else result.tolist()


def returns_float64(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return result.astype(np.float64)


def returns_channels_last(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return np.moveaxis(result, 1, 3)


def returns_its_input(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    if result.shape != input.shape:
        return result
    input[...] = result
    return input[:]


BUFFERS = {}


def has_one_output_buffer(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    buffer = BUFFERS.setdefault(result.shape, result)
    buffer[...] = result
    return buffer


def changes_its_input(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    input[...] += 1
    return result


def is_wrong_every_third_time(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    CALLS.append(None)
    result = right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return result if len(CALLS) % 3 else result + 1


CALLS = []


def forks_and_crashes_with_a_bias(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    if bias is not None:
        if os.fork() == 0:
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(600)
            os._exit(0)
        os._exit(7)
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
