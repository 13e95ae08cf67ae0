#include <tweed/kernels/chosen_kernels.hpp>
#include <tweed/kernels/conv/convolution.hpp>
#include <support/convolution_run.hpp>

#include <algorithm>
#include <cmath>
#include <string>

using tests::ConvolutionSample;
using tests::Index;
using tests::largest_difference;
using tests::relative_error;
using tests::same_bits;
using namespace tweed::kernels::conv;
namespace conv = tweed::kernels::conv;
using tweed::Algorithm;
using tweed::kernels::Activation;

namespace {

/// The passes of an algorithm as a layer calls them, for `run_passes`.
struct Passes {
  Algorithm algorithm;
  Geometry g;
  Index batch;
  int threads;

  Index kept_bytes() const { return conv::kept_bytes<float>(algorithm, g, batch); }
  Index forward_bytes() const { return conv::scratch_bytes<float>(algorithm, g, batch, threads); }
  Index backward_bytes() const { return forward_bytes(); }
  void forward(const Forward<float>& pass) const {
    conv::prebuilt::forward<float, conv::Family::any>(algorithm, g, pass);
  }
  void backward(const Backward<float>& pass) const {
    conv::prebuilt::backward<float, conv::Family::any>(algorithm, g, pass);
  }
};

tests::PassResults<float> run(Algorithm algorithm, const ConvolutionSample& s,
                              Activation activation, int threads, bool with_dx = true,
                              bool with_bias = true) {
  const Passes passes{algorithm, tests::geometry_of(s.c), s.c.batch, threads};
  return tests::run_passes<float>(passes, s, activation, threads, with_dx, with_bias);
}

/// Winograd's products lose more digits, the larger tiles most.
double float_tolerance(Algorithm algorithm) {
  if (algorithm == Algorithm::winograd4) return 4e-6;
  if (algorithm == Algorithm::winograd6) return 1e-5;
  return tests::rounding<float>;
}

/// What must come out, where backward sees the zeros of `y`.
void check(Algorithm algorithm, const ConvolutionSample& s, Activation activation) {
  CAPTURE(to_string(s.c));
  CAPTURE(std::string(name(algorithm)));
  const auto result = run(algorithm, s, activation, 2);
  std::vector<double> dy = s.dy;
  if (activation == Activation::relu) {
    for (std::size_t i = 0; i < dy.size(); ++i) dy[i] = result.y[i] > 0.0F ? dy[i] : 0.0;
  }
  const double tolerance = float_tolerance(algorithm);
  const auto y = activation == Activation::relu ? tests::rectified(s.y) : s.y;
  CHECK(same_bits(result.y_inferred, result.y));
  CHECK(largest_difference(result.y, y) <= tolerance * tests::largest(s.y));
  CHECK(relative_error(result.dx, s.naive.input_gradient(s.kernel, dy)) < tolerance);
  CHECK(relative_error(result.kernel_gradient, s.naive.kernel_gradient(s.x, dy)) < tolerance);
  // Sums of this many numbers below 1, which may cancel each other.
  const auto terms = static_cast<double>(s.c.batch * tests::geometry_of(s.c).output_pixels());
  CHECK(largest_difference(result.bias_gradient, s.naive.bias_gradient(dy)) <= tolerance * terms);
}

/// Whether the memory of a batch is the most that any batch up to it takes, for all batches up to
/// `last`.
template <class T>
bool is_largest_memory(const Geometry& g, Index last) {
  bool is_right = true;
  Index kept = 0;
  Index scratch = 0;
  for (Index batch = 0; batch <= last; ++batch) {
    const Algorithm algorithm = select(g, batch);
    kept = std::max(kept, kept_bytes<T>(algorithm, g, batch));
    scratch = std::max(scratch, scratch_bytes<T>(algorithm, g, batch, 3));
    is_right &= largest_kept_bytes<T>(g, batch, Algorithm::automatic) == kept;
    is_right &= largest_scratch_bytes<T>(g, batch, 3, Algorithm::automatic) == scratch;
  }
  return is_right;
}

/// All gradients of a large batch of numbers.
std::vector<float> gradients(Algorithm algorithm, const Geometry& g, Index batch, int threads) {
  const auto x = tests::numbers<float>(batch * g.input_size(), 1);
  const auto kernel = tests::numbers<float>(g.kernel_size(), 2);
  const auto bias = tests::numbers<float>(g.filters, 3);
  const auto dy = tests::numbers<float>(batch * g.output_size(), 4);
  tests::Guarded<std::byte> kept(conv::kept_bytes<float>(algorithm, g, batch));
  tests::Guarded<std::byte> scratch(conv::scratch_bytes<float>(algorithm, g, batch, threads));
  std::vector<float> y(dy.size());
  conv::prebuilt::forward<float, conv::Family::any>(algorithm, g,
                                                    {.batch = batch,
                                                     .x = x.data(),
                                                     .kernel = kernel.data(),
                                                     .bias = bias.data(),
                                                     .y = y.data(),
                                                     .kept = kept.values(),
                                                     .scratch = tweed::Scratch(scratch.values()),
                                                     .threads = threads});
  std::vector<float> result(x.size() + kernel.size() + bias.size());
  float* const dx = result.data();
  conv::prebuilt::backward<float, conv::Family::any>(
      algorithm, g,
      {.batch = batch,
       .x = x.data(),
       .kernel = kernel.data(),
       .y = nullptr,
       .dy = dy.data(),
       .dx = dx,
       .kernel_gradient = dx + x.size(),
       .bias_gradient = dx + x.size() + kernel.size(),
       .kept = kept.values(),
       .scratch = tweed::Scratch(scratch.values()),
       .threads = threads});
  CHECK(kept.intact());
  CHECK(scratch.intact());
  return result;
}

}  // namespace

