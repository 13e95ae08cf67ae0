#include <tweed/kernels/batch_norm.hpp>
#include <support/compare.hpp>
#include <support/error_message.hpp>
#include <support/guarded.hpp>
#include <support/naive_batch_norm.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using tests::converted;
using tests::Guarded;
using tests::largest_difference;
using tests::numbers;
using tests::relative_error;
using tests::same_bits;
using tweed::Index;
using tweed::kernels::Activation;

namespace {

constexpr double epsilon = 1e-5;

template <class T>
struct Sample {
  Index channels;
  std::vector<T> x, dy;
  std::vector<T> scale = numbers<T>(channels, 3);
  std::vector<T> shift = numbers<T>(channels, 4);

  Index pixels() const { return std::ssize(x) / channels; }
};

template <class T>
Sample<T> sample_of(Index pixels, Index channels) {
  return {channels, numbers<T>(pixels * channels, 1), numbers<T>(pixels * channels, 2)};
}

template <class T>
struct Result {
  std::vector<T> y, mean, variance, dx, scale_gradient, shift_gradient;
};

template <class T>
bool same(const Result<T>& a, const Result<T>& b) {
  return same_bits(a.y, b.y) && same_bits(a.mean, b.mean) && same_bits(a.variance, b.variance) &&
         same_bits(a.dx, b.dx) && same_bits(a.scale_gradient, b.scale_gradient) &&
         same_bits(a.shift_gradient, b.shift_gradient);
}

/// Both passes, in memory full of NaN and in no byte of scratch more than was announced; where
/// `in_place`, y lies over x and dx over dy.
template <class T>
Result<T> run(const Sample<T>& s, Activation activation, int threads, bool in_place = false) {
  const Index c = s.channels;
  Guarded<T> y(std::ssize(s.x)), mean(c), mean_rest(c), variance(c);
  Guarded<T> dx(std::ssize(s.x)), scale_gradient(c), shift_gradient(c);
  Guarded<std::byte> scratch(tweed::kernels::batch_norm_scratch_bytes<T>(c, threads));
  if (in_place) std::ranges::copy(s.x, y.data());
  if (in_place) std::ranges::copy(s.dy, dx.data());
  tweed::kernels::batch_norm<T>({.pixels = s.pixels(),
                                 .channels = c,
                                 .x = in_place ? y.data() : s.x.data(),
                                 .scale = s.scale.data(),
                                 .shift = s.shift.data(),
                                 .epsilon = epsilon,
                                 .y = y.data(),
                                 .statistics = {mean.data(), mean_rest.data(), variance.data()},
                                 .activation = activation,
                                 .scratch = tweed::Scratch(scratch.values()),
                                 .threads = threads});
  tweed::kernels::batch_norm_gradient<T>(
      {.pixels = s.pixels(),
       .channels = c,
       .x = s.x.data(),
       .scale = s.scale.data(),
       .shift = s.shift.data(),
       .epsilon = epsilon,
       .statistics = {mean.data(), mean_rest.data(), variance.data()},
       .dy = in_place ? dx.data() : s.dy.data(),
       .dx = dx.data(),
       .scale_gradient = scale_gradient.data(),
       .shift_gradient = shift_gradient.data(),
       .activation = activation,
       .scratch = tweed::Scratch(scratch.values()),
       .threads = threads});
  for (const bool intact :
       {y.intact(), mean.intact(), mean_rest.intact(), variance.intact(), dx.intact(),
        scale_gradient.intact(), shift_gradient.intact(), scratch.intact()}) {
    CHECK(intact);
  }
  return {y.copy(),  mean.copy(),           variance.copy(),
          dx.copy(), scale_gradient.copy(), shift_gradient.copy()};
}

template <class T>
tests::NaiveBatchNorm naive_of(const Sample<T>& s, Activation activation) {
  return {converted<double>(s.x), converted<double>(s.scale), converted<double>(s.shift), epsilon,
          activation == Activation::relu};
}

/// Behind a ReLU, x must not come so close to where it changes that rounding decides.
template <class T>
void move_away_from_the_kink(Sample<T>& s) {
  const auto y = naive_of(s, Activation::none).y();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (std::abs(y[i]) < 1e-3) s.dy[i] = T{};
  }
}

template <class T>
void check(Sample<T> s, Activation activation, double tolerance) {
  CAPTURE(s.pixels());
  CAPTURE(s.channels);
  if (activation == Activation::relu) move_away_from_the_kink(s);
  const auto naive = naive_of(s, activation);
  const auto dy = converted<double>(s.dy);
  const auto one = run(s, activation, 1);
  CHECK(relative_error(one.y, naive.y()) < tolerance);
  CHECK(largest_difference(one.mean, naive.mean) < tolerance * tests::largest(s.x));
  CHECK(relative_error(one.variance, naive.variance) < tolerance);
  // Few pixels leave little of a gradient: what is subtracted rounds like what it is taken from.
  const double gradient_scale = tests::largest(naive.factors()) * tests::largest(dy);
  CHECK(largest_difference(one.dx, naive.dx(dy)) < tolerance * gradient_scale);
  CHECK(relative_error(one.scale_gradient, naive.scale_gradient(dy)) < tolerance);
  CHECK(relative_error(one.shift_gradient, naive.shift_gradient(dy)) < tolerance);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    CHECK(same(run(s, activation, threads), one));
  }
  CHECK(same(run(s, activation, 2, true), one));
}

}  // namespace

