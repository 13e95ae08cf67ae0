#pragma once

#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/tiling.hpp>

#include <array>

namespace TWEED_NAMESPACE::kernels::conv {

/// Whether transforms apply: neighbouring pixels, neighbouring taps, all channels.
constexpr bool is_dense(const Geometry& g) {
  return g.rows.stride == 1 && g.columns.stride == 1 && g.is_plain();
}

/// Which transform a convolution goes through: Fourier's of tiles of `size` x `size`, or Winograd's
/// for kernels of 3 x 3 and tiles of `size` x `size` inputs.
struct TransformKind {
  enum class Family { fourier, winograd };
  Family family;
  Index size;

  /// Numbers that a transformed tile has. `reals` of them are real, the others come in pairs, the
  /// real and the imaginary part of a complex one.
  constexpr Index slots() const { return size * size; }
  constexpr Index reals() const {
    if (family == Family::winograd) return slots();
    return size % 2 == 0 ? 4 : 1;
  }

  /// Numbers that a tile has, at most, halfway through its transform.
  constexpr Index workspace() const {
    return family == Family::winograd ? slots() : (size / 2 + 1) * size * 2;
  }

  /// There is one product for each frequency, real or complex.
  constexpr Index frequencies() const { return (slots() + reals()) / 2; }
  constexpr bool is_real(Index frequency) const { return frequency < reals(); }
  constexpr Index slot_of(Index frequency) const {
    return is_real(frequency) ? frequency : 2 * frequency - reals();
  }

  /// The group that a slot belongs to: all slots of a row of `size` are in one.
  constexpr Index group_of(Index slot) const {
    if (family == Family::winograd) return slot / size;
    return (size % 2 == 0 ? slot : slot + size) / (2 * size);
  }
  constexpr Index groups() const { return group_of(slots() - 1) + 1; }

  /// How an axis is cut. Winograd's tiles of n inputs give n - 2 outputs.
  constexpr AxisTiling tiling(const SlidingAxis& axis) const {
    if (family == Family::fourier) return tile_axis(axis, size);
    const Index step = size - 2;
    return {size, (axis.output + step - 1) / step, step, axis.before, 0};
  }

  /// Where pixel i of a tile stands. Where a Fourier transform's conjugate is wanted, the tile is
  /// mirrored instead: conj(F(x))(k) = F(x(-p))(k) for real x.
  constexpr Index position(Index i, bool conjugated) const {
    return conjugated && family == Family::fourier && i > 0 ? size - i : i;
  }
  constexpr Index tap_position(const AxisTiling& axis, Index tap, bool conjugated) const {
    return family == Family::fourier ? position(axis.tap_position(tap), conjugated) : tap;
  }

  /// What the kernel is multiplied by: the inverse Fourier transforms of all passes leave it to the
  /// kernel to divide.
  constexpr double kernel_scale() const {
    return family == Family::fourier ? 1.0 / static_cast<double>(slots()) : 1.0;
  }

  friend constexpr bool operator==(const TransformKind&, const TransformKind&) = default;
};

constexpr TransformKind fourier(Index size) { return {TransformKind::Family::fourier, size}; }

/// Fourier transforms there are.
inline constexpr std::array<Index, 4> fft_sizes = {8, 9, 16, 32};

/// The size that leaves the fewest numbers to multiply, or 0 where there is none: the geometry is
/// not dense, or the kernel larger than any.
constexpr Index best_fft_size(const Geometry& g) {
  Index best = 0;
  Index least = 0;
  if (!is_dense(g)) return best;
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

/// F(outputs x outputs, 3 x 3).
constexpr TransformKind winograd(Index outputs) {
  return {TransformKind::Family::winograd, outputs + 2};
}

/// 3 x 3 kernels that move by one pixel.
constexpr bool winograd_supports(const Geometry& g) {
  return g.rows.window == 3 && g.columns.window == 3 && is_dense(g);
}

}  // namespace TWEED_NAMESPACE::kernels::conv