TEST_CASE("convolution: every algorithm agrees with the naive convolution, with ReLU and without") {
  for (const auto& c : std::vector<tests::ConvolutionCase>{{0, 5, 4, 3, 2, 3},
                                                           {1, 1, 1, 1, 1, 1},
                                                           {9, 6, 5, 3, 17, 3},
                                                           {2, 7, 8, 10, 4, {2, 5}, {2, 1}}}) {
    const ConvolutionSample sample(c);
    for (const Algorithm algorithm : Algorithms::values) {
      if (!can_run(algorithm, tests::geometry_of(c))) continue;
      check(algorithm, sample, Activation::none);
      check(algorithm, sample, Activation::relu);
    }
  }
}

TEST_CASE("convolution: the selected algorithm agrees with the naive convolution") {
  for (const auto& c : tests::random_convolutions(150, 14)) {
    const auto algorithm = select(tests::geometry_of(c), c.batch);
    check(algorithm, ConvolutionSample(c), Activation::relu);
  }
}

TEST_CASE("convolution: without an input gradient the others are the same") {
  const ConvolutionSample sample({3, 6, 5, 4, 7, 3});
  for (const Algorithm algorithm : Algorithms::values) {
    if (!can_run(algorithm, tests::geometry_of(sample.c))) continue;
    const auto all = run(algorithm, sample, Activation::relu, 2);
    const auto without = run(algorithm, sample, Activation::relu, 2, false);
    CHECK(same_bits(without.kernel_gradient, all.kernel_gradient));
    CHECK(same_bits(without.bias_gradient, all.bias_gradient));
  }
}

