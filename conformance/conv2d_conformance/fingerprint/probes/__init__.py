"""The probes, one idea each, in the order in which they are made: a later one may use the result of an earlier one."""

from __future__ import annotations

from conv2d_conformance.fingerprint.probe_result import Probe
from conv2d_conformance.fingerprint.probes import (
    accumulator,
    algorithm,
    bias,
    inputs,
    order,
    products,
    repeating,
    replay,
    subnormals,
    zeros,
)

PROBES: dict[str, Probe] = {
    "repeating": repeating.same_call_again,
    "batch": repeating.alone_and_in_a_batch,
    "places": repeating.elsewhere_in_the_output,
    "algorithm": algorithm.algorithm,
    "depth": algorithm.at_depth,
    "inputs": inputs.bits_kept,
    "range": inputs.exponents_kept,
    "common-scale": inputs.small_beside_large,
    "products": products.rounding,
    "order": order.order,
    "accumulator": accumulator.bits,
    "compensation": accumulator.compensation,
    "sums": accumulator.rounding,
    "fma": accumulator.fused_products,
    "bias-place": bias.place,
    "bias-rounding": bias.rounding,
    "subnormals": subnormals.subnormals,
    "zeros": zeros.skipped_weights,
    "padding": zeros.multiplied_padding,
    "replay": replay.replay,
}

TITLES = {
    "repeating": "repeated call",
    "batch": "in a batch",
    "places": "other places",
    "algorithm": "algorithm",
    "depth": "many channels",
    "inputs": "input bits",
    "range": "input range",
    "common-scale": "common scale",
    "products": "one product",
    "order": "order",
    "accumulator": "sum bits",
    "compensation": "compensation",
    "sums": "sum rounding",
    "fma": "FMA",
    "bias-place": "bias place",
    "bias-rounding": "bias rounding",
    "subnormals": "subnormals",
    "zeros": "zero weights",
    "padding": "zero padding",
    "replay": "replay",
}
