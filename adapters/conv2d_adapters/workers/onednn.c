/* oneDNN's C API (version 2): the convolution primitive, forward, backward by data and backward by weights.
 *
 *   apt install libdnnl-dev && cc -std=c11 -O2 -o onednn onednn.c -ldnnl
 *   conv2d-conformance run command:./onednn --profile training
 *
 * With the argument `any` the library chooses the layout of every array, and reorders to it and back; otherwise it
 * computes in the layouts that it is given. It is for a little-endian machine. */
#define _POSIX_C_SOURCE 200809L
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>
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

static int numbers(const char *p, dnnl_dim_t *out, int most) /* the integers of a list, or -1 if there are others */
{
    int n = 0;
    for (p = blank(p + 1); *p && *p != ']'; p = blank(p + (*p == ','))) {
        char *end;
        if (n == most) return -1;
        out[n++] = strtoll(p, &end, 10);
        if (end == p || !strchr(",] \t", *end)) return -1;
        p = blank(end);
    }
    return n;
}

/* ---- arrays: NULL is their data where there is none ---- */

typedef struct { int axes; dnnl_dims_t shape; dnnl_data_type_t type; dnnl_memory_desc_t layout; void *data; } Array;

static size_t count(const Array *a)
{
    size_t elements = 1;
    for (int i = 0; i < a->axes; i++) elements *= a->shape[i];
    return elements;
}

static size_t bytes(const Array *a) { return count(a) * (a->type == dnnl_f32 ? 4 : 2); }

/* Room that is filled with NaN. */
static dnnl_status_t empty(Array *a)
{
    if (!(a->data = malloc(bytes(a) + 1))) return dnnl_out_of_memory;
    memset(a->data, 0xff, bytes(a));
    return dnnl_success;
}

/* Its descriptor, a weight with an axis of groups before the others, and its data in channels-last order if asked. */
static dnnl_status_t lay_out(Array *a, dnnl_dim_t groups, int channels_last)
{
    dnnl_dims_t shape, strides;
    int axes = 0, first = groups != 1;
    dnnl_dim_t rows = a->axes == 4 ? a->shape[2] * a->shape[3] : 1, channels = a->axes == 4 ? a->shape[1] : 1;
    if (!a->axes) return dnnl_invalid_arguments; /* a descriptor without axes says that there is no array */
    if (first) shape[axes++] = groups;
    for (int i = 0; i < a->axes; i++) shape[axes++] = a->shape[i];
    if (first && groups) shape[1] /= groups;
    dnnl_status_t status = dnnl_memory_desc_init_by_strides(&a->layout, axes, shape, a->type, NULL);
    if (status || !channels_last || a->axes != 4) return status;
    memcpy(strides, a->layout.format_desc.blocking.strides, sizeof strides);
    strides[first + 1] = 1;
    strides[first + 2] = channels * a->shape[3];
    strides[first + 3] = channels;
    size_t size = bytes(a) / (count(a) + !count(a));
    char *from = a->data, *to = malloc(bytes(a) + 1);
    if (!to) return dnnl_out_of_memory;
    for (size_t i = 0; i < count(a); i++) {
        size_t image = i / (channels * rows), channel = i / rows % channels, pixel = i % rows;
        memcpy(to + size * ((image * rows + pixel) * channels + channel), from + size * i, size);
    }
    free(from);
    a->data = to;
    return dnnl_memory_desc_init_by_strides(&a->layout, axes, shape, a->type, strides);
}

/* ---- the library ---- */

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static int any; /* whether the library chooses the layouts */

typedef struct { int argument; Array *array; } Operand;

static const dnnl_memory_desc_t *wanted(const Array *a)
{
    static dnnl_memory_desc_t free_choice[8];
    static int next;
    dnnl_memory_desc_t *chosen = &free_choice[next++ % 8];
    if (!any || !a->data) return a->data ? &a->layout : NULL;
    dnnl_memory_desc_init_by_tag(chosen, a->layout.ndims, a->layout.dims, a->type, dnnl_format_tag_any);
    return chosen;
}