TEST_CASE_TEMPLATE("batch_norm: agrees with the naive one, for any number of threads", T, float,
                   double) {
  for (const auto activation : {Activation::none, Activation::relu}) {
    for (const Index channels : {1, 2, 3, 16, 17, 64, 129, 300}) {
      for (const Index pixels : {2, 3, 49, 200, 1001}) {
        check(sample_of<T>(pixels, channels), activation, 50 * tests::rounding<T>);
      }
    }
  }
}

TEST_CASE("batch_norm: a million pixels") {
  check(sample_of<float>(1'000'003, 3), Activation::none, 1e-4);
  check(sample_of<float>(1'000'003, 1), Activation::relu, 1e-4);
}

TEST_CASE("batch_norm: numbers far from zero lose no more than they did in float") {
  for (const float mean : {1e3F, -1e5F}) {
    auto s = sample_of<float>(30'011, 5);
    for (float& value : s.x) value += mean;
    check(s, Activation::none, 1e-4);
  }
}

TEST_CASE_TEMPLATE("batch_norm: a channel that is the same everywhere has no variance", T, float,
                   double) {
  auto s = sample_of<T>(1003, 3);
  for (std::size_t i = 0; i < s.x.size(); i += 3) s.x[i] = static_cast<T>(0.1);
  const auto result = run(s, Activation::none, 2);
  CHECK(result.variance[0] == doctest::Approx(0.0).epsilon(1e-12));
  CHECK(result.variance[0] >= T{});
  for (std::size_t i = 0; i < s.x.size(); i += 3) {
    CHECK(result.y[i] == doctest::Approx(static_cast<double>(s.shift[0])).epsilon(1e-4));
  }
}

TEST_CASE("batch_norm: one number a channel has no variance, which training refuses") {
  for (const Index pixels : {0, 1}) {
    CHECK(tests::error_message([&] { run(sample_of<float>(pixels, 3), Activation::none, 1); }) ==
          "batch_norm: training takes the variance of each channel over the pixels of all "
          "samples, of which this batch has " +
              std::to_string(pixels) +
              " where at least 2 are needed: make batches larger, also the last of an epoch");
  }
}

TEST_CASE("batch_norm: a NaN makes its channel NaN, and no other") {
  auto s = sample_of<float>(100, 3);
  s.x[31] = std::nanf("");
  const auto result = run(s, Activation::relu, 2);
  for (std::size_t i = 0; i < result.y.size(); ++i) CHECK(std::isnan(result.y[i]) == (i % 3 == 1));
}

TEST_CASE("batch_norm gradient: works where nobody needs dx") {
  const auto s = sample_of<float>(77, 5);
  const auto all = run(s, Activation::none, 2);
  Guarded<std::byte> scratch(tweed::kernels::batch_norm_scratch_bytes<float>(5, 2));
  const std::vector<float> rest(5, 0.0F);
  std::vector<float> scale_gradient(5), shift_gradient(5);
  tweed::kernels::batch_norm_gradient<float>(
      {.pixels = 77,
       .channels = 5,
       .x = s.x.data(),
       .scale = s.scale.data(),
       .shift = s.shift.data(),
       .epsilon = epsilon,
       .statistics = {all.mean.data(), rest.data(), all.variance.data()},
       .dy = s.dy.data(),
       .dx = nullptr,
       .scale_gradient = scale_gradient.data(),
       .shift_gradient = shift_gradient.data(),
       .scratch = tweed::Scratch(scratch.values()),
       .threads = 2});
  CHECK(relative_error(scale_gradient, all.scale_gradient) < 1e-5);
  CHECK(same_bits(shift_gradient, all.shift_gradient));
}

TEST_CASE_TEMPLATE("scale_channels: x * factor + offset, with what batch_norm_scaling makes", T,
                   float, double) {
  for (const auto activation : {Activation::none, Activation::relu}) {
    for (const Index channels : {1, 3, 17, 257}) {
      for (const Index pixels : {0, 1, 5, 1001}) {
        CAPTURE(channels);
        CAPTURE(pixels);
        const auto s = sample_of<T>(pixels, channels);
        const auto mean = numbers<T>(channels, 5);
        auto variance = numbers<T>(channels, 6);
        for (T& value : variance) value = std::abs(value);
        std::vector<T> factor(static_cast<std::size_t>(channels)), offset = factor;
        tweed::kernels::batch_norm_scaling(channels, s.scale.data(), s.shift.data(), mean.data(),
                                           variance.data(), epsilon, factor.data(), offset.data());
        std::vector<double> expected;
        for (std::size_t i = 0; i < s.x.size(); ++i) {
          const std::size_t c = i % static_cast<std::size_t>(channels);
          const auto wide = [](T value) { return static_cast<double>(value); };
          const double y = (wide(s.x[i]) - wide(mean[c])) / std::sqrt(wide(variance[c]) + epsilon) *
                               wide(s.scale[c]) +
                           wide(s.shift[c]);
          expected.push_back(activation == Activation::relu ? std::max(0.0, y) : y);
        }
        std::vector<T> first;
        for (const int threads : {1, 2, 3, 8}) {
          Guarded<T> y(pixels * channels);
          Guarded<std::byte> scratch(tweed::kernels::scale_channels_scratch_bytes<T>(channels));
          tweed::kernels::scale_channels<T>({.pixels = pixels,
                                             .channels = channels,
                                             .x = s.x.data(),
                                             .factor = factor.data(),
                                             .offset = offset.data(),
                                             .y = y.data(),
                                             .activation = activation,
                                             .scratch = tweed::Scratch(scratch.values()),
                                             .threads = threads});
          CHECK(y.intact());
          CHECK(scratch.intact());
          CHECK(relative_error(y.values(), expected) < 10 * tests::rounding<T>);
          if (threads == 1) first = y.copy();
          CHECK(same_bits(y.values(), first));
        }
      }
    }
  }
}
