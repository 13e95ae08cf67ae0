#include <tweed/kernels/bilinear.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using tests::Guarded;
using tests::same_bits;
using tweed::Index;
using tweed::Scratch;
using tweed::kernels::BilinearSize;

namespace {

/// Calls `take(place in small images, place in large ones, share)` for each neighbour of each
/// pixel, from the definition: pixels are points, and those outside are where the image ends.
template <class Take>
void for_each_share(const BilinearSize& size, Index batch, const Take& take) {
  const auto place = [](const tweed::kernels::BilinearAxis& axis, Index o) {
    const auto small = static_cast<double>(axis.small);
    const auto large = static_cast<double>(axis.large);
    const auto at = static_cast<double>(o);
    const double free = axis.aligns_corners ? (axis.large > 1 ? at * (small - 1) / (large - 1) : 0)
                                            : (at + 0.5) * small / large - 0.5;
    return std::min(std::max(free, 0.0), small - 1);
  };
  const auto share = [](double at, Index pixel) {
    return std::max(0.0, 1.0 - std::abs(at - static_cast<double>(pixel)));
  };
  for (Index n = 0; n < batch; ++n) {
    for (Index i = 0; i < size.rows.large; ++i) {
      for (Index j = 0; j < size.columns.large; ++j) {
        const Index to = (n * size.rows.large + i) * size.columns.large + j;
        for (Index row = 0; row < size.rows.small; ++row) {
          for (Index column = 0; column < size.columns.small; ++column) {
            const Index from = (n * size.rows.small + row) * size.columns.small + column;
            const double by =
                share(place(size.rows, i), row) * share(place(size.columns, j), column);
            for (Index c = 0; by > 0 && c < size.channels; ++c) {
              take(static_cast<std::size_t>(from * size.channels + c),
                   static_cast<std::size_t>(to * size.channels + c), by);
            }
          }
        }
      }
    }
  }
}

template <class T>
void check(const BilinearSize& size, Index batch) {
  CAPTURE(size.rows.small);
  CAPTURE(size.columns.small);
  CAPTURE(size.rows.large);
  CAPTURE(size.columns.large);
  CAPTURE(size.rows.aligns_corners);
  const auto x = tests::numbers<T>(batch * size.rows.small * size.columns.small * size.channels, 1);
  const auto dy =
      tests::numbers<T>(batch * size.rows.large * size.columns.large * size.channels, 2);
  std::vector<double> y(dy.size());
  std::vector<double> dx(x.size());
  for_each_share(size, batch, [&](std::size_t from, std::size_t to, double share) {
    y[to] += share * static_cast<double>(x[from]);
    dx[from] += share * static_cast<double>(dy[to]);
  });
  std::vector<T> first_y;
  std::vector<T> first_dx;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    Guarded<std::byte> scratch(tweed::kernels::bilinear_scratch_bytes<T>(size, threads));
    Guarded<T> result(std::ssize(dy));
    Guarded<T> gradient(std::ssize(x));
    tweed::kernels::bilinear<T>({.size = size,
                                 .batch = batch,
                                 .from = x.data(),
                                 .to = result.data(),
                                 .scratch = Scratch(scratch.values()),
                                 .threads = threads});
    tweed::kernels::bilinear_gradient<T>({.size = size,
                                          .batch = batch,
                                          .from = dy.data(),
                                          .to = gradient.data(),
                                          .scratch = Scratch(scratch.values()),
                                          .threads = threads});
    CHECK(result.intact());
    CHECK(gradient.intact());
    CHECK(scratch.intact());
    CHECK(tests::relative_error(result.values(), y) < tests::rounding<T>);
    CHECK(tests::relative_error(gradient.values(), dx) < tests::rounding<T>);
    if (threads == 1) {
      first_y = result.copy();
      first_dx = gradient.copy();
    }
    CHECK(same_bits(result.values(), first_y));
    CHECK(same_bits(gradient.values(), first_dx));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("bilinear: pixels between others, and their gradients", T, float, double) {
  for (const bool aligns_corners : {false, true}) {
    for (const Index factor : {1, 2, 3, 7}) {
      for (const Index channels : {1, 3, 17}) {
        for (const Index small : {1, 2, 5}) {
          check<T>({.rows = {small, small * factor, aligns_corners},
                    .columns = {7, 7 * (factor % 3 + 1), aligns_corners},
                    .channels = channels},
                   2);
        }
      }
    }
    check<T>({.rows = {3, 6, aligns_corners}, .columns = {2, 4, aligns_corners}, .channels = 64},
             1);
    check<T>({.rows = {3, 6, aligns_corners}, .columns = {2, 4, aligns_corners}, .channels = 2}, 0);
  }
}

TEST_CASE("bilinear: where the shares are") {
  const auto run = [](bool aligns_corners, const std::vector<double>& x) {
    const BilinearSize size{.rows = {1, 1, aligns_corners},
                            .columns = {std::ssize(x), 2 * std::ssize(x), aligns_corners},
                            .channels = 1};
    std::vector<double> y(2 * x.size());
    Guarded<std::byte> scratch(tweed::kernels::bilinear_scratch_bytes<double>(size, 1));
    tweed::kernels::bilinear<double>({.size = size,
                                      .batch = 1,
                                      .from = x.data(),
                                      .to = y.data(),
                                      .scratch = Scratch(scratch.values()),
                                      .threads = 1});
    return y;
  };
  CHECK(run(false, {4, 8}) == std::vector<double>{4, 5, 7, 8});
  CHECK(run(true, {0, 3}) == std::vector<double>{0, 1, 2, 3});
  // What has no share is not read: infinity times 0 is not a number.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(run(true, {1, infinity})[0] == 1);
}
