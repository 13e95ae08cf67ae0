#pragma once

#include <tweed/kernels/bias.hpp>
#include <tweed/kernels/conv/pass.hpp>
#include <tweed/kernels/conv/row_range.hpp>
#include <tweed/kernels/max_pool.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/relu.hpp>

#include <algorithm>

/// What follows a convolution at once, and what comes before its gradients.
namespace TWEED_NAMESPACE::kernels::conv {

/// The rows of the convolution that rows `wanted` of the final output are made of.
inline RowRange convolution_rows(const FusedPool* pool, const RowRange& wanted) {
  if (pool == nullptr) return wanted;
  const auto& axis = pool->geometry.rows;
  const Index last = wanted.end - 1;
  return {wanted.begin * axis.stride - axis.before + axis.first_tap(wanted.begin),
          last * axis.stride - axis.before + axis.end_tap(last)};
}

/// Elements of one sample of the final output.
constexpr Index final_size(const Geometry& g, const FusedPool* pool) {
  return pool == nullptr ? g.output_size() : pool->geometry.output_size();
}

/// Where an algorithm puts image n of the convolution: straight into y, or aside for the pool.
template <class T>
T* output_image(const Geometry& g, const Forward<T>& pass, Index n, T* aside) {
  return pass.pool == nullptr ? pass.y + n * g.output_size() : aside;
}

/// Rows of the final output of image n, once the convolution's are there, bias and activation
/// included.
template <class T>
void finish_rows(const Forward<T>& pass, Index n, const RowRange& rows, const T* image) {
  if (pass.pool == nullptr) return;
  const auto& pool = pass.pool->geometry;
  const Index offset = n * pool.output_size();
  max_pool_rows(pool, rows.begin, rows.end, image, pass.y + offset,
                pass.pool->taps == nullptr ? nullptr : pass.pool->taps + offset,
                pass.activation.is_relu());
}

/// Whether `delta_image` needs memory.
template <class T>
bool needs_delta_image(const Backward<T>& pass) {
  return pass.pool != nullptr || !pass.activation.is_none();
}

/// The gradient of image n of the convolution itself, before activation and pool: a view of dy, or
/// made in `aside` [oh,ow,f]. A pool's taps know what a ReLU lets pass; no other activation stands
/// before one in training.
template <class T>
EIGEN_DONT_INLINE const T* delta_image(const Geometry& g, const Backward<T>& pass, Index n,
                                       T* aside) {
  if (pass.pool != nullptr) {
    const auto& pool = pass.pool->geometry;
    const Index offset = n * pool.output_size();
    max_pool_gradient_image(pool, pass.dy + offset, pass.pool->taps + offset, aside);
    return aside;
  }
  const Index offset = n * g.output_size();
  if (pass.activation.is_none()) return pass.dy + offset;
  activation_gradient(pass.activation, pass.y + offset, pass.dy + offset, aside, g.output_size(),
                      1);
  return aside;
}

namespace detail {

/// Adds up `vectors` vectors of filters over all pixels, `chains` of them at a time, so that an
/// addition need not wait for the one before. `load(from)` gives a vector.
template <Index vectors, Index chains, class T, class Load>
EIGEN_ALWAYS_INLINE void add_pixels(const T* delta, Index pixels, Index filters, const Load& load,
                                    Pack<T> (&total)[vectors]) {
  constexpr Index width = Pack<T>::width;
  Pack<T> sum[chains][vectors];
  TWEED_UNROLL
  for (Index c = 0; c < chains; ++c) {
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) sum[c][v] = Pack<T>::zero();
  }
  Index p = 0;
  for (; p + chains <= pixels; p += chains, delta += chains * filters) {
    TWEED_UNROLL
    for (Index c = 0; c < chains; ++c) {
      TWEED_UNROLL
      for (Index v = 0; v < vectors; ++v) {
        sum[c][v] = sum[c][v] + load(delta + c * filters + v * width);
      }
    }
  }
  for (; p < pixels; ++p, delta += filters) {
    TWEED_UNROLL
    for (Index v = 0; v < vectors; ++v) sum[0][v] = sum[0][v] + load(delta + v * width);
  }
  TWEED_UNROLL
  for (Index v = 0; v < vectors; ++v) {
    TWEED_UNROLL
    for (Index c = 1; c < chains; ++c) sum[0][v] = sum[0][v] + sum[c][v];
    total[v] = sum[0][v];
  }
}

/// The same for whole vectors, added to the gradient.
template <Index vectors, Index chains, class T>
EIGEN_DONT_INLINE void add_whole_pixels(const T* delta, Index pixels, Index filters, T* gradient) {
  Pack<T> sum[vectors];
  const auto load = [](const T* from) { return Pack<T>::load(from); };
  add_pixels<vectors, chains>(delta, pixels, filters, load, sum);
  TWEED_UNROLL
  for (Index v = 0; v < vectors; ++v) {
    T* const to = gradient + v * Pack<T>::width;
    (Pack<T>::load(to) + sum[v]).store(to);
  }
}

}  // namespace detail

/// Adds the sum of some pixels' gradients [pixels,f] to that of the bias [f].
template <class T>
EIGEN_DONT_INLINE void add_pixels(const T* delta, Index pixels, Index filters, T* sum) {
  constexpr Index width = Pack<T>::width;
  Index f = 0;
  for (; f + 4 * width <= filters; f += 4 * width) {
    detail::add_whole_pixels<4, 1>(delta + f, pixels, filters, sum + f);
  }
  for (; f + width <= filters; f += width) {
    detail::add_whole_pixels<1, 4>(delta + f, pixels, filters, sum + f);
  }
  if (f == filters) return;
  const Index lanes = filters - f;
  Pack<T> rest[1];
  const auto load = [&](const T* from) { return Pack<T>::load(from, lanes); };
  detail::add_pixels<1, 4>(delta + f, pixels, filters, load, rest);
  (Pack<T>::load(sum + f, lanes) + rest[0]).store(sum + f, lanes);
}

/// The sum itself, as one of sums, which lose less than one long sum.
template <class T>
void sum_pixels(const T* delta, Index pixels, Index filters, T* sum) {
  constexpr Index most = 4096;
  std::fill_n(sum, filters, T{});
  for (Index p = 0; p < pixels; p += most) {
    add_pixels(delta + p * filters, std::min(most, pixels - p), filters, sum);
  }
}

}  // namespace TWEED_NAMESPACE::kernels::conv
