#pragma once

#include <tweed/core/enumerator_name.hpp>
#include <tweed/core/error.hpp>
#include <tweed/core/initializer.hpp>
#include <tweed/core/layer_table.hpp>
#include <tweed/core/layer_traits.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/text.hpp>
#include <tweed/graph/fold.hpp>
#include <tweed/kernels/pool_geometry.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

namespace TWEED_NAMESPACE::testing {

struct GradientCheckOptions {
  Index batch = 2;
  std::uint64_t seed = 1;
  double step = 1e-5;       ///< of the central differences
  double tolerance = 1e-7;  ///< relative to the largest gradient, or to 1 where all are smaller
  int threads = 2;
  Epilogue epilogue = {};  ///< what is folded into the layer
};

struct GradientReport {
  double worst = 0.0;      ///< largest relative difference; NaN where the layer left one
  std::string where = {};  ///< "input[17]", "input_2[0]" or "kernel[3]", and both values
  double tolerance = 0.0;

  bool passed() const { return worst <= tolerance; }
};

namespace detail {

/// Distinct numbers in [-1, 1], none near 0 and no two near each other, in random order: maxima and
/// kinks stay where they are while one is nudged.
inline std::vector<double> spread_numbers(Index count, const RandomKey& key) {
  std::vector<double> numbers(static_cast<std::size_t>(count));
  const auto n = static_cast<double>(count);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = (2.0 * static_cast<double>(i) + 1.25 - n) / n;
    const auto other =
        static_cast<std::size_t>(random_uniform(key, i) * static_cast<double>(i + 1));
    std::swap(numbers[i], numbers[std::min(i, other)]);
  }
  return numbers;
}

/// What is checked: any layer, without its type.
struct Checked {
  BoundLayer<double> layer;
  Traits traits;
  std::vector<Shape> inputs;
  Shape output;
};

/// Throws Error where the layer does not take the inputs, or cannot do what is folded into it.
template <LayerValue L>
Checked checked(const L& layer, Shapes inputs, const Epilogue& epilogue) {
  const std::string name(L::name);
  if (inputs.empty() || (!JoinValue<L> && inputs.size() > 1)) {
    throw Error(
        tweed::detail::text("gradient check: ", name, " does not take ", inputs.size(), " inputs"));
  }
  const auto answer = fit_of(layer, inputs);
  if (static_cast<int>(answer.why) != 0) {
    throw Error("gradient check: " + name + " does not take " + to_string(inputs[0]) + ": " +
                tweed::detail::enumerator_words(answer.why));
  }
  const Traits traits = traits_of(layer, inputs[0]);
  unsigned char asked = folds::none;
  if (epilogue.normalize) asked |= folds::normalize;
  if (!epilogue.activation.is_none()) asked |= folds::activation;
  if (!epilogue.pool.is_none()) asked |= folds::pool;
  const Epilogue activation{.activation = epilogue.activation};
  if (epilogue.normalize || (asked & ~traits.takes) != 0 ||
      !folds::can_train(traits, {}, activation) ||
      !folds::can_train(traits, activation, {.pool = epilogue.pool})) {
    throw Error("gradient check: the epilogue cannot be folded into " + name + " in training");
  }
  Shape output = answer.output;
  if (!epilogue.pool.is_none()) {
    const auto pooled = kernels::pool_geometry(epilogue.pool, output);
    output = {pooled.rows.output, pooled.columns.output, pooled.channels};
  }
  return {{&layer_table<L, double>, &layer}, traits, {inputs.begin(), inputs.end()}, output};
}

/// A layer with all that it needs to run, in double.
class Bench {
 public:
  Bench(const Checked& checked, const GradientCheckOptions& options)
      : checked_(checked),
        options_(options),
        reads_(reads_of(checked.traits, options.epilogue)),
        memory_(checked.layer.memory({.inputs = checked_.inputs,
                                      .batch = options.batch,
                                      .threads = options.threads,
                                      .epilogue = options.epilogue})),
        kept_(memory_.kept),
        scratch_(memory_.scratch),
        weight_of_y_(spread_numbers(options.batch * checked.output.size(), key(1))) {
    std::uint32_t stream = 2;
    for (const Tensor& tensor : checked.layer.tensors(checked.inputs[0])) {
      if (tensor.role == Role::state) {
        state_.emplace_back(static_cast<std::size_t>(tensor.size()));
        initialize(std::span(state_.back()), tensor.initializer, tensor.fan_in, tensor.fan_out,
                   key(stream++), 0);
      } else {
        parameters.push_back(spread_numbers(tensor.size(), key(stream++)));
        names.emplace_back(tensor.name);
      }
    }
    for (const Shape& input : checked.inputs) {
      x.push_back(spread_numbers(options.batch * input.size(), key(x.empty() ? 0 : stream++)));
    }
  }

