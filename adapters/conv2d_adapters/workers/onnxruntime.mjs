// onnxruntime in Node: the operator Conv of onnxruntime-node (native, on the CPU) or of onnxruntime-web (WebAssembly).
//
//   npm install --ignore-scripts onnxruntime-node@1.30.0 onnxruntime-web@1.30.0
//   conv2d-conformance run 'command:node onnxruntime.mjs web'
//
// The packages are looked for in the folder where the command is typed, and in NODE_PATH. Each configuration is a model
// of one node, whose session is kept; the key is the configuration, never the data.

import { readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

Object.defineProperty(process, "stdout", { get: () => process.stderr }); // whoever prints prints there

const FLAVOUR = process.argv[2] ?? "node";
let ort = null;
let whyNot = "";
try {
  ort = createRequire(`${process.cwd()}/`)(`onnxruntime-${FLAVOUR}`);
  if (FLAVOUR === "web") ort.env.wasm.numThreads = 1;
} catch (error) {
  whyNot = error.message.split("\n")[0];
}

const HELLO = {
  answer: "hello",
  protocol: 1,
  name: `onnxruntime-${FLAVOUR}`,
  version: ort?.env.versions[FLAVOUR],
  language: "javascript",
  description: `The ONNX operator Conv, by the npm package onnxruntime-${FLAVOUR}, on one thread`,
  capabilities: {
    padding: ["explicit", "valid", "same"],
    arguments: ["pair", "defaults"],
    empty_batch: true,
    validation: true,
    non_finite: true,
    deterministic: true,
    limits: ["padding != same or DH == 1 and DW == 1"], // "Dilation not supported for AutoPadType::SAME_UPPER"
  },
  environment: { node: process.version },
};

// ---- the model: a message of Protocol Buffers, whose numbers are those of onnx.proto ----

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const integer = (field, value) => [...varint(field << 3), ...varint(value)];
const bytes = (field, value) => [...varint((field << 3) | 2), ...varint(value.length), ...value];
const text = (field, value) => bytes(field, Buffer.from(value));

const TYPE = { INT: 2, STRING: 3, INTS: 7 };

function attribute(name, value) {
  if (typeof value === "string" && !/^-?\d+$/.test(value)) {
    return [...text(1, name), ...text(4, value), ...integer(20, TYPE.STRING)];
  }
  if (!Array.isArray(value)) return [...text(1, name), ...integer(3, value), ...integer(20, TYPE.INT)];
  return [...text(1, name), ...value.flatMap((number) => integer(8, number)), ...integer(20, TYPE.INTS)];
}

function model(inputs, attributes) {
  const float = bytes(2, bytes(1, integer(1, 1))); // a tensor of float32, of any shape
  const node = [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, "y"),
    ...text(4, "Conv"),
    ...Object.entries(attributes).flatMap(([name, value]) => bytes(5, attribute(name, value))),
  ];
  const graph = [
    ...bytes(1, node),
    ...text(2, "conv"),
    ...inputs.flatMap((name) => bytes(11, [...text(1, name), ...float])),
    ...bytes(12, [...text(1, "y"), ...float]),
  ];
  return Uint8Array.from([...integer(1, 8), ...bytes(7, graph), ...bytes(8, integer(2, 13))]); // opset 13
}

// ---- the library ----

const OPTIONS = { executionProviders: [FLAVOUR === "web" ? "wasm" : "cpu"], intraOpNumThreads: 1, logSeverityLevel: 4 };
const SESSIONS = new Map();

async function session(inputs, attributes) {
  const key = JSON.stringify([inputs, attributes]);
  const kept = SESSIONS.get(key) ?? (await ort.InferenceSession.create(model(inputs, attributes), OPTIONS));
  SESSIONS.delete(key); // the first of the map is the one that was not used for longest
  SESSIONS.set(key, kept);
  if (SESSIONS.size > 512) {
    const [oldest, unused] = SESSIONS.entries().next().value;
    SESSIONS.delete(oldest);
    await unused.release();
  }
  return kept;
}

function padded(padding) {
  if (padding === undefined) return {};
  if (Array.isArray(padding)) return { pads: [...padding, ...padding] };
  return { auto_pad: padding === "same" ? "SAME_UPPER" : padding.toUpperCase() };
}

async function conv2d({ input, weight, bias }, { stride, padding, dilation, groups, ...others }) {
  const given = { strides: stride, ...padded(padding), dilations: dilation, group: groups, ...others };
  const attributes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const arrays = { x: input, w: weight, ...(bias ? { b: bias } : {}) };
  const run = await session(Object.keys(arrays), attributes);
  const feeds = Object.entries(arrays).map(([name, { shape, data }]) => [name, new ort.Tensor("float32", data, shape)]);
  const { y } = await run.run(Object.fromEntries(feeds));
  return { dtype: y.type, shape: y.dims, data: y.data };
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
  // An integer beyond 2^53 stays a string of digits, since a number would round it.
  const request = JSON.parse(line.replace(/(?<=[[:,\s])-?\d{16,}(?=[\s,\]}])/g, '"$&"'));
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

async function answer({ op, id, named, arguments: attributes }) {
  if (op === "hello") return [ort ? HELLO : { answer: "error", kind: "load", sentence: whyNot }];
  if (op !== "conv2d") return [{ answer: "error", id, kind: "protocol", sentence: `unknown operation ${op}` }];
  try {
    const { dtype, shape, data } = await conv2d(named, attributes);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [{ answer: "result", id, arrays: [{ dtype, shape }] }, bytes];
  } catch (error) {
    const { constructor, message } = error;
    const memory = /bad.?alloc|allocate memory/i.test(message);
    if (memory) return [{ answer: "error", id, kind: "memory", sentence: message }];
    return [{ answer: "rejected", id, type: constructor.name, message }];
  }
}

for (let request; (request = nextRequest()) && request.op !== "bye"; ) {
  const [message, data] = await answer(request);
  write(Buffer.from(`${JSON.stringify(message)}\n`));
  if (data) write(data);
}
process.exit(0); // a session may keep threads
