#pragma once

#include <tweed/kernels/conv/geometry.hpp>
#include <tweed/kernels/conv/transform_kind.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>

namespace TWEED_NAMESPACE {

/// How a convolution is computed; docs/convolution.md tells how each works. `automatic` takes the
/// fastest for the geometry and the batch.
enum class Algorithm { automatic, indirect, direct, grouped, fft, winograd4, winograd6 };

}  // namespace TWEED_NAMESPACE

namespace TWEED_NAMESPACE::kernels::conv {

/// What a pass gets: the kernel as it is, or its transform as well, made before.
enum class Kernel { plain, prepared };

/// What is known of an algorithm without its code:
/// - `value` and `name`;
/// - `can_run(g)`: whether it can do a geometry, whatever the size of its images;
/// - `is_candidate(g)`: whether `select` may take it where it can run;
/// - `cost(g, batch, kernel)`: of one pass, in multiply-adds of a matrix product, as `costs.hpp`
///   estimates it;
/// - `Kernels<T>`: its code, which `KernelsOf` describes.
template <class A>
concept ConvolutionAlgorithm = requires(const Geometry& g, Index batch, Kernel kernel) {
  { A::value } -> std::convertible_to<Algorithm>;
  { A::name } -> std::convertible_to<std::string_view>;
  { A::can_run(g) } -> std::same_as<bool>;
  { A::is_candidate(g) } -> std::same_as<bool>;
  { A::cost(g, batch, kernel) } -> std::same_as<double>;
  typename std::type_identity<typename A::template Kernels<float>>;
};

template <class T>
struct Indirect;
template <class T>
struct Direct;
template <class T>
struct Grouped;
template <class T, class OneImage>
struct PerImage;
template <class T, class A>
struct TransformKernels;

/// Below these numbers a product of matrices is too narrow to be worth its name.
constexpr bool is_narrow(const Geometry& g) {
  constexpr Index few_channels = 8;
  constexpr Index few_filters = 16;
  return g.is_grouped() ? g.group_filters() <= few_filters
                        : g.channels <= few_channels && g.is_plain();
}

struct IndirectAlgorithm {
  static constexpr Algorithm value = Algorithm::indirect;
  static constexpr std::string_view name = "indirect";
  static constexpr bool can_run(const Geometry&) { return true; }
  static constexpr bool is_candidate(const Geometry& g) { return !is_narrow(g); }
  static constexpr double cost(const Geometry& g, Index batch, Kernel kernel);
  template <class T>
  using Kernels = Indirect<T>;
};

struct DirectAlgorithm {
  static constexpr Algorithm value = Algorithm::direct;
  static constexpr std::string_view name = "direct";
  static constexpr bool can_run(const Geometry& g) { return g.is_plain(); }
  static constexpr bool is_candidate(const Geometry& g) { return is_narrow(g); }
  static constexpr double cost(const Geometry& g, Index batch, Kernel kernel);
  template <class T>
  using Kernels = PerImage<T, Direct<T>>;
};

struct GroupedAlgorithm {
  static constexpr Algorithm value = Algorithm::grouped;
  static constexpr std::string_view name = "grouped";
  static constexpr bool can_run(const Geometry& g) { return g.is_grouped(); }
  static constexpr bool is_candidate(const Geometry& g) { return is_narrow(g); }
  static constexpr double cost(const Geometry& g, Index batch, Kernel kernel);
  template <class T>
  using Kernels = PerImage<T, Grouped<T>>;
};

/// Fourier's transforms, of the geometry's best size.
struct FourierAlgorithm {
  static constexpr Algorithm value = Algorithm::fft;
  static constexpr std::string_view name = "fft";
  static constexpr bool can_run(const Geometry& g) { return best_fft_size(g) > 0; }
  static constexpr bool is_candidate(const Geometry&) { return true; }
  static constexpr double cost(const Geometry& g, Index batch, Kernel kernel);
  static constexpr TransformKind kind(const Geometry& g) { return fourier(best_fft_size(g)); }
  template <class T>
  using Kernels = TransformKernels<T, FourierAlgorithm>;
};

/// Winograd's tiles of `outputs` x `outputs`. Their rounding errors grow with the channels, and
/// those of large tiles stay below 1e-5 of the largest value with few of them alone.
template <Index outputs>
struct WinogradAlgorithm {
  static_assert(outputs == 4 || outputs == 6, "Winograd: there are tiles of 4 x 4 and 6 x 6");
  static constexpr Index tile_outputs = outputs;
  static constexpr Algorithm value = outputs == 4 ? Algorithm::winograd4 : Algorithm::winograd6;
  static constexpr std::string_view name = outputs == 4 ? "winograd4" : "winograd6";
  static constexpr bool can_run(const Geometry& g) { return winograd_supports(g); }
  static constexpr bool is_candidate(const Geometry& g) {
    constexpr Index most_channels = 32;
    return outputs == 4 || std::max(g.channels, g.filters) <= most_channels;
  }
  static constexpr double cost(const Geometry& g, Index batch, Kernel kernel);
  static constexpr TransformKind kind(const Geometry&) { return winograd(outputs); }
  template <class T>
  using Kernels = TransformKernels<T, WinogradAlgorithm>;
};

template <ConvolutionAlgorithm... A>
struct AlgorithmList {
  static constexpr std::array values{A::value...};
  static constexpr std::array names{A::name...};

