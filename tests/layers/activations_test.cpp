#include <tweed/layers/activations.hpp>
#include <support/layer_run.hpp>
#include <support/ulp.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <vector>

using namespace tweed;

namespace {

/// What a layer makes of numbers, by its function alone.
template <class T, class L>
std::vector<T> values(const L& layer, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  const Activation f = layer.as_epilogue().activation;
  f.function->loops<T>().value(f, x.data(), y.data(), std::ssize(x), false);
  return y;
}

/// Its derivative at numbers, of which it gets the result where that is enough.
template <class T, class L>
std::vector<T> derivatives(const L& layer, const std::vector<T>& x) {
  const Activation f = layer.as_epilogue().activation;
  const std::vector<T> from = f.known_by_output ? values(layer, x) : x;
  std::vector<T> dx(x.size());
  const std::vector<T> dy(x.size(), T{1});
  f.function->loops<T>().gradient(f, from.data(), dy.data(), dx.data(), std::ssize(x), false);
  return dx;
}

using Real = long double;
Real sigmoid(Real x) { return 1.0L / (1.0L + std::exp(-x)); }
Real normal(Real x) { return 0.5L * std::erfc(-x * std::numbers::sqrt2_v<Real> / 2.0L); }
Real softplus(Real x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0L); }

Real hard_sigmoid(Real x, Real slope, Real offset) {
  return std::clamp(slope * x + offset, 0.0L, 1.0L);
}

/// The largest error of normal results for numbers up to `most`, in ulp.
template <class T, class L, class Exact>
double error(const L& layer, const Exact& exact, double least = 1e-30, double most = 1e4) {
  const auto x = tests::across_octaves<T>(least, most, 3001);
  const auto y = values(layer, x);
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Real right = exact(static_cast<Real>(x[i]));
    if (std::abs(right) < static_cast<Real>(std::numeric_limits<T>::min())) continue;
    if (const double e = tests::ulps(y[i], right); e > worst) worst = e;
  }
  return worst;
}

}  // namespace

// The bounds stand in the layers' comments and on their reference page.
TEST_CASE_TEMPLATE("activations: errors in units of the last place", T, float, double) {
  const auto exponential = [](Real x) { return x > 0 ? x : std::expm1(x); };
  CHECK(error<T>(ELULayer{}, exponential) < 1.5);
  CHECK(error<T>(SELU{}, [&](Real x) {
          return SELU::scale * (x > 0 ? x : SELU::alpha * exponential(x));
        }) < 2.5);
  CHECK(error<T>(Sigmoid{}, sigmoid) < 2.5);
  CHECK(error<T>(Tanh{}, [](Real x) { return std::tanh(x); }) < 3);
  CHECK(error<T>(Softplus{}, softplus) < 3);
  // The exponentials in these are denormal, and zero in kernels, before the results are.
  const double normal_to = sizeof(T) == 4 ? 87 : 708;
  CHECK(error<T>(
            SiLU{}, [](Real x) { return x * sigmoid(x); }, 1e-30, normal_to) < 3);
  CHECK(error<T>(
            Mish{}, [](Real x) { return x * std::tanh(softplus(x)); }, 1e-30, normal_to) < 4);
  CHECK(error<T>(
            GELU{}, [](Real x) { return x * normal(x); }, 1e-30, sizeof(T) == 4 ? 13 : 37.5) < 6);
  const auto approximation = [](Real x) {
    return x * sigmoid(std::sqrt(8 / std::numbers::pi_v<Real>) * (x + 0.044715L * x * x * x));
  };
  CHECK(error<T>(GELUTanh{}, approximation, 1e-30, 1) < 3);
  CHECK(error<T>(GELUTanh{}, approximation, 1e-30, 3) < 13);
  CHECK(error<T>(HardSwish{}, [](Real x) { return x * hard_sigmoid(x, 1.0L / 6.0L, 0.5L); }) < 2);
}

TEST_CASE_TEMPLATE("activations: those of straight pieces", T, float, double) {
  const std::vector<T> x{T(-4), T(-3), T(-1.25), T(-0.5), T(0), T(0.5), T(1.5), T(3), T(5.5), T(7)};
  const auto check = [&](const auto& layer, const auto& exact) {
    const auto y = values(layer, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      CHECK(tests::ulps(y[i], exact(static_cast<Real>(x[i]))) <= 1.0);
    }
  };
  check(ReLU6{}, [](Real v) { return std::clamp(v, 0.0L, 6.0L); });
  check(ClipLayer{.lowest = -0.5, .highest = 1.5},
        [](Real v) { return std::clamp(v, -0.5L, 1.5L); });
  check(LeakyReLULayer{.negative_slope = 0.25}, [](Real v) { return v < 0 ? 0.25L * v : v; });
  check(LeakyReLULayer{}, [](Real v) { return v < 0 ? static_cast<Real>(T(0.01)) * v : v; });
  check(HardSigmoidLayer{.slope = 0.25, .offset = 0.5},
        [](Real v) { return hard_sigmoid(v, 0.25L, 0.5L); });
}