static dnnl_status_t reorder(dnnl_memory_t from, dnnl_memory_t to)
{
    dnnl_primitive_desc_t described = NULL;
    dnnl_primitive_t primitive = NULL;
    const dnnl_memory_desc_t *source, *target;
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    dnnl_memory_get_memory_desc(from, &source);
    dnnl_memory_get_memory_desc(to, &target);
    dnnl_status_t status = dnnl_reorder_primitive_desc_create(&described, source, engine, target, engine, NULL);
    if (!status) status = dnnl_primitive_create(&primitive, described);
    if (!status) status = dnnl_primitive_execute(primitive, stream, 2, arguments);
    if (!status) status = dnnl_stream_wait(stream);
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(described);
    return status;
}

/* Execute a primitive. The last `results` of the operands are what it computes. */
static dnnl_status_t execute(dnnl_primitive_desc_t described, int n, int results, const Operand *operands)
{
    dnnl_memory_t ours[4] = {0}, theirs[4] = {0};
    dnnl_exec_arg_t arguments[4];
    dnnl_primitive_t primitive = NULL;
    dnnl_status_t status = dnnl_primitive_create(&primitive, described);
    for (int i = 0; i < n && !status; i++) {
        const Operand *o = &operands[i];
        const dnnl_memory_desc_t *chosen =
            dnnl_primitive_desc_query_md(described, dnnl_query_exec_arg_md, o->argument);
        status = dnnl_memory_create(&ours[i], &o->array->layout, engine, o->array->data);
        if (!status && !dnnl_memory_desc_equal(chosen, &o->array->layout)) {
            status = dnnl_memory_create(&theirs[i], chosen, engine, DNNL_MEMORY_ALLOCATE);
            if (!status && i < n - results) status = reorder(ours[i], theirs[i]);
        }
        arguments[i] = (dnnl_exec_arg_t){o->argument, theirs[i] ? theirs[i] : ours[i]};
    }
    if (!status) status = dnnl_primitive_execute(primitive, stream, n, arguments);
    if (!status) status = dnnl_stream_wait(stream);
    for (int i = n - results; i < n && !status; i++)
        if (theirs[i]) status = reorder(theirs[i], ours[i]);
    for (int i = 0; i < 4; i++) dnnl_memory_destroy(ours[i]), dnnl_memory_destroy(theirs[i]);
    dnnl_primitive_destroy(primitive);
    return status;
}

typedef struct { dnnl_dims_t stride, padding, dilation, dilates; dnnl_dim_t groups; } Attributes;

/* The size that the library documents and checks. It is what the caller of its C API has to know. */
static dnnl_dim_t output_size(dnnl_dim_t size, dnnl_dim_t kernel, dnnl_dim_t stride, dnnl_dim_t padding,
                              dnnl_dim_t dilation)
{
    dnnl_dim_t rest = size + 2 * padding - dilation * (kernel - 1) - 1;
    return stride ? rest / stride - (rest % stride && (rest < 0) != (stride < 0)) + 1 : 0;
}

static dnnl_status_t describe_forward(dnnl_primitive_desc_t *described, dnnl_prop_kind_t kind, const Array *x,
                                      const Array *w, const Array *b, const Array *y, const Attributes *a)
{
    dnnl_convolution_desc_t forward;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &forward, kind, dnnl_convolution_direct, wanted(x), wanted(w), wanted(b), wanted(y), a->stride, a->dilates,
        a->padding, a->padding);
    return status ? status : dnnl_primitive_desc_create(described, &forward, NULL, engine, NULL);
}

static dnnl_status_t conv2d(Array *x, Array *w, Array *b, Array *y, const Attributes *a)
{
    dnnl_primitive_desc_t described = NULL;
    const Operand plain[] = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, y}};
    const Operand biased[] = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, b}, {DNNL_ARG_DST, y}};
    dnnl_status_t status = describe_forward(&described, dnnl_forward_inference, x, w, b, y, a);
    if (!status) status = b->data ? execute(described, 4, 1, biased) : execute(described, 3, 1, plain);
    dnnl_primitive_desc_destroy(described);
    return status;
}

