#pragma once

#include <tweed/kernels/conv/direct.hpp>
#include <tweed/kernels/conv/im2col.hpp>
#include <tweed/kernels/conv/per_image.hpp>
#include <tweed/kernels/conv/select.hpp>
#include <tweed/kernels/conv/transformed.hpp>

#include <algorithm>

/// Two-dimensional convolution: three passes, each by the algorithm that a plan names.
namespace tweed::kernels::conv {

namespace detail {

template <class T, class Body>
constexpr auto with_image_algorithm(Algorithm algorithm, const Body& body) {
  return algorithm == Algorithm::direct ? body(Direct<T>{}) : body(Im2col<T>{});
}

}  // namespace detail

/// Bytes that `forward` leaves for `backward`, for the whole batch.
template <class T>
constexpr Index kept_bytes(const Plan& plan, const Geometry& g, Index batch) {
  if (plan.is_transformed()) {
    return Transformed<T>::kept_bytes(transform_of(plan.forward, g), g, batch);
  }
  return 0;
}

/// Scratch that `forward` and `backward` may take.
template <class T>
constexpr Index scratch_bytes(const Plan& plan, const Geometry& g, Index batch, int threads) {
  if (plan.is_transformed()) {
    const auto kind = transform_of(plan.forward, g);
    return std::max(Transformed<T>::forward_bytes(kind, g, batch, threads),
                    Transformed<T>::backward_bytes(kind, g, batch, threads));
  }
  const Index forward = detail::with_image_algorithm<T>(
      plan.forward, [&]<class A>(A) { return PerImage<T>::template forward_bytes<A>(g, threads); });
  const Index backward = detail::with_image_algorithm<T>(plan.kernel_gradient, [&]<class A>(A) {
    return PerImage<T>::template backward_bytes<Im2col<T>, A>(g, batch, threads);
  });
  return std::max(forward, backward);
}

/// Bytes to keep for any batch of up to `batch` samples: a smaller one may be planned otherwise.
template <class T>
constexpr Index largest_kept_bytes(const Geometry& g, Index batch, Algorithm asked) {
  Index most = 0;
  for_each_plan(g, batch, asked,
                [&](const Plan& plan) { most = std::max(most, kept_bytes<T>(plan, g, batch)); });
  return most;
}

/// Scratch for any batch of up to `batch` samples.
template <class T>
constexpr Index largest_scratch_bytes(const Geometry& g, Index batch, int threads,
                                      Algorithm asked) {
  Index most = 0;
  for_each_plan(g, batch, asked, [&](const Plan& plan) {
    most = std::max(most, scratch_bytes<T>(plan, g, batch, threads));
  });
  return most;
}

/// y = activation(x * kernel + bias), pooled if there is a pool. Who knows while compiling that no
/// plan goes through Winograd's products need not compile them.
template <class T, bool with_winograd = true>
void forward(const Plan& plan, const Geometry& g, const Forward<T>& pass) {
  if (plan.is_transformed()) {
    return Transformed<T>::template forward<with_winograd>(transform_of(plan.forward, g), g, pass);
  }
  detail::with_image_algorithm<T>(plan.forward,
                                  [&]<class A>(A) { PerImage<T>::template forward<A>(g, pass); });
}

/// All gradients at once, so that an algorithm can share between them what it makes of dy.
template <class T, bool with_winograd = true>
void backward(const Plan& plan, const Geometry& g, const Backward<T>& pass) {
  if (plan.is_transformed()) {
    return Transformed<T>::template backward<with_winograd>(transform_of(plan.forward, g), g, pass);
  }
  detail::with_image_algorithm<T>(plan.kernel_gradient, [&]<class A>(A) {
    PerImage<T>::template backward<Im2col<T>, A>(g, pass);  // direct has no input gradient
  });
}

}  // namespace tweed::kernels::conv
