#include <tweed/kernels/conv/convolution.hpp>
#include <support/convolution_check.hpp>

#include <string>

using tests::ConvolutionSample;
using tests::Guarded;
using tests::Index;
using tests::largest_difference;
using tests::relative_error;
using tests::same_bits;
using namespace tweed::kernels::conv;
using tweed::Algorithm;
using tweed::kernels::Activation;

namespace {

struct Result {
  std::vector<float> y, dx, kernel_gradient, bias_gradient;
};

/// Forward and backward as a layer calls them, in memory full of NaN, with no byte of scratch more
/// than the plan asks for.
Result run(const Plan& plan, const ConvolutionSample& s, Activation activation, int threads,
           bool input_gradient = true) {
  const auto g = tests::geometry_of(s.c);
  const auto x = tests::converted<float>(s.x);
  const auto kernel = tests::converted<float>(s.kernel);
  const auto bias = tests::converted<float>(s.bias);
  Guarded<std::byte> scratch(scratch_bytes<float>(plan, g, s.c.batch, threads));
  Guarded<std::byte> kept(kept_bytes<float>(plan, g, s.c.batch));
  Guarded<float> y(s.c.batch * g.output_size());
  const auto dy = tests::converted<float>(s.dy);
  Guarded<float> dx(s.c.batch * g.input_size());
  Guarded<float> kernel_gradient(g.kernel_size());
  Guarded<float> bias_gradient(g.filters);
  forward<float>(plan, g,
                 {.batch = s.c.batch,
                  .x = x.data(),
                  .kernel = kernel.data(),
                  .bias = bias.data(),
                  .y = y.data(),
                  .activation = activation,
                  .kept = kept.data(),
                  .scratch = tweed::Scratch(scratch.values()),
                  .threads = threads});
  std::ranges::fill(scratch.values(), std::byte{0xFF});
  backward<float>(plan, g,
                  {.batch = s.c.batch,
                   .x = x.data(),
                   .kernel = kernel.data(),
                   .y = activation == Activation::relu ? y.data() : nullptr,
                   .dy = dy.data(),
                   .dx = input_gradient ? dx.data() : nullptr,
                   .kernel_gradient = kernel_gradient.data(),
                   .bias_gradient = bias_gradient.data(),
                   .activation = activation,
                   .kept = kept.data(),
                   .scratch = tweed::Scratch(scratch.values()),
                   .threads = threads});
  for (const bool intact : {scratch.intact(), kept.intact(), y.intact(), dx.intact(),
                            kernel_gradient.intact(), bias_gradient.intact()}) {
    CHECK(intact);
  }
  return {y.copy(), dx.copy(), kernel_gradient.copy(), bias_gradient.copy()};
}

/// Winograd's products lose more digits, the larger tiles most.
double float_tolerance(const Plan& plan) {
  if (plan.forward == Algorithm::winograd4) return 4e-6;
  if (plan.forward == Algorithm::winograd6) return 1e-5;
  return tests::rounding<float>;
}

/// What must come out, where backward sees the zeros of `y`.
void check(const Plan& plan, const ConvolutionSample& s, Activation activation) {
  CAPTURE(to_string(s.c));
  CAPTURE(std::string(name(plan.forward)));
  CAPTURE(std::string(name(plan.input_gradient)));
  CAPTURE(std::string(name(plan.kernel_gradient)));
  const auto result = run(plan, s, activation, 2);
  std::vector<double> dy = s.dy;
  if (activation == Activation::relu) {
    for (std::size_t i = 0; i < dy.size(); ++i) dy[i] = result.y[i] > 0.0F ? dy[i] : 0.0;
  }
  const double tolerance = float_tolerance(plan);
  const auto y = activation == Activation::relu ? tests::rectified(s.y) : s.y;
  CHECK(largest_difference(result.y, y) <= tolerance * tests::largest(s.y));
  CHECK(relative_error(result.dx, s.naive.input_gradient(s.kernel, dy)) < tolerance);
  CHECK(relative_error(result.kernel_gradient, s.naive.kernel_gradient(s.x, dy)) < tolerance);
  // Sums of this many numbers below 1, which may cancel each other.
  const auto terms = static_cast<double>(s.c.batch * tests::geometry_of(s.c).output_pixels());
  CHECK(largest_difference(result.bias_gradient, s.naive.bias_gradient(dy)) <= tolerance * terms);
}

std::vector<Plan> all_plans() {
  std::vector<Plan> plans;
  for (const auto algorithm : {Algorithm::im2col, Algorithm::direct, Algorithm::fft,
                               Algorithm::winograd4, Algorithm::winograd6}) {
    plans.push_back(plan_of(algorithm));
  }
  return plans;
}

/// Whether memory for `largest` samples is enough for `batch` of them.
template <class T>
bool fits(const Plan& plan, const Geometry& g, Index batch, Index largest) {
  return kept_bytes<T>(plan, g, batch) <= largest_kept_bytes<T>(g, largest, Algorithm::automatic) &&
         scratch_bytes<T>(plan, g, batch, 3) <=
             largest_scratch_bytes<T>(g, largest, 3, Algorithm::automatic);
}

}  // namespace

