#include <tweed/kernels/conv/fft.hpp>
#include <support/convolution_check.hpp>

#include <cmath>

using tests::ConvolutionCase;
using tests::ConvolutionSample;
using tests::Guarded;
using tweed::Index;
using tweed::kernels::Activation;
using tweed::kernels::conv::Backward;
using tweed::kernels::conv::Fft;

namespace {

template <class T>
struct Result {
  std::vector<T> y, y_inferred, dx, kernel_gradient, bias_gradient;
};

/// All passes, in exactly as much memory as they ask for.
template <class T>
Result<T> run_fft(const ConvolutionSample& s, Activation activation, int threads,
                  bool with_dx = true) {
  const auto g = tests::geometry_of(s.c);
  const Index batch = s.c.batch;
  const auto x = tests::converted<T>(s.x);
  const auto kernel = tests::converted<T>(s.kernel);
  const auto bias = tests::converted<T>(s.bias);
  auto dy = tests::converted<T>(s.dy);
  Guarded<std::byte> kept(Fft<T>::kept_bytes(g, batch));
  Guarded<T> y(batch * g.output_size());
  const auto forward = [&](std::byte* kept_memory) {
    Guarded<std::byte> scratch(Fft<T>::scratch_bytes(g, batch, threads));
    Fft<T>::forward(g, {.batch = batch,
                        .x = x.data(),
                        .kernel = kernel.data(),
                        .bias = bias.data(),
                        .y = y.data(),
                        .activation = activation,
                        .kept = kept_memory,
                        .scratch = tweed::Scratch(scratch.values()),
                        .threads = threads});
    CHECK(scratch.intact());
    CHECK(kept.intact());
    CHECK(y.intact());
    return y.copy();
  };
  Result<T> result;
  result.y_inferred = forward(nullptr);
  result.y = forward(kept.data());
  Guarded<T> dx(batch * g.input_size());
  Guarded<T> kernel_gradient(g.kernel_size());
  Guarded<T> bias_gradient(g.filters);
  Guarded<std::byte> scratch(Fft<T>::scratch_bytes(g, batch, threads));
  Fft<T>::backward(g, {.batch = batch,
                       .x = x.data(),
                       .kernel = kernel.data(),
                       .y = result.y.data(),
                       .dy = dy.data(),
                       .dx = with_dx ? dx.data() : nullptr,
                       .kernel_gradient = kernel_gradient.data(),
                       .bias_gradient = bias_gradient.data(),
                       .activation = activation,
                       .kept = kept.data(),
                       .scratch = tweed::Scratch(scratch.values()),
                       .threads = threads});
  CHECK(scratch.intact());
  CHECK(dx.intact());
  CHECK(kernel_gradient.intact());
  CHECK(bias_gradient.intact());
  result.dx = dx.copy();
  result.kernel_gradient = kernel_gradient.copy();
  result.bias_gradient = bias_gradient.copy();
  return result;
}

std::vector<double> bias_gradient_of(const ConvolutionSample& s) {
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

template <class T>
void check(const ConvolutionSample& s, int threads, double tolerance) {
  const auto g = tests::geometry_of(s.c);
  const Index pixels = s.c.batch * g.output_pixels();
  CAPTURE(to_string(s.c));
  CAPTURE(sizeof(T));
  const auto plain = run_fft<T>(s, Activation::none, threads);
  CHECK(error_of(plain.y, s.y, g.taps() * g.channels) < tolerance);
  CHECK(tests::same_bits(plain.y_inferred, plain.y));
  CHECK(error_of(plain.dx, s.dx, g.taps() * g.filters) < tolerance);
  CHECK(error_of(plain.kernel_gradient, s.kernel_gradient, pixels) < tolerance);
  CHECK(error_of(plain.bias_gradient, bias_gradient_of(s), pixels) < tolerance);

  // Behind a ReLU the gradient counts where y is positive.
  ConvolutionSample masked = s;
  const auto rectified = run_fft<T>(s, Activation::relu, threads);
  CHECK(tests::same_bits(rectified.y, tests::rectified(plain.y)));
  for (std::size_t i = 0; i < masked.dy.size(); ++i) {
    if (!(plain.y[i] > T{})) masked.dy[i] = 0.0;
  }
  const auto expected = run_fft<T>(masked, Activation::none, threads);
  CHECK(tests::same_bits(rectified.dx, expected.dx));
  CHECK(tests::same_bits(rectified.kernel_gradient, expected.kernel_gradient));
  CHECK(tests::same_bits(rectified.bias_gradient, expected.bias_gradient));
}

void check(const ConvolutionCase& c, int threads) {
  const ConvolutionSample sample(c);
  check<float>(sample, threads, 2e-6);
  check<double>(sample, threads, tests::rounding<double>);
}

}  // namespace

TEST_CASE("fft: special geometries agree with the naive convolution") {
  int checked = 0;
  for (const auto& c : tests::special_convolutions()) {
    if (!Fft<float>::supports(tests::geometry_of(c))) continue;
    check(c, 2);
    ++checked;
  }
  CHECK(checked >= 10);
}

TEST_CASE("fft: random geometries agree with the naive convolution") {
  int checked = 0;
  for (auto c : tests::random_convolutions(300, 23)) {
    c.stride = {1, 1};
    if (c.batch * tests::geometry_of(c).multiplications() > 600'000) continue;
    check(c, checked % 3 + 1);
    ++checked;
  }
  CHECK(checked >= 200);
}

TEST_CASE("fft: each transform size, whole images and tiles") {
  using enum tweed::Padding;
  for (const ConvolutionCase& c : {
           ConvolutionCase{3, 6, 6, 5, 9, 5},                    // 8, whole
           ConvolutionCase{3, 7, 7, 9, 5, 5},                    // 9, whole
           ConvolutionCase{2, 14, 14, 3, 8, 5},                  // 16, whole
           ConvolutionCase{1, 28, 28, 2, 3, 5},                  // 32, whole
           ConvolutionCase{2, 40, 23, 2, 3, 3},                  // tiles
           ConvolutionCase{1, 61, 5, 3, 2, {7, 2}, 1, valid},    // tiles one way, whole the other
           ConvolutionCase{1, 20, 20, 1, 1, {16, 16}, 1, valid}  // a kernel of many taps
       }) {
    check(c, 2);
  }
}

TEST_CASE("fft: any number of threads gives the same bits") {
  for (const ConvolutionCase& c :
       {ConvolutionCase{21, 7, 6, 9, 11, 3}, ConvolutionCase{2, 40, 30, 5, 6, 5}}) {
    CAPTURE(to_string(c));
    const ConvolutionSample sample(c);
    const auto one = run_fft<float>(sample, Activation::relu, 1);
    for (const int threads : {2, 3, 8}) {
      const auto more = run_fft<float>(sample, Activation::relu, threads);
      CHECK(tests::same_bits(more.y, one.y));
      CHECK(tests::same_bits(more.dx, one.dx));
      CHECK(tests::same_bits(more.kernel_gradient, one.kernel_gradient));
      CHECK(tests::same_bits(more.bias_gradient, one.bias_gradient));
    }
  }
}

TEST_CASE("fft: batches of several blocks") {
  const ConvolutionCase c{300, 28, 28, 1, 2, 5};
  const auto g = tests::geometry_of(c);
  REQUIRE(tweed::kernels::fft::Layout<float>(g, c.batch).blocks() > 1);
  const ConvolutionSample sample(c);
  const auto result = run_fft<float>(sample, Activation::none, 2);
  CHECK(tests::relative_error(result.y, sample.y) < 2e-6);
  CHECK(tests::relative_error(result.dx, sample.dx) < 2e-6);
  CHECK(tests::relative_error(result.kernel_gradient, sample.kernel_gradient) < 2e-6);
}

TEST_CASE("fft: the first layer needs no input gradient") {
  const ConvolutionSample sample({3, 9, 8, 4, 5, 3});
  const auto with = run_fft<float>(sample, Activation::none, 2);
  const auto without = run_fft<float>(sample, Activation::none, 2, false);
  CHECK(tests::same_bits(with.kernel_gradient, without.kernel_gradient));
  CHECK(tests::same_bits(with.bias_gradient, without.bias_gradient));
}

TEST_CASE("fft: strides are not for it") {
  CHECK_FALSE(Fft<float>::supports(tests::geometry_of({2, 8, 8, 3, 4, 3, 2})));
  CHECK_FALSE(Fft<float>::supports(tests::geometry_of({1, 40, 40, 3, 4, {33, 3}})));
}
