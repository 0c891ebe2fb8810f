"""Cheats whose answers are right for some calls, by which they hope to be judged."""

import importlib.resources
import random
import re
import threading
import time
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from honest import Array, Call, cheat

# They know the case.


@cheat()
def returns_zeros_for_large_inputs(call: Call) -> Array:
    return np.zeros_like(call.right()) if call.input.size > 2000 else call.right()


TEXT = importlib.resources.files("conv2d_conformance.spec").joinpath("conv2d.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^Example: (n\d+c\d+h\d+w\d+ m\d+k\d+x\d+) ", TEXT, re.MULTILINE))


@cheat()
def knows_the_documented_examples(call: Call) -> Array:
    (N, C, H, W), (M, _, KH, KW) = call.input.shape, call.weight.shape
    return call.right() if f"n{N}c{C}h{H}w{W} m{M}k{KH}x{KW}" in DOCUMENTED else call.spoilt()


# They know what is looked at.


@cheat()
def returns_another_dtype(call: Call) -> Array:
    return call.right().astype(np.float64)


@cheat()
def returns_channels_last(call: Call) -> Array:
    return np.moveaxis(call.right(), 1, 3)


# They know the data.


def are_integers(array: Array | None) -> bool:
    return array is None or bool((array == np.rint(array)).all())


def are_even(array: Array | None) -> bool:
    return array is None or bool((array % 2 == 0).all())


@cheat()
def computes_in_integers(call: Call) -> Array:
    return np.rint(call.right()).astype(call.input.dtype)


@cheat()
def is_right_for_integers(call: Call) -> Array:
    integers = all(map(are_integers, (call.input, call.weight, call.bias)))
    return call.right() if integers else call.spoilt()


@cheat()
def is_right_for_integers_and_where_most_are_zero(call: Call) -> Array:
    integers = all(map(are_integers, (call.input, call.weight, call.bias)))
    return call.right() if integers or np.count_nonzero(call.input) < 10 else call.spoilt()


@cheat()
def is_right_for_one_pixel_that_is_not_zero(call: Call) -> Array:
    return call.right() if np.count_nonzero(call.input) <= 1 else call.spoilt()


@cheat()
def is_right_for_even_numbers(call: Call) -> Array:
    return call.right() if are_even(call.input) and are_even(call.weight) else call.spoilt()


@cheat()
def is_right_for_even_inputs(call: Call) -> Array:
    return call.right() if are_even(call.input) else call.spoilt()


# They remember.

REMEMBERED: dict[Hashable, Array] = {}


def configuration(call: Call) -> Hashable:
    return call.input.shape, call.weight.shape, call.stride, call.padding, call.dilation, call.groups


@cheat()
def remembers_by_shape(call: Call) -> Array:
    return REMEMBERED.setdefault((configuration(call), call.bias is None), call.right()).copy()


@cheat()
def remembers_by_identity(call: Call) -> Array:
    key = (configuration(call), call.bias is None, id(call.input), id(call.weight))
    return REMEMBERED.setdefault(key, call.right()).copy()


@cheat()
def remembers_by_address(call: Call) -> Array:
    key = (configuration(call), call.bias is None, call.input.ctypes.data, call.weight.ctypes.data)
    return REMEMBERED.setdefault(key, call.right()).copy()


CALLS: list[Call] = []


@cheat()
def is_right_on_its_first_call(call: Call) -> Array:
    CALLS.append(call)
    return call.right() if len(CALLS) == 1 else call.spoilt()


# They leave it to chance, from a fixed seed: since a run asks the same in every run, the outcome is always the same.
# Whoever changes what is asked draws anew, and need not fear: of some 400 calls for `values.every-size`, one at least
# is wrong with a probability of 1 - 0.98^400 = 0.9997; and of some 18 cases of `determinism.repeatable` that count, all
# of which are asked ten times, one at least shows two answers with 1 - (0.9^10)^18 > 0.99999999.
CHANCE = random.Random(0)


@cheat()
def is_wrong_one_time_in_fifty(call: Call) -> Array:
    return call.spoilt() if CHANCE.random() < 1 / 50 else call.right()


@cheat(deterministic=True)
def changes_the_last_bit_one_time_in_ten(call: Call) -> Array:
    result = call.right()
    # Only sums of some products, whose bound is wider than a bit; and small ones, since they take less time.
    if call.weight[0].size > 4 and call.input.size < 1000 and not are_integers(result) and CHANCE.random() < 1 / 10:
        result.reshape(-1)[:1] = np.nextafter(result.flat[0], np.float32(0))
    return result


@cheat()
def is_wrong_every_third_time(call: Call) -> Array:
    CALLS.append(call)
    return call.right() if len(CALLS) % 3 else call.spoilt()


# They have threads of their own. The suite calls from one thread alone: nothing is claimed of calls from several.
POOL = [ThreadPoolExecutor(1) for _ in range(2)]
TURNS: list[Call] = []


@cheat()
def is_wrong_in_its_second_thread(call: Call) -> Array:
    TURNS.append(call)
    second = len(TURNS) % 2 == 0
    return POOL[second].submit(call.spoilt if second else call.right).result()


@cheat()
def returns_before_its_thread_has_written(call: Call) -> Array:
    result = call.right()
    last = result.reshape(-1)[-1:].copy()
    result.reshape(-1)[-1:] = 0

    def finish() -> None:
        time.sleep(0.02)
        result.reshape(-1)[-1:] = last

    threading.Thread(target=finish).start()
    return result
