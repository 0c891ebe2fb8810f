/* A worker in C99: direct loops, float32, no library. POSIX for the descriptors.
 *
 *   cc -std=c99 -O2 -o plain_c plain_c.c && conv2d-conformance run command:./plain_c
 *
 * It is for a little-endian machine. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- as much JSON as is needed: the extent of a value, and the value of a key ---- */

static const char *blank(const char *p) { return p + strspn(p, " \t\r\n"); }

static const char *skip(const char *p) /* behind the value at p */
{
    int depth = 0;
    do {
        if (*p == '"')
            for (p++; *p && *p != '"'; p++) p += *p == '\\';
        else if (*p == '{' || *p == '[') depth++;
        else if (*p == '}' || *p == ']') depth--;
        else if (!depth) return p + strcspn(p, ",]} \t\r\n");
        p += *p != 0;
    } while (depth && *p);
    return p;
}

static const char *get(const char *object, const char *key) /* NULL if there is none */
{
    const char *p = object ? blank(object) : "";
    if (*p != '{') return NULL;
    for (p = blank(p + 1); *p == '"'; p = *p == ',' ? blank(p + 1) : p) {
        const char *name = p + 1, *end = skip(p) - 1;
        p = blank(blank(end + 1) + 1); /* over the colon */
        if ((size_t)(end - name) == strlen(key) && !memcmp(name, key, end - name)) return p;
        p = blank(skip(p));
    }
    return NULL;
}

static int is(const char *value, const char *text) /* a string without escapes */
{
    return value && *value == '"' && !strncmp(value + 1, text, strlen(text)) && value[1 + strlen(text)] == '"';
}

static int numbers(const char *p, long *out, int most) /* the numbers of a list */
{
    int n = 0;
    for (p = blank(p + 1); *p && *p != ']' && n < most; p = blank(p + (*p == ','))) {
        char *end;
        out[n++] = strtol(p, &end, 10);
        if (end == p) break;
        p = blank(end);
    }
    return n;
}

static void pair(const char *arguments, const char *name, long otherwise, long out[2])
{
    const char *value = get(arguments, name);
    out[0] = out[1] = value ? strtol(value, NULL, 10) : otherwise; /* left out, or one number for both */
    if (value && *value == '[') numbers(value, out, 2);
}

/* ---- the convolution ---- */

typedef struct { long shape[8]; float *data; } Array;

static void conv2d(const Array *x, const Array *w, const Array *b, const long *s, const long *p, const long *d,
                   long groups, Array *y)
{
    long N = x->shape[0], C = x->shape[1], H = x->shape[2], W = x->shape[3];
    long M = w->shape[0], G = w->shape[1], KH = w->shape[2], KW = w->shape[3];
    long OH = y->shape[2], OW = y->shape[3];
    float *out = y->data;
    for (long n = 0; n < N; n++)
        for (long m = 0; m < M; m++)
            for (long oh = 0; oh < OH; oh++)
                for (long ow = 0; ow < OW; ow++) {
                    float total = b ? b->data[m] : 0;
                    for (long c = 0; c < G; c++)
                        for (long kh = 0; kh < KH; kh++)
                            for (long kw = 0; kw < KW; kw++) {
                                long i = oh * s[0] - p[0] + kh * d[0], j = ow * s[1] - p[1] + kw * d[1];
                                if (i >= 0 && i < H && j >= 0 && j < W)
                                    total += x->data[((n * C + m / (M / groups) * G + c) * H + i) * W + j] *
                                             w->data[((m * G + c) * KH + kh) * KW + kw];
                            }
                    *out++ = total;
                }
}