static dnnl_status_t gradients(Array *x, Array *w, Array *b, Array *dy, Array *dx, Array *dw, Array *db,
                               const Attributes *a)
{
    dnnl_primitive_desc_t forward = NULL, by_data = NULL, by_weights = NULL;
    dnnl_convolution_desc_t of_data, of_weights;
    const Operand data[] = {{DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DIFF_DST, dy}, {DNNL_ARG_DIFF_SRC, dx}};
    const Operand weights[] = {
        {DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_DST, dy}, {DNNL_ARG_DIFF_WEIGHTS, dw}, {DNNL_ARG_DIFF_BIAS, db}};
    int n = db->data ? 4 : 3;
    dnnl_status_t status = describe_forward(&forward, dnnl_forward_training, x, w, b, dy, a);
    if (!status)
        status = dnnl_dilated_convolution_backward_data_desc_init(
            &of_data, dnnl_convolution_direct, wanted(dx), wanted(w), wanted(dy), a->stride, a->dilates, a->padding,
            a->padding);
    if (!status) status = dnnl_primitive_desc_create(&by_data, &of_data, NULL, engine, forward);
    if (!status) status = execute(by_data, 3, 1, data);
    if (!status)
        status = dnnl_dilated_convolution_backward_weights_desc_init(
            &of_weights, dnnl_convolution_direct, wanted(x), wanted(dw), wanted(db), wanted(dy), a->stride, a->dilates,
            a->padding, a->padding);
    if (!status) status = dnnl_primitive_desc_create(&by_weights, &of_weights, NULL, engine, forward);
    if (!status) status = execute(by_weights, n, n - 2, weights);
    dnnl_primitive_desc_destroy(by_weights), dnnl_primitive_desc_destroy(by_data), dnnl_primitive_desc_destroy(forward);
    return status;
}

/* ---- the protocol ---- */

