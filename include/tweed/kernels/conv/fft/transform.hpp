#pragma once

#include <tweed/kernels/conv/fft/twiddle.hpp>
#include <tweed/kernels/pack.hpp>

/// One-dimensional Fourier transforms of fixed sizes: powers of two by splitting even from odd
/// positions (Cooley and Tukey 1965), odd sizes from their symmetric halves.
namespace tweed::kernels::fft {

namespace detail {

/// Calls `body` with the constants begin ... end - 1.
template <int begin, int end, class Body>
EIGEN_ALWAYS_INLINE void unroll(const Body& body) {
  constexpr Index count = end > begin ? end - begin : 0;
  simd::unroll<count>(
      [&](auto i) { body(std::integral_constant<int, begin + static_cast<int>(i)>{}); });
}

/// a * exp(sign * 2 pi i k / n)
template <int sign, int k, int n, class T>
EIGEN_ALWAYS_INLINE ComplexPack<T> rotate(const ComplexPack<T>& a) {
  constexpr T c = static_cast<T>(cosine(k, n));
  constexpr T s = static_cast<T>(sign * sine(k, n));
  if constexpr (k == 0) {
    return a;
  } else if constexpr (4 * k == n) {
    if constexpr (sign > 0) {
      return {-a.im, a.re};
    } else {
      return {a.im, -a.re};
    }
  } else if constexpr (8 * k == n || 8 * k == 3 * n) {  // |c| = |s|
    constexpr T same = s / c > 0 ? T{1} : T{-1};
    return {c * (a.re - same * a.im), c * (a.im + same * a.re)};
  } else {
    return {multiply_add(-s, a.im, c * a.re), multiply_add(s, a.re, c * a.im)};
  }
}

template <int n, int stride, int sign, class T>
EIGEN_ALWAYS_INLINE void complex_radix2(const ComplexPack<T>* x, ComplexPack<T>* spectrum) {
  if constexpr (n == 1) {
    spectrum[0] = x[0];
  } else {
    ComplexPack<T> even[n / 2];
    ComplexPack<T> odd[n / 2];
    complex_radix2<n / 2, 2 * stride, sign>(x, even);
    complex_radix2<n / 2, 2 * stride, sign>(x + stride, odd);
    unroll<0, n / 2>([&](auto k) {
      const auto turned = rotate<sign, k, n>(odd[k]);
      spectrum[k] = even[k] + turned;
      spectrum[k + n / 2] = even[k] - turned;
    });
  }
}

/// The first n / 2 + 1 frequencies: the others mirror them.
template <int n, int stride, class T>
EIGEN_ALWAYS_INLINE void real_radix2(const Pack<T>* x, ComplexPack<T>* spectrum) {
  const Pack<T> zero = Pack<T>::zero();
  if constexpr (n == 2) {
    spectrum[0] = {x[0] + x[stride], zero};
    spectrum[1] = {x[0] - x[stride], zero};
  } else {
    ComplexPack<T> even[n / 4 + 1];
    ComplexPack<T> odd[n / 4 + 1];
    real_radix2<n / 2, 2 * stride>(x, even);
    real_radix2<n / 2, 2 * stride>(x + stride, odd);
    spectrum[0] = {even[0].re + odd[0].re, zero};
    spectrum[n / 2] = {even[0].re - odd[0].re, zero};
    unroll<1, n / 4>([&](auto k) {
      const auto turned = rotate<-1, k, n>(odd[k]);
      spectrum[k] = even[k] + turned;
      spectrum[n / 2 - k] = conjugate(even[k] - turned);
    });
    spectrum[n / 4] = {even[n / 4].re, -odd[n / 4].re};
  }
}

/// Back from the first n / 2 + 1 frequencies, times n.
template <int n, int stride, class T>
EIGEN_ALWAYS_INLINE void inverse_real_radix2(const ComplexPack<T>* spectrum, Pack<T>* x) {
  const Pack<T> zero = Pack<T>::zero();
  if constexpr (n == 2) {
    x[0] = spectrum[0].re + spectrum[1].re;
    x[stride] = spectrum[0].re - spectrum[1].re;
  } else {
    ComplexPack<T> even[n / 4 + 1];
    ComplexPack<T> odd[n / 4 + 1];
    even[0] = {spectrum[0].re + spectrum[n / 2].re, zero};
    odd[0] = {spectrum[0].re - spectrum[n / 2].re, zero};
    unroll<1, n / 4>([&](auto k) {
      const auto mirrored = conjugate(spectrum[n / 2 - k]);
      even[k] = spectrum[k] + mirrored;
      odd[k] = rotate<1, k, n>(spectrum[k] - mirrored);
    });
    even[n / 4] = {T{2} * spectrum[n / 4].re, zero};
    odd[n / 4] = {T{-2} * spectrum[n / 4].im, zero};
    inverse_real_radix2<n / 2, 2 * stride>(even, x);
    inverse_real_radix2<n / 2, 2 * stride>(odd, x + stride);
  }
}

/// For odd n, cosines[k] = sum of x[j] cos(2 pi j k / n) for k in [0, n / 2], and
/// sines[k] = sum of x[j] sin(2 pi j k / n) for k in [1, n / 2].
template <int n, class T>
EIGEN_ALWAYS_INLINE void odd_sums(const Pack<T>* x, Pack<T>* cosines, Pack<T>* sines) {
  constexpr int half = n / 2;
  Pack<T> sum[half + 1];
  Pack<T> difference[half + 1];
  cosines[0] = x[0];
  unroll<1, half + 1>([&](auto j) {
    sum[j] = x[j] + x[n - j];
    difference[j] = x[j] - x[n - j];
    cosines[0] = cosines[0] + sum[j];
  });
  unroll<1, half + 1>([&](auto k) {
    cosines[k] = x[0];
    sines[k] = Pack<T>::zero();
    unroll<1, half + 1>([&](auto j) {
      constexpr T c = static_cast<T>(cosine(j * k, n));
      constexpr T s = static_cast<T>(sine(j * k, n));
      cosines[k] = multiply_add(c, sum[j], cosines[k]);
      sines[k] = multiply_add(s, difference[j], sines[k]);
    });
  });
}

}  // namespace detail

/// The transforms of size n. None is inlined, so that each is compiled once.
template <int n, class T>
struct Transform {
  static constexpr int half = n / 2;
  static constexpr bool even = n % 2 == 0;

