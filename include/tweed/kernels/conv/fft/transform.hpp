#pragma once

#include <tweed/kernels/conv/fft/twiddle.hpp>
#include <tweed/kernels/pack.hpp>

/// One-dimensional Fourier transforms of fixed sizes: powers of two by splitting even from odd
/// positions (Cooley and Tukey 1965), odd sizes from their symmetric halves. All loops have
/// constant bounds and are unrolled, so that factors become constants.
namespace TWEED_NAMESPACE::kernels::fft {

namespace detail {

/// cos and sin of 2 pi i / n for i in [0, n).
template <int n, class T>
struct TwiddleTable {
  T cosines[n];
  T sines[n];

  constexpr TwiddleTable() : cosines{}, sines{} {
    for (int i = 0; i < n; ++i) {
      cosines[i] = static_cast<T>(cosine(i, n));
      sines[i] = static_cast<T>(sine(i, n));
    }
  }
};

template <int n, class T>
inline constexpr TwiddleTable<n, T> twiddles{};

/// a * exp(sign * 2 pi i k / n) for k in [0, n / 2)
template <int sign, int n, class T>
EIGEN_ALWAYS_INLINE ComplexPack<T> rotate(int k, const ComplexPack<T>& a) {
  if (k == 0) return a;
  if (4 * k == n) {
    if constexpr (sign > 0) {
      return {-a.im, a.re};
    } else {
      return {a.im, -a.re};
    }
  }
  const T c = twiddles<n, T>.cosines[k];
  const T s = sign * twiddles<n, T>.sines[k];
  if (8 * k == n || 8 * k == 3 * n) {  // |c| = |s|
    if (c * s > T{}) return {c * (a.re - a.im), c * (a.im + a.re)};
    return {c * (a.re + a.im), c * (a.im - a.re)};
  }
  return {multiply_add(-s, a.im, c * a.re), multiply_add(s, a.re, c * a.im)};
}

/// Transforms up to this size are one piece of code, larger ones call it for their halves: fewer
/// registers than numbers are there anyway, and the compiler is done sooner.
inline constexpr int largest_piece = 16;

template <int n, int sign, class T>
EIGEN_ALWAYS_INLINE void complex_radix2(const ComplexPack<T>* x, Index step,
                                        ComplexPack<T>* spectrum);

template <int n, int sign, class T>
EIGEN_DONT_INLINE void complex_piece(const ComplexPack<T>* x, Index step,
                                     ComplexPack<T>* spectrum) {
  complex_radix2<n, sign>(x, step, spectrum);
}

/// The transform of n numbers that lie `step` apart.
template <int n, int sign, class T>
EIGEN_ALWAYS_INLINE void complex_radix2(const ComplexPack<T>* x, Index step,
                                        ComplexPack<T>* spectrum) {
  if constexpr (n == 2) {
    spectrum[0] = x[0] + x[step];
    spectrum[1] = x[0] - x[step];
  } else {
    ComplexPack<T> even[n / 2];
    ComplexPack<T> odd[n / 2];
    if constexpr (n > largest_piece) {
      complex_piece<n / 2, sign>(x, 2 * step, even);
      complex_piece<n / 2, sign>(x + step, 2 * step, odd);
    } else {
      complex_radix2<n / 2, sign>(x, 2 * step, even);
      complex_radix2<n / 2, sign>(x + step, 2 * step, odd);
    }
    TWEED_UNROLL
    for (int k = 0; k < n / 2; ++k) {
      const auto turned = rotate<sign, n>(k, odd[k]);
      spectrum[k] = even[k] + turned;
      spectrum[k + n / 2] = even[k] - turned;
    }
  }
}

template <int n, class T>
EIGEN_ALWAYS_INLINE void real_radix2(const Pack<T>* x, Index step, ComplexPack<T>* spectrum,
                                     Index spacing);

template <int n, class T>
EIGEN_DONT_INLINE void real_piece(const Pack<T>* x, Index step, ComplexPack<T>* spectrum,
                                  Index spacing) {
  real_radix2<n>(x, step, spectrum, spacing);
}

/// The first n / 2 + 1 frequencies, `spacing` apart: the others mirror them.
template <int n, class T>
EIGEN_ALWAYS_INLINE void real_radix2(const Pack<T>* x, Index step, ComplexPack<T>* spectrum,
                                     Index spacing) {
  const Pack<T> zero = Pack<T>::zero();
  if constexpr (n == 2) {
    spectrum[0] = {x[0] + x[step], zero};
    spectrum[spacing] = {x[0] - x[step], zero};
  } else {
    ComplexPack<T> even[n / 4 + 1];
    ComplexPack<T> odd[n / 4 + 1];
    if constexpr (n > largest_piece) {
      real_piece<n / 2>(x, 2 * step, even, 1);
      real_piece<n / 2>(x + step, 2 * step, odd, 1);
    } else {
      real_radix2<n / 2>(x, 2 * step, even, 1);
      real_radix2<n / 2>(x + step, 2 * step, odd, 1);
    }
    spectrum[0] = {even[0].re + odd[0].re, zero};
    spectrum[n / 2 * spacing] = {even[0].re - odd[0].re, zero};
    TWEED_UNROLL
    for (int k = 1; k < n / 4; ++k) {
      const auto turned = rotate<-1, n>(k, odd[k]);
      spectrum[k * spacing] = even[k] + turned;
      spectrum[(n / 2 - k) * spacing] = conjugate(even[k] - turned);
    }
    spectrum[n / 4 * spacing] = {even[n / 4].re, -odd[n / 4].re};
  }
}

template <int n, class T>
EIGEN_ALWAYS_INLINE void inverse_real_radix2(const ComplexPack<T>* spectrum, Index spacing,
                                             Pack<T>* x, Index step);

template <int n, class T>
EIGEN_DONT_INLINE void inverse_real_piece(const ComplexPack<T>* spectrum, Index spacing, Pack<T>* x,
                                          Index step) {
  inverse_real_radix2<n>(spectrum, spacing, x, step);
}

/// Back from the first n / 2 + 1 frequencies, times n.
template <int n, class T>
EIGEN_ALWAYS_INLINE void inverse_real_radix2(const ComplexPack<T>* spectrum, Index spacing,
                                             Pack<T>* x, Index step) {
  const Pack<T> zero = Pack<T>::zero();
  if constexpr (n == 2) {
    x[0] = spectrum[0].re + spectrum[spacing].re;
    x[step] = spectrum[0].re - spectrum[spacing].re;
  } else {
    ComplexPack<T> even[n / 4 + 1];
    ComplexPack<T> odd[n / 4 + 1];
    even[0] = {spectrum[0].re + spectrum[n / 2 * spacing].re, zero};
    odd[0] = {spectrum[0].re - spectrum[n / 2 * spacing].re, zero};
    TWEED_UNROLL
    for (int k = 1; k < n / 4; ++k) {
      const auto mirrored = conjugate(spectrum[(n / 2 - k) * spacing]);
      even[k] = spectrum[k * spacing] + mirrored;
      odd[k] = rotate<1, n>(k, spectrum[k * spacing] - mirrored);
    }
    even[n / 4] = {T{2} * spectrum[n / 4 * spacing].re, zero};
    odd[n / 4] = {T{-2} * spectrum[n / 4 * spacing].im, zero};
    if constexpr (n > largest_piece) {
      inverse_real_piece<n / 2>(even, 1, x, 2 * step);
      inverse_real_piece<n / 2>(odd, 1, x + step, 2 * step);
    } else {
      inverse_real_radix2<n / 2>(even, 1, x, 2 * step);
      inverse_real_radix2<n / 2>(odd, 1, x + step, 2 * step);
    }
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
  TWEED_UNROLL
  for (int j = 1; j <= half; ++j) {
    sum[j] = x[j] + x[n - j];
    difference[j] = x[j] - x[n - j];
    cosines[0] = cosines[0] + sum[j];
  }
  TWEED_UNROLL
  for (int k = 1; k <= half; ++k) {
    cosines[k] = x[0];
    sines[k] = twiddles<n, T>.sines[k] * difference[1];
    TWEED_UNROLL
    for (int j = 1; j <= half; ++j) {
      cosines[k] = multiply_add(twiddles<n, T>.cosines[j * k % n], sum[j], cosines[k]);
      if (j > 1) sines[k] = multiply_add(twiddles<n, T>.sines[j * k % n], difference[j], sines[k]);
    }
  }
}

}  // namespace detail

/// The transforms of size n. Spectra of real numbers are given `spacing` apart. The real ones are
/// not inlined, so that each is compiled once.
template <int n, class T>
struct Transform {
  static constexpr int half = n / 2;
  static constexpr bool even = n % 2 == 0;

