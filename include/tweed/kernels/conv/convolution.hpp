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

/// Two-dimensional convolution: three passes, each by the algorithm that a plan names.
namespace tweed::kernels::conv {

namespace detail {

/// The algorithm that runs image by image in a family.
template <Family family>
inline constexpr Algorithm per_image_algorithm =
    family == Family::grouped ? Algorithm::grouped : Algorithm::direct;

template <class T, Family family>
using PerImageAlgorithm = std::conditional_t<family == Family::grouped, Grouped<T>, Direct<T>>;

/// Throws Error unless a plan is for the one algorithm that is left: what runs must be what memory
/// was planned for.
template <Family family>
void check_per_image(const Plan& plan) {
  if (plan.forward != per_image_algorithm<family>) {
    throw Error(tweed::detail::text("convolution: the algorithm ", name(plan.forward),
                                    " is not compiled for its geometry, leave the choice to ",
                                    name(Algorithm::automatic)));
  }
}

/// Scratch of both passes by an algorithm that runs image by image.
template <class T, class Algorithm>
constexpr Index per_image_bytes(const Geometry& g, Index batch, int threads) {
  return std::max({PerImage<T>::template forward_bytes<Algorithm>(g, threads),
                   PerImage<T>::template backward_bytes<Algorithm>(g, batch, threads),
                   Indirect<T>::backward_bytes(g, batch, threads)});
}

}  // namespace detail

/// The plan that `select` takes. Layers ask for it here, where kernels are compiled: which is the
/// fastest depends on the instruction set that these may use.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE Plan plan_for(const Geometry& g, Index batch, Algorithm asked,
                                              Kernel kernel) {
  return select(g, batch, asked, kernel);
}

/// Bytes that `forward` leaves for `backward`, for the whole batch.
template <class T>
[[gnu::cold]] constexpr Index kept_bytes(const Plan& plan, const Geometry& g, Index batch) {
  if (plan.is_transformed()) {
    return Transformed<T>::kept_bytes(transform_of(plan.forward, g), g, batch);
  }
  return 0;
}

/// Scratch that `forward` and `backward` may take.
template <class T>
[[gnu::cold]] constexpr Index scratch_bytes(const Plan& plan, const Geometry& g, Index batch,
                                            int threads) {
  if (plan.is_transformed()) {
    const auto kind = transform_of(plan.forward, g);
    return std::max(Transformed<T>::forward_bytes(kind, g, batch, threads),
                    Transformed<T>::backward_bytes(kind, g, batch, threads));
  }
  if (plan.forward == Algorithm::direct) {
    return detail::per_image_bytes<T, Direct<T>>(g, batch, threads);
  }
  if (plan.forward == Algorithm::grouped) {
    return detail::per_image_bytes<T, Grouped<T>>(g, batch, threads);
  }
  return std::max(Indirect<T>::forward_bytes(g, threads),
                  Indirect<T>::backward_bytes(g, batch, threads));
}

/// Bytes to keep for any batch of up to `batch` samples: a smaller one may be planned otherwise,
/// and take more.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index largest_kept_bytes(const Geometry& g, Index batch,
                                                                   Algorithm asked) {
  Index most = 0;
  for_each_plan(g, batch, asked, [&](const Plan& plan, Index count) {
    most = std::max(most, kept_bytes<T>(plan, g, count));
  });
  return most;
}

/// Scratch for any batch of up to `batch` samples.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index largest_scratch_bytes(const Geometry& g,
                                                                      Index batch, int threads,
                                                                      Algorithm asked) {
  Index most = 0;
  for_each_plan(g, batch, asked, [&](const Plan& plan, Index count) {
    most = std::max(most, scratch_bytes<T>(plan, g, count, threads));
  });
  return most;
}

/// Bytes of what `prepare_kernel` makes for batches of up to `batch` samples, 0 if nothing.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index prepared_kernel_bytes(const Geometry& g,
                                                                      Index batch,
                                                                      Algorithm asked) {
  const Plan plan = select(g, batch, asked, Kernel::prepared);
  if (!plan.is_transformed()) return 0;
  return Transformed<T>::kernel_bytes(transform_of(plan.forward, g), g);
}

/// Scratch of `forward` with a prepared kernel.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index prepared_scratch_bytes(const Geometry& g,
                                                                       Index batch, int threads,
                                                                       Algorithm asked) {
  const Plan plan = select(g, batch, asked, Kernel::prepared);
  if (!plan.is_transformed()) return largest_scratch_bytes<T>(g, batch, threads, asked);
  const auto kind = transform_of(plan.forward, g);
  Index most = 0;
  for (Index count = 0; count <= batch; ++count) {
    most = std::max(most, Transformed<T>::forward_bytes(kind, g, count, threads));
  }
  return most;
}

/// The transform of a kernel that `plan`, one for prepared kernels, goes through.
template <class T, Family family>
void prepare_kernel(const Plan& plan, const Geometry& g, const T* kernel, std::span<std::byte> to,
                    int threads) {
  if constexpr (family == Family::dense || family == Family::dense_3x3) {
    Transformed<T>::template transform_kernel<family>(transform_of(plan.forward, g), g, kernel, to,
                                                      threads);
  }
}

/// y = activation(x * kernel + bias), pooled if there is a pool. `family` is that of the geometry,
/// or one for which more is compiled. Throws Error where the plan's algorithm is not.
template <class T, Family family>
void forward(const Plan& plan, const Geometry& g, const Forward<T>& pass) {
  if (plan.forward == Algorithm::indirect) return Indirect<T>::forward(g, pass);
  if constexpr (family == Family::dense || family == Family::dense_3x3) {
    if (plan.is_transformed()) {
      return Transformed<T>::template forward<family>(transform_of(plan.forward, g), g, pass);
    }
  }
  detail::check_per_image<family>(plan);
  PerImage<T>::template forward<detail::PerImageAlgorithm<T, family>>(g, pass);
}

/// All gradients at once, so that an algorithm can share between them what it makes of dy.
template <class T, Family family>
void backward(const Plan& plan, const Geometry& g, const Backward<T>& pass) {
  if (plan.forward == Algorithm::indirect) return Indirect<T>::backward(g, pass);
  if constexpr (family == Family::dense || family == Family::dense_3x3) {
    if (plan.is_transformed()) {
      return Transformed<T>::template backward<family>(transform_of(plan.forward, g), g, pass);
    }
  }
  detail::check_per_image<family>(plan);
  PerImage<T>::template backward<detail::PerImageAlgorithm<T, family>>(g, pass);
  if (family != Family::grouped && pass.dx != nullptr) Indirect<T>::input_gradient(g, pass);
}

/// Both passes, for a geometry that is known at run time only.
template <class T>
void forward(const Plan& plan, const Geometry& g, const Forward<T>& pass) {
  if (g.is_grouped()) return forward<T, Family::grouped>(plan, g, pass);
  forward<T, Family::dense_3x3>(plan, g, pass);
}
template <class T>
void backward(const Plan& plan, const Geometry& g, const Backward<T>& pass) {
  if (g.is_grouped()) return backward<T, Family::grouped>(plan, g, pass);
  backward<T, Family::dense_3x3>(plan, g, pass);
}

}  // namespace tweed::kernels::conv