  /// spectrum[k] = sum of x[j] exp(-2 pi i j k / n) for k in [0, n / 2].
  EIGEN_DONT_INLINE static void real(const Pack<T>* x, ComplexPack<T>* spectrum) {
    if constexpr (even) {
      detail::real_radix2<n, 1>(x, spectrum);
    } else {
      Pack<T> cosines[half + 1];
      Pack<T> sines[half + 1];
      detail::odd_sums<n>(x, cosines, sines);
      spectrum[0] = {cosines[0], Pack<T>::zero()};
      detail::unroll<1, half + 1>([&](auto k) { spectrum[k] = {cosines[k], -sines[k]}; });
    }
  }

  /// spectrum[k] = sum of x[j] exp(sign * 2 pi i j k / n) for k in [0, n).
  template <int sign>
  EIGEN_DONT_INLINE static void complex(const ComplexPack<T>* x, ComplexPack<T>* spectrum) {
    if constexpr (even) {
      detail::complex_radix2<n, 1, sign>(x, spectrum);
    } else {
      Pack<T> re[n];
      Pack<T> im[n];
      for (int j = 0; j < n; ++j) {
        re[j] = x[j].re;
        im[j] = x[j].im;
      }
      Pack<T> re_cosines[half + 1];
      Pack<T> re_sines[half + 1];
      Pack<T> im_cosines[half + 1];
      Pack<T> im_sines[half + 1];
      detail::odd_sums<n>(re, re_cosines, re_sines);
      detail::odd_sums<n>(im, im_cosines, im_sines);
      spectrum[0] = {re_cosines[0], im_cosines[0]};
      detail::unroll<1, half + 1>([&](auto k) {
        const ComplexPack<T> clockwise{re_cosines[k] + im_sines[k], im_cosines[k] - re_sines[k]};
        const ComplexPack<T> other{re_cosines[k] - im_sines[k], im_cosines[k] + re_sines[k]};
        spectrum[k] = sign < 0 ? clockwise : other;
        spectrum[n - k] = sign < 0 ? other : clockwise;
      });
    }
  }

  /// n times the real x that has this spectrum, given for k in [0, n / 2].
  EIGEN_DONT_INLINE static void inverse_real(const ComplexPack<T>* spectrum, Pack<T>* x) {
    if constexpr (even) {
      detail::inverse_real_radix2<n, 1>(spectrum, x);
    } else {
      x[0] = spectrum[0].re;
      detail::unroll<1, half + 1>([&](auto k) { x[0] = multiply_add(T{2}, spectrum[k].re, x[0]); });
      detail::unroll<1, half + 1>([&](auto j) {
        Pack<T> cosines = spectrum[0].re;
        Pack<T> sines = Pack<T>::zero();
        detail::unroll<1, half + 1>([&](auto k) {
          constexpr T c = static_cast<T>(2.0 * cosine(j * k, n));
          constexpr T s = static_cast<T>(2.0 * sine(j * k, n));
          cosines = multiply_add(c, spectrum[k].re, cosines);
          sines = multiply_add(s, spectrum[k].im, sines);
        });
        x[j] = cosines - sines;
        x[n - j] = cosines + sines;
      });
    }
  }
};

}  // namespace tweed::kernels::fft
