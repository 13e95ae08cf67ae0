#pragma once

#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/transform_kind.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace tweed {

/// How a convolution is computed; docs/convolution.md tells how each works. `automatic` takes the
/// fastest for the geometry and the batch.
enum class Algorithm { automatic, indirect, direct, grouped, fft, winograd4, winograd6 };

/// Of each, in order.
inline constexpr std::array<std::string_view, 7> algorithm_names{
    "automatic", "indirect", "direct", "grouped", "fft", "winograd4", "winograd6"};

constexpr std::string_view name(Algorithm algorithm) {
  const auto i = static_cast<std::size_t>(algorithm);
  return i < algorithm_names.size() ? algorithm_names[i] : "unknown";
}

/// The algorithm of that name, if there is one.
constexpr std::optional<Algorithm> algorithm_named(std::string_view name) {
  for (std::size_t i = 0; i < algorithm_names.size(); ++i) {
    if (algorithm_names[i] == name) return static_cast<Algorithm>(i);
  }
  return {};
}

}  // namespace tweed

namespace tweed::kernels::conv {

/// What a pass gets: the kernel as it is, or its transform as well, made before.
enum class Kernel { plain, prepared };

/// Transform sizes there are.
inline constexpr std::array<Index, 4> fft_sizes = {8, 9, 16, 32};

/// Whether transforms apply: neighbouring pixels, neighbouring taps, all channels.
constexpr bool is_dense(const Geometry& g) {
  return g.rows.stride == 1 && g.columns.stride == 1 && g.is_plain();
}

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

/// 3 x 3 kernels that move by one pixel.
constexpr bool winograd_supports(const Geometry& g) {
  return g.rows.window == 3 && g.columns.window == 3 && is_dense(g);
}

constexpr bool is_transform(Algorithm algorithm) {
  return algorithm == Algorithm::fft || algorithm == Algorithm::winograd4 ||
         algorithm == Algorithm::winograd6;
}

/// The transform that an algorithm goes through, the FFT's of the geometry's best size.
constexpr TransformKind transform_of(Algorithm algorithm, const Geometry& g) {
  if (algorithm == Algorithm::winograd4) return winograd(4);
  if (algorithm == Algorithm::winograd6) return winograd(6);
  return fourier(best_fft_size(g));
}

/// The algorithm of each of the three passes. A transform is shared between them: it does all three
/// or none.
struct Plan {
  Algorithm forward;
  Algorithm input_gradient;
  Algorithm kernel_gradient;

  constexpr bool is_transformed() const { return is_transform(forward); }
  friend constexpr bool operator==(const Plan&, const Plan&) = default;
};

/// Whether `algorithm` can do a geometry, whatever the size of its images.
constexpr bool can_run(Algorithm algorithm, const Geometry& g) {
  if (algorithm == Algorithm::direct) return g.is_plain();
  if (algorithm == Algorithm::grouped) return g.is_grouped();
  if (algorithm == Algorithm::fft) return best_fft_size(g) > 0;
  if (algorithm == Algorithm::winograd4 || algorithm == Algorithm::winograd6) {
    return winograd_supports(g);
  }
  return algorithm != Algorithm::automatic;
}

/// What a layer knows of its geometry while compiling: the algorithms that `can_run` are compiled
/// for it, and no others.
enum class Family { grouped, strided, dense, dense_3x3 };

/// `strided` stands for dilated, too.
constexpr Family family_of(const Geometry& g) {
  if (g.is_grouped()) return Family::grouped;
  if (!is_dense(g)) return Family::strided;
  return winograd_supports(g) ? Family::dense_3x3 : Family::dense;
}

/// The plan that uses `algorithm` wherever it has a pass.
constexpr Plan plan_of(Algorithm algorithm) {
  if (algorithm == Algorithm::direct) return {algorithm, Algorithm::indirect, algorithm};
  return {algorithm, algorithm, algorithm};
}

}  // namespace tweed::kernels::conv
