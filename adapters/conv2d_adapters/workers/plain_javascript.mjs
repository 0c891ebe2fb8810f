// A worker in JavaScript for Node, without any package: the definition, and its checks.
//
//   conv2d-conformance run 'command:node plain_javascript.mjs'
//
// JavaScript cannot duplicate a descriptor. Where something prints to standard output, let the shell put the answers
// on another one, which is named as an argument:
//
//   conv2d-conformance run "command:sh -c 'exec node plain_javascript.mjs 3 3>&1 1>&2'"
//
// With the argument `square` it declares limits, as a kernel does that is right for some calls alone. It is asked no
// others, except to see that it refuses them:
//
//   conv2d-conformance run 'command:node plain_javascript.mjs square' --accept-limits

import { readSync, writeSync } from "node:fs";

const TYPES = { float32: Float32Array, float64: Float64Array };
const WORDS = process.argv.slice(2);
const SQUARE = WORDS.includes("square");
const ANSWERS = Number(WORDS.find((word) => word !== "square") ?? 1);
const HELLO = {
  answer: "hello",
  protocol: 1,
  name: "plain-javascript",
  version: "1",
  language: "javascript",
  description: "The definition, in JavaScript",
  capabilities: {
    dtypes: Object.keys(TYPES),
    arguments: ["pair", "scalar", "defaults"],
    unbatched: true,
    empty_batch: true,
    non_finite: true,
    validation: true,
    deterministic: true,
    subnormals: { float32: "kept", float64: "kept" },
    limits: SQUARE ? ["KH == KW", "SH == SW"] : [],
  },
  environment: { node: process.version },
};

// ---- the convolution ----

class Illegal extends Error {}

function require(condition, message) {
  if (!condition) throw new Illegal(message);
}

function whole(value, least, name) {
  require(Number.isInteger(value) && value >= least, `${name} must be a whole number, at least ${least}`);
  return value;
}

function pair(value, least, name) {
  const both = Array.isArray(value) ? value : [value, value];
  require(both.length === 2, `${name} must have two numbers`);
  return both.map((number) => whole(number, least, name));
}

function conv2d({ input, weight, bias }, { stride = 1, padding = 0, dilation = 1, groups = 1, ...others }) {
  require(Object.keys(others).length === 0, `unknown: ${Object.keys(others)}`);
  require([3, 4].includes(input.shape.length) && weight.shape.length === 4, "the number of axes is wrong");
  require([input, weight, bias ?? input].every((array) => array.dtype === input.dtype), "dtypes differ");
  const [N, C, H, W] = input.shape.length === 3 ? [1, ...input.shape] : input.shape;
  const [M, G, KH, KW] = weight.shape;
  const [[sh, sw], [ph, pw]] = [pair(stride, 1, "stride"), pair(padding, 0, "padding")];
  const [dh, dw] = pair(dilation, 1, "dilation");
  require(M % whole(groups, 1, "groups") === 0 && C === G * groups, "the channels do not fit the groups");
  require(KH > 0 && KW > 0, "the kernel is empty");
  require(!bias || (bias.shape.length === 1 && bias.shape[0] === M), "the bias must have one number for each filter");
  require(!SQUARE || (KH === KW && sh === sw), "this kernel is for square filters and one stride for both axes");
  const [restH, restW] = [H + 2 * ph - dh * (KH - 1) - 1, W + 2 * pw - dw * (KW - 1) - 1];
  require(restH >= 0 && restW >= 0, "the kernel is larger than the padded input");
  const [OH, OW] = [Math.floor(restH / sh) + 1, Math.floor(restW / sw) + 1];
  const [x, w, y] = [input.data, weight.data, new TYPES[input.dtype](N * M * OH * OW)];
  let place = 0;
  for (let n = 0; n < N; n++)
    for (let m = 0; m < M; m++)
      for (let oh = 0; oh < OH; oh++)
        for (let ow = 0; ow < OW; ow++) {
          const first = Math.floor(m / (M / groups)) * G;
          let total = bias ? bias.data[m] : 0;
          for (let c = 0; c < G; c++)
            for (let kh = 0; kh < KH; kh++)
              for (let kw = 0; kw < KW; kw++) {
                const [row, column] = [oh * sh - ph + kh * dh, ow * sw - pw + kw * dw];
                if (row >= 0 && row < H && column >= 0 && column < W)
                  total += x[((n * C + first + c) * H + row) * W + column] * w[((m * G + c) * KH + kh) * KW + kw];
              }
          y[place++] = total;
        }
  return { dtype: input.dtype, shape: input.shape.length === 3 ? [M, OH, OW] : [N, M, OH, OW], data: y };
}

// ---- the protocol ----

let buffered = Buffer.alloc(0); // what was read behind the last line

// So many bytes, in memory of their own.
function take(count) {
  const taken = Buffer.alloc(count);
  let have = buffered.copy(taken);
  buffered = buffered.subarray(have);
  while (have < count) {
    const more = readSync(0, taken, have, count - have, null);
    if (more === 0) process.exit(1);
    have += more;
  }
  return taken;
}

// The next line, or null at the end of the input.
function takeLine() {
  let end;
  while ((end = buffered.indexOf(10)) < 0) {
    const piece = Buffer.alloc(1 << 16);
    const count = readSync(0, piece);
    if (count === 0) return null;
    buffered = Buffer.concat([buffered, piece.subarray(0, count)]);
  }
  return take(end + 1).toString();
}

function nextRequest() {
  const line = takeLine();
  if (line === null) return null;
  const request = JSON.parse(line);
  request.named = {};
  for (const { name, dtype, shape } of request.arrays ?? []) {
    const size = shape.reduce((product, length) => product * length, TYPES[dtype].BYTES_PER_ELEMENT);
    request.named[name] = { dtype, shape, data: new TYPES[dtype](take(size).buffer) };
  }
  return request;
}

function write(bytes) {
  for (let done = 0; done < bytes.length; ) done += writeSync(ANSWERS, bytes, done);
}

function answer(request) {
  const { op, id } = request;
  if (op === "hello") return [HELLO];
  if (op !== "conv2d") return [{ answer: "error", id, kind: "protocol", sentence: `unknown operation ${op}` }];
  try {
    const started = performance.now();
    const { dtype, shape, data } = conv2d(request.named, request.arguments);
    const seconds = (performance.now() - started) / 1000;
    return [{ answer: "result", id, arrays: [{ dtype, shape }], seconds }, Buffer.from(data.buffer)];
  } catch (error) {
    if (error instanceof RangeError) return [{ answer: "error", id, kind: "memory", sentence: error.message }];
    return [{ answer: "rejected", id, type: error.constructor.name, message: error.message }];
  }
}

for (let request; (request = nextRequest()) && request.op !== "bye"; ) {
  const [message, data] = answer(request);
  write(Buffer.from(`${JSON.stringify(message)}\n`));
  if (data) write(data);
}
