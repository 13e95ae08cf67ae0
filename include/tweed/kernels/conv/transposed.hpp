#pragma once

#include <tweed/kernels/channel_sums.hpp>
#include <tweed/kernels/conv/algorithm.hpp>
#include <tweed/kernels/conv/direct.hpp>
#include <tweed/kernels/conv/indirect.hpp>
#include <tweed/kernels/conv/per_image.hpp>
#include <tweed/kernels/conv/planned_batch.hpp>
#include <tweed/kernels/conv/transposed_pass.hpp>
#include <tweed/kernels/normalize.hpp>
#include <tweed/kernels/pack.hpp>
#include <tweed/kernels/relu.hpp>

#include <algorithm>

/// Transposed convolution, by the kernels of the convolution: forward by its input gradient, the
/// input's gradient by its forward pass, and the kernel's by its kernel gradient, with x and dy in
/// each other's place.
namespace TWEED_NAMESPACE::kernels::conv {

namespace detail {

/// Calls `body(kernels)` with what makes the gradients. Transforms would be for stride 1 alone.
template <class T, class Body>
constexpr void with_gradient_kernels(const Geometry& g, const Body& body) {
  if (is_narrow(g) && DirectAlgorithm::can_run(g)) {
    body(typename DirectAlgorithm::template Kernels<T>{});
  } else {
    body(Indirect<T>{});
  }
}

template <class T>
[[gnu::cold]] constexpr Index transposed_gradient_bytes(const Geometry& g, Index batch,
                                                        int threads) {
  Index bytes = 0;
  with_gradient_kernels<T>(g, [&](auto kernels) {
    bytes = std::max(kernels.forward_bytes(g, batch, threads),
                     kernels.backward_bytes(g, batch, threads));
  });
  return bytes;
}

template <class T>
constexpr Index transposed_bias_bytes(const Geometry& g, int threads) {
  const Index width = WideRows{.pixels = 0, .channels = g.channels}.width();
  return Scratch::bytes<T>(width) + ordered_sum_scratch_bytes<T>(width, threads);
}

/// The sum of dy over all pixels.
template <class T>
void transposed_bias_gradient(const Geometry& g, const TransposedBackward<T>& pass) {
  const WideRows rows{pass.batch * g.rows.input * g.columns.input, g.channels};
  Scratch scratch = pass.scratch;
  T* const sums = scratch.take<T>(rows.width());
  sum_channels(rows, 1, sums, scratch, pass.threads, [&](Index begin, Index size, T* to) {
    for_each_pack<T>(size, [&](Index i, Index lanes) {
      kernels::detail::add_to(to + i, Pack<T>::load(pass.dy + begin + i, lanes), lanes);
    });
  });
  std::copy_n(sums, g.channels, pass.bias_gradient);
}

}  // namespace detail

/// Scratch of the two passes, for any batch of up to `batch` samples.
template <class T>
[[gnu::cold]] EIGEN_DONT_INLINE constexpr Index transposed_scratch_bytes(const Geometry& g,
                                                                         Index batch, int threads) {
  Index most = std::max(Indirect<T>::transposed_bytes(g, threads),
                        detail::transposed_bias_bytes<T>(g, threads));
  for_each_planned_batch(batch, [&](Index count) {
    most = std::max(most, detail::transposed_gradient_bytes<T>(g, count, threads));
  });
  return most;
}

template <class T>
void transposed_forward(const Geometry& g, const TransposedForward<T>& pass) {
  Indirect<T>::transposed(g, pass);
}

template <class T>
void transposed_backward(const Geometry& g, const TransposedBackward<T>& pass) {
  if (!pass.activation.is_none()) {
    activation_gradient<T>(pass.activation, pass.y, pass.dy, pass.dy, pass.batch * g.input_size(),
                           pass.threads);
  }
  if (pass.bias_gradient != nullptr) detail::transposed_bias_gradient(g, pass);
  detail::with_gradient_kernels<T>(g, [&](auto kernels) {
    if (pass.kernel_gradient != nullptr) {
      kernels.backward(g, Backward<T>{.batch = pass.batch,
                                      .x = pass.dy,
                                      .kernel = pass.kernel,
                                      .y = nullptr,
                                      .dy = pass.x,
                                      .dx = nullptr,
                                      .kernel_gradient = pass.kernel_gradient,
                                      .bias_gradient = nullptr,
                                      .scratch = pass.scratch,
                                      .threads = pass.threads});
    }
    if (pass.dx == nullptr) return;
    kernels.forward(g, Forward<T>{.batch = pass.batch,
                                  .x = pass.dy,
                                  .kernel = pass.kernel,
                                  .bias = nullptr,
                                  .y = pass.dx,
                                  .scratch = pass.scratch,
                                  .threads = pass.threads});
  });
}

/// A transposed convolution whose results are multiplied by a factor and moved by an offset,
/// [g.channels] each, as a kernel and a bias. `bias` may be null.
template <class T>
void scale_transposed_filters(const Geometry& g, const T* kernel, const T* bias, const T* factor,
                              const T* offset, T* scaled_kernel, T* scaled_bias) {
  for (Index i = 0; i < g.kernel_size(); ++i) {
    const Index group = i % g.filters / g.group_filters();
    const Index channel = i / g.filters % g.group_channels();
    scaled_kernel[i] = kernel[i] * factor[group * g.group_channels() + channel];
  }
  for (Index c = 0; c < g.channels; ++c) {
    scaled_bias[c] = (bias != nullptr ? bias[c] : T{}) * factor[c] + offset[c];
  }
}

}  // namespace TWEED_NAMESPACE::kernels::conv
