#pragma once

#include <tweed/kernels/layer_norm_pass.hpp>
#include <tweed/kernels/normalize.hpp>
#include <tweed/kernels/row_sum.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

namespace detail {

/// y = (x - mean) / deviation * scale + shift, with mean and deviation of a row. What rounding took
/// from the mean is in `offset`, so that numbers far from zero lose no digits.
template <class T>
struct RowNormalizer {
  Pack<T> center;
  Pack<T> inverse;  // of the deviation
  Pack<T> offset;
  const T* scale;  // [length], or nullptr
  const T* shift;  // [length], or nullptr

  EIGEN_ALWAYS_INLINE Pack<T> distance(const Pack<T>& x, Index, Index) const { return x - center; }
  EIGEN_ALWAYS_INLINE Pack<T> normal(const Pack<T>& distance) const {
    return multiply_add(distance, inverse, offset);
  }
  EIGEN_ALWAYS_INLINE Pack<T> scaled(const Pack<T>& value, Index i, Index lanes) const {
    return scale == nullptr ? value : value * Pack<T>::load(scale + i, lanes);
  }
  EIGEN_ALWAYS_INLINE Pack<T> at(const Pack<T>& distance, Index i, Index lanes) const {
    const auto value = scaled(normal(distance), i, lanes);
    return shift == nullptr ? value : value + Pack<T>::load(shift + i, lanes);
  }
};

/// The mean first, and then the squares of the distances from it. `pass` is that of either
/// direction.
template <class T, class Pass>
RowNormalizer<T> row_normalizer(const Pass& pass, const T* x) {
  const auto length = static_cast<double>(pass.length);
  RowSum<T> sum;
  if (pass.centers) {
    for_each_pack<T>(pass.length,
                     [&](Index i, Index lanes) { sum.add(i, Pack<T>::load(x + i, lanes)); });
  }
  const T center = static_cast<T>(sum.value() / length);
  T centers[Pack<T>::width];  // a part of them leaves zeros behind the end of the row
  std::fill_n(centers, Pack<T>::width, center);
  RowSum<T> distances, squares;
  for_each_pack<T>(pass.length, [&](Index i, Index lanes) {
    const auto d = Pack<T>::load(x + i, lanes) - Pack<T>::load(centers, lanes);
    if (pass.centers) distances.add(i, d);
    squares.add(i, d * d);
  });
  const double rest = distances.value() / length;
  const double variance = std::max(0.0, squares.value() / length - rest * rest);
  const double inverse = inverse_deviation(variance, pass.epsilon);
  return {Pack<T>::broadcast(center), Pack<T>::constant(inverse),
          Pack<T>::constant(-rest * inverse), pass.scale, pass.shift};
}

/// Rows that are enough work for a thread.
constexpr Index row_grain(Index length) { return std::max<Index>(1, elementwise_grain / length); }

/// Calls `body(row)` for each row.
template <class Body>
void for_each_row(Index rows, Index length, int threads, const Body& body) {
  const Index grain = row_grain(length);
  parallel_for((rows + grain - 1) / grain, threads, [&](Index part, int) {
    const Index end = std::min(rows, (part + 1) * grain);
    for (Index row = part * grain; row < end; ++row) body(row);
  });
}

/// The gradient of a row's input, and what the row adds to those of scale and shift, `sums`
/// [2,length], which may be nullptr.
template <class T>
void layer_norm_row_gradient(const LayerNormBackward<T>& pass, Index row, T* sums) {
  const Index begin = row * pass.length;
  const ArrivingGradient<T, RowNormalizer<T>> arriving{row_normalizer(pass, pass.x + begin), pass.x,
                                                       pass.dy, pass.activation};
  const RowNormalizer<T>& n = arriving.normalizer;
  RowSum<T> gradients, products;
  arriving.for_each_pack_of(
      begin, pass.length, [&](Index i, Index lanes, const Pack<T>& distance, const Pack<T>& g) {
        const auto normal = n.normal(distance);
        if (sums != nullptr) {
          multiply_add(g, normal, Pack<T>::load(sums + i, lanes)).store(sums + i, lanes);
          add_to(sums + pass.length + i, g, lanes);
        }
        const auto scaled = n.scaled(g, i, lanes);
        if (pass.centers) gradients.add(i, scaled);
        products.add(i, scaled * normal);
      });
  if (pass.dx == nullptr) return;
  const auto share = T{-1} / static_cast<T>(pass.length) * n.inverse;
  const auto constant = share * Pack<T>::constant(gradients.value());
  const auto slope = share * Pack<T>::constant(products.value());
  arriving.for_each_pack_of(
      begin, pass.length, [&](Index i, Index lanes, const Pack<T>& distance, const Pack<T>& g) {
        const auto rest = multiply_add(n.normal(distance), slope, constant);
        multiply_add(n.scaled(g, i, lanes), n.inverse, rest).store(pass.dx + begin + i, lanes);
      });
}

}  // namespace detail

template <class T>
void layer_norm(const LayerNormForward<T>& pass) {
  detail::for_each_row(pass.rows, pass.length, pass.threads, [&](Index row) {
    const T* const x = pass.x + row * pass.length;
    T* const y = pass.y + row * pass.length;
    const auto n = detail::row_normalizer(pass, x);
    for_each_pack<T>(pass.length, [&](Index i, Index lanes) {
      const auto value = n.at(n.distance(Pack<T>::load(x + i, lanes), i, lanes), i, lanes);
      rectified(value, pass.activation.is_relu()).store(y + i, lanes);
    });
    apply_other(pass.activation, y, pass.length);
  });
}

template <class T>
void layer_norm_gradient(const LayerNormBackward<T>& pass) {
  if (pass.scale_gradient == nullptr && pass.shift_gradient == nullptr) {
    detail::for_each_row(pass.rows, pass.length, pass.threads, [&](Index row) {
      detail::layer_norm_row_gradient<T>(pass, row, nullptr);
    });
    return;
  }
  Scratch scratch = pass.scratch;
  T* const sums = scratch.take<T>(2 * pass.length);
  ordered_sum(
      {.rows = pass.rows, .columns = 2 * pass.length, .least_rows = detail::row_grain(pass.length)},
      sums, scratch, pass.threads,
      [&](Index row, T* to) { detail::layer_norm_row_gradient(pass, row, to); });
  if (pass.scale_gradient != nullptr) std::copy_n(sums, pass.length, pass.scale_gradient);
  if (pass.shift_gradient != nullptr) {
    std::copy_n(sums + pass.length, pass.length, pass.shift_gradient);
  }
}

}  // namespace TWEED_NAMESPACE::kernels
