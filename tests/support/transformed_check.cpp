#include <tweed/kernels/conv/transformed.hpp>
#include <tweed/kernels/kernels.hpp>
#include <support/transformed_check.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

namespace tests {

using tweed::kernels::Activation;
using namespace tweed::kernels::conv;
namespace conv = tweed::kernels::conv;

namespace {

/// The passes of a transform, for `run_passes`.
template <class T>
struct TransformedPasses {
  tweed::Algorithm algorithm;
  Geometry g;
  Index batch;
  int threads;

  template <class Body>
  Index bytes(const Body& body) const {
    Index bytes = 0;
    Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) {
      if constexpr (requires { A::kind(g); }) bytes = body(typename A::template Kernels<T>{});
    });
    return bytes;
  }
  Index kept_bytes() const {
    return bytes([&](auto kernels) { return kernels.kept_bytes(g, batch); });
  }
  Index forward_bytes() const {
    return bytes([&](auto kernels) { return kernels.forward_bytes(g, batch, threads); });
  }
  Index backward_bytes() const {
    return bytes([&](auto kernels) { return kernels.backward_bytes(g, batch, threads); });
  }
  void forward(const Forward<T>& pass) const {
    conv::chosen::forward<T, Family::dense_3x3>(algorithm, g, pass);
  }
  void backward(const Backward<T>& pass) const {
    conv::chosen::backward<T, Family::dense_3x3>(algorithm, g, pass);
  }
};

std::vector<double> bias_gradient_of(const ConvolutionSample& s) {
  std::vector<double> sums(static_cast<std::size_t>(s.c.filters));
  for (std::size_t i = 0; i < s.dy.size(); ++i) sums[i % sums.size()] += s.dy[i];
  return sums;
}

}  // namespace

template <class T>
PassResults<T> run_transformed(tweed::Algorithm algorithm, const ConvolutionSample& s,
                               Activation activation, int threads, bool with_dx) {
  const TransformedPasses<T> passes{algorithm, geometry_of(s.c), s.c.batch, threads};
  return run_passes<T>(passes, s, activation, threads, with_dx);
}

template <class T>
void check_transformed(tweed::Algorithm algorithm, const ConvolutionSample& s, int threads,
                       double tolerance) {
  const auto g = geometry_of(s.c);
  const Index pixels = s.c.batch * g.output_pixels();
  CAPTURE(to_string(s.c));
  CAPTURE(sizeof(T));
  const auto plain = run_transformed<T>(algorithm, s, Activation::none, threads);
  CHECK(error_of(plain.y, s.y, g.taps() * g.channels) < tolerance);
  CHECK(same_bits(plain.y_inferred, plain.y));
  CHECK(error_of(plain.dx, s.dx, g.taps() * g.filters) < tolerance);
  CHECK(error_of(plain.kernel_gradient, s.kernel_gradient, pixels) < tolerance);
  CHECK(error_of(plain.bias_gradient, bias_gradient_of(s), pixels) < tolerance);

  // Behind a ReLU the gradient counts where y is positive.
  ConvolutionSample masked = s;
  const auto with_relu = run_transformed<T>(algorithm, s, Activation::relu, threads);
  CHECK(same_bits(with_relu.y, rectified(plain.y)));
  for (std::size_t i = 0; i < masked.dy.size(); ++i) {
    if (!(plain.y[i] > T{})) masked.dy[i] = 0.0;
  }
  const auto expected = run_transformed<T>(algorithm, masked, Activation::none, threads);
  CHECK(same_bits(with_relu.dx, expected.dx));
  CHECK(same_bits(with_relu.kernel_gradient, expected.kernel_gradient));
  CHECK(same_bits(with_relu.bias_gradient, expected.bias_gradient));
}

void check_transformed_threads(tweed::Algorithm algorithm, const ConvolutionCase& c) {
  CAPTURE(to_string(c));
  const ConvolutionSample sample(c);
  const auto one = run_transformed<float>(algorithm, sample, Activation::relu, 1);
  for (const int threads : {2, 3, 8, 16}) {
    CAPTURE(threads);
    const auto more = run_transformed<float>(algorithm, sample, Activation::relu, threads);
    check_same_bits(more, one);
  }
}

template PassResults<float> run_transformed(tweed::Algorithm, const ConvolutionSample&, Activation,
                                            int, bool);
template PassResults<double> run_transformed(tweed::Algorithm, const ConvolutionSample&, Activation,
                                             int, bool);
template void check_transformed<float>(tweed::Algorithm, const ConvolutionSample&, int, double);
template void check_transformed<double>(tweed::Algorithm, const ConvolutionSample&, int, double);

}  // namespace tests