TEST_CASE("convolution: every plan agrees with the naive convolution, with ReLU and without") {
  for (const auto& c : std::vector<tests::ConvolutionCase>{{0, 5, 4, 3, 2, 3},
                                                           {1, 1, 1, 1, 1, 1},
                                                           {9, 6, 5, 3, 17, 3},
                                                           {2, 7, 8, 10, 4, {2, 5}, {2, 1}}}) {
    const ConvolutionSample sample(c);
    for (const Plan& plan : all_plans()) {
      if (!can_run(plan.forward, tests::geometry_of(c))) continue;
      check(plan, sample, Activation::none);
      check(plan, sample, Activation::relu);
    }
  }
}

TEST_CASE("convolution: the selected plan agrees with the naive convolution") {
  for (const auto& c : tests::random_convolutions(150, 14)) {
    const auto plan = select(tests::geometry_of(c), c.batch);
    check(plan, ConvolutionSample(c), Activation::relu);
  }
}

TEST_CASE("convolution: without an input gradient the others are the same") {
  const ConvolutionSample sample({3, 6, 5, 4, 7, 3});
  for (const Plan& plan : all_plans()) {
    const auto all = run(plan, sample, Activation::relu, 2);
    const auto without = run(plan, sample, Activation::relu, 2, false);
    CHECK(same_bits(without.kernel_gradient, all.kernel_gradient));
    CHECK(same_bits(without.bias_gradient, all.bias_gradient));
  }
}

TEST_CASE("convolution: any number of threads gives the same bits") {
  for (const auto& c :
       std::vector<tests::ConvolutionCase>{{21, 9, 7, 3, 18, 3}, {21, 9, 7, 20, 18, 3}}) {
    const ConvolutionSample sample(c);
    const auto plan = select(tests::geometry_of(c), c.batch);
    const auto one = run(plan, sample, Activation::relu, 1);
    for (const int threads : {2, 3, 8}) {
      CAPTURE(threads);
      const auto more = run(plan, sample, Activation::relu, threads);
      CHECK(same_bits(more.y, one.y));
      CHECK(same_bits(more.dx, one.dx));
      CHECK(same_bits(more.kernel_gradient, one.kernel_gradient));
      CHECK(same_bits(more.bias_gradient, one.bias_gradient));
    }
  }
}

TEST_CASE("convolution: memory for a batch is enough for any smaller one") {
  auto cases = tests::random_convolutions(60, 15);
  cases.push_back({.height = 14, .width = 14, .channels = 32, .filters = 64, .kernel = 5});
  cases.push_back({.height = 7, .width = 7, .channels = 64, .filters = 128, .kernel = 5});
  for (const auto& c : cases) {
    CAPTURE(to_string(c));
    const auto g = tests::geometry_of(c);
    bool enough = true;
    for (const Index largest_batch : {1, 7, 40}) {
      for (Index batch = 1; batch <= largest_batch; ++batch) {
        const Plan plan = select(g, batch);
        enough &= fits<float>(plan, g, batch, largest_batch);
        enough &= fits<double>(plan, g, batch, largest_batch);
      }
    }
    CHECK(enough);
  }
}
