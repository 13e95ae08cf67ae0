#pragma once

#include <tweed/kernels/pack.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <numbers>
#include <type_traits>

/// Elementary functions of packs. Eigen 3.4 has some of them, but its exp never becomes infinite,
/// and its tanh and erf are for float alone. These are for float and double alike,
/// and give the limits at the infinities. In units of the last place (ulp), as tests measure them
/// against long double for normal results:
///
/// |                    | largest error |
/// |--------------------|---------------|
/// | exp                | 1.5 ulp       |
/// | exp_minus_one      | 1.5 ulp       |
/// | log_one_plus       | 2.5 ulp       |
/// | sigmoid            | 2.5 ulp       |
/// | tanh               | 3 ulp         |
/// | normal, cumulative | 6 ulp         |
/// | normal, density    | 2.5 ulp       |
///
/// A NaN stays one.
namespace TWEED_NAMESPACE::kernels {

namespace detail {

template <class T>
inline constexpr bool is_single = std::is_same_v<T, float>;

/// A polynomial whose coefficients begin with the highest.
template <class T, std::size_t count>
EIGEN_ALWAYS_INLINE Pack<T> polynomial(const Pack<T>& x,
                                       const std::array<double, count>& coefficients) {
  auto sum = Pack<T>::constant(coefficients[0]);
  TWEED_UNROLL
  for (std::size_t i = 1; i < count; ++i) {
    sum = multiply_add(sum, x, Pack<T>::constant(coefficients[i]));
  }
  return sum;
}

/// 1/count!, ..., 1/3!, 1/2!: what exp's series has behind 1 + x.
template <std::size_t count>
constexpr std::array<double, count - 1> exponential_series() {
  std::array<double, count - 1> terms{};
  double factorial = 1.0;
  for (std::size_t n = 2; n <= count; ++n) {
    factorial *= static_cast<double>(n);
    terms[count - n] = 1.0 / factorial;
  }
  return terms;
}

/// 2/(2 count + 1), ..., 2/5, 2/3: what the series of log((1 + s) / (1 - s)) has behind 2 s.
template <std::size_t count>
constexpr std::array<double, count> logarithm_series() {
  std::array<double, count> terms{};
  for (std::size_t n = 1; n <= count; ++n) {
    terms[count - n] = 2.0 / static_cast<double>(2 * n + 1);
  }
  return terms;
}

/// (1 + u) exp(u^2/2) times the share of the normal distribution beyond u, as a polynomial in t =
/// (u - 5) / (u + 5); after Shepherd and Laframboise, *Chebyshev approximation of (1 + 2x) exp(x^2)
/// erfc x*, Mathematics of Computation 1981. The coefficients interpolate at Chebyshev's points up
/// to u = 39, to 2^-58.
inline constexpr std::array normal_tail_by_t{
    -2.77014816568279122e-10,  1.62948221234823634e-11, 4.30592834612236405e-9,
    2.66414705060772051e-9,    -3.13208202808737888e-8, -2.49647497497935251e-8,
    1.97164128223144532e-7,    1.26879784351107611e-7,  -1.30832962425311275e-6,
    -6.989850792867111e-8,     9.06032311426406996e-6,  -9.89621631088317451e-6,
    -0.0000536077545074153048, 0.000182334161640457952, 7.79163483619644455e-6,
    -0.00167607234514747005,   0.00652200066294482641,  -0.0151704154026414031,
    0.0245369632440221943,     -0.0264010429662937344,  0.0100023523852182082,
    0.0310303684259632778,     -0.0915522818340089288,  0.461515829850037775};

/// exp(u^2/2) times the share of the normal distribution beyond u, as the quotient of polynomials
/// in -u with the smallest error up to u = 13.3: 2^-27.5. All terms have one sign, so that none
/// cancel.
inline constexpr std::array normal_tail_numerator{0.00402032592, -0.0399852589, 0.181310221,
                                                  -0.435691352, 0.500000002};
inline constexpr std::array normal_tail_denominator{-0.0100773195, 0.100235559, -0.464389394,
                                                    1.19449918,    -1.66926762, 1.0};

/// The logarithm of 2 in two parts, of which the first has so few digits that its product with an
/// exponent is exact (Cody and Waite, *Software Manual for the Elementary Functions*, 1980).
template <class T>
inline constexpr double log_of_two = is_single<T> ? 0.693359375 : 0.693145751953125;
template <class T>
inline constexpr double rest_of_log_of_two =
    is_single<T> ? -2.12194440054690583e-4 : 1.42860682030941723212e-6;

/// exp(x) = (1 + fraction) * scale, which is a power of two.
template <class T>
struct Exponential {
  Pack<T> fraction;
  Pack<T> scale;
};

/// exp(r) - 1 for r within half the logarithm of 2.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> exponential_fraction(const Pack<T>& r) {
  constexpr std::size_t terms = is_single<T> ? 7 : 13;
  return multiply_add(r * r, polynomial(r, exponential_series<terms>()), r);
}

template <class T>
EIGEN_ALWAYS_INLINE simd::PowerOfTwo<T> power_of_two_in(const Pack<T>& x) {
  return simd::power_of_two_near<T>(x.lanes, Pack<T>::constant(std::numbers::log2e).lanes);
}

/// For x between the bounds of `exp`, and a small rest, if there is one.
template <class T, class... Rest>
EIGEN_ALWAYS_INLINE Exponential<T> exponential(const Pack<T>& x, const Rest&... rest) {
  const auto power = power_of_two_in(x);
  const Pack<T> exponent{power.exponent};
  auto r = multiply_add(exponent, Pack<T>::constant(-log_of_two<T>), x);
  r = (multiply_add(exponent, Pack<T>::constant(-rest_of_log_of_two<T>), r) + ... + rest);
  return {exponential_fraction(r), {power.value}};
}

}  // namespace detail

