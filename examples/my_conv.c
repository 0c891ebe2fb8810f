// A conv2d in C in all four dtypes: cc -std=c11 -O2 -shared -fPIC -o libconv.so my_conv.c
#include "conv2d_conformance.h"
#include <string.h>

static float from_bfloat16(uint16_t bits) {
    uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static uint16_t to_bfloat16(float value) {
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    return value != value ? 0x7FC0 : (uint16_t)((word + 0x7FFF + (word >> 16 & 1)) >> 16);
}

#define AS_IT_IS(value) (value)
#define CONV2D(NAME, TYPE, SUM, READ, WRITE)                                                             \
    static void NAME(const conv2d_call *a) {                                                             \
        const TYPE *input = a->input, *weight = a->weight, *bias = a->bias;                              \
        TYPE *output = a->output;                                                                        \
        int64_t channels = a->c / a->groups, filters = a->m / a->groups;                                 \
        for (int64_t n = 0; n < a->n; n++)                                                               \
            for (int64_t m = 0; m < a->m; m++)                                                           \
                for (int64_t oh = 0; oh < a->oh; oh++)                                                   \
                    for (int64_t ow = 0; ow < a->ow; ow++) {                                             \
                        SUM sum = 0;                                                                     \
                        for (int64_t c = 0; c < channels; c++)                                           \
                            for (int64_t kh = 0; kh < a->kh; kh++)                                       \
                                for (int64_t kw = 0; kw < a->kw; kw++) {                                 \
                                    int64_t h = oh * a->stride_h + kh * a->dilation_h - a->padding_h;    \
                                    int64_t w = ow * a->stride_w + kw * a->dilation_w - a->padding_w;    \
                                    int64_t from = n * a->c + m / filters * channels + c;                \
                                    if (h >= 0 && h < a->h && w >= 0 && w < a->w)                        \
                                        sum += (SUM)READ(input[(from * a->h + h) * a->w + w]) *          \
                                               (SUM)READ(weight[((m * channels + c) * a->kh + kh) * a->kw + kw]); \
                                }                                                                        \
                        if (bias)                                                                        \
                            sum += (SUM)READ(bias[m]);                                                   \
                        output[((n * a->m + m) * a->oh + oh) * a->ow + ow] = (TYPE)WRITE(sum);           \
                    }                                                                                    \
    }

CONV2D(conv2d_float, float, float, AS_IT_IS, AS_IT_IS)
CONV2D(conv2d_double, double, double, AS_IT_IS, AS_IT_IS)
CONV2D(conv2d_bfloat16, uint16_t, float, from_bfloat16, to_bfloat16)
#ifdef __FLT16_MAX__
CONV2D(conv2d_half, _Float16, float, AS_IT_IS, AS_IT_IS)
#endif

int my_conv2d(const conv2d_call *call) {
    switch (call->dtype) {
    case CONV2D_FLOAT32: conv2d_float(call); return 0;
    case CONV2D_FLOAT64: conv2d_double(call); return 0;
    case CONV2D_BFLOAT16: conv2d_bfloat16(call); return 0;
#ifdef __FLT16_MAX__
    case CONV2D_FLOAT16: conv2d_half(call); return 0;
#endif
    default: return 1;
    }
}