TEST_CASE_TEMPLATE("activations: their limits, and a NaN stays one", T, float, double) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const auto check = [&]<class L>(const L& layer, T below, T above, T slope_below, T slope_above) {
    CAPTURE(std::string(L::name));
    const std::vector<T> x{-infinity, infinity, std::numeric_limits<T>::quiet_NaN(),
                           std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max()};
    const auto y = values(layer, x);
    CHECK(y[0] == below);
    CHECK(y[1] == above);
    CHECK(std::isnan(y[2]));
    const auto slopes = derivatives(layer, x);
    CHECK(slopes[0] == slope_below);
    CHECK(slopes[1] == slope_above);
    CHECK(slopes[3] == slope_below);
    CHECK(slopes[4] == slope_above);
  };
  check(ClipLayer{.lowest = -2, .highest = 3}, T{-2}, T{3}, T{0}, T{0});
  check(ELULayer{.alpha = 0.5}, T(-0.5), infinity, T{0}, T{1});
  check(GELU{}, T{0}, infinity, T{0}, T{1});
  check(GELUTanh{}, T{0}, infinity, T{0}, T{1});
  check(HardSigmoidLayer{}, T{0}, T{1}, T{0}, T{0});
  check(HardSwish{}, T{0}, infinity, T{0}, T{1});
  check(LeakyReLULayer{.negative_slope = 0.5}, -infinity, infinity, T(0.5), T{1});
  check(Mish{}, T{0}, infinity, T{0}, T{1});
  check(ReLU6{}, T{0}, T{6}, T{0}, T{0});
  check(SELU{}, static_cast<T>(-SELU::scale * SELU::alpha), infinity, T{0},
        static_cast<T>(SELU::scale));
  check(Sigmoid{}, T{0}, T{1}, T{0}, T{0});
  check(SiLU{}, T{0}, infinity, T{0}, T{1});
  check(Softplus{}, T{0}, infinity, T{0}, T{1});
  check(Tanh{}, T{-1}, T{1}, T{0}, T{0});
}

TEST_CASE_TEMPLATE("activations: a number has the same result wherever it lies", T, float, double) {
  const auto x = tests::numbers<T>(131, 1, 4.0);
  const auto check = [&](const auto& layer) {
    const Activation f = layer.as_epilogue().activation;
    const auto all = values(layer, x);
    for (const Index count : {0, 1, 3, 7, 8, 9, 16, 17, 131}) {
      for (const Index first : {0, 1, 5}) {
        const Index size = std::min<Index>(count, std::ssize(x) - first);
        tests::Guarded<T> y(size);
        f.function->loops<T>().value(f, x.data() + first, y.data(), size, false);
        CHECK(y.intact());
        CHECK(tests::same_bits(y.values(), std::span(all).subspan(static_cast<std::size_t>(first),
                                                                  static_cast<std::size_t>(size))));
      }
    }
  };
  check(ELULayer{});
  check(GELU{});
  check(LeakyReLULayer{});
  check(Mish{});
  check(Softplus{});
}

TEST_CASE("activations: refuse settings that make no sense") {
  const Shape shape{3, 4, 5};
  CHECK(LeakyReLULayer{.negative_slope = -0.1}.fit(shape).why ==
        LeakyReLULayer::Why::its_negative_slope_must_not_be_below_0);
  CHECK(LeakyReLULayer{.negative_slope = 0.0}.fit(shape).why == LeakyReLULayer::Why::fits);
  CHECK(ELULayer{.alpha = -1.0}.fit(shape).why == ELULayer::Why::its_alpha_must_not_be_below_0);
  CHECK(HardSigmoidLayer{.slope = 0.0}.fit(shape).why ==
        HardSigmoidLayer::Why::its_slope_must_be_above_0);
  CHECK(ClipLayer{.lowest = 1, .highest = 1}.fit(shape).why ==
        ClipLayer::Why::its_lowest_value_must_be_below_its_highest);
  CHECK(ClipLayer{.highest = std::numeric_limits<double>::infinity()}.fit(shape).why ==
        ClipLayer::Why::its_bounds_must_be_finite);
  CHECK(ClipLayer{.lowest = std::nan("")}.fit(shape).why != ClipLayer::Why::fits);
  CHECK(ELULayer{.alpha = std::nan("")}.fit(shape).why != ELULayer::Why::fits);
  CHECK(Mish::fit(shape).output == shape);
}

TEST_CASE("activations: say what they are") {
  CHECK(LeakyReLU<0.1>::value.describe() == "negative_slope 0.1");
  CHECK(Clip<-1, 6>::value.describe() == "lowest -1, highest 6");
  CHECK(HardSigmoid<0.2>::value.offset == 0.5);
  CHECK(HardSigmoid<>::value.slope == 1.0 / 6.0);
  CHECK(ELU<>::value.alpha == 1.0);
}
