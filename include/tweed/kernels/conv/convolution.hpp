#pragma once

#include <tweed/core/error.hpp>
#include <tweed/core/text.hpp>
#include <tweed/kernels/conv/direct.hpp>
#include <tweed/kernels/conv/grouped.hpp>
#include <tweed/kernels/conv/indirect.hpp>
#include <tweed/kernels/conv/per_image.hpp>
#include <tweed/kernels/conv/select.hpp>
#include <tweed/kernels/conv/transformed.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

/// Two-dimensional convolution: its passes, each by the code of the algorithm that is named, and
/// their memory.
namespace TWEED_NAMESPACE::kernels::conv {

namespace detail {

/// Calls `body(kernels)` with the code of an algorithm.
template <class T, class Body>
constexpr void with_kernels(Algorithm algorithm, const Body& body) {
  Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) {
    using Kernels = typename A::template Kernels<T>;
    static_assert(KernelsOf<Kernels, T>);
    body(Kernels{});
  });
}

/// Calls `body(kernels)` if compiled for the family. Throws Error for any other: what runs must be
/// what memory was planned for.
template <class T, Family family, class Body>
void with_compiled_kernels(Algorithm algorithm, const Body& body) {
  bool is_there = false;
  Algorithms::visit(algorithm, [&]<class A>(std::type_identity<A>) {
    if constexpr (is_compiled<A, family>) {
      is_there = true;
      body(typename A::template Kernels<T>{});
    }
  });
  if (is_there) return;
  throw Error(tweed::detail::text("convolution: the algorithm ", name(algorithm),
                                  " is not compiled for its geometry, leave the choice to ",
                                  name(Algorithm::automatic)));
}

}  // namespace detail

/// What `select` takes. Layers ask for it here, where kernels are compiled: which is the fastest
/// depends on the instruction set that these may use.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE Algorithm algorithm_for(const Geometry& g, Index batch,
                                                        Algorithm asked, Kernel kernel) {
  return select(g, batch, asked, kernel);
}

/// Bytes that `forward` leaves for `backward`, for the whole batch.
template <class T>
[[gnu::cold]] constexpr Index kept_bytes(Algorithm algorithm, const Geometry& g, Index batch) {
  Index bytes = 0;
  detail::with_kernels<T>(algorithm, [&](auto kernels) { bytes = kernels.kept_bytes(g, batch); });
  return bytes;
}

/// Scratch that `forward` may take.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index forward_bytes(Algorithm algorithm,
                                                              const Geometry& g, Index batch,
                                                              int threads) {
  Index bytes = 0;
  detail::with_kernels<T>(algorithm,
                          [&](auto kernels) { bytes = kernels.forward_bytes(g, batch, threads); });
  return bytes;
}

/// Scratch that `forward` and `backward` may take.
template <class T>
[[gnu::cold]] constexpr Index scratch_bytes(Algorithm algorithm, const Geometry& g, Index batch,
                                            int threads) {
  Index bytes = 0;
  detail::with_kernels<T>(algorithm,
                          [&](auto kernels) { bytes = kernels.backward_bytes(g, batch, threads); });
  return std::max(bytes, forward_bytes<T>(algorithm, g, batch, threads));
}

/// Bytes to keep for any batch of up to `batch` samples: a smaller one may be planned otherwise,
/// and take more.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index largest_kept_bytes(const Geometry& g, Index batch,
                                                                   Algorithm asked) {
  Index most = 0;
  for_each_planned_batch(batch, [&](Index count) {
    most = std::max(most, kept_bytes<T>(select(g, count, asked), g, count));
  });
  return most;
}

/// Scratch for any batch of up to `batch` samples.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index largest_scratch_bytes(const Geometry& g,
                                                                      Index batch, int threads,
                                                                      Algorithm asked) {
  Index most = 0;
  for_each_planned_batch(batch, [&](Index count) {
    most = std::max(most, scratch_bytes<T>(select(g, count, asked), g, count, threads));
  });
  return most;
}

/// Bytes of what `prepare_kernel` makes for batches of up to `batch` samples, 0 if nothing.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index prepared_kernel_bytes(const Geometry& g,
                                                                      Index batch,
                                                                      Algorithm asked) {
  Index bytes = 0;
  detail::with_kernels<T>(select(g, batch, asked, Kernel::prepared),
                          [&](auto kernels) { bytes = kernels.prepared_bytes(g); });
  return bytes;
}

/// Scratch of `forward` with a prepared kernel, for any batch of up to `batch` samples.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index prepared_scratch_bytes(const Geometry& g,
                                                                       Index batch, int threads,
                                                                       Algorithm asked) {
  if (prepared_kernel_bytes<T>(g, batch, asked) == 0) {
    return largest_scratch_bytes<T>(g, batch, threads, asked);
  }
  Index most = 0;
  const Algorithm algorithm = select(g, batch, asked, Kernel::prepared);
  for_each_planned_batch(batch, [&](Index count) {
    most = std::max(most, forward_bytes<T>(algorithm, g, count, threads));
  });
  return most;
}

/// What an algorithm, one for prepared kernels, makes of a kernel.
template <class T, Family family>
void prepare_kernel(Algorithm algorithm, const Geometry& g, const T* kernel,
                    std::span<std::byte> to, int threads) {
  detail::with_compiled_kernels<T, family>(
      algorithm, [&](auto kernels) { kernels.prepare(g, kernel, to, threads); });
}

/// y = activation(x * kernel + bias), pooled if there is a pool. `family` is that of the geometry,
/// or one for which more is compiled. Throws Error where the algorithm is not.
template <class T, Family family>
void forward(Algorithm algorithm, const Geometry& g, const Forward<T>& pass) {
  detail::with_compiled_kernels<T, family>(algorithm,
                                           [&](auto kernels) { kernels.forward(g, pass); });
}

/// All gradients.
template <class T, Family family>
void backward(Algorithm algorithm, const Geometry& g, const Backward<T>& pass) {
  detail::with_compiled_kernels<T, family>(algorithm,
                                           [&](auto kernels) { kernels.backward(g, pass); });
}

}  // namespace TWEED_NAMESPACE::kernels::conv
