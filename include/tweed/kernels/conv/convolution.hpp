#pragma once

#include <tweed/kernels/bias.hpp>
#include <tweed/kernels/conv/direct.hpp>
#include <tweed/kernels/conv/fft.hpp>
#include <tweed/kernels/conv/im2col.hpp>
#include <tweed/kernels/conv/reference.hpp>
#include <tweed/kernels/conv/select.hpp>

#include <algorithm>

/// Two-dimensional convolution: three passes, each by the algorithm that a plan names.
namespace tweed::kernels::conv {

/// Bytes that `forward` leaves for `backward`, for the whole batch.
template <class T>
constexpr Index kept_bytes(const Plan& plan, const Geometry& g, Index batch) {
  return plan.is_fft() ? Fft<T>::kept_bytes(g, batch) : 0;
}

/// The algorithm that computes the input gradient where `algorithm` is asked for: the direct one
/// has none of its own.
constexpr Algorithm for_input_gradient(Algorithm algorithm) {
  return algorithm == Algorithm::direct ? Algorithm::im2col : algorithm;
}

/// Scratch that `forward` and `backward` may take.
template <class T>
constexpr Index scratch_bytes(const Plan& plan, const Geometry& g, Index batch, int threads) {
  const auto needed = [&](Algorithm algorithm) -> Index {
    switch (algorithm) {
      case Algorithm::reference:
        return 0;
      case Algorithm::im2col:
        return Im2col<T>::scratch_bytes(g, batch, threads);
      case Algorithm::direct:
        return Direct<T>::scratch_bytes(g, batch, threads);
      case Algorithm::fft:
        return Fft<T>::scratch_bytes(g, batch, threads);
    }
    return 0;
  };
  return std::max({needed(plan.forward), needed(for_input_gradient(plan.input_gradient)),
                   needed(plan.kernel_gradient), bias_gradient_scratch_bytes<T>(g.filters)});
}

/// Bytes to keep for any batch of up to `batch` samples: a smaller one may be planned otherwise.
template <class T>
constexpr Index kept_bytes(const Geometry& g, Index batch) {
  return kept_bytes<T>(select(g, batch), g, batch);
}

/// Scratch for any batch of up to `batch` samples.
template <class T>
constexpr Index scratch_bytes(const Geometry& g, Index batch, int threads) {
  return std::max(scratch_bytes<T>(select(g, batch), g, batch, threads),
                  scratch_bytes<T>(select_product(g), g, batch, threads));
}

/// y = activation(x * kernel + bias).
template <class T>
void forward(const Plan& plan, const Geometry& g, const Forward<T>& pass) {
  switch (plan.forward) {
    case Algorithm::reference:
      return Reference<T>::forward(g, pass);
    case Algorithm::im2col:
      return Im2col<T>::forward(g, pass);
    case Algorithm::direct:
      return Direct<T>::forward(g, pass);
    case Algorithm::fft:
      return Fft<T>::forward(g, pass);
  }
}

namespace detail {

template <class T>
void input_gradient(Algorithm algorithm, const Geometry& g, const Backward<T>& pass) {
  if (algorithm == Algorithm::reference) return Reference<T>::input_gradient(g, pass);
  return Im2col<T>::input_gradient(g, pass);
}

template <class T>
void kernel_gradient(Algorithm algorithm, const Geometry& g, const Backward<T>& pass) {
  if (algorithm == Algorithm::reference) return Reference<T>::kernel_gradient(g, pass);
  if (algorithm == Algorithm::direct) return Direct<T>::kernel_gradient(g, pass);
  return Im2col<T>::kernel_gradient(g, pass);
}

}  // namespace detail

/// All gradients at once, so that an algorithm can share between them what it makes of dy.
template <class T>
void backward(const Plan& plan, const Geometry& g, const Backward<T>& pass) {
  if (plan.is_fft()) return Fft<T>::backward(g, pass);
  const Index outputs = pass.batch * g.output_size();
  if (pass.activation == Activation::relu) {
    relu_gradient(pass.y, pass.dy, pass.dy, outputs, pass.threads);
  }
  bias_gradient<T>(pass.dy, pass.batch * g.output_pixels(), g.filters, pass.bias_gradient,
                   pass.scratch, pass.threads);
  detail::kernel_gradient(plan.kernel_gradient, g, pass);
  if (pass.dx != nullptr) detail::input_gradient(plan.input_gradient, g, pass);
}

}  // namespace tweed::kernels::conv
