"""Cheats whose answers are right, at the expense of memory or of a state that is not theirs."""

import ctypes
import os
import random
import warnings
from collections.abc import Hashable

import numpy as np
from honest import Array, Call, cheat

# Memory.


@cheat()
def writes_into_its_input(call: Call) -> Array:
    result = call.right()
    call.input[...] += 1
    return result


@cheat()
def writes_behind_its_weight(call: Call) -> Array:
    result = call.right()
    ctypes.c_ubyte.from_address(call.weight.ctypes.data + call.weight.nbytes).value = 0
    return result


EARLIER: list[Array] = []


@cheat()
def writes_into_an_earlier_output(call: Call) -> Array:
    for earlier in EARLIER:
        earlier[...] = 0
    EARLIER[:] = [call.right()]
    return EARLIER[0]


@cheat()
def returns_a_view_of_its_input(call: Call) -> Array:
    result = call.right()
    if result.shape != call.input.shape:
        return result
    call.input[...] = result
    return call.input[:]


@cheat()
def returns_its_input_where_it_is_the_answer(call: Call) -> Array:
    result = call.right()
    return call.input if np.array_equal(result, call.input) else result


BUFFERS: dict[Hashable, Array] = {}


@cheat()
def keeps_one_output_buffer(call: Call) -> Array:
    result = call.right()
    buffer = BUFFERS.setdefault(result.shape, result)
    buffer[...] = result
    return buffer


# The state of the process.


@cheat()
def seeds_the_generator_of_numpy(call: Call) -> Array:
    np.random.seed(0)
    return call.right()


@cheat()
def draws_from_the_generator_of_python(call: Call) -> Array:
    random.random()
    return call.right()


@cheat()
def makes_floating_point_errors_exceptions(call: Call) -> Array:
    np.seterr(all="raise")
    return call.right()


@cheat()
def goes_to_another_folder(call: Call) -> Array:
    os.chdir("/")
    return call.right()


@cheat()
def changes_an_environment_variable(call: Call) -> Array:
    os.environ["OMP_NUM_THREADS"] = "64"
    return call.right()


@cheat()
def silences_all_warnings(call: Call) -> Array:
    warnings.simplefilter("ignore")
    return call.right()
