#pragma once

#include <tweed/kernels/layer_norm_pass.hpp>
#include <tweed/kernels/normalize.hpp>
#include <tweed/kernels/prefetch.hpp>
#include <tweed/kernels/streaming.hpp>

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
  EIGEN_ALWAYS_INLINE Pack<T> scale_at(Index i, Index lanes) const {
    return scale == nullptr ? Pack<T>::constant(1.0) : Pack<T>::load(scale + i, lanes);
  }
  EIGEN_ALWAYS_INLINE Pack<T> shift_at(Index i, Index lanes) const {
    return shift == nullptr ? Pack<T>::zero() : Pack<T>::load(shift + i, lanes);
  }
  EIGEN_ALWAYS_INLINE Pack<T> at(const Pack<T>& distance, Index i, Index lanes) const {
    return multiply_add(normal(distance), scale_at(i, lanes), shift_at(i, lanes));
  }
};

/// Numbers of a row whose sum is taken at once; what they give goes into a double, since sums of
/// sums lose less than one long sum.
inline constexpr Index row_piece = 256;

/// Adds to `totals` [count] what `add(i, lanes, sums)` adds for a piece of the rows.
template <class T, Index count, class Add>
TWEED_INLINE void sum_piece(Index first, Index length, double* totals, const Add& add) {
  Pack<T> sums[count];
  TWEED_UNROLL
  for (Index k = 0; k < count; ++k) sums[k] = Pack<T>::zero();
  for_each_pack<T>(std::min(row_piece, length - first),
                   [&](Index i, Index lanes) { add(first + i, lanes, sums); });
  TWEED_UNROLL
  for (Index k = 0; k < count; ++k) totals[k] += static_cast<double>(sum(sums[k]));
}

template <class T, Index count, class Add>
TWEED_INLINE void sum_rows(Index length, double* totals, const Add& add) {
  for (Index first = 0; first < length; first += row_piece) {
    sum_piece<T, count>(first, length, totals, add);
  }
}

/// The normalizers of neighbouring rows. They go through each step side by side, so that none waits
/// for the last number of another. `Pass` is that of either direction.
template <class T, Index rows, class Pass>
TWEED_INLINE void measure_rows(const Pass& pass, const T* x, RowNormalizer<T>* to) {
  constexpr Index width = Pack<T>::width;
  const Index length = pass.length;
  const bool centers = pass.centers;
  const double share = 1.0 / static_cast<double>(length);
  double means[rows] = {};
  if (centers) {
    sum_rows<T, rows>(length, means, [&](Index i, Index lanes, Pack<T>* sums) {
      TWEED_UNROLL
      for (Index row = 0; row < rows; ++row) {
        sums[row] = sums[row] + Pack<T>::load(x + row * length + i, lanes);
      }
    });
  }
  T parts[rows * width];  // a part of them leaves zeros behind the end of a row
  Pack<T> middles[rows];
  TWEED_UNROLL
  for (Index row = 0; row < rows; ++row) {
    middles[row] = Pack<T>::constant(share * means[row]);
    middles[row].store(parts + row * width);
  }
  // The distances from the means, which say what rounding took from these, and their squares.
  double sums_of_rows[2 * rows] = {};
  sum_rows<T, 2 * rows>(length, sums_of_rows, [&](Index i, Index lanes, Pack<T>* sums) {
    TWEED_UNROLL
    for (Index row = 0; row < rows; ++row) {
      const auto part = Pack<T>::load(parts + row * width, lanes);
      const auto middle = lanes == width ? middles[row] : part;
      const T* const from = x + row * length + i;
      prefetch(from + rows * length);  // of the next block
      const auto d = Pack<T>::load(from, lanes) - middle;
      if (centers) sums[row] = sums[row] + d;
      sums[rows + row] = multiply_add(d, d, sums[rows + row]);
    }
  });
  for (Index row = 0; row < rows; ++row) {
    const double rest = share * sums_of_rows[row];
    const double variance = std::max(0.0, share * sums_of_rows[rows + row] - rest * rest);
    const double inverse = inverse_deviation(variance, pass.epsilon);
    to[row] = {middles[row], Pack<T>::constant(inverse), Pack<T>::constant(-rest * inverse),
               pass.scale, pass.shift};
  }
}

