#pragma once

#include <tweed/kernels/conv/transformed.hpp>
#include <support/convolution_run.hpp>

#include <cmath>

namespace tests {

/// The passes of a transformed algorithm, for `run_passes`.
template <template <class> class Algorithm, class T>
struct TransformedPasses {
  tweed::kernels::conv::Geometry g;
  Index batch;
  int threads;

  Index kept_bytes() const { return Algorithm<T>::kept_bytes(g, batch); }
  Index forward_bytes() const { return Algorithm<T>::forward_bytes(g, batch, threads); }
  Index backward_bytes() const { return Algorithm<T>::backward_bytes(g, batch, threads); }
  void forward(const tweed::kernels::conv::Forward<T>& pass) const {
    Algorithm<T>::forward(g, pass);
  }
  void backward(const tweed::kernels::conv::Backward<T>& pass) const {
    Algorithm<T>::backward(g, pass);
  }
};

template <template <class> class Algorithm, class T>
PassResults<T> run_transformed(const ConvolutionSample& s, tweed::kernels::Activation activation,
                               int threads, bool with_dx = true) {
  const TransformedPasses<Algorithm, T> passes{geometry_of(s.c), s.c.batch, threads};
  return run_passes<T>(passes, s, activation, threads, with_dx);
}

inline std::vector<double> bias_gradient_of(const ConvolutionSample& s) {
  std::vector<double> sums(static_cast<std::size_t>(s.c.filters));
  for (std::size_t i = 0; i < s.dy.size(); ++i) sums[i % sums.size()] += s.dy[i];
  return sums;
}

/// The largest difference relative to the largest value, or to what a sum of so many random
/// products is about where all are smaller: the transforms' rounding errors follow their input, and
/// a single sum may cancel.
template <class T>
double error_of(const std::vector<T>& found, const std::vector<double>& expected, Index terms) {
  double worst = 0.0;
  double largest = std::sqrt(static_cast<double>(terms)) / 3.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (!(difference <= worst)) worst = difference;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return worst == 0.0 ? 0.0 : worst / largest;
}

template <template <class> class Algorithm, class T>
void check_transformed(const ConvolutionSample& s, int threads, double tolerance) {
  const auto g = geometry_of(s.c);
  const Index pixels = s.c.batch * g.output_pixels();
  CAPTURE(to_string(s.c));
  CAPTURE(sizeof(T));
  const auto plain = run_transformed<Algorithm, T>(s, tweed::kernels::Activation::none, threads);
  CHECK(error_of(plain.y, s.y, g.taps() * g.channels) < tolerance);
  CHECK(same_bits(plain.y_inferred, plain.y));
  CHECK(error_of(plain.dx, s.dx, g.taps() * g.filters) < tolerance);
  CHECK(error_of(plain.kernel_gradient, s.kernel_gradient, pixels) < tolerance);
  CHECK(error_of(plain.bias_gradient, bias_gradient_of(s), pixels) < tolerance);

  // Behind a ReLU the gradient counts where y is positive.
  ConvolutionSample masked = s;
  const auto with_relu =
      run_transformed<Algorithm, T>(s, tweed::kernels::Activation::relu, threads);
  CHECK(same_bits(with_relu.y, rectified(plain.y)));
  for (std::size_t i = 0; i < masked.dy.size(); ++i) {
    if (!(plain.y[i] > T{})) masked.dy[i] = 0.0;
  }
  const auto expected =
      run_transformed<Algorithm, T>(masked, tweed::kernels::Activation::none, threads);
  CHECK(same_bits(with_relu.dx, expected.dx));
  CHECK(same_bits(with_relu.kernel_gradient, expected.kernel_gradient));
  CHECK(same_bits(with_relu.bias_gradient, expected.bias_gradient));
}

/// Whether 1, 2, 3 and 8 threads give the same bits.
template <template <class> class Algorithm>
void check_transformed_threads(const ConvolutionCase& c) {
  using tweed::kernels::Activation;
  CAPTURE(to_string(c));
  const ConvolutionSample sample(c);
  const auto one = run_transformed<Algorithm, float>(sample, Activation::relu, 1);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    const auto more = run_transformed<Algorithm, float>(sample, Activation::relu, threads);
    check_same_bits(more, one);
  }
}

}  // namespace tests
