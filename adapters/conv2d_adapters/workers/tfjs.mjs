// TensorFlow.js: tf.conv2d and, where there is a bias, tf.fused.conv2d, on the back end `cpu` or `wasm`.
//
//   npm install --ignore-scripts @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
//   conv2d-conformance run 'command:node tfjs.mjs wasm'
//
// The packages are looked for in the folder where the command is typed, and in NODE_PATH.

import { readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

Object.defineProperty(process, "stdout", { get: () => process.stderr }); // whoever prints prints there

const BACKEND = process.argv[2] ?? "cpu";
const load = createRequire(`${process.cwd()}/`);
let tf = null;
let whyNot = "";
try {
  tf = load("@tensorflow/tfjs");
  if (BACKEND !== "cpu") load(`@tensorflow/tfjs-backend-${BACKEND}`);
  if (!(await tf.setBackend(BACKEND))) throw new Error(`TensorFlow.js has no back end ${BACKEND}`);
} catch (error) {
  whyNot = error.message.split("\n")[0];
}

// What tf.conv2d documents, and, of gradients, what it says itself: dilations "are not yet supported in gradients".
const LIMITS = ["SH == 1 and SW == 1 or DH == 1 and DW == 1", "operation == conv2d or DH == 1 and DW == 1"];
const HELLO = {
  answer: "hello",
  protocol: 1,
  name: `tfjs-${BACKEND}`,
  version: tf?.version.tfjs,
  language: "javascript",
  description: `tf.conv2d, with a bias tf.fused.conv2d, on the back end ${BACKEND}, in the layout NHWC`,
  operations: BACKEND === "cpu" ? ["conv2d", "gradients"] : ["conv2d"], // wasm has no gradient by the filter
  capabilities: {
    padding: ["explicit", "valid", "same"],
    arguments: ["pair", "scalar"], // strides and padding cannot be left out
    groups: false,
    unbatched: true,
    validation: true,
    non_finite: true,
    deterministic: true,
    limits: BACKEND === "cpu" ? LIMITS : LIMITS.slice(0, 1),
  },
  environment: { node: process.version, backend: BACKEND },
};

// ---- the library ----

class NotAnArray extends Error {}

// A tensor of the array, its axes in the library's order. One with another number of axes is the library's to refuse.
function tensor({ shape, data }, ...orders) {
  const order = orders.find((axes) => axes.length === shape.length);
  const given = tf.tensor(data, shape, "float32");
  return order ? given.transpose(order) : given;
}

const image = (array) => tensor(array, [0, 2, 3, 1], [1, 2, 0]);
const filter = (array) => tensor(array, [2, 3, 1, 0]);

function array(result, ...orders) {
  if (!result.shape.every((length) => length >= 0)) throw new NotAnArray(`a tensor of shape [${result.shape}]`);
  const order = orders.find((axes) => axes.length === result.rank);
  const given = order ? result.transpose(order) : result;
  return { dtype: given.dtype, shape: given.shape, data: given.dataSync() };
}

const images = (result) => array(result, [0, 3, 1, 2], [2, 0, 1]);

function pad(padding) {
  return Array.isArray(padding) ? [[0, 0], ...padding.map((side) => [side, side]), [0, 0]] : padding;
}

function apply(x, w, b, { stride, padding, dilation, groups, ...others }) {
  if (Object.keys(others).length) throw new TypeError(`unexpected argument: ${Object.keys(others)}`);
  if (!b) return tf.conv2d(x, w, stride, pad(padding), "NHWC", dilation);
  return tf.fused.conv2d({ x, filter: w, bias: b, strides: stride, pad: pad(padding), dilations: dilation });
}

const OPERATIONS = {
  conv2d({ input, weight, bias }, attributes) {
    return [images(apply(image(input), filter(weight), bias && tensor(bias), attributes))];
  },
  gradients({ input, weight, bias, grad_output }, attributes) {
    const given = [image(input), filter(weight), ...(bias ? [tensor(bias)] : [])];
    const of = (x, w, b) => apply(x, w, b, attributes);
    const backward = tf.grads(bias ? of : (x, w) => of(x, w, null));
    const [x, w, b] = backward(given, image(grad_output));
    return [images(x), array(w, [3, 2, 0, 1]), b ? array(b) : null];
  },
};

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
  for (const { name, shape } of request.arrays ?? []) {
    const size = shape.reduce((product, length) => product * length, 4);
    request.named[name] = { shape, data: new Float32Array(take(size).buffer) };
  }
  return request;
}

function write(bytes) {
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

function answer({ op, id, named, arguments: attributes }) {
  if (op === "hello") return [whyNot === "" ? HELLO : { answer: "error", kind: "load", sentence: whyNot }];
  if (!HELLO.operations.includes(op)) {
    return [{ answer: "error", id, kind: "protocol", sentence: `unknown operation ${op}` }];
  }
  try {
    const results = tf.tidy(() => OPERATIONS[op](named, attributes));
    const arrays = results.map((result) => result && { dtype: result.dtype, shape: result.shape });
    const bytes = ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [{ answer: "result", id, arrays }, ...results.filter(Boolean).map(bytes)];
  } catch (error) {
    const { constructor, message } = error;
    if (constructor === NotAnArray) return [{ answer: "error", id, kind: "not-an-array", sentence: message }];
    return [{ answer: "rejected", id, type: constructor.name, message }];
  }
}

for (let request; (request = nextRequest()) && request.op !== "bye"; ) {
  const [message, ...bytes] = answer(request);
  write(Buffer.from(`${JSON.stringify(message)}\n`));
  bytes.forEach(write);
}
