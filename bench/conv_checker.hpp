#pragma once

#include "conv_candidate.hpp"
#include "conv_suites.hpp"

#include <tweed/core/error.hpp>
#include <tweed/kernels/conv/reference.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <string>

namespace tweed::bench {

/// The largest difference, relative to the largest expected value; NaN where there is one.
inline double relative_error(std::span<const float> found, std::span<const double> expected) {
  double worst = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (!(difference <= worst)) worst = difference;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return worst / largest;
}

/// Compares results on a few samples with those of the reference algorithm in double.
class ConvChecker {
 public:
  /// The largest relative error of the work's results. Throws tweed::Error where that is more than
  /// the candidate's tolerance.
  double error(const ConvCase& example, const Candidate& candidate, Work work, int threads) {
    const std::string label = example.name + "/" + name(work) + "/" + candidate.name + " with " +
                              std::to_string(threads) + (threads == 1 ? " thread" : " threads");
    const auto known = errors_.find(label);
    if (known != errors_.end()) return known->second;
    return errors_[label] = checked_error(example, candidate, work, threads, label);
  }

 private:
  static constexpr Index checked_batch = 3;

  double checked_error(const ConvCase& example, const Candidate& candidate, Work work, int threads,
                       const std::string& label) {
    ConvTensors<float> found(example.geometry, checked_batch, !example.is_first);
    const auto convolution = candidate.ready(found, work, threads);
    convolution->run();
    convolution->store();
    const auto& right = expected(example);
    const auto& g = example.geometry;
    double worst = 0.0;
    const auto check = [&](const char* what, Index terms, const Buffer<float>& is,
                           const Buffer<double>& be) {
      const double error = relative_error(is.values(), be.values());
      const double most = candidate.tolerance * growth(terms);
      if (!(error <= most)) fail(label, what, error, most);
      worst = std::max(worst, error);
    };
    check("the output", g.taps() * g.group_channels(), found.y, right.y);
    if (work == Work::forward) return worst;
    const Index pixels = checked_batch * g.output_pixels();
    if (found.wants_dx)
      check("the input gradient", g.taps() * g.group_filters(), found.dx, right.dx);
    check("the kernel gradient", pixels, found.kernel_gradient, right.kernel_gradient);
    check("the bias gradient", pixels, found.bias_gradient, right.bias_gradient);
    return worst;
  }

  /// Rounding errors of a sum grow with the square root of its terms. A tolerance holds as it is up
  /// to 512 of them.
  static double growth(Index terms) {
    return std::sqrt(std::max(1.0, static_cast<double>(terms) / 512.0));
  }

  [[noreturn]] static void fail(const std::string& label, const char* what, double error,
                                double tolerance) {
    std::ostringstream text;
    text << label << " is wrong: the relative error of " << what << " is " << error << ", at most "
         << tolerance << " is right";
    throw Error(text.str());
  }

  /// Made once for each convolution: they are asked for one after the other.
  const ConvTensors<double>& expected(const ConvCase& example) {
    if (expected_name_ == example.name) return *expected_;
    const auto& g = example.geometry;
    expected_ = std::make_unique<ConvTensors<double>>(g, checked_batch, !example.is_first);
    expected_name_ = example.name;
    using Reference = conv::PerImage<double, conv::Reference<double>>;
    const int threads = default_threads();
    Buffer<std::byte> scratch(std::max(Reference::forward_bytes(g, checked_batch, threads),
                                       Reference::backward_bytes(g, checked_batch, threads)));
    auto forward = expected_->forward(threads);
    forward.scratch = Scratch(scratch.values());
    Reference::forward(g, forward);
    auto backward = expected_->backward(threads);
    backward.scratch = Scratch(scratch.values());
    Reference::backward(g, backward);
    return *expected_;
  }

  std::map<std::string, double> errors_;
  std::string expected_name_;
  std::unique_ptr<ConvTensors<double>> expected_;
};

}  // namespace tweed::bench
