/* Check a conv2d in C against exported test vectors. It is C99, and needs this file and conv2d_conformance.h alone.

       cc -std=c99 -O2 check_vectors.c my_conv2d.c -o check && ./check vectors.bin
       cc -std=c99 -O2 -DCONV2D_VECTORS='"vectors.h"' check_vectors.c my_conv2d.c -o check && ./check

   The second has the vectors in the program, for machines without files. The function is
   `int conv2d(const conv2d_call *call)`, as conv2d_conformance.h describes it; -DCONV2D_FUNCTION=name calls another.

       --dtypes float32,float64   which are asked (float32)
       --grade A-tc               which accuracy is allowed (A; in 16-bit types A-tc), as index.json has them
       --flushed                  subnormals may be flushed to zero
       --non-finite               vectors with NaN and infinities are asked, too

   Exit status: 0 nothing wrong was found, 1 an answer is wrong that a MUST fixes, 2 wrong usage, 4 nothing was asked.
   A pass is no certificate: it says that these vectors found nothing. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conv2d_conformance.h"

#ifndef CONV2D_FUNCTION
#define CONV2D_FUNCTION conv2d
#endif

int CONV2D_FUNCTION(const conv2d_call *call);

#ifdef CONV2D_VECTORS
#include CONV2D_VECTORS
#endif

enum { MAGIC = 0x56443243, FORMAT = 2, FLUSHED = 256, NOT_FINITE = 1, IS_MUST = 2 };
enum { ALLOWS_NAN = 1, ALLOWS_PLUS = 2, ALLOWS_MINUS = 4 };
enum { GUARD = 64, ALIGNMENT = 64, LONGEST_NAME = 300, MOST_SHOWN = 5, SIZES = 16 };

static const char *const DTYPES[] = {"", "float32", "float64", "float16", "bfloat16"};
static const size_t BYTES[] = {0, 4, 8, 2, 2};
static const int FRACTION_BITS[] = {0, 23, 52, 10, 7};

static const char *const GRADES[] = {"A",      "A-tc",    "R-bf16x9", "R-bf16x6", "R-tf32x3", "R-bf16x3", "R-tf32",
                                     "R-fp16", "R-bf16", "R-acc16",  "B2",       "B4",       "B6",       "C"};
enum { GRADE_COUNT = sizeof GRADES / sizeof GRADES[0] };

typedef struct options {
    int dtypes[5];
    int grade; /* -1 for the usual one of the dtype */
    int flushed;
    int non_finite;
} options;

typedef struct counts {
    long asked, left_out, wrong_must, wrong_should;
} counts;

/* ---- words --------------------------------------------------------------------------------------------------------- */

static uint64_t bits_at(const uint32_t *words, size_t element, size_t bytes) {
    size_t first = element * bytes;
    if (bytes == 8)
        return (uint64_t)words[first / 4 + 1] << 32 | words[first / 4];
    return words[first / 4] >> 8 * (first % 4) & (bytes == 4 ? 0xFFFFFFFFu : (1u << 8 * bytes) - 1u);
}

static size_t words_for(size_t elements, size_t bytes) { return (elements * bytes + 3) / 4; }

static void write_bits(unsigned char *at, uint64_t bits, size_t bytes) {
    if (bytes == 8) {
        memcpy(at, &bits, 8);
    } else if (bytes == 4) {
        uint32_t word = (uint32_t)bits;
        memcpy(at, &word, 4);
    } else {
        uint16_t half = (uint16_t)bits;
        memcpy(at, &half, 2);
    }
}

