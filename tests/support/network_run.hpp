#pragma once

#include <tweed/model/any_network.hpp>
#include <tweed/model/inference.hpp>
#include <tweed/model/training_pass.hpp>
#include <support/compare.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tests {

struct NetworkRunOptions {
  tweed::Index batch = 3;
  tweed::Index planned = 3;  ///< samples that the memory is for
  int threads = 1;
  bool poison = false;  ///< runs before on NaN: whatever is left in memory must not matter
};

/// All that comes out of a network of several inputs and outputs, one after another.
template <class T>
struct NetworkResult {
  std::vector<T> outputs;  ///< in training
  std::vector<T> inferred;
  std::vector<T> gradients;
  std::vector<T> input_gradients;
  std::vector<T> state;  ///< after the step
};

template <class T>
bool same_bits(const NetworkResult<T>& a, const NetworkResult<T>& b) {
  return same_bits(a.outputs, b.outputs) && same_bits(a.inferred, b.inferred) &&
         same_bits(a.gradients, b.gradients) && same_bits(a.input_gradients, b.input_gradients) &&
         same_bits(a.state, b.state);
}

template <class T>
void append(std::vector<T>& all, std::span<const T> values) {
  all.insert(all.end(), values.begin(), values.end());
}

/// Fixed numbers for each tensor of a model, so that no bias is 0 and no activation on a kink.
template <class Net, class T>
void fill_parameters(tweed::Model<Net, T>& model, double scale = 0.5) {
  std::uint32_t stream = 200;
  for (const auto& tensor : model.named(model.parameters())) {
    std::ranges::copy(numbers<T>(std::ssize(tensor.values), stream++, scale),
                      tensor.values.begin());
  }
}

/// Fixed inputs for a network.
template <class T>
class NetworkInputs {
 public:
  NetworkInputs(const tweed::GraphView& graph, tweed::Index batch) {
    std::uint32_t stream = 100;
    for (const int value : graph.inputs) {
      values.push_back(numbers<T>(batch * graph.shape(value).size(), stream++));
      batches_.push_back({values.back().data(), batch, graph.shape(value)});
    }
  }

  std::span<const tweed::Batch<const T>> batches() const { return batches_; }

  std::vector<std::vector<T>> values;

 private:
  std::vector<tweed::Batch<const T>> batches_;
};

/// What stands for the gradient of a loss by output k.
template <class T>
std::vector<T> output_gradient(const tweed::Batch<const T>& output, std::size_t k) {
  return numbers<T>(output.size(), 300 + static_cast<std::uint32_t>(k));
}

constexpr tweed::RandomKey network_key{.seed = 4, .step = 2};

template <class Net, class T>
NetworkResult<T> run_network(tweed::Model<Net, T> model, const NetworkRunOptions& options) {
  const tweed::GraphView graph = model.graph();
  tweed::TrainingPass<Net, T> pass(model, options.planned, options.threads);
  tweed::Inference<Net, T> inference(model, options.planned, options.threads);
  if (options.poison) {
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    NetworkInputs<T> inputs(graph, options.planned);
    for (auto& values : inputs.values) std::ranges::fill(values, nan);
    pass.forward(model, inputs.batches(), network_key);
    for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
      std::ranges::fill(pass.output_gradient(k).values(), nan);
    }
    std::ranges::fill(pass.gradients(), T{});  // gaps between tensors stay as they are
    pass.backward_to_input(model);
    inference(model, inputs.batches());
  }
  const NetworkInputs<T> inputs(graph, options.batch);
  NetworkResult<T> result;
  pass.forward(model, inputs.batches(), network_key);
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    const tweed::Batch<const T> output = pass.output(k);
    append<T>(result.outputs, output.values());
    std::ranges::copy(output_gradient(output, k), pass.output_gradient(k).data);
  }
  pass.backward_to_input(model);
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    append<T>(result.input_gradients, pass.input_gradient(k).values());
  }
  for (const auto& tensor : model.named(std::span<const T>(pass.gradients()))) {
    append<T>(result.gradients, tensor.values);
  }
  pass.commit(model);
  append<T>(result.state, model.values().subspan(model.parameters().size()));
  inference(model, inputs.batches());
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    append<T>(result.inferred, inference.output(k).values());
  }
  return result;
}

/// The largest difference between the gradients of parameters and inputs and central differences,
/// relative to the largest gradient, or to 1 where all are smaller. Looks at every `stride`th
/// number.
template <class Net>
double worst_gradient(tweed::Model<Net, double> model, std::size_t stride = 1) {
  constexpr tweed::Index batch = 2;
  const NetworkRunOptions options{.batch = batch, .planned = batch, .threads = 2};
  const auto found = run_network(model, options);
  NetworkInputs<double> inputs(model.graph(), batch);
  tweed::TrainingPass<Net, double> pass(model, batch, 2);
  const auto loss = [&] {
    pass.forward(model, inputs.batches(), network_key);
    double sum = 0.0;
    for (std::size_t k = 0; k < model.graph().outputs.size(); ++k) {
      const tweed::Batch<const double> output = pass.output(k);
      const auto weights = output_gradient(output, k);
      for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * output.values()[i];
    }
    return sum;
  };
  double worst = 0.0;
  const auto compare = [&](std::span<double> values, std::span<const double> gradient) {
    const double scale = std::max(1.0, largest(gradient));
    for (std::size_t i = 0; i < values.size(); i += stride) {
      constexpr double step = 1e-6;
      const double value = values[i];
      values[i] = value + step;
      const double above = loss();
      values[i] = value - step;
      const double below = loss();
      values[i] = value;
      const double difference = std::abs(gradient[i] - (above - below) / (2.0 * step)) / scale;
      if (!(difference <= worst)) worst = difference;
    }
  };
  std::span<const double> rest = found.gradients;
  for (const auto& tensor : model.named(model.parameters())) {
    compare(tensor.values, rest.first(tensor.values.size()));
    rest = rest.subspan(tensor.values.size());
  }
  rest = found.input_gradients;
  for (auto& values : inputs.values) {
    compare(values, rest.first(values.size()));
    rest = rest.subspan(values.size());
  }
  return worst;
}

}  // namespace tests
