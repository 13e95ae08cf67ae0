#pragma once

#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>

/// What a pass by each algorithm is believed to cost, in multiply-adds of a matrix product.
namespace TWEED_NAMESPACE::kernels::conv {

namespace detail {

/// Where so many numbers are multiplied in a cycle, as on Intel's servers with AVX-512, memory is
/// what a transform waits for.
inline constexpr bool multiplies_fast = simd::width<float> * simd::products_per_cycle >= 32;

/// Multiply-adds of the definition, and what an algorithm without transforms does beside them.
constexpr double product_cost(const Geometry& g, Index batch) {
  constexpr double moves = multiplies_fast ? 1.3 : 1.1;
  return moves * (static_cast<double>(batch) * static_cast<double>(g.multiplications()));
}

/// What a transform costs, in multiply-adds of a matrix product: fits to what bench_conv measured
/// on Zen 4, and where products are fast on an Intel Xeon with a second-level cache of 2 MB.
struct TransformCosts {
  double products;         ///< of a pair of channels, for each number of a tile's transform
  double image_transform;  ///< for each number of a tile's transform
  double kernel;           ///< for each number of the kernel's transform
  double kernel_of_block;  ///< the same for each block of tiles, to read it again
};

/// With a large kernel blocks are as large as it takes, and the transforms wait for memory, from
/// which the kernel's comes at once.
constexpr TransformCosts costs_of(const TransformKind& kind, bool has_large_kernel) {
  const bool is_winograd = kind.family == TransformKind::Family::winograd;
  if constexpr (multiplies_fast) {
    if (is_winograd) {
      return has_large_kernel ? TransformCosts{1.6, 45.0, 27.0, 0.0}
                              : TransformCosts{0.9, 30.0, 28.0, 13.0};
    }
    return has_large_kernel ? TransformCosts{3.0, 45.0, 75.0, 0.0}
                            : TransformCosts{1.9, 44.0, 20.0, 13.0};
  }
  if (is_winograd) {
    return has_large_kernel ? TransformCosts{1.0, 43.0, 23.0, 0.0}
                            : TransformCosts{0.8, 23.0, 3.0, 13.0};
  }
  if (!has_large_kernel) return {1.4, 30.0, 3.0, 13.0};
  // On Intel's and AMD's processors with AVX2, kernels of so many slots are not read as fast.
  const double products = simd::products_per_cycle == 1 ? 1.35 : 2.2;
  return {products, 58.0, 36.0, 0.0};
}

/// Multiply-adds of one pass over a batch, those of the transforms weighted.
[[gnu::cold]] constexpr double transformed_cost(const TransformKind& kind, const Geometry& g,
                                                Index batch, Kernel kernel) {
  const TransformLayout<float> l(kind, g, batch);
  TransformCosts costs = costs_of(kind, l.has_large_kernel);
  if (kernel == Kernel::prepared) {
    costs.kernel = 0.0;
    costs.kernel_of_block = costs_of(kind, false).kernel_of_block;
  }
  const auto channels = static_cast<double>(l.input.padded_channels);
  const auto filters = static_cast<double>(l.output.padded_channels);
  const auto tiles = static_cast<double>(l.tiles());
  const double blocks = tiles / static_cast<double>(std::max<Index>(l.block_tiles, 1));
  return static_cast<double>(kind.slots()) *
         (tiles *
              (costs.products * channels * filters + costs.image_transform * (channels + filters)) +
          (costs.kernel + costs.kernel_of_block * blocks) * channels * filters);
}

}  // namespace detail

constexpr double IndirectAlgorithm::cost(const Geometry& g, Index batch, Kernel) {
  return detail::product_cost(g, batch);
}

constexpr double DirectAlgorithm::cost(const Geometry& g, Index batch, Kernel) {
  constexpr double direct = 2.5;     // each product against one of a matrix product
  constexpr Index filter_tile = 16;  // a register, which few filters do not fill
  const Index filters = (g.filters + filter_tile - 1) / filter_tile * filter_tile;
  const double multiplications =
      static_cast<double>(batch) * static_cast<double>(g.multiplications());
  return direct * multiplications / static_cast<double>(g.filters) * static_cast<double>(filters);
}

constexpr double GroupedAlgorithm::cost(const Geometry& g, Index batch, Kernel) {
  return detail::product_cost(g, batch);
}

constexpr double FourierAlgorithm::cost(const Geometry& g, Index batch, Kernel kernel) {
  return detail::transformed_cost(kind(g), g, batch, kernel);
}

template <Index outputs>
constexpr double WinogradAlgorithm<outputs>::cost(const Geometry& g, Index batch, Kernel kernel) {
  return detail::transformed_cost(kind(g), g, batch, kernel);
}

}  // namespace TWEED_NAMESPACE::kernels::conv