static uint64_t read_bits(const unsigned char *at, size_t bytes) {
    uint64_t word64;
    uint32_t word32;
    uint16_t word16;
    if (bytes == 8)
        return memcpy(&word64, at, 8), word64;
    if (bytes == 4)
        return memcpy(&word32, at, 4), word32;
    return memcpy(&word16, at, 2), word16;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------- */

static uint64_t magnitude_of(uint64_t bits, int dtype) { return bits & ((UINT64_C(1) << (8 * BYTES[dtype] - 1)) - 1); }

static uint64_t infinity_of(int dtype) {
    int exponent_bits = (int)(8 * BYTES[dtype]) - 1 - FRACTION_BITS[dtype];
    return ((UINT64_C(1) << exponent_bits) - 1) << FRACTION_BITS[dtype];
}

/* Integers in the order of the numbers: of a sign and a magnitude. Both zeros are 0. */
static int64_t order_of(uint64_t bits, int dtype) {
    int64_t magnitude = (int64_t)magnitude_of(bits, dtype);
    return bits >> (8 * BYTES[dtype] - 1) ? -magnitude : magnitude;
}

static int is_allowed(uint64_t got, uint64_t lower, uint64_t upper, unsigned special, int dtype) {
    uint64_t infinity = infinity_of(dtype), magnitude = magnitude_of(got, dtype);
    if (magnitude > infinity)
        return (special & ALLOWS_NAN) != 0;
    if (magnitude == infinity)
        return (special & (order_of(got, dtype) > 0 ? ALLOWS_PLUS : ALLOWS_MINUS)) != 0;
    /* Where both ends are the same NaN, no finite number lies between them. */
    return order_of(lower, dtype) <= order_of(got, dtype) && order_of(got, dtype) <= order_of(upper, dtype);
}

/* ---- memory -------------------------------------------------------------------------------------------------------- */

/* An array between guards, all of whose bytes are 0xFF until it is filled. */
typedef struct placed {
    unsigned char *allocated, *first;
    size_t size;
} placed;

static placed place(size_t size) {
    placed found;
    found.size = size;
    found.allocated = malloc(size + 2 * GUARD + ALIGNMENT);
    if (found.allocated == NULL) {
        fprintf(stderr, "no memory for %lu bytes\n", (unsigned long)size);
        exit(2);
    }
    memset(found.allocated, 0xFF, size + 2 * GUARD + ALIGNMENT);
    found.first = found.allocated + GUARD;
    found.first += (ALIGNMENT - (uintptr_t)found.first % ALIGNMENT) % ALIGNMENT;
    return found;
}

static placed filled(const uint32_t *words, size_t elements, size_t bytes) {
    placed found = place(elements * bytes);
    for (size_t i = 0; i < elements; i++)
        write_bits(found.first + i * bytes, bits_at(words, i, bytes), bytes);
    return found;
}

static int is_unchanged(placed array, const uint32_t *words, size_t elements, size_t bytes) {
    for (size_t i = 0; i < elements; i++)
        if (read_bits(array.first + i * bytes, bytes) != bits_at(words, i, bytes))
            return 0;
    return 1;
}

static int is_guarded(placed array) {
    for (const unsigned char *at = array.first - GUARD; at < array.first; at++)
        if (*at != 0xFF)
            return 0;
    for (size_t i = 0; i < GUARD; i++)
        if (array.first[array.size + i] != 0xFF)
            return 0;
    return 1;
}

/* ---- one vector ---------------------------------------------------------------------------------------------------- */

typedef struct vector {
    int dtype, flags, has_bias;
    int64_t sizes[SIZES]; /* n, c, h, w, m, kh, kw, oh, ow, stride, padding, dilation, groups */
    char name[LONGEST_NAME];
    const uint32_t *input, *weight, *bias, *lower, *upper, *special;
} vector;

static size_t product(const int64_t *sizes, size_t count) {
    size_t total = 1;
    for (size_t i = 0; i < count; i++)
        total *= (size_t)sizes[i];
    return total;
}

static size_t inputs_of(const vector *v) { return product(v->sizes, 4); }
static size_t weights_of(const vector *v) {
    return (size_t)(v->sizes[4] * (v->sizes[1] / v->sizes[15])) * product(v->sizes + 5, 2);
}
static size_t outputs_of(const vector *v) { return (size_t)(v->sizes[0] * v->sizes[4]) * product(v->sizes + 7, 2); }

/* Reads a record; 0 where it has no range for the grade. */
static int read_vector(const uint32_t *at, const options *chosen, vector *v) {
    size_t bytes, outputs, range = 0, ranges, length;
    const uint32_t *specials;
    int found = 0, grade;
    at++;
    v->dtype = (int)*at++;
    v->flags = (int)*at++;
    for (int i = 0; i < SIZES; i++, at += 2)
        v->sizes[i] = (int64_t)((uint64_t)at[1] << 32 | at[0]);
    v->has_bias = (int)*at++;
    bytes = BYTES[v->dtype];
    outputs = outputs_of(v);
    grade = chosen->grade >= 0 ? chosen->grade : bytes == 2;
    grade += chosen->flushed ? FLUSHED : 0;
    for (uint32_t left = *at++; left > 0; left--, at += 2)
        if (at[0] == (uint32_t)grade) {
            range = at[1];
            found = 1;
        }
    ranges = *at++;
    specials = at;
    at += ranges;
    length = *at++;
    for (size_t i = 0; i < length && i + 1 < LONGEST_NAME; i++)
        v->name[i] = (char)bits_at(at, i, 1);
    v->name[length < LONGEST_NAME ? length : LONGEST_NAME - 1] = '\0';
    at += words_for(length, 1);
    v->input = at;
    at += words_for(inputs_of(v), bytes);
    v->weight = at;
    at += words_for(weights_of(v), bytes);
    v->bias = v->has_bias ? at : NULL;
    at += v->has_bias ? words_for((size_t)v->sizes[4], bytes) : 0;
    v->lower = v->upper = at; /* the expected answer */
    v->special = NULL;
    at += words_for(outputs, bytes);
    for (size_t i = 0; i < ranges; i++) {
        const uint32_t *lower = at, *upper = at + words_for(outputs, bytes);
        const uint32_t *special = upper + words_for(outputs, bytes);
        at = special + (specials[i] ? words_for(outputs, 1) : 0);
        if (i + 1 == range) {
            v->lower = lower;
            v->upper = upper;
            v->special = specials[i] ? special : NULL;
        }
    }
    return found;
}

/* A call that ends the program has given no answer, whatever the exit status that it asks for. */
static int is_calling;

static void tell_end(void) {
    if (is_calling) {
        printf("the call ended the program\n");
        fflush(stdout);
        _Exit(1);
    }
}

static const char *fault_of(const vector *v, size_t *where, placed *output) {
    const int64_t *s = v->sizes;
    size_t bytes = BYTES[v->dtype], inputs = inputs_of(v), weights = weights_of(v), outputs = outputs_of(v);
    placed x = filled(v->input, inputs, bytes), w = filled(v->weight, weights, bytes), b = {NULL, NULL, 0};
    const char *fault = NULL;
    conv2d_call call = {0};
    int refused;
    if (v->has_bias)
        b = filled(v->bias, (size_t)s[4], bytes);
    *output = place(outputs * bytes);
    call.size = (int32_t)sizeof call;
    call.dtype = v->dtype;
    call.input = x.first;
    call.weight = w.first;
    call.bias = b.first;
    call.output = output->first;
    call.n = s[0], call.c = s[1], call.h = s[2], call.w = s[3];
    call.m = s[4], call.kh = s[5], call.kw = s[6], call.oh = s[7], call.ow = s[8];
    call.stride_h = s[9], call.stride_w = s[10], call.padding_h = s[11], call.padding_w = s[12];
    call.dilation_h = s[13], call.dilation_w = s[14], call.groups = s[15];

    is_calling = 1;
    refused = CONV2D_FUNCTION(&call);
    is_calling = 0;
    if (refused != 0)
        fault = "a legal call was refused";
    else if (!is_unchanged(x, v->input, inputs, bytes) || !is_unchanged(w, v->weight, weights, bytes) ||
             (v->has_bias && !is_unchanged(b, v->bias, (size_t)s[4], bytes)))
        fault = "the call changed its input, weight or bias";
    else if (!is_guarded(x) || !is_guarded(w) || (v->has_bias && !is_guarded(b)) || !is_guarded(*output))
        fault = "the call wrote beside an array";
    for (size_t i = 0; fault == NULL && i < outputs; i++) {
        unsigned special = v->special == NULL ? 0 : (unsigned)bits_at(v->special, i, 1);
        uint64_t got = read_bits(output->first + i * bytes, bytes);
        *where = i;
        if (!is_allowed(got, bits_at(v->lower, i, bytes), bits_at(v->upper, i, bytes), special, v->dtype))
            fault = "an element is wrong";
    }
    free(x.allocated);
    free(w.allocated);
    free(b.allocated);
    return fault;
}

static double as_number(uint64_t bits, int dtype) {
    uint32_t word;
    float single;
    double number;
    if (dtype == CONV2D_FLOAT64)
        return memcpy(&number, &bits, 8), number;
    if (dtype == CONV2D_FLOAT16) { /* told roughly: a normal number, or one of the few others */
        int exponent = (int)(bits >> 10 & 31);
        if (exponent == 31)
            word = 0x7F800000u | (uint32_t)(bits & 0x3FF) << 13;
        else if (exponent == 0)
            return (bits >> 15 ? -1.0 : 1.0) * (double)(bits & 0x3FF) / 16777216.0;
        else
            word = (uint32_t)(exponent + 112) << 23 | (uint32_t)(bits & 0x3FF) << 13;
        word |= (uint32_t)(bits >> 15) << 31;
    } else {
        word = dtype == CONV2D_BFLOAT16 ? (uint32_t)bits << 16 : (uint32_t)bits;
    }
    if ((word & 0x7F800000u) == 0) /* in integers, since a program may read subnormal numbers as zero */
        return (word >> 31 ? -1.0 : 1.0) * (double)(word & 0x7FFFFFu) * 1.4012984643248171e-45;
    return memcpy(&single, &word, 4), (double)single;
}

static void tell(const vector *v, const char *fault, size_t where, placed output) {
    size_t bytes = BYTES[v->dtype];
    printf("%s\n  %s", v->name, fault);
    if (strcmp(fault, "an element is wrong") == 0) {
        size_t oh = (size_t)v->sizes[7], ow = (size_t)v->sizes[8], m = (size_t)v->sizes[4];
        printf(": y[%lu,%lu,%lu,%lu] is %.17g, allowed is %.17g to %.17g", (unsigned long)(where / ow / oh / m),
               (unsigned long)(where / ow / oh % m), (unsigned long)(where / ow % oh), (unsigned long)(where % ow),
               as_number(read_bits(output.first + where * bytes, bytes), v->dtype),
               as_number(bits_at(v->lower, where, bytes), v->dtype), as_number(bits_at(v->upper, where, bytes), v->dtype));
        if (v->special != NULL && bits_at(v->special, where, 1))
            printf(", or NaN or an infinity as index.json says");
    }
    printf("\n");
}

/* ---- all vectors --------------------------------------------------------------------------------------------------- */

static counts check_all(const uint32_t *words, const options *chosen) {
    counts found = {0, 0, 0, 0};
    const uint32_t *at = words + 3;
    for (uint32_t left = words[2]; left > 0; left--, at += at[0]) {
        static vector v;
        size_t where = 0;
        placed output;
        const char *fault;
        if (!read_vector(at, chosen, &v) || !chosen->dtypes[v.dtype] ||
            ((v.flags & NOT_FINITE) && !chosen->non_finite)) {
            found.left_out++;
            continue;
        }
        found.asked++;
        fault = fault_of(&v, &where, &output);
        if (fault != NULL) {
            if (found.wrong_must + found.wrong_should < MOST_SHOWN)
                tell(&v, fault, where, output);
            if (v.flags & IS_MUST)
                found.wrong_must++;
            else
                found.wrong_should++;
        }
        free(output.allocated);
    }
    return found;
}

static int is_whole(const uint32_t *words, size_t count) {
    size_t at = 3;
    if (count < 3 || words[0] != MAGIC || words[1] != FORMAT)
        return 0;
    for (uint32_t left = words[2]; left > 0; left--) {
        if (at >= count || words[at] == 0 || words[at] > count - at)
            return 0;
        at += words[at];
    }
    return at + 1 == count;
}

/* CRC-32, the one of zlib, of the bytes of the words, of each the low one first. */
static uint32_t checksum(const uint32_t *words, size_t count) {
    uint32_t found = 0xFFFFFFFFu;
    for (size_t i = 0; i < count; i++) {
        found ^= words[i];
        for (int bit = 0; bit < 32; bit++)
            found = (found >> 1) ^ ((found & 1) ? 0xEDB88320u : 0);
    }
    return ~found;
}

#ifndef CONV2D_VECTORS
static uint32_t *read_file(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    size_t room = 1 << 16;
    uint32_t *words = malloc(room * sizeof *words);
    unsigned char bytes[4];
    *count = 0;
    if (file == NULL || words == NULL)
        return NULL;
    while (fread(bytes, 1, 4, file) == 4) {
        if (*count == room) {
            uint32_t *more = realloc(words, 2 * room * sizeof *words);
            if (more == NULL)
                return NULL;
            words = more;
            room *= 2;
        }
        words[(*count)++] = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                            (uint32_t)bytes[3] << 24;
    }
    fclose(file);
    return words;
}
#endif

static int usage(const char *what) {
    fprintf(stderr, "%s\nusage: check [vectors.bin] [--dtypes float32,...] [--grade GRADE] [--flushed] [--non-finite]\n",
            what);
    return 2;
}

static int take_dtypes(const char *text, options *chosen) {
    memset(chosen->dtypes, 0, sizeof chosen->dtypes);
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        int dtype = 1;
        while (dtype < 5 && (strlen(DTYPES[dtype]) != length || strncmp(text, DTYPES[dtype], length) != 0))
            dtype++;
        if (dtype == 5)
            return 0;
        chosen->dtypes[dtype] = 1;
        text += length;
        text += *text == ',';
    }
    return 1;
}

