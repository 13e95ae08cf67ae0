#pragma once

#include <tweed/core/random.hpp>
#include <tweed/io/safetensors.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/resized_shapes.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// A model file holds a sample input, and what the network made of it. Who loads the file computes
/// it again: weights in another order, a layer with another setting or a port that rounds the wrong
/// way give something else.
namespace TWEED_NAMESPACE::detail {

inline constexpr std::string_view sample_prefix = "sample.";

/// One sample of each of a network's inputs, and the outputs that it makes of them.
template <class T>
struct Sample {
  std::vector<std::vector<T>> inputs;
  std::vector<std::vector<T>> outputs;
};

/// "sample.input", and for further ones "sample.input_2".
inline std::string sample_name(const char* what, std::size_t k) {
  const std::string name = std::string(sample_prefix) + what;
  return k == 0 ? name : name + "_" + std::to_string(k + 1);
}

/// What the network makes of a sample of each of its inputs. `graph` is its own, or has the shapes
/// of other inputs.
template <class M>
std::vector<std::vector<typename M::Scalar>> outputs_of(
    const M& model, const GraphView& graph,
    const std::vector<std::vector<typename M::Scalar>>& inputs) {
  using T = typename M::Scalar;
  std::vector<Batch<const T>> batches;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    batches.push_back({inputs[k].data(), 1, graph.input(k)});
  }
  NetworkView<T> network = model.network().template view<T>();
  network.graph = graph;
  Executor<T> executor("sample", network,
                       {.folds = folds_of<typename M::Network>(folds::in_inference)});
  executor.forward(batches, model.values(), {}, {});
  std::vector<std::vector<T>> outputs;
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    const auto output = executor.output(k).values();
    outputs.emplace_back(output.begin(), output.end());
  }
  return outputs;
}

/// The same input for all models of a shape: numbers in [0, 1) without a pattern.
template <class M>
Sample<typename M::Scalar> make_sample(const M& model) {
  using T = typename M::Scalar;
  const GraphView graph = model.graph();
  Sample<T> sample;
  std::uint64_t position = 0;
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    auto& input = sample.inputs.emplace_back(static_cast<std::size_t>(graph.input(k).size()));
    for (T& number : input) number = static_cast<T>(random_uniform({}, position++));
  }
  sample.outputs = outputs_of(model, graph, sample.inputs);
  return sample;
}

/// [1,h,w,c], or [1,n] for a vector.
inline std::vector<Index> sample_dims(const Shape& shape) {
  if (shape.is_vector()) return {1, shape.channels};
  return {1, shape.height, shape.width, shape.channels};
}

template <class T>
std::vector<TensorView> sample_views(const Sample<T>& sample, const GraphView& graph) {
  std::vector<TensorView> views;
  const auto add = [&](const std::string& name, const Shape& shape, const std::vector<T>& values) {
    views.push_back({.name = name,
                     .dims = sample_dims(shape),
                     .dtype = std::string(safetensors_dtype<T>()),
                     .bytes = std::as_bytes(std::span(values))});
  };
  for (std::size_t k = 0; k < sample.inputs.size(); ++k) {
    add(sample_name("input", k), graph.input(k), sample.inputs[k]);
  }
  for (std::size_t k = 0; k < sample.outputs.size(); ++k) {
    add(sample_name("output", k), graph.output(k), sample.outputs[k]);
  }
  return views;
}

template <class T>
std::vector<T> sample_values(const std::filesystem::path& path, const TensorView& tensor,
                             const Shape& shape) {
  const auto dims = sample_dims(shape);
  if (tensor.dtype != safetensors_dtype<T>() || tensor.dims != dims) {
    throw Error(path.string() + ": tensor " + in_quotes(tensor.name) + ": expected " +
                std::string(safetensors_dtype<T>()) + " " + dims_text(dims) + ", found " +
                tensor.dtype + " " + dims_text(tensor.dims));
  }
  std::vector<T> values(static_cast<std::size_t>(shape.size()));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

/// The first output that is not what it should be, or -1. Another machine or algorithm rounds
/// otherwise, but not by a thousandth of the largest output.
template <class T>
Index first_deviation(const std::vector<T>& expected, const std::vector<T>& found) {
  T largest{};
  for (const T value : expected) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const T tolerance = largest / 1000;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool equal = expected[i] == found[i] || (std::isnan(expected[i]) && std::isnan(found[i]));
    if (!equal && !(std::abs(expected[i] - found[i]) <= tolerance)) return static_cast<Index>(i);
  }
  return -1;
}

/// Throws Error unless output k is what is stored.
template <class T>
void check_sample_output(const std::filesystem::path& path, const std::vector<T>& expected,
                         const std::vector<T>& found) {
  const Index i = first_deviation(expected, found);
  if (i < 0) return;
  const auto at = static_cast<std::size_t>(i);
  throw Error(path.string() + ": the network does not make of the stored sample what it should: " +
              "output " + std::to_string(i) + " is " + std::to_string(found[at]) + " instead of " +
              std::to_string(expected[at]) + "; it is not the network of this file");
}

/// The shapes of all of a network's values where its inputs are as large as those of a sample: the
/// same layers may stand behind an input of another size. Throws Error where they cannot.
[[gnu::cold]] inline std::vector<Shape> sample_shapes(const std::filesystem::path& path,
                                                      const NetworkText& network,
                                                      std::span<const TensorView* const> inputs) {
  std::vector<Shape> shapes;
  bool is_other = false;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto& dims = inputs[k]->dims;
    shapes.push_back(network.graph.input(k));
    if (dims.size() != 4 || dims[0] != 1 || dims[3] != shapes[k].channels) continue;
    shapes[k] = {dims[1], dims[2], dims[3]};
    is_other = is_other || shapes[k] != network.graph.input(k);
  }
  if (!is_other) return {network.graph.shapes.begin(), network.graph.shapes.end()};
  try {
    return resized_shapes(network, shapes);
  } catch (const Error& error) {
    throw Error(text(path.string(), ": the stored sample does not fit: ", error.what()));
  }
}

/// Throws Error where the file has a sample and the model makes something else of it.
template <class M>
void check_sample(const std::filesystem::path& path, const SafetensorsFile& file, const M& model) {
  using T = typename M::Scalar;
  GraphView graph = model.graph();
  std::vector<const TensorView*> inputs, outputs;
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    inputs.push_back(file.find(sample_name("input", k)));
  }
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    outputs.push_back(file.find(sample_name("output", k)));
  }
  const auto missing = std::ranges::count(inputs, nullptr) + std::ranges::count(outputs, nullptr);
  if (missing == std::ssize(inputs) + std::ssize(outputs)) return;
  if (missing > 0) {
    throw Error(path.string() + ": expected both " + sample_name("input", 0) + " and " +
                sample_name("output", 0) + ", or neither");
  }
  const auto shapes = sample_shapes(path, model.network().text(), inputs);
  graph.shapes = shapes;
  Sample<T> sample;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    sample.inputs.push_back(sample_values<T>(path, *inputs[k], graph.input(k)));
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    sample.outputs.push_back(sample_values<T>(path, *outputs[k], graph.output(k)));
  }
  const auto found = outputs_of(model, graph, sample.inputs);
  for (std::size_t k = 0; k < found.size(); ++k) {
    check_sample_output(path, sample.outputs[k], found[k]);
  }
}

}  // namespace TWEED_NAMESPACE::detail
