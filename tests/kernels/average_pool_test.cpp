#include <tweed/kernels/average_pool.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/naive_average_pool.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <vector>

using tests::Guarded;
using tests::PoolCase;
using tests::same_bits;
using tweed::Index;
using tweed::Padding;
using tweed::kernels::PoolGeometry;

namespace {

PoolGeometry geometry_of(const PoolCase& c) {
  return tweed::kernels::pool_geometry({c.window, c.stride, c.padding, c.ceil_mode},
                                       {c.height, c.width, c.channels});
}

template <class T>
struct Result {
  std::vector<T> y, dx;
};

/// Both passes, in memory full of NaN.
template <class T>
Result<T> run(const PoolCase& c, bool counts_padding, const std::vector<T>& x,
              const std::vector<T>& dy, int threads) {
  const auto g = geometry_of(c);
  Guarded<T> y(c.batch * g.output_size());
  Guarded<T> dx(c.batch * g.input_size());
  tweed::kernels::average_pool(g, c.batch, counts_padding, x.data(), y.data(), threads);
  tweed::kernels::average_pool_gradient(g, c.batch, counts_padding, dy.data(), dx.data(), threads);
  CHECK(y.intact());
  CHECK(dx.intact());
  return {y.copy(), dx.copy()};
}

template <class T>
void check(const PoolCase& c, int threads) {
  CAPTURE(to_string(c));
  for (const bool counts_padding : {false, true}) {
    CAPTURE(counts_padding);
    const tests::NaiveAveragePool naive(c, counts_padding);
    const auto x = tests::numbers<T>(c.batch * c.input_size(), 1);
    const auto dy = tests::numbers<T>(c.batch * naive.output_size(), 2);
    const auto result = run(c, counts_padding, x, dy, threads);
    const auto y = naive.forward(tests::converted<double>(x));
    const auto dx = naive.gradient(tests::converted<double>(dy));
    CHECK(tests::relative_error(result.y, y) < tests::rounding<T>);
    CHECK(tests::relative_error(result.dx, dx) < tests::rounding<T>);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("average_pool: agrees with the naive one", T, float, double) {
  for (const PoolCase& c : std::vector<PoolCase>{{1, 1, 1, 1, 1, 1},
                                                 {0, 4, 4, 3, 2, 2},
                                                 {2, 4, 6, 3, 2, 2},
                                                 {2, 7, 7, 5, 2, 2},
                                                 {2, 7, 5, 17, 3, 2},
                                                 {3, 5, 6, 2, {1, 3}, {2, 1}},
                                                 {2, 9, 8, 3, 2, 3},
                                                 {2, 3, 2, 4, 5, 1, Padding::same},
                                                 {2, 7, 5, 3, 3, 2, Padding::same},
                                                 {2, 6, 6, 3, 4, 3, Padding::same},
                                                 {2, 7, 6, 3, 3, 2, Padding{1, 0, 0, 1}},
                                                 {2, 7, 8, 17, 3, 2, Padding::valid, true},
                                                 {2, 2, 5, 3, 3, 2, Padding{1, 0}, true},
                                                 {1, 6, 4, 1, 2, 3, Padding{0, 1, 1, 1}, true},
                                                 {3, 5, 7, 5, 2, 2, Padding::valid, true},
                                                 {1, 1, 1, 2, 2, 2, Padding::same}}) {
    check<T>(c, 2);
  }
}

TEST_CASE("average_pool: random geometries agree with the naive one") {
  tests::Picker pick(31);
  int checked = 0;
  while (checked < 300) {
    const PoolCase c{.batch = pick.between(1, 9),
                     .height = pick.between(1, 12),
                     .width = pick.between(1, 12),
                     .channels = pick.between(1, 20),
                     .window = {pick.between(1, 5), pick.between(1, 5)},
                     .stride = {pick.between(1, 4), pick.between(1, 4)},
                     .padding = pick.pick<Padding>({Padding::same, Padding::valid}),
                     .ceil_mode = pick.between(0, 1) == 1};
    if (geometry_of(c).output_size() == 0) continue;
    check<float>(c, ++checked % 3 + 1);
  }
}

TEST_CASE("average_pool: any number of threads gives the same bits") {
  for (const PoolCase& c : std::vector<PoolCase>{{5, 13, 11, 7, 3, 2, Padding::same},
                                                 {3, 12, 8, 33, {3, 2}, {3, 2}},
                                                 {1, 9, 9, 5, 2, 1}}) {
    CAPTURE(to_string(c));
    const auto x = tests::numbers<float>(c.batch * c.input_size(), 1);
    const auto dy = tests::numbers<float>(c.batch * geometry_of(c).output_size(), 2);
    const auto one = run(c, false, x, dy, 1);
    for (const int threads : {2, 3, 8}) {
      CAPTURE(threads);
      const auto more = run(c, false, x, dy, threads);
      CHECK(same_bits(more.y, one.y));
      CHECK(same_bits(more.dx, one.dx));
    }
  }
}

TEST_CASE("average_pool: what a window has beyond the padding is never part of the mean") {
  const PoolCase c{1, 1, 4, 1, {1, 3}, {1, 2}, Padding{0, 0, 1, 0}, true};  // 0 1 2 | 2 4 8
  CHECK(run<float>(c, true, {1, 2, 4, 9}, {1, 2}, 1).y == std::vector<float>{1, 5});
  const PoolCase last{1, 1, 4, 1, {1, 3}, {1, 2}, Padding::valid, true};
  CHECK(run<float>(last, true, {1, 2, 6, 8}, {3, 2}, 1).y == std::vector<float>{3, 7});
  CHECK(run<float>(last, true, {1, 2, 6, 8}, {3, 2}, 1).dx == std::vector<float>{1, 1, 2, 1});
}

TEST_CASE("average_pool: padding is no part of the mean, unless it is to be counted") {
  const PoolCase c{1, 1, 3, 1, {3, 2}, {1, 2}, Padding::same};
  CHECK(run<float>(c, false, {1, 2, 4}, {1, 2}, 1).y == std::vector<float>{1.5F, 4});
  CHECK(run<float>(c, true, {1, 2, 4}, {1, 2}, 1).y == std::vector<float>{0.5F, 4.0F / 6.0F});
  CHECK(run<float>(c, false, {1, 2, 4}, {1, 2}, 1).dx == std::vector<float>{0.5F, 0.5F, 2});
}