static int take_grade(const char *text, options *chosen) {
    for (int grade = 0; grade < GRADE_COUNT; grade++)
        if (strcmp(text, GRADES[grade]) == 0) {
            chosen->grade = grade;
            return 1;
        }
    return 0;
}

int main(int argc, char **argv) {
    options chosen = {{0, 1, 0, 0, 0}, -1, 0, 0};
    const char *path = NULL;
    const uint32_t *words;
    size_t count;
    counts found;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--flushed") == 0)
            chosen.flushed = 1;
        else if (strcmp(argv[i], "--non-finite") == 0)
            chosen.non_finite = 1;
        else if (strcmp(argv[i], "--dtypes") == 0 && i + 1 < argc) {
            if (!take_dtypes(argv[++i], &chosen))
                return usage("--dtypes has float32, float64, float16 and bfloat16, with commas between them");
        } else if (strcmp(argv[i], "--grade") == 0 && i + 1 < argc) {
            if (!take_grade(argv[++i], &chosen))
                return usage("--grade is a name of index.json, such as A or A-tc");
        } else if (argv[i][0] != '-' && path == NULL)
            path = argv[i];
        else
            return usage("an argument is not known");
    }
#ifdef CONV2D_VECTORS
    if (path != NULL)
        return usage("this program has its vectors in it, and reads no file");
    words = conv2d_vectors;
    count = sizeof conv2d_vectors / sizeof conv2d_vectors[0];
#else
    if (path == NULL)
        return usage("the file with the vectors is missing");
    words = read_file(path, &count);
    if (words == NULL)
        return usage("the file with the vectors cannot be read");
#endif
    if (!is_whole(words, count))
        return usage("these are no vectors of this format, or not all of them");
    if (words[count - 1] != checksum(words, count - 1))
        return usage("the vectors were changed since they were exported: their checksum is wrong");
    atexit(tell_end);
    found = check_all(words, &chosen);
    printf("%ld of %ld right", found.asked - found.wrong_must - found.wrong_should, found.asked);
    if (found.wrong_should)
        printf("; %ld wrong ones are of level SHOULD, which decides nothing", found.wrong_should);
    if (found.left_out)
        printf("; %ld not asked", found.left_out);
    printf("\n");
    return found.wrong_must ? 1 : found.asked ? 0 : 4;
}