TEST_CASE("convolution: no bias is as good as one of zeros") {
  for (const auto& c : std::vector<tests::ConvolutionCase>{{0, 5, 4, 3, 2, 3},
                                                           {1, 1, 1, 1, 1, 1},
                                                           {9, 6, 5, 3, 17, 3},
                                                           {2, 7, 8, 10, 34, {2, 5}, {2, 1}},
                                                           {1, 40, 23, 5, 6, 3}}) {
    CAPTURE(to_string(c));
    ConvolutionSample sample(c);
    std::ranges::fill(sample.bias, 0.0);
    for (const Algorithm algorithm : Algorithms::values) {
      if (!can_run(algorithm, tests::geometry_of(c))) continue;
      CAPTURE(std::string(name(algorithm)));
      for (const Activation activation : {Activation::none, Activation::relu}) {
        const auto zeros = run(algorithm, sample, activation, 3);
        const auto none = run(algorithm, sample, activation, 3, true, false);
        CHECK(same_bits(none.y, zeros.y));
        CHECK(same_bits(none.y_inferred, zeros.y_inferred));
        CHECK(same_bits(none.dx, zeros.dx));
        CHECK(same_bits(none.kernel_gradient, zeros.kernel_gradient));
        const auto is_nan = [](float value) { return std::isnan(value); };
        CHECK(std::ranges::all_of(none.bias_gradient, is_nan));
      }
    }
  }
}

TEST_CASE("convolution: any number of threads gives the same bits") {
  for (const auto& c :
       std::vector<tests::ConvolutionCase>{{21, 9, 7, 3, 18, 3}, {21, 9, 7, 20, 18, 3}}) {
    const ConvolutionSample sample(c);
    const auto algorithm = select(tests::geometry_of(c), c.batch);
    const auto one = run(algorithm, sample, Activation::relu, 1);
    for (const int threads : {2, 3, 8, 16}) {
      CAPTURE(threads);
      const auto more = run(algorithm, sample, Activation::relu, threads);
      tests::check_same_bits(more, one);
    }
  }
}

TEST_CASE("convolution: any number of threads gives the same bits in more than eight parts") {
  struct Large {
    Algorithm algorithm;
    tests::ConvolutionCase c;
  };
  for (const Large& large : std::vector<Large>{{Algorithm::direct, {19, 128, 96, 8, 48, 5}},
                                               {Algorithm::winograd4, {19, 113, 111, 32, 32, 3}}}) {
    const auto& c = large.c;
    CAPTURE(to_string(c));
    const auto g = tests::geometry_of(c);
    REQUIRE(conv::gradient_parts(g, c.batch, g.kernel_size() * 4).count() == 16);
    const auto one = gradients(large.algorithm, g, c.batch, 1);
    for (const int threads : {2, 3, 8, 16}) {
      CAPTURE(threads);
      CHECK(same_bits(gradients(large.algorithm, g, c.batch, threads), one));
    }
  }
}

TEST_CASE("convolution: memory for a batch is the most that any smaller one takes") {
  auto cases = tests::random_convolutions(40, 15);
  cases.push_back({.height = 14, .width = 14, .channels = 32, .filters = 64, .kernel = 5});
  cases.push_back({.height = 7, .width = 7, .channels = 64, .filters = 128, .kernel = 5});
  // A small batch keeps tiles, a large one makes them again.
  cases.push_back({.height = 28, .width = 28, .channels = 128, .filters = 128, .kernel = 3});
  cases.push_back({.height = 14, .width = 14, .channels = 64, .filters = 64, .kernel = 7});
  // The slots of a small batch are shared out, the images of a large one.
  cases.push_back({.height = 14, .width = 14, .channels = 256, .filters = 256, .kernel = 3});
  cases.push_back({.height = 56, .width = 56, .channels = 64, .filters = 64, .kernel = 3});
  for (const auto& c : cases) {
    CAPTURE(to_string(c));
    CHECK(is_largest_memory<float>(tests::geometry_of(c), 300));
    CHECK(is_largest_memory<double>(tests::geometry_of(c), 70));
  }
}

TEST_CASE("convolution: the memory of huge batches is soon known") {
  for (const auto& c : std::vector<tests::ConvolutionCase>{
           {.height = 14, .width = 14, .channels = 32, .kernel = 5},
           {.height = 28, .width = 28, .filters = 6, .kernel = 5}}) {
    const auto g = tests::geometry_of(c);
    CHECK(largest_kept_bytes<float>(g, 1'000'000'000, Algorithm::automatic) >= 0);
    CHECK(largest_scratch_bytes<float>(g, 1'000'000'000, 2, Algorithm::automatic) > 0);
  }
}
