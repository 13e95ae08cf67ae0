#pragma once

#include <tweed/core/random.hpp>
#include <tweed/io/safetensors.hpp>
#include <tweed/model/inference.hpp>

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

/// What the network makes of a sample of each of its inputs.
template <class M>
std::vector<std::vector<typename M::Scalar>> outputs_of(
    const M& model, const std::vector<std::vector<typename M::Scalar>>& inputs) {
  using T = typename M::Scalar;
  const GraphView graph = model.graph();
  std::vector<Batch<const T>> batches;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    batches.push_back({inputs[k].data(), 1, graph.input(k)});
  }
  auto inference = make_inference(model, 1, 1);
  inference(model, batches);
  std::vector<std::vector<T>> outputs;
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    const auto output = inference.output(k).values();
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
  sample.outputs = outputs_of(model, sample.inputs);
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

/// Throws Error where the file has a sample and the model makes something else of it.
template <class M>
void check_sample(const std::filesystem::path& path, const SafetensorsFile& file, const M& model) {
  using T = typename M::Scalar;
  const GraphView graph = model.graph();
  std::size_t found = 0;
  const auto values = [&](const char* what, std::size_t k, const Shape& shape) {
    const TensorView* const tensor = file.find(sample_name(what, k));
    if (tensor == nullptr) return std::vector<T>();
    ++found;
    return sample_values<T>(path, *tensor, shape);
  };
  Sample<T> sample;
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    sample.inputs.push_back(values("input", k, graph.input(k)));
  }
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    sample.outputs.push_back(values("output", k, graph.output(k)));
  }
  if (found == 0) return;
  if (found != graph.inputs.size() + graph.outputs.size()) {
    throw Error(path.string() + ": expected both " + sample_name("input", 0) + " and " +
                sample_name("output", 0) + ", or neither");
  }
  const auto outputs = outputs_of(model, sample.inputs);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    check_sample_output(path, sample.outputs[k], outputs[k]);
  }
}

}  // namespace TWEED_NAMESPACE::detail
