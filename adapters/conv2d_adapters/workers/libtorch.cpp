// libtorch: the layer torch::nn::Conv2d of PyTorch's C++ interface, which is constructed for every call.
//
//   apt install libtorch-dev nlohmann-json3-dev
//   c++ -std=c++17 -O1 -I/usr/include/torch/csrc/api/include -o libtorch libtorch.cpp -ltorch -ltorch_cpu -lc10
//   conv2d-conformance run command:./libtorch --profile training
//
// It is for a little-endian machine.
#include <nlohmann/json.hpp>
#include <torch/torch.h>
#include <torch/version.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <numeric>

using nlohmann::json;
using torch::Tensor;

// float16 is not claimed: on CPUs, the guide to mixed precision of this release offers bfloat16 alone.
const std::map<std::string, torch::ScalarType> TYPES = {
    {"float32", torch::kFloat32}, {"float64", torch::kFloat64}, {"bfloat16", torch::kBFloat16}};

const json HELLO = {
    {"answer", "hello"},
    {"protocol", 1},
    {"name", "libtorch"},
    {"version", TORCH_VERSION},
    {"language", "c++"},
    {"description", "torch::nn::Conv2d; the layer is constructed in every call"},
    {"operations", {"conv2d", "initialize", "gradients"}},
    {"capabilities",
     {{"dtypes", {"float32", "float64", "bfloat16"}},
      {"padding", {"explicit", "valid", "same"}},
      {"padding_modes", {"zeros", "reflect", "replicate", "circular"}},
      {"arguments", {"pair", "scalar", "defaults"}},
      {"unbatched", true},
      {"empty_batch", true},
      {"views", {"transposed", "channels-last", "offset", "broadcast", "fortran", "steps"}},
      {"non_finite", true},
      {"validation", true},
      {"deterministic", true},
      {"torch_seed_stream", true}}},
    {"environment", {{"compiler", __VERSION__}}}};

// ---- arguments: what a caller in C++ can write ----

int64_t integer(const json &value) {
  if (!value.is_number_integer()) throw std::invalid_argument("int64_t is expected, not " + value.dump());
  return value.get<int64_t>();
}

torch::ExpandingArray<2> pair(const json &value) {
  if (!value.is_array()) return integer(value);
  std::vector<int64_t> numbers;
  for (const json &number : value) numbers.push_back(integer(number));
  return c10::IntArrayRef(numbers);
}

torch::nn::Conv2dOptions options_of(int64_t channels, int64_t filters, const torch::ExpandingArray<2> &kernel,
                                    const json &arguments) {
  torch::nn::Conv2dOptions options(channels, filters, kernel);
  for (const auto &[name, value] : arguments.items()) {
    if (name == "stride") options.stride(pair(value));
    else if (name == "dilation") options.dilation(pair(value));
    else if (name == "groups") options.groups(integer(value));
    else if (name == "bias") options.bias(value.get<bool>());
    else if (name == "padding" && value == "same") options.padding(torch::kSame);
    else if (name == "padding" && value == "valid") options.padding(torch::kValid);
    else if (name == "padding") options.padding(pair(value));
    else if (name == "padding_mode" && value == "zeros") options.padding_mode(torch::kZeros);
    else if (name == "padding_mode" && value == "reflect") options.padding_mode(torch::kReflect);
    else if (name == "padding_mode" && value == "replicate") options.padding_mode(torch::kReplicate);
    else if (name == "padding_mode" && value == "circular") options.padding_mode(torch::kCircular);
    else throw std::invalid_argument("Conv2dOptions has no " + name + " " + value.dump());
  }
  return options;
}

// ---- views ----

Tensor in_order(const Tensor &t, std::vector<int64_t> order) {
  std::vector<int64_t> back(order.size());
  for (size_t i = 0; i < order.size(); i++) back[order[i]] = i;
  return t.permute(order).contiguous().permute(back);
}

Tensor lay_out(const Tensor &t, const std::string &view) {
  std::vector<int64_t> order(t.dim()), sizes = t.sizes().vec();
  std::iota(order.begin(), order.end(), 0);
  if (view == "fortran") return in_order(t, {order.rbegin(), order.rend()});
  if (view == "transposed" && t.dim() > 1) std::swap(order.end()[-1], order.end()[-2]);
  if (view == "channels-last" && t.dim() > 2) std::rotate(order.end() - 3, order.end() - 2, order.end());
  if (view == "transposed" || view == "channels-last") return in_order(t, order);
  if (view == "broadcast") {
    for (int64_t axis = 0; axis < t.dim(); axis++)
      if (t.size(axis) > 1) return t.narrow(axis, 0, 1).contiguous().expand(t.sizes());
    return t;
  }
  bool steps = view == "steps";
  for (int64_t &size : sizes) size = steps ? 2 * size : size + 2;
  Tensor part = torch::full(sizes, NAN, t.options());
  for (int64_t axis = 0; axis < t.dim(); axis++)
    part = steps ? part.slice(axis, 0, sizes[axis], 2) : part.narrow(axis, 1, t.size(axis));
  return part.copy_(t);
}