/* ---- the protocol ---- */

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    FILE *answers = fdopen(dup(1), "wb");
    dup2(2, 1); /* whoever prints from here on prints to standard error */

    while (getline(&line, &room, stdin) > 0) {
        const char *op = get(line, "op"), *arguments = get(line, "arguments"), *id = get(line, "id"), *v;
        Array x = {{0}, 0}, w = x, b = x, y = x;
        int id_length = id ? (int)(skip(id) - id) : 0;

        const char *a = get(line, "arrays");
        for (a = a ? blank(a + 1) : ""; *a == '{'; a = blank(skip(a)), a = *a == ',' ? blank(a + 1) : a) {
            v = get(a, "name");
            Array other, *to = is(v, "input") ? &x : is(v, "weight") ? &w : is(v, "bias") ? &b : &other;
            size_t count = 1;
            int axes = numbers(get(a, "shape"), to->shape, 8);
            for (int i = 0; i < axes; i++) count *= to->shape[i];
            to->data = malloc(count * sizeof(float) + 1);
            if (!to->data || fread(to->data, sizeof(float), count, stdin) != count) return 1;
            if (to == &other) free(other.data);
        }

        if (is(op, "bye")) break;
        if (is(op, "hello")) {
            fputs("{\"answer\": \"hello\", \"protocol\": 1, "
                  "\"name\": \"plain-c\", \"version\": \"1\", \"language\": \"c\", "
                  "\"description\": \"Direct loops in C\", \"capabilities\": {\"arguments\": [\"pair\", \"scalar\", "
                  "\"defaults\"], \"empty_batch\": true, \"non_finite\": true, \"deterministic\": true, "
                  "\"subnormals\": {\"float32\": \"kept\"}}, "
                  "\"environment\": {\"compiler\": \"" __VERSION__ "\"}}\n", answers);
        } else if (is(op, "conv2d")) {
            long s[2], p[2], d[2], g[2], groups;
            pair(arguments, "stride", 1, s);
            pair(arguments, "padding", 0, p);
            pair(arguments, "dilation", 1, d);
            pair(arguments, "groups", 1, g);
            groups = g[0];
            y.shape[0] = x.shape[0];
            y.shape[1] = w.shape[0];
            int legal = groups > 0 && w.shape[0] % groups == 0 && x.shape[1] == w.shape[1] * groups;
            legal = legal && !get(arguments, "padding_mode"); /* not claimed */
            for (int i = 0; i < 2; i++) {
                long rest = x.shape[2 + i] + 2 * p[i] - d[i] * (w.shape[2 + i] - 1) - 1;
                legal = legal && s[i] > 0 && p[i] >= 0 && d[i] > 0 && rest >= 0;
                y.shape[2 + i] = legal ? rest / s[i] + 1 : 0;
            }
            size_t count = y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3];
            y.data = malloc(count * sizeof(float) + 1);
            if (!legal) {
                fprintf(answers, "{\"answer\": \"rejected\", \"id\": %.*s, \"type\": \"illegal\", "
                        "\"message\": \"the arguments and the shapes do not fit\"}\n", id_length, id);
            } else if (!y.data) {
                fprintf(answers, "{\"answer\": \"error\", \"id\": %.*s, \"kind\": \"memory\", "
                        "\"sentence\": \"malloc failed\"}\n", id_length, id);
            } else {
                conv2d(&x, &w, b.data ? &b : NULL, s, p, d, groups, &y);
                fprintf(answers, "{\"answer\": \"result\", \"id\": %.*s, \"arrays\": "
                        "[{\"dtype\": \"float32\", \"shape\": [%ld, %ld, %ld, %ld]}]}\n",
                        id_length, id, y.shape[0], y.shape[1], y.shape[2], y.shape[3]);
                fwrite(y.data, sizeof(float), count, answers);
            }
        } else {
            fprintf(answers, "{\"answer\": \"error\", \"id\": %.*s, \"kind\": \"protocol\", "
                    "\"sentence\": \"unknown operation\"}\n", id_length, id);
        }
        fflush(answers);
        free(x.data), free(w.data), free(b.data), free(y.data);
    }
    return 0;
}
