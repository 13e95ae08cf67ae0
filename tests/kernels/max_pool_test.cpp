#include <tweed/kernels/max_pool.hpp>
#include <support/compare.hpp>
#include <support/guarded.hpp>
#include <support/naive_max_pool.hpp>
#include <support/numbers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using tests::Guarded;
using tests::PoolCase;
using tests::same_bits;
using tweed::Index;
using tweed::Padding;
using tweed::kernels::PoolGeometry;
using tweed::kernels::PoolTap;

namespace {

PoolGeometry geometry_of(const PoolCase& c) {
  return tweed::kernels::pool_geometry({c.window, c.stride, c.padding, c.ceil_mode},
                                       {c.height, c.width, c.channels});
}

template <class T>
struct Result {
  std::vector<T> y, dx;
};

/// Both passes, in memory full of NaN. The pass that keeps no taps must give the same.
template <class T>
Result<T> run(const PoolCase& c, const std::vector<T>& x, const std::vector<T>& dy, int threads) {
  const auto g = geometry_of(c);
  Guarded<T> y(c.batch * g.output_size());
  Guarded<T> y_alone(c.batch * g.output_size());
  Guarded<T> dx(c.batch * g.input_size());
  Guarded<PoolTap> taps(c.batch * g.output_size());
  tweed::kernels::max_pool(g, c.batch, x.data(), y.data(), taps.data(), threads);
  tweed::kernels::max_pool(g, c.batch, x.data(), y_alone.data(), nullptr, threads);
  tweed::kernels::max_pool_gradient<T>(g, c.batch, dy.data(), taps.data(), dx.data(), threads);
  CHECK(y.intact());
  CHECK(y_alone.intact());
  CHECK(dx.intact());
  CHECK(taps.intact());
  CHECK(same_bits(y.values(), y_alone.values()));
  return {y.copy(), dx.copy()};
}

template <class T>
void check(const PoolCase& c, int threads) {
  CAPTURE(to_string(c));
  const tests::NaiveMaxPool naive(c);
  auto x = tests::numbers<T>(c.batch * c.input_size(), 1);
  for (T& value : x) value = std::round(value * T{4}) / T{4};  // equals are frequent
  const auto dy = tests::numbers<T>(c.batch * naive.output_size(), 2);
  const auto result = run(c, x, dy, threads);
  const auto wide_x = tests::converted<double>(x);
  const auto wide_dy = tests::converted<double>(dy);
  CHECK(tests::relative_error(result.y, naive.forward(wide_x)) == 0.0);
  CHECK(tests::relative_error(result.dx, naive.gradient(wide_x, wide_dy)) < tests::rounding<T>);
}

/// One image of one channel, pooled with dy = 1, 2, 3, ...
Result<float> pool(Index height, Index width, const std::vector<float>& x, tweed::Window window,
                   tweed::Stride stride, Padding padding) {
  const PoolCase c{1, height, width, 1, window, stride, padding};
  std::vector<float> dy;
  while (std::ssize(dy) < geometry_of(c).output_size())
    dy.push_back(static_cast<float>(dy.size() + 1));
  return run(c, x, dy, 1);
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE_TEMPLATE("max_pool: agrees with the naive one", T, float, double) {
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
                                                 {2, 7, 8, 17, 3, 2, Padding::valid, true},
                                                 {2, 2, 5, 3, 3, 2, Padding{1, 0}, true},
                                                 {1, 6, 4, 1, 2, 3, Padding{0, 1, 1, 1}, true},
                                                 {3, 5, 7, 5, 2, 2, Padding::valid, true},
                                                 {1, 1, 1, 2, 2, 2, Padding::same}}) {
    check<T>(c, 2);
  }
}

TEST_CASE("max_pool: random geometries agree with the naive one") {
  tests::Picker pick(31);
  int checked = 0;
  while (checked < 300) {
    PoolCase c{.batch = pick.between(1, 9),
               .height = pick.between(1, 12),
               .width = pick.between(1, 12),
               .channels = pick.between(1, 20),
               .window = {pick.between(1, 5), pick.between(1, 5)},
               .stride = {pick.between(1, 4), pick.between(1, 4)},
               .padding = pick.pick<Padding>({Padding::same, Padding::valid})};
    const auto zeros = [&](Index side) { return pick.between(0, side / 2); };
    if (pick.between(0, 2) == 0) {
      c.padding = {zeros(c.window.height), zeros(c.window.height), zeros(c.window.width),
                   zeros(c.window.width)};
    }
    c.ceil_mode = pick.between(0, 1) == 1;
    if (geometry_of(c).output_size() == 0) continue;
    check<float>(c, ++checked % 3 + 1);
  }
}

TEST_CASE("max_pool: any number of threads gives the same bits") {
  const PoolCase c{21, 13, 11, 7, 3, 2, Padding::same};
  const auto x = tests::numbers<float>(c.batch * c.input_size(), 1);
  const auto dy = tests::numbers<float>(c.batch * tests::NaiveMaxPool(c).output_size(), 2);
  const auto one = run(c, x, dy, 1);
  for (const int threads : {2, 3, 8}) {
    CAPTURE(threads);
    const auto more = run(c, x, dy, threads);
    CHECK(same_bits(more.y, one.y));
    CHECK(same_bits(more.dx, one.dx));
  }
}

TEST_CASE("max_pool: the first of equal values gets the gradient") {
  const auto result = pool(2, 4, {5, 5, 1, 2, 5, 5, 2, 2}, 2, 2, Padding::valid);
  CHECK(result.y == std::vector<float>{5, 2});
  CHECK(result.dx == std::vector<float>{1, 0, 0, 2, 0, 0, 0, 0});
}

TEST_CASE("max_pool: an input that several windows chose gets all their gradients") {
  const auto result = pool(3, 3, {0, 0, 0, 0, 9, 0, 0, 0, 0}, 2, 1, Padding::valid);
  CHECK(result.y == std::vector<float>{9, 9, 9, 9});
  CHECK(result.dx == std::vector<float>{0, 0, 0, 0, 1 + 2 + 3 + 4, 0, 0, 0, 0});
}

TEST_CASE("max_pool: padding never wins") {
  const auto result = pool(1, 3, {-3, -2, -1}, {3, 2}, {1, 2}, Padding::same);
  CHECK(result.y == std::vector<float>{-2, -1});
  CHECK(result.dx == std::vector<float>{0, 1, 2});
}

TEST_CASE("max_pool: a NaN wins, wherever it stands") {
  for (const std::size_t place : {0U, 1U, 2U, 3U}) {
    std::vector<float> x{1, infinity, 2, 3};
    x[place] = not_a_number;
    const auto result = pool(2, 2, x, 2, 2, Padding::valid);
    CHECK(std::isnan(result.y[0]));
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(result.dx[i] == (i == place ? 1 : 0));
  }
}

TEST_CASE("max_pool: infinities are numbers like others") {
  CHECK(pool(2, 2, {1, infinity, 2, 3}, 2, 2, Padding::valid).dx == std::vector<float>{0, 1, 0, 0});
  const auto lowest = pool(2, 2, std::vector<float>(4, -infinity), 3, 2, Padding::same);
  CHECK(lowest.y == std::vector<float>{-infinity});
  CHECK(lowest.dx == std::vector<float>{1, 0, 0, 0});
}