// ---- the operations ----

using Tensors = std::map<std::string, Tensor>;

torch::nn::Conv2d layer_of(const Tensors &given, json arguments) {
  const Tensor &x = given.at("input"), &w = given.at("weight");
  arguments["bias"] = given.count("bias") == 1;
  int64_t channels = x.dim() < 3 ? 0 : x.size(-3);
  torch::nn::Conv2d layer(options_of(channels, w.size(0), w.sizes().slice(std::min<int64_t>(2, w.dim())), arguments));
  layer->weight = w;
  if (given.count("bias")) layer->bias = given.at("bias");
  return layer;
}

std::vector<Tensor> conv2d(const Tensors &given, const json &arguments) {
  torch::NoGradGuard guard;
  return {layer_of(given, arguments)->forward(given.at("input"))};
}

std::vector<Tensor> gradients(Tensors given, const json &arguments) {
  Tensor backward = given.at("grad_output");
  given.erase("grad_output");
  for (auto &[name, tensor] : given) tensor.requires_grad_();
  layer_of(given, arguments)->forward(given.at("input")).backward(backward);
  return {given["input"].grad(), given["weight"].grad(), given["bias"].defined() ? given["bias"].grad() : Tensor()};
}

std::vector<Tensor> initialize(json arguments) {
  torch::manual_seed(arguments.value("seed", uint64_t(0)));
  torch::set_default_dtype(c10::scalarTypeToTypeMeta(TYPES.at(arguments.value("dtype", "float32"))));
  json rest;
  for (const char *name : {"groups", "bias"})
    if (arguments.contains(name)) rest[name] = arguments[name];
  torch::nn::Conv2d layer(options_of(integer(arguments["in_channels"]), integer(arguments["out_channels"]),
                                     pair(arguments["kernel_size"]), rest));
  torch::set_default_dtype(c10::scalarTypeToTypeMeta(torch::kFloat32));
  return {layer->weight.detach(), layer->options.bias() ? layer->bias.detach() : Tensor()};
}

// ---- the protocol ----

FILE *answers;

Tensors read_arrays(const json &request) {
  Tensors read;
  for (const json &entry : request.value("arrays", json::array())) {
    Tensor array = torch::empty(entry["shape"].get<std::vector<int64_t>>(), TYPES.at(entry["dtype"]));
    std::cin.read(static_cast<char *>(array.data_ptr()), array.nbytes());
    std::string name = entry["name"];
    bool viewed = request.contains("view") && request.value("viewed", name) == name;
    read[name] = viewed ? lay_out(array, request["view"]) : array;
  }
  return read;
}

void send(const json &answer, const std::vector<Tensor> &arrays = {}) {
  std::string line = answer.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  fwrite(line.data(), 1, line.size(), answers);
  for (const Tensor &array : arrays)
    if (array.defined()) fwrite(array.data_ptr(), 1, array.nbytes(), answers);
  fflush(answers);
}

void send_result(const json &id, std::vector<Tensor> results) {
  json entries = json::array();
  for (Tensor &result : results) {
    if (!result.defined()) {
      entries.push_back(nullptr);
      continue;
    }
    result = result.contiguous();
    std::string name = "int64"; // what is no type of the three is told as a wrong one
    for (const auto &[known, type] : TYPES)
      if (result.scalar_type() == type) name = known;
    entries.push_back({{"dtype", name}, {"shape", result.sizes().vec()}});
  }
  send({{"answer", "result"}, {"id", id}, {"arrays", entries}}, results);
}

void answer(const json &request) {
  const json id = request["id"], &arguments = request["arguments"];
  Tensors given = read_arrays(request);
  std::string message;
  try {
    if (request["op"] == "conv2d") return send_result(id, conv2d(given, arguments));
    if (request["op"] == "gradients") return send_result(id, gradients(given, arguments));
    return send_result(id, initialize(arguments));
  } catch (const c10::Error &error) {
    message = error.what_without_backtrace();
  } catch (const std::exception &error) {
    message = error.what();
  }
  if (message.find("not enough memory") != std::string::npos)
    send({{"answer", "error"}, {"id", id}, {"kind", "memory"}, {"sentence", message}});
  else
    send({{"answer", "rejected"}, {"id", id}, {"type", "c10::Error"}, {"message", message}});
}

int main() {
  answers = fdopen(dup(1), "wb");
  dup2(2, 1); // whoever prints from here on prints to standard error
  torch::set_num_threads(1);
  for (std::string line; std::getline(std::cin, line);) {
    json request = json::parse(line);
    std::string op = request["op"];
    if (op == "bye") break;
    if (op == "hello") send(HELLO);
    else if (op == "conv2d" || op == "gradients" || op == "initialize") answer(request);
    else send({{"answer", "error"}, {"id", request["id"]}, {"kind", "protocol"}, {"sentence", "unknown operation"}});
  }
}