template <class T, Index rows>
void normalize_rows(const LayerNormForward<T>& pass, Index first, bool streams) {
  const Index length = pass.length;
  const T* const x = pass.x + first * length;
  T* const y = pass.y + first * length;
  const bool has_relu = pass.activation.is_relu();
  RowNormalizer<T> normalizers[rows];
  measure_rows<T, rows>(pass, x, normalizers);
  for_each_pack<T>(length, [&](Index i, Index lanes) {
    const auto scale = normalizers[0].scale_at(i, lanes);
    const auto shift = normalizers[0].shift_at(i, lanes);
    TWEED_UNROLL
    for (Index row = 0; row < rows; ++row) {
      const Index at = row * length + i;
      const auto& n = normalizers[row];
      const auto normal = n.normal(n.distance(Pack<T>::load(x + at, lanes), i, lanes));
      rectified(multiply_add(normal, scale, shift), has_relu)
          .store_or_stream(y + at, lanes, streams);
    }
  });
  apply_other(pass.activation, y, rows * length);
}

/// A piece of some rows in the backward pass: the distances of x, and the gradients that arrive
/// behind the activation.
template <class T, Index rows>
class ArrivingRows {
 public:
  /// `aside` [rows,row_piece] is room for what arrives behind other activations.
  TWEED_INLINE ArrivingRows(const LayerNormBackward<T>& pass, const RowNormalizer<T>* normalizers,
                            Index first_row, Index first, T* aside)
      : normalizers_(normalizers),
        length_(pass.length),
        has_relu_(pass.activation.is_relu()),
        x_(pass.x + first_row * pass.length),
        gradients_(pass.dy + first_row * pass.length),
        stride_(pass.length) {
    if (!pass.activation.is_other()) return;
    const Index count = std::min(row_piece, length_ - first);
    for (Index row = 0; row < rows; ++row) {
      const Index at = row * length_ + first;
      // A copy, whose address nobody else knows, can stay in registers.
      arriving_behind_other(RowNormalizer<T>(normalizers[row]), pass.activation, x_ + at,
                            gradients_ + at, first, count, aside + row * row_piece);
    }
    gradients_ = aside;
    stride_ = row_piece;
    first_ = first;
  }

  TWEED_INLINE Pack<T> distance(Index row, Index i, Index lanes) const {
    return normalizers_[row].distance(Pack<T>::load(x_ + row * length_ + i, lanes), i, lanes);
  }
  TWEED_INLINE Pack<T> gradient(Index row, const Pack<T>& distance, Index i, Index lanes) const {
    const auto g = Pack<T>::load(gradients_ + row * stride_ + (i - first_), lanes);
    return has_relu_ ? where_positive(normalizers_[row].at(distance, i, lanes), g) : g;
  }

 private:
  const RowNormalizer<T>* normalizers_;
  Index length_;
  bool has_relu_;
  const T* x_;
  const T* gradients_;
  Index stride_;     // from a row to the next in `gradients_`
  Index first_ = 0;  // of a row, where these begin
};

/// The gradients of some rows' inputs, and what they add to those of scale and shift, `sums`
/// [2,length], which may be nullptr.
template <class T, Index rows>
void row_gradients(const LayerNormBackward<T>& pass, Index first_row, T* sums) {
  const Index length = pass.length;
  const bool centers = pass.centers;
  RowNormalizer<T> normalizers[rows];
  measure_rows<T, rows>(pass, pass.x + first_row * length, normalizers);
  T aside[rows * row_piece];
  double totals[2 * rows] = {};  // of scaled gradients, and of their products with what is normal
  for (Index first = 0; first < length; first += row_piece) {
    const ArrivingRows<T, rows> arriving(pass, normalizers, first_row, first, aside);
    sum_piece<T, 2 * rows>(first, length, totals, [&](Index i, Index lanes, Pack<T>* of_rows) {
      const auto scale = normalizers[0].scale_at(i, lanes);
      auto products = Pack<T>::zero();
      auto gradients = Pack<T>::zero();
      TWEED_UNROLL
      for (Index row = 0; row < rows; ++row) {
        const auto d = arriving.distance(row, i, lanes);
        const auto g = arriving.gradient(row, d, i, lanes);
        const auto normal = normalizers[row].normal(d);
        products = multiply_add(g, normal, products);
        gradients = gradients + g;
        if (centers) of_rows[row] = multiply_add(scale, g, of_rows[row]);
        of_rows[rows + row] = multiply_add(scale * g, normal, of_rows[rows + row]);
      }
      if (sums == nullptr) return;
      add_to(sums + i, products, lanes);
      add_to(sums + length + i, gradients, lanes);
    });
  }
  if (pass.dx == nullptr) return;
  Pack<T> constants[rows], slopes[rows];
  TWEED_UNROLL
  for (Index row = 0; row < rows; ++row) {
    const auto share = T{-1} / static_cast<T>(length) * normalizers[row].inverse;
    constants[row] = share * Pack<T>::constant(totals[row]);
    slopes[row] = share * Pack<T>::constant(totals[rows + row]);
  }
  T* const dx = pass.dx + first_row * length;
  for (Index first = 0; first < length; first += row_piece) {
    const ArrivingRows<T, rows> arriving(pass, normalizers, first_row, first, aside);
    for_each_pack<T>(std::min(row_piece, length - first), [&](Index k, Index lanes) {
      const Index i = first + k;
      const auto scale = normalizers[0].scale_at(i, lanes);
      TWEED_UNROLL
      for (Index row = 0; row < rows; ++row) {
        const auto& n = normalizers[row];
        const auto d = arriving.distance(row, i, lanes);
        const auto g = arriving.gradient(row, d, i, lanes);
        const auto rest = multiply_add(n.normal(d), slopes[row], constants[row]);
        multiply_add(scale * g, n.inverse, rest).store(dx + row * length + i, lanes);
      }
    });
  }
}

