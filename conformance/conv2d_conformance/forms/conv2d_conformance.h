/* How conv2d-conformance calls a conv2d in a shared library, as the target ./libconv.so:my_conv2d

       int my_conv2d(const conv2d_call *call);

   It reads the arrays, writes the output and returns 0. Any other number refuses the call.

   All arrays are dense, the last axis innermost, and begin at a multiple of 64 bytes. All memory is the caller's, before
   and after the call. The output is full of NaN, and around each array lie bytes that are NaN and must stay what they are.
   Whoever compiles for C++ puts the function into extern "C". */

#ifndef CONV2D_CONFORMANCE_H
#define CONV2D_CONFORMANCE_H

#include <stdint.h>

enum {
    CONV2D_FLOAT32 = 1,  /* float */
    CONV2D_FLOAT64 = 2,  /* double */
    CONV2D_FLOAT16 = 3,  /* IEEE binary16: _Float16, or its bits in uint16_t */
    CONV2D_BFLOAT16 = 4, /* the upper half of a float: its bits in uint16_t */
};

typedef struct conv2d_call {
    int32_t size;       /* sizeof(conv2d_call) in the version of the caller: later ones add fields at the end */
    int32_t dtype;      /* of all arrays */
    const void *input;  /* n, c, h, w */
    const void *weight; /* m, c / groups, kh, kw */
    const void *bias;   /* m; NULL where there is none */
    void *output;       /* n, m, oh, ow */
    int64_t n, c, h, w;
    int64_t m, kh, kw;
    int64_t oh, ow;
    int64_t stride_h, stride_w;
    int64_t padding_h, padding_w;
    int64_t dilation_h, dilation_w;
    int64_t groups;
} conv2d_call;

#endif
