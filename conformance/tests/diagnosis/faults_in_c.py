"""Faults in C, called through ctypes: loops as a person writes them, with one line wrong."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SOURCE = r"""
#include <math.h>
#include <string.h>

typedef struct { int N, C, H, W, M, KH, KW, OH, OW, sh, sw, top, left, dh, dw, groups; } Sizes;

static float fixed(float v, int on) { return on ? (float)(lrintf(v * 4096.0f) / 4096.0) : v; }

void conv2d(const float *x, const float *w, const float *b, float *y, const Sizes *s)
{
    int run = s->C / s->groups, outputs = s->M / s->groups;
    int last_ow = s->OW, last_oh = s->OH, used = run, kw_used = s->KW;
    int sh = s->sh, sw = s->sw, dw = s->dw;
    memset(y, 0, sizeof(float) * s->N * s->M * s->OH * s->OW);
    PREPARE
    for (int n = 0; n < s->N; n++)
    for (int m = 0; m < s->M; m++)
    for (int oh = 0; oh < last_oh; oh++)
    for (int ow = 0; ow < last_ow; ow++) {
        double sum = 0;
        for (int c = 0; c < used; c++) {
            int channel = CHANNEL;
            for (int kh = 0; kh < s->KH; kh++)
            for (int kw = 0; kw < kw_used; kw++) {
                int h = oh * sh - s->top + kh * s->dh, v = ow * sw - s->left + kw * dw;
                if (h < 0 || v < 0 || h >= s->H || v >= s->W) continue;
                double p = (double)fixed(x[((n * s->C + channel) * s->H + h) * s->W + v], FIXED)
                         * fixed(w[((m * run + c) * s->KH + kh) * s->KW + kw], FIXED);
                sum += p;
            }
            INSIDE
        }
        if (b) sum += BIAS;
        y[((n * s->M + m) * s->OH + oh) * s->OW + ow] = (float)sum;
    }
}
"""

RIGHT = {
    "PREPARE": "",
    "CHANNEL": "(m / outputs) * run + c",
    "FIXED": "0",
    "INSIDE": "",
    "BIAS": "fixed(b[m], FIXED)",
}

C_FAULTS: dict[str, tuple[dict[str, str], str]] = {
    # by name: what stands in the place of the right line, and what a diagnosis must say
    "bias_inside_the_channel_loop": (
        {"INSIDE": "if (b) sum += b[m];", "BIAS": "0"},
        r"bias is added once for every input channel$",
    ),
    "channels_unrolled_by_three": (
        {"PREPARE": "used = run - run % 3;"},
        r"input channels of each group, as many as are over a multiple of 3",
    ),
    "tiles_of_eight_columns": (
        {"PREPARE": "last_ow = s->OW > 8 ? s->OW - s->OW % 8 : s->OW;"},
        r"output columns, as many as are over a multiple of 8, are zero, only where OW >= 9$",
    ),
    "strides_swapped_in_the_index": (
        {"PREPARE": "sh = s->sw; sw = s->sh;"},
        r"takes the stride as \(width, height\), in a result of the right shape$",
    ),
    "fixed_point_of_12_bits": ({"FIXED": "1"}, r"data are rounded to a fixed point with 12 bits"),
    "last_row_of_a_tile": (
        {"PREPARE": "if (s->OH % 8 == 3) last_oh--;"},
        r"last output row is zero, only where OH % 8 == 3$",
    ),
    "group_offset_counts_filters": (
        {"CHANNEL": "(m / outputs) * outputs + c; if (channel >= s->C) continue"},
        r"groups begin M // groups input channels apart$",
    ),
    "dilation_of_the_height_for_both": (
        {"PREPARE": "dw = s->dh;"},
        r"uses the dilation of the height for both axes, in a result of the right shape$",
    ),
}

C_CORRECT: dict[str, dict[str, str]] = {
    "plain loops in C": {},
    "groups by division in C": {"CHANNEL": "m * s->groups / s->M * run + c"},
    "the last row apart in C": {"PREPARE": "last_oh = s->OH; last_ow = s->OW;"},
    "the bias by pointer in C": {"BIAS": "*(b + m)"},
    "channels counted by pairs in C": {"PREPARE": "used = run / 2 * 2 + run % 2;"},
}


class Sizes(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_int)
        for name in ["N", "C", "H", "W", "M", "KH", "KW", "OH", "OW", "sh", "sw", "top", "left", "dh", "dw", "groups"]
    ]


def compiled(name: str, changes: dict[str, str], folder: Path) -> Callable[..., Any]:
    """A conv2d for float32 by the C compiler of this machine, without which there is nothing to test."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "these tests compile faults with a C compiler, and there is neither cc nor gcc"
    source, library = folder / f"{name.replace(' ', '_')}.c", folder / f"{name.replace(' ', '_')}.so"
    source.write_text(SOURCE)
    lines = [f"-D{word}={code}" for word, code in (RIGHT | changes).items()]
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", *lines, "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).conv2d

    def conv2d(
        input: Any,
        weight: Any,
        bias: Any = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
    ) -> Any:
        (sh, sw), (ph, pw), (dh, dw) = (np.broadcast_to(value, 2).tolist() for value in (stride, padding, dilation))
        (N, C, H, W), (M, _, KH, KW) = input.shape, weight.shape
        OH, OW = (H + 2 * ph - dh * (KH - 1) - 1) // sh + 1, (W + 2 * pw - dw * (KW - 1) - 1) // sw + 1
        sizes = Sizes(N, C, H, W, M, KH, KW, OH, OW, sh, sw, ph, pw, dh, dw, groups)
        x, w, b = (None if array is None else np.ascontiguousarray(array) for array in (input, weight, bias))
        y = np.empty((N, M, OH, OW), np.float32)
        pointers = [None if array is None else array.ctypes.data_as(ctypes.c_void_p) for array in (x, w, b, y)]
        function(*pointers, ctypes.byref(sizes))
        return y

    return conv2d
