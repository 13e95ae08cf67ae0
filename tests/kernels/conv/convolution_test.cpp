#include <tweed/kernels/conv/convolution.hpp>
#include <support/convolution_run.hpp>

#include <algorithm>
#include <cmath>
#include <string>

// Those of tweed::compiled.
namespace tweed::kernels::conv {
extern template void forward<float, Family::dense_3x3>(const Plan&, const Geometry&,
                                                       const Forward<float>&);
extern template void forward<float, Family::grouped>(const Plan&, const Geometry&,
                                                     const Forward<float>&);
extern template void backward<float, Family::dense_3x3>(const Plan&, const Geometry&,
                                                        const Backward<float>&);
extern template void backward<float, Family::grouped>(const Plan&, const Geometry&,
                                                      const Backward<float>&);
}  // namespace tweed::kernels::conv

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

/// The passes of a plan as a layer calls them, for `run_passes`.
struct PlannedPasses {
  Plan plan;
  Geometry g;
  Index batch;
  int threads;

  Index kept_bytes() const { return conv::kept_bytes<float>(plan, g, batch); }
  Index forward_bytes() const { return conv::scratch_bytes<float>(plan, g, batch, threads); }
  Index backward_bytes() const { return forward_bytes(); }
  void forward(const Forward<float>& pass) const { conv::forward<float>(plan, g, pass); }
  void backward(const Backward<float>& pass) const { conv::backward<float>(plan, g, pass); }
};

tests::PassResults<float> run(const Plan& plan, const ConvolutionSample& s, Activation activation,
                              int threads, bool with_dx = true, bool with_bias = true) {
  const PlannedPasses passes{plan, tests::geometry_of(s.c), s.c.batch, threads};
  return tests::run_passes<float>(passes, s, activation, threads, with_dx, with_bias);
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
  CHECK(same_bits(result.y_inferred, result.y));
  CHECK(largest_difference(result.y, y) <= tolerance * tests::largest(s.y));
  CHECK(relative_error(result.dx, s.naive.input_gradient(s.kernel, dy)) < tolerance);
  CHECK(relative_error(result.kernel_gradient, s.naive.kernel_gradient(s.x, dy)) < tolerance);
  // Sums of this many numbers below 1, which may cancel each other.
  const auto terms = static_cast<double>(s.c.batch * tests::geometry_of(s.c).output_pixels());
  CHECK(largest_difference(result.bias_gradient, s.naive.bias_gradient(dy)) <= tolerance * terms);
}

std::vector<Plan> all_plans() {
  std::vector<Plan> plans;
  for (const auto algorithm : {Algorithm::indirect, Algorithm::direct, Algorithm::fft,
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

TEST_CASE("convolution: no bias is as good as one of zeros") {
  for (const auto& c : std::vector<tests::ConvolutionCase>{{0, 5, 4, 3, 2, 3},
                                                           {1, 1, 1, 1, 1, 1},
                                                           {9, 6, 5, 3, 17, 3},
                                                           {2, 7, 8, 10, 34, {2, 5}, {2, 1}},
                                                           {1, 40, 23, 5, 6, 3}}) {
    CAPTURE(to_string(c));
    ConvolutionSample sample(c);
    std::ranges::fill(sample.bias, 0.0);
    for (const Plan& plan : all_plans()) {
      if (!can_run(plan.forward, tests::geometry_of(c))) continue;
      CAPTURE(std::string(name(plan.forward)));
      for (const Activation activation : {Activation::none, Activation::relu}) {
        const auto zeros = run(plan, sample, activation, 3);
        const auto none = run(plan, sample, activation, 3, true, false);
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
    const auto plan = select(tests::geometry_of(c), c.batch);
    const auto one = run(plan, sample, Activation::relu, 1);
    for (const int threads : {2, 3, 8}) {
      CAPTURE(threads);
      const auto more = run(plan, sample, Activation::relu, threads);
      tests::check_same_bits(more, one);
    }
  }
}

TEST_CASE("convolution: memory for a batch is enough for any smaller one") {
  auto cases = tests::random_convolutions(60, 15);
  cases.push_back({.height = 14, .width = 14, .channels = 32, .filters = 64, .kernel = 5});
  cases.push_back({.height = 7, .width = 7, .channels = 64, .filters = 128, .kernel = 5});
  // A small batch keeps tiles, a large one makes them again.
  cases.push_back({.height = 28, .width = 28, .channels = 128, .filters = 128, .kernel = 3});
  cases.push_back({.height = 14, .width = 14, .channels = 64, .filters = 64, .kernel = 7});
  // The slots of a small batch are shared out, the images of a large one.
  cases.push_back({.height = 14, .width = 14, .channels = 256, .filters = 256, .kernel = 3});
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
