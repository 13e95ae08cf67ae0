#include <tweed/kernels/kernels.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/naive_normalization.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using tests::Guarded;
using tests::numbers;
using tests::relative_error;
using tests::same_bits;
using tweed::Index;
namespace kernels = tweed::kernels;

// tests/layers/normalization_test.cpp compares both kernels with a naive one over many sizes; here
// are numbers that are hard, and calls that layers make rarely.

namespace {

struct Result {
  std::vector<float> y, dx, scale_gradient, shift_gradient;
};

struct Sample {
  kernels::SampleSize size;
  Index groups;  // 0: each pixel by itself
  std::vector<float> x = numbers<float>(count(), 1);
  std::vector<float> dy = numbers<float>(count(), 2);
  std::vector<float> scale = numbers<float>(size.channels, 3);
  std::vector<float> shift = numbers<float>(size.channels, 4);

  Index count() const { return size.batch * size.sample_size(); }
};

Result run_rows(const Sample& s, int threads, bool wants_dx) {
  const Index c = s.size.channels;
  Guarded<float> y(s.count()), dx(s.count()), scale_gradient(c), shift_gradient(c);
  Guarded<std::byte> scratch(kernels::layer_norm_scratch_bytes<float>(c, threads));
  kernels::chosen::layer_norm<float>({.rows = s.count() / c,
                                      .length = c,
                                      .centers = true,
                                      .x = s.x.data(),
                                      .scale = s.scale.data(),
                                      .shift = s.shift.data(),
                                      .epsilon = 1e-5,
                                      .y = y.data(),
                                      .threads = threads});
  kernels::chosen::layer_norm_gradient<float>({.rows = s.count() / c,
                                               .length = c,
                                               .centers = true,
                                               .x = s.x.data(),
                                               .scale = s.scale.data(),
                                               .shift = s.shift.data(),
                                               .epsilon = 1e-5,
                                               .dy = s.dy.data(),
                                               .dx = wants_dx ? dx.data() : nullptr,
                                               .scale_gradient = scale_gradient.data(),
                                               .shift_gradient = shift_gradient.data(),
                                               .scratch = tweed::Scratch(scratch.values()),
                                               .threads = threads});
  CHECK(scratch.intact());
  return {y.copy(), dx.copy(), scale_gradient.copy(), shift_gradient.copy()};
}

Result run_groups(const Sample& s, int threads, bool wants_dx) {
  const Index c = s.size.channels;
  Guarded<float> y(s.count()), dx(s.count()), scale_gradient(c), shift_gradient(c);
  const kernels::GroupNormBytes<float> bytes{s.size, s.groups};
  Guarded<std::byte> scratch(bytes.all(threads));
  std::vector<kernels::GroupMoments> moments(static_cast<std::size_t>(s.size.batch * s.groups));
  kernels::chosen::group_norm<float>({.size = s.size,
                                      .groups = s.groups,
                                      .x = s.x.data(),
                                      .scale = s.scale.data(),
                                      .shift = s.shift.data(),
                                      .epsilon = 1e-5,
                                      .y = y.data(),
                                      .moments = moments.data(),
                                      .scratch = tweed::Scratch(scratch.values()),
                                      .threads = threads});
  kernels::chosen::group_norm_gradient<float>({.size = s.size,
                                               .groups = s.groups,
                                               .x = s.x.data(),
                                               .scale = s.scale.data(),
                                               .shift = s.shift.data(),
                                               .moments = moments.data(),
                                               .dy = s.dy.data(),
                                               .dx = wants_dx ? dx.data() : nullptr,
                                               .scale_gradient = scale_gradient.data(),
                                               .shift_gradient = shift_gradient.data(),
                                               .scratch = tweed::Scratch(scratch.values()),
                                               .threads = threads});
  CHECK(scratch.intact());
  return {y.copy(), dx.copy(), scale_gradient.copy(), shift_gradient.copy()};
}

Result run(const Sample& s, int threads = 2, bool wants_dx = true) {
  return s.groups == 0 ? run_rows(s, threads, wants_dx) : run_groups(s, threads, wants_dx);
}

void check_against_naive(const Sample& s, double tolerance) {
  CAPTURE(s.groups);
  CAPTURE(s.size.channels);
  const auto wide = [](const auto& values) { return tests::converted<double>(values); };
  const tests::NaiveNormalization naive({.groups = s.groups}, {s.size.pixels, 1, s.size.channels},
                                        wide(s.x), wide(s.scale), wide(s.shift));
  const auto dy = wide(s.dy);
  const Result result = run(s);
  CHECK(relative_error(result.y, naive.y()) < tolerance);
  CHECK(tests::largest_difference(result.dx, naive.dx(dy)) < tolerance * naive.gradient_scale(dy));
  CHECK(relative_error(result.scale_gradient, naive.scale_gradient(dy)) < tolerance);
  CHECK(relative_error(result.shift_gradient, naive.shift_gradient(dy)) < tolerance);
}

/// Images whose pixels are normalised alone, all together, in groups and by channels.
std::vector<Sample> samples(Index batch, Index pixels, Index channels) {
  std::vector<Sample> all;
  for (const Index groups : {Index{0}, Index{1}, Index{3}, channels}) {
    all.push_back({.size = {batch, pixels, channels}, .groups = groups});
  }
  return all;
}

}  // namespace

TEST_CASE("group_norm and layer_norm: numbers far from zero lose no more than they did in float") {
  for (const float mean : {1e3F, -1e5F}) {
    for (Sample s : samples(2, 2003, 12)) {
      for (float& value : s.x) value += mean;
      check_against_naive(s, 2e-5);
    }
  }
}

TEST_CASE("group_norm and layer_norm: a first pixel far from the others costs no digits") {
  for (Sample s : samples(2, 2003, 12)) {
    for (std::size_t c = 0; c < 12; ++c) s.x[c] *= 1e3F;
    check_against_naive(s, 2e-5);
  }
}

TEST_CASE("group_norm and layer_norm: images large enough for several parts") {
  for (const Sample& s : samples(1, 30'011, 6)) check_against_naive(s, 2e-5);
}

TEST_CASE("group_norm and layer_norm: numbers that are all the same have no variance") {
  for (Sample s : samples(2, 35, 12)) {
    std::ranges::fill(s.x, 0.1F);
    const auto y = run(s).y;
    for (std::size_t i = 0; i < y.size(); ++i) {
      CHECK(std::abs(y[i] - s.shift[i % 12]) < 1e-4F);
    }
  }
}

TEST_CASE("group_norm and layer_norm: a NaN stays among those that it is normalised with") {
  constexpr std::size_t place = (35 + 20) * 12 + 5;  // in the second sample
  for (Sample s : samples(3, 35, 12)) {
    CAPTURE(s.groups);
    s.x[place] = std::nanf("");
    const auto y = run(s).y;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto group_size = 12 / static_cast<std::size_t>(std::max<Index>(s.groups, 1));
      const bool is_near = s.groups == 0 ? i / 12 == place / 12
                                         : i / 420 == 1 && i % 12 / group_size == 5 / group_size;
      CHECK(std::isnan(y[i]) == is_near);
    }
  }
}

TEST_CASE("group_norm and layer_norm: work where nobody needs dx") {
  for (const Sample& s : samples(2, 77, 12)) {
    const auto all = run(s);
    const auto some = run(s, 2, false);
    CHECK(same_bits(some.scale_gradient, all.scale_gradient));
    CHECK(same_bits(some.shift_gradient, all.shift_gradient));
  }
}