  /// spectrum[k] = sum of x[j] exp(-2 pi i j k / n) for k in [0, n / 2].
  EIGEN_DONT_INLINE static void real(const Pack<T>* x, ComplexPack<T>* spectrum,
                                     Index spacing = 1) {
    if constexpr (even) {
      detail::real_radix2<n>(x, 1, spectrum, spacing);
    } else {
      Pack<T> cosines[half + 1];
      Pack<T> sines[half + 1];
      detail::odd_sums<n>(x, cosines, sines);
      spectrum[0] = {cosines[0], Pack<T>::zero()};
      TWEED_UNROLL
      for (int k = 1; k <= half; ++k) spectrum[k * spacing] = {cosines[k], -sines[k]};
    }
  }

  /// spectrum[k] = sum of x[j] exp(sign * 2 pi i j k / n) for k in [0, n).
  template <int sign>
  EIGEN_ALWAYS_INLINE static void complex(const ComplexPack<T>* x, ComplexPack<T>* spectrum) {
    if constexpr (even) {
      detail::complex_radix2<n, sign>(x, 1, spectrum);
    } else {
      Pack<T> re[n];
      Pack<T> im[n];
      TWEED_UNROLL
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
      TWEED_UNROLL
      for (int k = 1; k <= half; ++k) {
        const ComplexPack<T> clockwise{re_cosines[k] + im_sines[k], im_cosines[k] - re_sines[k]};
        const ComplexPack<T> other{re_cosines[k] - im_sines[k], im_cosines[k] + re_sines[k]};
        spectrum[k] = sign < 0 ? clockwise : other;
        spectrum[n - k] = sign < 0 ? other : clockwise;
      }
    }
  }

