#pragma once

#include <tweed/kernels/conv/transformed.hpp>

#include <array>

namespace tweed::kernels::conv {

/// Convolution by the fast Fourier transform. Its rounding errors are near those of plain sums.
template <Index n, class T>
using Fft = TransformedBy<fourier(n), T>;

/// Transform sizes there are.
inline constexpr std::array<Index, 4> fft_sizes = {8, 9, 16, 32};

/// The size that leaves the fewest numbers to multiply, or 0 where there is none: the stride is not
/// 1, or the kernel larger than any.
constexpr Index best_fft_size(const Geometry& g) {
  Index best = 0;
  Index least = 0;
  if (g.rows.stride != 1 || g.columns.stride != 1) return best;
  for (const Index n : fft_sizes) {
    if (n < g.rows.window || n < g.columns.window) continue;
    const Index numbers = tile_axis(g.rows, n).tiles * tile_axis(g.columns, n).tiles * n * n;
    if (best == 0 || numbers < least) {
      best = n;
      least = numbers;
    }
  }
  return best;
}

}  // namespace tweed::kernels::conv