  /// Calls `body(std::type_identity<A>{})` for that of an algorithm. Returns whether it is listed,
  /// as `automatic` is not.
  template <class Body>
  static constexpr bool visit(Algorithm algorithm, const Body& body) {
    return ((A::value == algorithm && (body(std::type_identity<A>{}), true)) || ...);
  }
};

/// All there are. Names, the choice, memory and what runs follow from this list. Of two that cost
/// as much, `select` takes the one that stands first.
using Algorithms = AlgorithmList<IndirectAlgorithm, DirectAlgorithm, GroupedAlgorithm,
                                 FourierAlgorithm, WinogradAlgorithm<4>, WinogradAlgorithm<6>>;

/// Whether `algorithm` can do a geometry, whatever the size of its images.
constexpr bool can_run(Algorithm algorithm, const Geometry& g) {
  bool can = false;
  Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) { can = A::can_run(g); });
  return can;
}

/// What a layer knows of its geometry while compiling: nothing where it is `any`. `strided` stands
/// for dilated, too.
enum class Family { grouped, strided, dense, dense_3x3, any };

constexpr Family family_of(const Geometry& g) {
  if (g.is_grouped()) return Family::grouped;
  if (!is_dense(g)) return Family::strided;
  return winograd_supports(g) ? Family::dense_3x3 : Family::dense;
}

/// A geometry of a family that every algorithm can do which can do any of them.
constexpr Geometry example_of(Family family) {
  const Index window = family == Family::dense_3x3 ? 3 : 1;
  const Index stride = family == Family::strided ? 2 : 1;
  const SlidingAxis axis = slide(1, window, stride, Padding::same.rows);
  return {axis, axis, 1, 1, 1, family == Family::grouped};
}

/// Whether an algorithm is compiled for a family's convolutions.
template <ConvolutionAlgorithm A, Family family>
inline constexpr bool is_compiled = family == Family::any || A::can_run(example_of(family));

}  // namespace TWEED_NAMESPACE::kernels::conv

namespace TWEED_NAMESPACE {

/// The names of all algorithms.
inline constexpr auto algorithm_names = [] {
  std::array<std::string_view, kernels::conv::Algorithms::names.size() + 1> names{"automatic"};
  std::ranges::copy(kernels::conv::Algorithms::names, names.begin() + 1);
  return names;
}();

constexpr std::string_view name(Algorithm algorithm) {
  if (algorithm == Algorithm::automatic) return algorithm_names[0];
  std::string_view name = "unknown";
  kernels::conv::Algorithms::visit(algorithm,
                                   [&]<class A>(std::type_identity<A>) { name = A::name; });
  return name;
}

/// The algorithm of that name, if there is one.
constexpr std::optional<Algorithm> algorithm_named(std::string_view name) {
  if (name == algorithm_names[0]) return Algorithm::automatic;
  for (const Algorithm algorithm : kernels::conv::Algorithms::values) {
    if (tweed::name(algorithm) == name) return algorithm;
  }
  return {};
}

}  // namespace TWEED_NAMESPACE
