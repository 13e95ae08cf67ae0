#pragma once

#include <tweed/core/layer.hpp>
#include <tweed/core/option.hpp>
#include <tweed/core/parallel.hpp>
#include <tweed/core/text.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tweed::testing {

struct GradientCheckOptions {
  Index batch = 2;
  std::uint64_t seed = 1;
  double step = 1e-5;       ///< of the central differences
  double tolerance = 1e-7;  ///< relative to the largest gradient, or to 1 where all are smaller
  int threads = 2;
};

struct GradientReport {
  double worst = 0.0;      ///< largest relative difference; NaN where the layer left one
  std::string where = {};  ///< "input[17]" or "kernel[3]", and both values
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

/// A layer with all that it needs to run, in double.
template <Layer L>
class Bench {
 public:
  Bench(const Shape& input, const GradientCheckOptions& options)
      : options_(options),
        input_(input),
        output_(L::fit(input).output),
        memory_(memory_of<L, double>(input, options.batch, options.threads)),
        kept_(memory_.kept),
        scratch_(memory_.scratch),
        x(spread_numbers(options.batch * input.size(), key(0))),
        weight_of_y(spread_numbers(options.batch * output_.size(), key(1))) {
    std::uint32_t stream = 2;
    for (const Parameter& parameter : parameters_of<L>(input)) {
      parameters.push_back(spread_numbers(parameter.size(), key(stream++)));
      gradients.emplace_back(parameters.back().size(), nan);
    }
  }

  /// The sum of all outputs, each times a fixed number.
  double loss() {
    run_forward_into(y_);
    double sum = 0.0;
    for (std::size_t i = 0; i < y_.size(); ++i) sum += weight_of_y[i] * y_[i];
    return sum;
  }

  /// Runs backward on memory full of rubbish: gradients must be overwritten, and what the layer
  /// says it does not read must not matter.
  void backward() {
    run_forward_into(y_);
    dx.assign(x.size(), nan);
    for (auto& gradient : gradients) gradient.assign(gradient.size(), nan);
    std::vector<double> dy = weight_of_y;
    std::vector<double> x_seen = x;
    if (!reads_of<L>().input) x_seen.assign(x.size(), nan);
    if (!reads_of<L>().output) y_.assign(y_.size(), nan);
    poison_scratch();
    const auto values = spans<const double>(parameters);
    const auto slots = spans<double>(gradients);
    L::backward(BackwardPass<double>{.x = {x_seen.data(), options_.batch, input_},
                                     .y = {y_.data(), options_.batch, output_},
                                     .dy = {dy.data(), options_.batch, output_},
                                     .dx = {dx.data(), options_.batch, input_},
                                     .parameters = values,
                                     .gradients = slots,
                                     .kept = kept_.values(),
                                     .random = key(100),
                                     .scratch = Scratch(scratch_.values()),
                                     .threads = options_.threads});
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  RandomKey key(std::uint32_t stream) const { return {.seed = options_.seed, .layer = stream}; }

  void poison_scratch() {
    const auto block = scratch_.values();
    std::fill(block.begin(), block.end(), std::byte{0xFF});
  }

  template <class T, class Vectors>
  static auto spans(Vectors& vectors) {
    std::vector<std::span<T>> all;
    for (auto& values : vectors) all.emplace_back(values);
    return all;
  }

  void run_forward_into(std::vector<double>& y) {
    y.assign(static_cast<std::size_t>(options_.batch * output_.size()), nan);
    poison_scratch();
    const auto values = spans<const double>(parameters);
    ForwardPass<double> pass;
    pass.x = {x.data(), options_.batch, input_};
    pass.y = {y.data(), options_.batch, output_};
    pass.parameters = values;
    pass.scratch = Scratch(scratch_.values());
    pass.threads = options_.threads;
    pass.kept = kept_.values();
    pass.random = key(100);
    run_forward<L>(pass);
  }

  GradientCheckOptions options_;
  Shape input_;
  Shape output_;
  LayerMemory memory_;
  Buffer<std::byte> kept_;
  Buffer<std::byte> scratch_;
  std::vector<double> y_;

 public:
  std::vector<double> x;
  std::vector<double> weight_of_y;
  std::vector<double> dx;
  std::vector<std::vector<double>> parameters;
  std::vector<std::vector<double>> gradients;
};

/// Nudges each of `values` and compares what the loss does with `gradient`.
template <Layer L>
void compare(Bench<L>& bench, std::vector<double>& values, const std::vector<double>& gradient,
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

}  // namespace detail

/// Compares a layer's `backward` with central differences of its `forward`, in double, for every
/// input and every parameter. Also finds a gradient that is added to instead of overwritten, and an
/// activation or scratch that is read though the layer says it is not.
///
///     const auto report = testing::check_gradients<Conv2D<3, 3>>({5, 4, 2});
///     if (!report.passed()) std::cerr << report.where << '\n';
///
/// Throws Error where an option leaves nothing to compare.
template <Layer L>
GradientReport check_gradients(const Shape& input, const GradientCheckOptions& options = {}) {
  using tweed::detail::check_option;
  check_option("GradientCheckOptions", "batch", options.batch, {.from = 1, .to = 1e9});
  check_option("GradientCheckOptions", "step", options.step, {.above = 0});
  check_option("GradientCheckOptions", "tolerance", options.tolerance, {.from = 0});
  check_option("GradientCheckOptions", "threads", options.threads, {.from = 1, .to = 4096});
  GradientReport report{.tolerance = options.tolerance};
  detail::Bench<L> bench(input, options);
  bench.backward();
  const std::vector<double> dx = bench.dx;
  const auto gradients = bench.gradients;
  detail::compare(bench, bench.x, dx, "input", options.step, report);
  std::size_t tensor = 0;
  for (const Parameter& parameter : parameters_of<L>(input)) {
    detail::compare(bench, bench.parameters[tensor], gradients[tensor], std::string(parameter.name),
                    options.step, report);
    ++tensor;
  }
  return report;
}

}  // namespace tweed::testing
