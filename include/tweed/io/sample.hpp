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
namespace tweed::detail {

inline constexpr std::string_view sample_prefix = "sample.";
inline constexpr const char* sample_input_name = "sample.input";
inline constexpr const char* sample_output_name = "sample.output";

/// One sample and its output.
template <class T>
struct Sample {
  std::vector<T> input;
  std::vector<T> output;
};

/// What the network makes of one input.
template <class M>
std::vector<typename M::Scalar> output_of(const M& model,
                                          const std::vector<typename M::Scalar>& input) {
  auto inference = make_inference(model, 1, 1);
  const auto output = inference(model, {input.data(), 1, model.input_shape()}).values();
  return {output.begin(), output.end()};
}

/// The same input for all models of a shape: numbers in [0, 1) without a pattern.
template <class M>
Sample<typename M::Scalar> make_sample(const M& model) {
  Sample<typename M::Scalar> sample;
  sample.input.resize(static_cast<std::size_t>(model.input_shape().size()));
  std::uint64_t position = 0;
  for (auto& number : sample.input) {
    number = static_cast<typename M::Scalar>(random_uniform({}, position++));
  }
  sample.output = output_of(model, sample.input);
  return sample;
}

/// [1,h,w,c], or [1,n] for a vector.
inline std::vector<Index> sample_dims(const Shape& shape) {
  if (shape.is_vector()) return {1, shape.channels};
  return {1, shape.height, shape.width, shape.channels};
}

template <class T>
std::vector<TensorView> sample_views(const Sample<T>& sample, const Shape& input,
                                     const Shape& output) {
  const auto view = [](const char* name, const Shape& shape, const std::vector<T>& values) {
    return TensorView{.name = name,
                      .dims = sample_dims(shape),
                      .dtype = std::string(safetensors_dtype<T>()),
                      .bytes = std::as_bytes(std::span(values))};
  };
  return {view(sample_input_name, input, sample.input),
          view(sample_output_name, output, sample.output)};
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

/// Throws Error where the file has a sample and the model makes something else of it.
template <class M>
void check_sample(const std::filesystem::path& path, const SafetensorsFile& file, const M& model) {
  using T = typename M::Scalar;
  const TensorView* const input = file.find(sample_input_name);
  const TensorView* const output = file.find(sample_output_name);
  if (input == nullptr && output == nullptr) return;
  if (input == nullptr || output == nullptr) {
    throw Error(path.string() + ": expected both " + sample_input_name + " and " +
                sample_output_name + ", or neither");
  }
  const auto expected = sample_values<T>(path, *output, model.output_shape());
  const auto found = output_of(model, sample_values<T>(path, *input, model.input_shape()));
  const Index i = first_deviation(expected, found);
  if (i < 0) return;
  const auto at = static_cast<std::size_t>(i);
  throw Error(path.string() + ": the network does not make of the stored sample what it should: " +
              "output " + std::to_string(i) + " is " + std::to_string(found[at]) + " instead of " +
              std::to_string(expected[at]) + "; it is not the network of this file");
}

}  // namespace tweed::detail
