#pragma once

#include <tweed/kernels/conv/direct.hpp>
#include <tweed/kernels/conv/grouped.hpp>
#include <tweed/kernels/conv/im2col.hpp>
#include <tweed/kernels/conv/per_image.hpp>
#include <tweed/kernels/conv/select.hpp>
#include <tweed/kernels/conv/transformed.hpp>

#include <algorithm>
#include <type_traits>

/// Two-dimensional convolution: three passes, each by the algorithm that a plan names.
namespace tweed::kernels::conv {

namespace detail {

/// The algorithms that a family runs image by image: one for small problems, and im2col.
template <class T, Family family>
using SmallAlgorithm = std::conditional_t<family == Family::grouped, Grouped<T>, Direct<T>>;

template <class T, Family family, class Body>
constexpr auto with_image_algorithm(Algorithm algorithm, const Body& body) {
  if (algorithm == Algorithm::im2col) return body(Im2col<T>{});
  return body(SmallAlgorithm<T, family>{});
}

/// Who does the input gradient beside an algorithm: direct has none.
template <class T, class A>
using InputGradientOf = std::conditional_t<std::is_same_v<A, Direct<T>>, Im2col<T>, A>;

/// Calls `body(constant)` with the family of a plan.
template <class Body>
constexpr auto with_family(const Plan& plan, const Body& body) {
  if (plan.forward == Algorithm::grouped) {
    return body(std::integral_constant<Family, Family::grouped>{});
  }
  return body(std::integral_constant<Family, Family::dense_3x3>{});
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
  return detail::with_family(plan, [&](auto family) {
    return detail::with_image_algorithm<T, family>(plan.forward, [&]<class A>(A) {
      using Input = detail::InputGradientOf<T, A>;
      return std::max(PerImage<T>::template forward_bytes<A>(g, threads),
                      PerImage<T>::template backward_bytes<Input, A>(g, batch, threads));
    });
  });
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

/// y = activation(x * kernel + bias), pooled if there is a pool. `family` is that of the geometry.
template <class T, Family family>
void forward(const Plan& plan, const Geometry& g, const Forward<T>& pass) {
  if constexpr (family == Family::dense || family == Family::dense_3x3) {
    if (plan.is_transformed()) {
      return Transformed<T>::template forward<family>(transform_of(plan.forward, g), g, pass);
    }
  }
  detail::with_image_algorithm<T, family>(
      plan.forward, [&]<class A>(A) { PerImage<T>::template forward<A>(g, pass); });
}

/// All gradients at once, so that an algorithm can share between them what it makes of dy.
template <class T, Family family>
void backward(const Plan& plan, const Geometry& g, const Backward<T>& pass) {
  if constexpr (family == Family::dense || family == Family::dense_3x3) {
    if (plan.is_transformed()) {
      return Transformed<T>::template backward<family>(transform_of(plan.forward, g), g, pass);
    }
  }
  detail::with_image_algorithm<T, family>(plan.kernel_gradient, [&]<class A>(A) {
    PerImage<T>::template backward<detail::InputGradientOf<T, A>, A>(g, pass);
  });
}

/// The same for any geometry, whatever its family.
template <class T>
void forward(const Plan& plan, const Geometry& g, const Forward<T>& pass) {
  detail::with_family(plan, [&](auto family) { forward<T, family>(plan, g, pass); });
}
template <class T>
void backward(const Plan& plan, const Geometry& g, const Backward<T>& pass) {
  detail::with_family(plan, [&](auto family) { backward<T, family>(plan, g, pass); });
}

}  // namespace tweed::kernels::conv
