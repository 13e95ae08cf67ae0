#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/elementary.hpp>
#include <tweed/kernels/local_response_norm_pass.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// A pixel's numbers with zeros at both ends, so that the window around each of them is there.
template <class T>
struct PaddedPixel {
  Index channels;
  Index radius;
  T* values;

  PaddedPixel(Index channels_, Index radius_, Scratch& scratch)
      : channels(channels_), radius(radius_), values(scratch.take<T>(channels + 2 * radius)) {
    std::fill_n(values, radius, T{});
    std::fill_n(values + radius + channels, radius, T{});
  }

  EIGEN_ALWAYS_INLINE void set(Index c, Index lanes, const Pack<T>& value) const {
    value.store(values + radius + c, lanes);
  }
  /// The sum of the window around each.
  EIGEN_ALWAYS_INLINE Pack<T> window_sum(Index c, Index lanes) const {
    auto total = Pack<T>::load(values + c, lanes);
    for (Index i = 1; i <= 2 * radius; ++i) total = total + Pack<T>::load(values + c + i, lanes);
    return total;
  }
};

/// What the numbers of a pixel are divided by, s^beta.
template <class T>
class ResponseOfPixel {
 public:
  ResponseOfPixel(const LocalResponse& response, Index channels, Scratch& scratch)
      : response_(response), squares_(channels, response.radius, scratch) {}

  void take(const T* x) const {
    for_each_pack<T>(squares_.channels, [&](Index c, Index lanes) {
      const auto value = Pack<T>::load(x + c, lanes);
      squares_.set(c, lanes, value * value);
    });
  }
  EIGEN_ALWAYS_INLINE Pack<T> s(Index c, Index lanes) const {
    return multiply_add(squares_.window_sum(c, lanes), Pack<T>::constant(response_.alpha),
                        Pack<T>::constant(response_.k));
  }
  /// Square roots are faster than a logarithm, and the usual beta takes two.
  EIGEN_ALWAYS_INLINE Pack<T> factor(const Pack<T>& s) const {
    if (response_.beta == 0.75) {
      const Pack<T> root{simd::square_root<T>(s.lanes)};
      const Pack<T> fourth_root{simd::square_root<T>(root.lanes)};
      return Pack<T>::constant(1.0) / (root * fourth_root);
    }
    return exp(Pack<T>::constant(-response_.beta) * log(s));
  }

 private:
  LocalResponse response_;
  PaddedPixel<T> squares_;
};

/// Calls `body(begin, scratch)` for each pixel; `pass` is that of either direction.
template <class T, class Pass, class Body>
void for_each_response(const Pass& pass, const Body& body) {
  const Index grain = std::max<Index>(1, elementwise_grain / (4 * pass.channels));
  Scratch scratch = pass.scratch;
  const WorkerScratch workers(
      scratch, local_response_norm_scratch_bytes<T>(pass.channels, pass.response.radius, 1),
      pass.threads);
  parallel_for((pass.pixels + grain - 1) / grain, pass.threads, [&](Index part, int worker) {
    const Index end = std::min(pass.pixels, (part + 1) * grain);
    for (Index pixel = part * grain; pixel < end; ++pixel) {
      body(pixel * pass.channels, workers.of(worker));
    }
  });
}

}  // namespace detail

template <class T>
void local_response_norm(const LocalResponseNormForward<T>& pass) {
  detail::for_each_response<T>(pass, [&](Index begin, Scratch scratch) {
    const detail::ResponseOfPixel<T> response(pass.response, pass.channels, scratch);
    const T* const x = pass.x + begin;
    response.take(x);
    for_each_pack<T>(pass.channels, [&](Index c, Index lanes) {
      const auto factor = response.factor(response.s(c, lanes));
      (Pack<T>::load(x + c, lanes) * factor).store(pass.y + begin + c, lanes);
    });
  });
}

/// dx = dy * s^-beta - 2 alpha beta x * the sum of dy * x * s^(-beta - 1) over the window.
template <class T>
void local_response_norm_gradient(const LocalResponseNormBackward<T>& pass) {
  const auto share = Pack<T>::constant(-2.0 * pass.response.alpha * pass.response.beta);
  detail::for_each_response<T>(pass, [&](Index begin, Scratch scratch) {
    const Index channels = pass.channels;
    const detail::ResponseOfPixel<T> response(pass.response, channels, scratch);
    const detail::PaddedPixel<T> products(channels, pass.response.radius, scratch);
    T* const factors = scratch.take<T>(channels);
    const T* const x = pass.x + begin;
    const T* const dy = pass.dy + begin;
    response.take(x);
    for_each_pack<T>(channels, [&](Index c, Index lanes) {
      const auto s = response.s(c, lanes);
      const auto factor = response.factor(s);
      const auto product = Pack<T>::load(dy + c, lanes) * Pack<T>::load(x + c, lanes);
      factor.store(factors + c, lanes);
      products.set(c, lanes, product * factor / s);
    });
    for_each_pack<T>(channels, [&](Index c, Index lanes) {
      const auto spread = share * Pack<T>::load(x + c, lanes) * products.window_sum(c, lanes);
      multiply_add(Pack<T>::load(dy + c, lanes), Pack<T>::load(factors + c, lanes), spread)
          .store(pass.dx + begin + c, lanes);
    });
  });
}

}  // namespace TWEED_NAMESPACE::kernels
