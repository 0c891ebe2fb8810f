"""The fast Fourier transform of whole planes."""

from __future__ import annotations

import numpy as np
import scipy.fft

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, accumulator_of, as_it_is
from conv2d_conformance.emulation.terms import with_bias
from conv2d_reference.lowered import pad


def fourier_planes(
    call: Call, *, inputs: Change = as_it_is, transforms: Change = as_it_is, result: Change = as_it_is
) -> Array:
    """Convolve by the fast Fourier transform, in float32 (float64: in float64). Zeros fill a dilated kernel's gaps.

    The planes are padded to sizes that butterflies of few points can transform. The changes apply to input and weight,
    to the transforms and their products, and to the result.
    """
    g = call.geometry
    wide = accumulator_of(call.input.dtype)
    x = inputs(np.asarray(call.input)).astype(wide)
    padded = pad(x if x.ndim == 4 else x[None], g.pads, g.padding_mode)
    size = tuple(scipy.fft.next_fast_len(side, real=True) for side in padded.shape[2:])
    bins = (size[0], size[1] // 2 + 1)
    data = transforms(scipy.fft.rfft2(padded, size)).reshape(len(padded), g.groups, 1, g.C // g.groups, *bins)
    (dh, dw), (sh, sw) = g.dilation, g.stride
    kernel = np.zeros((*call.weight.shape[:2], dh * (g.KH - 1) + 1, dw * (g.KW - 1) + 1), wide)
    kernel[:, :, ::dh, ::dw] = inputs(np.asarray(call.weight))
    filters = transforms(scipy.fft.rfft2(kernel, size))
    filters = filters.reshape(1, g.groups, g.M // g.groups, g.C // g.groups, *bins)
    spectrum = transforms(transforms(data * filters.conj()).sum(axis=3))
    whole = scipy.fft.irfft2(spectrum, size).reshape(len(padded), g.M, *size)
    rows, columns = (padded.shape[axis] - kernel.shape[axis] + 1 for axis in (2, 3))
    return result(with_bias(call, whole[:, :, :rows:sh, :columns:sw]))