  /// The sum of all outputs, each times a fixed number.
  double loss() {
    forward();
    double sum = 0.0;
    for (std::size_t i = 0; i < y_.size(); ++i) sum += weight_of_y_[i] * y_[i];
    return sum;
  }

  /// Runs backward on memory full of rubbish: gradients must be overwritten, and what the layer
  /// says it does not read must not matter.
  void backward() {
    forward();
    std::vector<double> dy = weight_of_y_;
    dx.clear();
    for (const auto& input : x) dx.push_back(is_alias() ? dy : rubbish(input));
    gradients.clear();
    for (const auto& parameter : parameters) gradients.push_back(rubbish(parameter));
    if (is_alias()) return;
    std::vector<std::vector<double>> x_seen = x;
    for (auto& input : x_seen) {
      if (!reads_.input) input = rubbish(input);
    }
    if (!reads_.output) y_ = rubbish(y_);
    poison_scratch();
    const auto inputs = batches<const double>(x_seen);
    const auto input_gradients = batches<double>(dx);
    const auto values = spans<const double>(parameters);
    const auto slots = spans<double>(gradients);
    checked_.layer.table->backward(
        checked_.layer.layer,
        BackwardPass<double>{.x = inputs[0],
                             .y = {y_.data(), options_.batch, checked_.output},
                             .dy = {dy.data(), options_.batch, checked_.output},
                             .dx = input_gradients[0],
                             .parameters = values,
                             .gradients = slots,
                             .kept = kept_.values(),
                             .random = key(100),
                             .scratch = Scratch(scratch_.values()),
                             .threads = options_.threads,
                             .inputs = inputs,
                             .input_gradients = input_gradients,
                             .epilogue = options_.epilogue});
  }

 private:
  using Vectors = std::vector<std::vector<double>>;

  static std::vector<double> rubbish(const std::vector<double>& like) {
    return std::vector<double>(like.size(), std::numeric_limits<double>::quiet_NaN());
  }

  /// Whether dx is dy, and `backward` never runs.
  bool is_alias() const { return checked_.traits.passes_gradient || checked_.traits.is_view; }

  RandomKey key(std::uint32_t stream) const { return {.seed = options_.seed, .layer = stream}; }

  /// Soon done where nothing is optimised, too.
  void poison_scratch() {
    const auto bytes = scratch_.values();
    if (!bytes.empty()) std::memset(bytes.data(), 0xFF, bytes.size());
  }

  template <class T>
  static std::vector<std::span<T>> spans(Vectors& vectors) {
    return {vectors.begin(), vectors.end()};
  }

  template <class T>
  std::vector<Batch<T>> batches(Vectors& vectors) const {
    std::vector<Batch<T>> all;
    for (auto& values : vectors) {
      all.push_back({values.data(), options_.batch, checked_.inputs[all.size()]});
    }
    return all;
  }

  void forward() {
    y_.resize(static_cast<std::size_t>(options_.batch * checked_.output.size()));
    y_ = rubbish(y_);
    poison_scratch();
    const auto inputs = batches<const double>(x);
    const auto values = spans<const double>(parameters);
    const auto state = spans<const double>(state_);
    ForwardPass<double> pass;
    pass.x = inputs[0];
    pass.y = {y_.data(), options_.batch, checked_.output};
    pass.parameters = values;
    pass.scratch = Scratch(scratch_.values());
    pass.threads = options_.threads;
    pass.inputs = inputs;
    pass.state = state;
    pass.epilogue = options_.epilogue;
    pass.kept = kept_.values();
    pass.random = key(100);
    checked_.layer.table->forward(checked_.layer.layer, pass);
  }

