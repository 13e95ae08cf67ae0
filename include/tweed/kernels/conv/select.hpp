#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/transformed/layout.hpp>
#include <tweed/kernels/simd.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace tweed::kernels::conv {

/// The plan without transforms: below these numbers a group's product is too narrow to be worth
/// its name.
constexpr Plan select_product(const Geometry& g) {
  constexpr Index few_channels = 8;
  constexpr Index few_filters = 16;
  if (g.is_grouped()) {
    return plan_of(g.group_filters() <= few_filters ? Algorithm::grouped : Algorithm::indirect);
  }
  return plan_of(g.channels <= few_channels && g.is_plain() ? Algorithm::direct
                                                            : Algorithm::indirect);
}

namespace detail {

/// Where so many numbers are multiplied in a cycle, as on Intel's servers with AVX-512, memory is
/// what a transform waits for.
inline constexpr bool multiplies_fast = simd::width<float> * simd::products_per_cycle >= 32;

/// What algorithms without transforms do beside their products, as a factor.
inline constexpr double moves = multiplies_fast ? 1.3 : 1.1;

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

/// The algorithm that TWEED_CONV_ALGORITHM asks for; nullptr where it is not set.
[[gnu::cold]] inline Algorithm requested_algorithm(const char* variable) {
  if (variable == nullptr) return Algorithm::automatic;
  const auto asked = algorithm_named(variable);
  if (asked) return *asked;
  std::string names;
  for (const std::string_view known : algorithm_names) names.append(", ").append(known);
  throw Error(tweed::detail::text("TWEED_CONV_ALGORITHM is ", tweed::detail::in_quotes(variable),
                                  "; expected one of ", names.substr(2)));
}

/// What the environment of this process asks for, read once.
[[gnu::cold]] inline Algorithm algorithm_from_environment() {
  static const Algorithm asked = requested_algorithm(std::getenv("TWEED_CONV_ALGORITHM"));
  return asked;
}

}  // namespace detail

/// Whether an algorithm's rounding errors stay below 1e-5 of the largest value. Those of the large
/// Winograd tiles grow with the channels, and reach further the more numbers there are.
constexpr bool is_accurate(Algorithm algorithm, const Geometry& g) {
  constexpr Index most_channels = 32;
  return algorithm != Algorithm::winograd6 || std::max(g.channels, g.filters) <= most_channels;
}

/// What `select` believes one pass by an algorithm costs, in multiply-adds of a matrix product;
/// infinite where it cannot be used.
[[gnu::cold]] constexpr double estimated_cost(Algorithm algorithm, const Geometry& g, Index batch,
                                              Kernel kernel = Kernel::plain) {
  if (!can_run(algorithm, g)) return std::numeric_limits<double>::infinity();
  if (is_transform(algorithm)) {
    return detail::transformed_cost(transform_of(algorithm, g), g, batch, kernel);
  }
  const double multiplications =
      static_cast<double>(batch) * static_cast<double>(g.multiplications());
  if (algorithm != Algorithm::direct) {
    return detail::moves * multiplications;
  }
  constexpr double direct = 2.5;     // each product against one of a matrix product
  constexpr Index filter_tile = 16;  // a register, which few filters do not fill
  const Index filters = (g.filters + filter_tile - 1) / filter_tile * filter_tile;
  return direct * multiplications / static_cast<double>(g.filters) * static_cast<double>(filters);
}

/// The fastest plan for a geometry and a batch, or the plan for `asked` if it can do the geometry.
/// The environment variable TWEED_CONV_ALGORITHM asks where the caller does not; throws Error where
/// it names no algorithm.
[[gnu::cold]] constexpr Plan select(const Geometry& g, Index batch,
                                    Algorithm asked = Algorithm::automatic,
                                    Kernel kernel = Kernel::plain) {
  if (!std::is_constant_evaluated() && asked == Algorithm::automatic) {
    asked = detail::algorithm_from_environment();
  }
  if (can_run(asked, g)) return plan_of(asked);
  Plan best = select_product(g);
  double least = estimated_cost(best.forward, g, batch);
  for (const Algorithm a : {Algorithm::fft, Algorithm::winograd4, Algorithm::winograd6}) {
    const double cost = estimated_cost(a, g, batch, kernel);
    if (cost < least && is_accurate(a, g)) {
      best = plan_of(a);
      least = cost;
    }
  }
  return best;
}

/// Calls `body(plan, count)` with every number of samples up to `batch`, and the plan that `select`
/// takes for it: the larger the batch, the smaller the share of the kernel's transform.
template <class Body>
constexpr void for_each_plan(const Geometry& g, Index batch, Algorithm asked, const Body& body) {
  for (Index count = 0; count <= batch; ++count) body(select(g, count, asked), count);
}

/// What `select` takes and why, in one line: the estimates in millions of multiply-adds a pass.
inline std::string explain(const Geometry& g, Index batch, Algorithm asked = Algorithm::automatic) {
  const Plan plan = select(g, batch, asked);
  std::string line(name(plan.forward));
  if (plan.input_gradient != plan.forward) {
    line += tweed::detail::text(" (input gradient: ", name(plan.input_gradient), ")");
  }
  line += "; estimates:";
  for (const Algorithm a :
       {select_product(g).forward, Algorithm::fft, Algorithm::winograd4, Algorithm::winograd6}) {
    if (!can_run(a, g)) continue;
    const auto millions = static_cast<Index>(estimated_cost(a, g, batch) / 1e6);
    line += tweed::detail::text(" ", name(a), " ", millions);
  }
  return line;
}

}  // namespace tweed::kernels::conv
