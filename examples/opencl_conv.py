"""A kernel of one's own in OpenCL, on the first device, as PoCL's: `conv2d-conformance run opencl_conv.py:conv2d`."""

import numpy as np
import pyopencl as cl

SOURCE = """
kernel void conv2d(global const float *x, global const float *w, global const float *b, global float *y,
                   long C, long H, long W, long M, long KH, long KW, long OH, long OW,
                   long SH, long SW, long PH, long PW, long DH, long DW, long groups)
{
    long ow = get_global_id(0), oh = get_global_id(1), m = get_global_id(2) % M, n = get_global_id(2) / M;
    long I = C / groups, first = m / (M / groups) * I;
    float sum = b[m];
    for (long c = 0; c < I; c++)
        for (long kh = 0; kh < KH; kh++)
            for (long kw = 0; kw < KW; kw++) {
                long row = oh * SH - PH + kh * DH, column = ow * SW - PW + kw * DW;
                if (0 <= row && row < H && 0 <= column && column < W)
                    sum += w[((m * I + c) * KH + kh) * KW + kw] * x[((n * C + first + c) * H + row) * W + column];
            }
    y[((n * M + m) * OH + oh) * OW + ow] = sum;
}
"""
context = cl.Context([cl.get_platforms()[0].get_devices()[0]])
queue = cl.CommandQueue(context)
program = cl.Program(context, SOURCE).build()


def on_device(array):
    flags = cl.mem_flags.READ_ONLY | cl.mem_flags.COPY_HOST_PTR
    return cl.Buffer(context, flags, hostbuf=np.ascontiguousarray(array))


def conv2d(input, weight, bias=None, *, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    (batch, channels, *size), (filters, _, *kernel) = input.shape, weight.shape
    out = [
        (size[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) // stride[axis] + 1
        for axis in (0, 1)
    ]
    y = np.empty((batch, filters, *out), np.float32)
    target = cl.Buffer(context, cl.mem_flags.WRITE_ONLY, y.nbytes)
    numbers = channels, *size, filters, *kernel, *out, *stride, *padding, *dilation, groups
    b = np.zeros(filters, np.float32) if bias is None else bias
    cl.Kernel(program, "conv2d")(
        queue,
        (out[1], out[0], batch * filters),
        None,
        *map(on_device, (input, weight, b)),
        target,
        *map(np.int64, numbers),
    )
    cl.enqueue_copy(queue, y, target)
    return y