  Checked checked_;
  GradientCheckOptions options_;
  Reads reads_;
  LayerMemory memory_;
  Buffer<std::byte> kept_;
  Buffer<std::byte> scratch_;
  std::vector<double> y_;
  std::vector<double> weight_of_y_;
  Vectors state_;

 public:
  Vectors x;  // of each input
  Vectors dx;
  Vectors parameters;
  Vectors gradients;
  std::vector<std::string> names;  // of the parameters
};

/// Nudges each of `values` and compares what the loss does with `gradient`.
inline void compare(Bench& bench, std::vector<double>& values, const std::vector<double>& gradient,
                    const std::string& name, double step, GradientReport& report) {
  double largest = 1.0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    values[i] = value + step;
    const double above = bench.loss();
    values[i] = value - step;
    const double below = bench.loss();
    values[i] = value;
    const double expected = (above - below) / (2.0 * step);
    const double difference = std::abs(gradient[i] - expected) / largest;
    if (difference <= report.worst || std::isnan(report.worst)) continue;
    report.worst = difference;
    report.where = tweed::detail::text(name, "[", static_cast<Index>(i), "]: backward gives ",
                                       gradient[i], ", differences give ", expected);
  }
}

inline GradientReport check_gradients(const Checked& checked, const GradientCheckOptions& options) {
  GradientReport report{.tolerance = options.tolerance};
  Bench bench(checked, options);
  bench.backward();
  const auto dx = bench.dx;
  const auto gradients = bench.gradients;
  for (std::size_t k = 0; k < dx.size(); ++k) {
    const std::string name = k == 0 ? "input" : "input_" + std::to_string(k + 1);
    compare(bench, bench.x[k], dx[k], name, options.step, report);
  }
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    compare(bench, bench.parameters[i], gradients[i], bench.names[i], options.step, report);
  }
  return report;
}

}  // namespace detail

/// Compares a layer's `backward` with central differences of its `forward`, in double, for every
/// input and every parameter. Also finds a gradient that is added to instead of overwritten, and an
/// activation or scratch that is read though the layer says it is not. State is as it starts.
///
///     const auto report = testing::check_gradients(DenseLayer{.units = 3}, {Shape{1, 1, 7}});
///     if (!report.passed()) std::cerr << report.where << '\n';
///
/// Throws Error where the layer does not take the inputs, or an option cannot take effect.
template <LayerValue L>
GradientReport check_gradients(const L& layer, std::initializer_list<Shape> inputs,
                               const GradientCheckOptions& options = {}) {
  using tweed::detail::check_option;
  check_option("GradientCheckOptions", "batch", options.batch, {.from = 1, .to = 1e9});
  check_option("GradientCheckOptions", "step", options.step, {.above = 0});
  check_option("GradientCheckOptions", "tolerance", options.tolerance, {.from = 0});
  check_option("GradientCheckOptions", "threads", options.threads, {.from = 1, .to = 4096});
  const Shapes shapes(inputs.begin(), inputs.size());
  return detail::check_gradients(detail::checked(layer, shapes, options.epilogue), options);
}

/// Checks what may stand in a network's type: `check_gradients<Conv2D<3, 3>>({5, 4, 2})`.
template <Layer L>
GradientReport check_gradients(const Shape& input, const GradientCheckOptions& options = {}) {
  return check_gradients(ValueOf<L>::value, {input}, options);
}

/// Checks one with several inputs: `check_gradients<AddLayer>({{5, 4, 2}, {5, 4, 2}})`.
template <Layer L>
GradientReport check_gradients(std::initializer_list<Shape> inputs,
                               const GradientCheckOptions& options = {}) {
  return check_gradients(ValueOf<L>::value, inputs, options);
}

}  // namespace TWEED_NAMESPACE::testing