  /// n times the real x that has this spectrum, given for k in [0, n / 2].
  EIGEN_DONT_INLINE static void inverse_real(const ComplexPack<T>* spectrum, Pack<T>* x,
                                             Index spacing = 1) {
    if constexpr (even) {
      detail::inverse_real_radix2<n>(spectrum, spacing, x, 1);
    } else {
      Pack<T> re[half + 1];
      Pack<T> im[half + 1];
      x[0] = spectrum[0].re;
      TWEED_UNROLL
      for (int k = 1; k <= half; ++k) {
        re[k] = T{2} * spectrum[k * spacing].re;
        im[k] = T{2} * spectrum[k * spacing].im;
        x[0] = x[0] + re[k];
      }
      TWEED_UNROLL
      for (int j = 1; j <= half; ++j) {
        Pack<T> cosines = spectrum[0].re;
        Pack<T> sines = detail::twiddles<n, T>.sines[j] * im[1];
        TWEED_UNROLL
        for (int k = 1; k <= half; ++k) {
          cosines = multiply_add(detail::twiddles<n, T>.cosines[j * k % n], re[k], cosines);
          if (k > 1) sines = multiply_add(detail::twiddles<n, T>.sines[j * k % n], im[k], sines);
        }
        x[j] = cosines - sines;
        x[n - j] = cosines + sines;
      }
    }
  }
};

}  // namespace TWEED_NAMESPACE::kernels::fft