/// What is below `least` becomes `least`; a NaN stays.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> at_least(const Pack<T>& x, double least) {
  return max(x, Pack<T>::constant(least));
}
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> at_most(const Pack<T>& x, double most) {
  return min(x, Pack<T>::constant(most));
}

/// exp(x), or exp(x + rest) for a rest that is small beside 1. 0 where that is denormal, and
/// infinite from 88.3 on, in double from 709.4.
template <class T, class... Rest>
EIGEN_ALWAYS_INLINE Pack<T> exp(const Pack<T>& x, const Rest&... rest) {
  constexpr double zero_below = detail::is_single<T> ? -88.0 : -709.0;
  constexpr double infinite_above = detail::is_single<T> ? 88.5 : 709.5;
  const auto e = detail::exponential(at_least(at_most(x, infinite_above), zero_below), rest...);
  return (Pack<T>::constant(1.0) + e.fraction) * e.scale;
}

namespace detail {

/// exp(-v^2/2), with the digits that the square loses, for v for which it is not below 2^-127 or
/// 2^-1023, where it becomes 0.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> exp_of_half_square(const Pack<T>& v) {
  if constexpr (simd::fuses_multiply_add) {  // the square goes into the sum with all its digits
    const auto half = T{-0.5} * v;
    const auto power = power_of_two_in(half * v);
    const Pack<T> exponent{power.exponent};
    const Pack<T> scale{power.value};
    auto r = multiply_add(half, v, Pack<T>::constant(-log_of_two<T>) * exponent);
    r = multiply_add(exponent, Pack<T>::constant(-rest_of_log_of_two<T>), r);
    return multiply_add(scale, exponential_fraction(r), scale);
  } else {
    const Pack<T> upper{simd::upper_half<T>(v.lanes)};
    return exp(T{-0.5} * (upper * upper), T{-0.5} * ((v - upper) * (v + upper)));
  }
}

}  // namespace detail

/// exp(x) - 1 for x <= 0, without the loss of digits near 0.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> exp_minus_one(const Pack<T>& x) {
  const auto one = Pack<T>::constant(1.0);
  const auto e = detail::exponential(at_least(x, -40.0));
  return multiply_add(e.scale, e.fraction, e.scale - one);
}

/// Of normal numbers above 0. It is Eigen's: within an ulp or two.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> log(const Pack<T>& x) {
  return {simd::log(x.lanes)};
}

/// log(1 + x) for x in [0, 1].
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> log_one_plus(const Pack<T>& x) {
  constexpr std::size_t terms = detail::is_single<T> ? 7 : 16;
  const auto s = x / (x + Pack<T>::constant(2.0));
  const auto z = s * s;
  return multiply_add(s * z, detail::polynomial(z, detail::logarithm_series<terms>()), s + s);
}

/// 1 / (1 + exp(-x))
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> sigmoid(const Pack<T>& x) {
  const auto one = Pack<T>::constant(1.0);
  return one / (one + exp(-x));
}

/// The sigmoid of x, and what is missing to 1.
template <class T>
struct Sigmoids {
  Pack<T> value;
  Pack<T> rest;
};
template <class T>
EIGEN_ALWAYS_INLINE Sigmoids<T> sigmoids(const Pack<T>& x) {
  constexpr auto most = static_cast<double>(std::numeric_limits<T>::max()) / 4.0;
  const auto one = Pack<T>::constant(1.0);
  const auto e = exp(-x);
  const auto value = one / (one + e);
  return {value, at_most(e, most) * value};
}

template <class T>
EIGEN_ALWAYS_INLINE Pack<T> tanh(const Pack<T>& x) {
  const auto e = exp_minus_one(T{-2} * abs(x));
  const auto y = e / (e + Pack<T>::constant(2.0));
  return select(less(x, Pack<T>::zero()), y, -y);
}

/// What the standard normal distribution has below v.
template <class T>
struct NormalTail {
  Pack<T> share;  ///< with all digits where it is small, too
  Pack<T> density;
};

/// -|x|, but not below where exp(-x^2/2) becomes 0.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> into_normal_tail(const Pack<T>& x) {
  return at_least(min(x, -x), detail::is_single<T> ? -13.26 : -37.66);
}

/// For v that `into_normal_tail` made.
template <class T>
EIGEN_ALWAYS_INLINE NormalTail<T> normal_tail(const Pack<T>& v) {
  constexpr double highest = 0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  const auto e = detail::exp_of_half_square(v);
  const auto density = Pack<T>::constant(highest) * e;
  if constexpr (detail::is_single<T>) {
    const auto numerator = detail::polynomial(v, detail::normal_tail_numerator);
    return {e * numerator / detail::polynomial(v, detail::normal_tail_denominator), density};
  } else {
    const auto five = Pack<T>::constant(5.0);
    const auto t = (v + five) / (v - five);
    const auto beyond = e * detail::polynomial(t, detail::normal_tail_by_t);
    return {beyond / (Pack<T>::constant(1.0) - v), density};
  }
}

/// The standard normal distribution at x.
template <class T>
struct Normal {
  Pack<T> cumulative;  ///< the share below x, with all digits where that is small, too
  Pack<T> density;
};
template <class T>
EIGEN_ALWAYS_INLINE Normal<T> normal(const Pack<T>& x) {
  const auto tail = normal_tail(into_normal_tail(x));
  const auto above = Pack<T>::constant(1.0) - tail.share;
  return {select(less(x, Pack<T>::zero()), tail.share, above), tail.density};
}

}  // namespace TWEED_NAMESPACE::kernels