/// Rows in blocks: those of a block go through each step side by side, if they fit into the
/// first-level cache.
struct RowBlocks {
  static constexpr Index together = 4;

  Index rows;
  Index length;

  constexpr Index of_block() const { return length <= 2048 ? together : 1; }
  constexpr Index count() const { return (rows + of_block() - 1) / of_block(); }
  /// Blocks that are enough work for a thread.
  constexpr Index grain() const {
    return std::max<Index>(1, elementwise_grain / (of_block() * length));
  }
  /// Calls `body(block)` for each, and `finish()` behind the last of some neighbours that a thread
  /// takes together.
  template <class Body, class Finish>
  void for_each(int threads, const Body& body, const Finish& finish) const {
    parallel_for((count() + grain() - 1) / grain(), threads, [&](Index part, int) {
      const Index end = std::min(count(), (part + 1) * grain());
      for (Index block = part * grain(); block < end; ++block) body(block);
      finish();
    });
  }
  /// Calls `all(row)` for the first row of a whole block, else `one(row)` for each of its rows.
  template <class All, class One>
  void run(Index block, const All& all, const One& one) const {
    const Index first = block * of_block();
    const Index end = std::min(rows, first + of_block());
    if (end - first == together) return all(first);
    for (Index row = first; row < end; ++row) one(row);
  }
};

template <class T>
void block_gradients(const LayerNormBackward<T>& pass, const RowBlocks& blocks, Index block,
                     T* sums) {
  blocks.run(
      block, [&](Index row) { row_gradients<T, RowBlocks::together>(pass, row, sums); },
      [&](Index row) { row_gradients<T, 1>(pass, row, sums); });
}

}  // namespace detail

template <class T>
void layer_norm(const LayerNormForward<T>& pass) {
  using detail::RowBlocks;
  const RowBlocks blocks{pass.rows, pass.length};
  const bool streams = pass.x != pass.y && !pass.activation.is_other() &&
                       pass.length % line_length<T> == 0 &&
                       is_streamed_in_order(pass.y, pass.length, pass.rows * pass.length);
  const auto normalize_block = [&](Index block) {
    blocks.run(
        block,
        [&](Index row) { detail::normalize_rows<T, RowBlocks::together>(pass, row, streams); },
        [&](Index row) { detail::normalize_rows<T, 1>(pass, row, streams); });
  };
  blocks.for_each(pass.threads, normalize_block, FinishStream{streams});
}

template <class T>
void layer_norm_gradient(const LayerNormBackward<T>& pass) {
  const detail::RowBlocks blocks{pass.rows, pass.length};
  if (pass.scale_gradient == nullptr && pass.shift_gradient == nullptr) {
    blocks.for_each(
        pass.threads,
        [&](Index block) { detail::block_gradients<T>(pass, blocks, block, nullptr); }, [] {});
    return;
  }
  Scratch scratch = pass.scratch;
  T* const sums = scratch.take<T>(2 * pass.length);
  ordered_sum({.rows = blocks.count(), .columns = 2 * pass.length, .least_rows = blocks.grain()},
              sums, scratch, pass.threads,
              [&](Index block, T* to) { detail::block_gradients(pass, blocks, block, to); });
  if (pass.scale_gradient != nullptr) std::copy_n(sums, pass.length, pass.scale_gradient);
  if (pass.shift_gradient != nullptr) {
    std::copy_n(sums + pass.length, pass.length, pass.shift_gradient);
  }
}

}  // namespace TWEED_NAMESPACE::kernels