static void introduce(FILE *answers)
{
    const dnnl_version_t *v = dnnl_version();
    int isa = dnnl_get_effective_cpu_isa();
    fprintf(answers,
            "{\"answer\": \"hello\", \"protocol\": 1, \"name\": \"onednn%s\", \"version\": \"%d.%d.%d\", "
            "\"language\": \"c\", \"description\": \"The convolution primitive by the C API, in %s\", "
            "\"operations\": [\"conv2d\", \"gradients\"], \"capabilities\": {\"dtypes\": [\"float32\"%s], "
            "\"empty_batch\": true, \"validation\": true, \"non_finite\": true, \"deterministic\": true, "
            "\"views\": [\"channels-last\"]}, "
            "\"environment\": {\"isa\": \"0x%x\", \"compiler\": \"" __VERSION__ "\"}}\n",
            any ? "-any" : "", v->major, v->minor, v->patch,
            any ? "the layouts that the library chooses" : "the layouts that it is given",
            /* The guide to data types asks for this instruction set. */
            (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? ", \"bfloat16\"" : "", isa);
}

static int read_arrays(const char *line, Array *arrays, const char *const *names)
{
    const char *entry = get(line, "arrays");
    for (entry = entry ? blank(entry + 1) : ""; *entry == '{'; entry = *entry == ',' ? blank(entry + 1) : entry) {
        int which = 0;
        while (!is(get(entry, "name"), names[which])) which++;
        Array *a = &arrays[which];
        a->axes = numbers(get(entry, "shape"), a->shape, 8);
        a->type = is(get(entry, "dtype"), "bfloat16") ? dnnl_bf16 : dnnl_f32;
        if (empty(a) || fread(a->data, 1, bytes(a), stdin) != bytes(a)) return 0;
        entry = blank(skip(entry));
    }
    return 1;
}

static dnnl_status_t answer_call(const char *line, int backward, Array *given, Array *results)
{
    enum { X, W, B, DY };
    static const char *const names[] = {"stride", "padding", "dilation"};
    const char *arguments = get(line, "arguments"), *viewed = get(line, "viewed");
    Attributes a = {{0}, {0}, {0}, {0}, 1};
    dnnl_dim_t *pairs[] = {a.stride, a.padding, a.dilation};
    dnnl_status_t status = dnnl_success;
    Array *x = &given[X], *w = &given[W], *b = &given[B];
    char list[32];
    snprintf(list, sizeof list, "[%.*s]", (int)(skip(get(arguments, "groups")) - get(arguments, "groups")),
             get(arguments, "groups"));
    if (numbers(list, &a.groups, 1) != 1) return dnnl_invalid_arguments;
    for (int i = 0; i < 3; i++) /* the C API takes two integers, and can be given nothing else */
        if (numbers(get(arguments, names[i]), pairs[i], 2) != 2) return dnnl_invalid_arguments;
    if (get(arguments, "padding_mode")) return dnnl_invalid_arguments; /* it has no such argument */
    if (x->axes != 4 || w->axes != 4) return dnnl_invalid_arguments; /* nor a size for any other number of axes */
    for (int i = 0; i < 2; i++) a.dilates[i] = a.dilation[i] - 1;
    for (int i = X; i <= DY && !status; i++) {
        int here = get(line, "view") && (!viewed || (i == X ? is(viewed, "input") : i == W && is(viewed, "weight")));
        if (given[i].data) status = lay_out(&given[i], i == W ? a.groups : 1, here);
    }
    if (status) return status;
    Array *y = results;
    *y = (Array){4, {x->shape[0], w->shape[0]}, x->type, {0}, NULL};
    for (int i = 0; i < 2; i++)
        y->shape[2 + i] = output_size(x->shape[2 + i], w->shape[2 + i], a.stride[i], a.padding[i], a.dilation[i]);
    if (!backward) {
        if ((status = lay_out(y, 1, 0)) || (status = empty(y))) return status;
        return conv2d(x, w, b, y, &a);
    }
    for (int i = X; i <= B && !status; i++) {
        results[i] = given[i];
        results[i].data = NULL;
        if (given[i].data) status = empty(&results[i]);
        if (given[i].data && !status) status = lay_out(&results[i], i == W ? a.groups : 1, 0);
    }
    return status ? status : gradients(x, w, b, &given[DY], &results[X], &results[W], &results[B], &a);
}

static void send(FILE *answers, const char *id, const Array *results, int n)
{
    fprintf(answers, "{\"answer\": \"result\", \"id\": %.*s, \"arrays\": [", (int)(skip(id) - id), id);
    for (int i = 0; i < n; i++) {
        fprintf(answers, results[i].data ? "%s{\"dtype\": \"%s\", \"shape\": [" : "%snull", i ? ", " : "",
                results[i].type == dnnl_f32 ? "float32" : "bfloat16");
        for (int k = 0; k < results[i].axes && results[i].data; k++)
            fprintf(answers, "%s%lld", k ? ", " : "", (long long)results[i].shape[k]);
        fputs(results[i].data ? "]}" : "", answers);
    }
    fputs("]}\n", answers);
    for (int i = 0; i < n; i++)
        if (results[i].data) fwrite(results[i].data, 1, bytes(&results[i]), answers);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"input", "weight", "bias", "grad_output", NULL};
    char *line = NULL;
    size_t room = 0;
    FILE *answers = fdopen(dup(1), "wb");
    dup2(2, 1); /* whoever prints from here on prints to standard error */
    any = argc > 1 && !strcmp(argv[1], "any");
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) || dnnl_stream_create(&stream, engine, dnnl_stream_default_flags))
        return 1;

    while (getline(&line, &room, stdin) > 0) {
        Array given[4] = {{0}}, results[3] = {{0}};
        const char *op = get(line, "op"), *id = get(line, "id");
        int backward = is(op, "gradients"), id_length = id ? (int)(skip(id) - id) : 0;
        if (is(op, "bye") || !read_arrays(line, given, names)) break;
        if (is(op, "hello")) {
            introduce(answers);
        } else if (is(op, "conv2d") || backward) {
            dnnl_status_t status = answer_call(line, backward, given, results);
            if (!status)
                send(answers, id, results, backward ? 3 : 1);
            else if (status == dnnl_out_of_memory)
                fprintf(answers, "{\"answer\": \"error\", \"id\": %.*s, \"kind\": \"memory\", "
                        "\"sentence\": \"out of memory\"}\n", id_length, id);
            else
                fprintf(answers, "{\"answer\": \"rejected\", \"id\": %.*s, \"type\": \"dnnl_status_t\", "
                        "\"message\": \"%s\"}\n", id_length, id, dnnl_status2str(status));
        } else {
            fprintf(answers, "{\"answer\": \"error\", \"id\": %.*s, \"kind\": \"protocol\", "
                    "\"sentence\": \"unknown operation\"}\n", id_length, id);
        }
        fflush(answers);
        for (int i = 0; i < 4; i++) free(given[i].data);
        for (int i = 0; i < 3; i++) free(results[i].data);
    }
    return 0;
}
