#pragma once

#include <tweed/core/parallel.hpp>
#include <tweed/core/scratch.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/relu.hpp>

#include <algorithm>

namespace tweed::kernels {

/// y = activation(y + bias), for y [rows,columns] and bias [columns], which may be nullptr.
template <class T>
void add_bias(T* y, Index rows, Index columns, const T* bias, Activation activation) {
  if (bias == nullptr) {
    if (activation == Activation::relu) relu(y, y, rows * columns, 1);
    return;
  }
  for (Index r = 0; r < rows; ++r, y += columns) {
    if (activation == Activation::relu) {
      for (Index c = 0; c < columns; ++c) {
        const T value = y[c] + bias[c];
        y[c] = value < T{} ? T{} : value;
      }
    } else {
      for (Index c = 0; c < columns; ++c) y[c] += bias[c];
    }
  }
}

/// sum [count] of `parts` partial sums [parts,count], always added in the same order.
template <class T>
void sum_parts(const T* partial, Index parts, Index count, T* sum, int threads) {
  parallel_ranges(count, elementwise_grain / 8, threads, [&](Index begin, Index end) {
    std::fill(sum + begin, sum + end, T{});
    for (Index part = 0; part < parts; ++part) {
      const T* const from = partial + part * count;
      for (Index i = begin; i < end; ++i) sum[i] += from[i];
    }
  });
}

namespace detail {

/// Rows added up at a time: sums of sums lose less than one long sum.
inline constexpr Index bias_block_rows = 64;

template <class T>
void sum_rows(const T* dy, Index rows, Index columns, T* block, T* sum) {
  std::fill_n(sum, columns, T{});
  for (Index begin = 0; begin < rows; begin += bias_block_rows) {
    std::fill_n(block, columns, T{});
    const Index end = std::min(rows, begin + bias_block_rows);
    for (Index r = begin; r < end; ++r) {
      for (Index c = 0; c < columns; ++c) block[c] += dy[r * columns + c];
    }
    for (Index c = 0; c < columns; ++c) sum[c] += block[c];
  }
}

}  // namespace detail

template <class T>
constexpr Index bias_gradient_scratch_bytes(Index columns) {
  return 2 * Scratch::bytes<T>(max_batch_parts * columns);
}

/// gradient [columns] = sum of the rows of dy [rows,columns].
template <class T>
void bias_gradient(const T* dy, Index rows, Index columns, T* gradient, Scratch scratch,
                   int threads) {
  T* const partial = scratch.take<T>(max_batch_parts * columns);
  T* const block = scratch.take<T>(max_batch_parts * columns);
  const BatchParts parts{rows};
  parallel_for(parts.count(), threads, [&](Index part, int) {
    const Index begin = parts.begin(part);
    detail::sum_rows(dy + begin * columns, parts.end(part) - begin, columns, block + part * columns,
                     partial + part * columns);
  });
  sum_parts(partial, parts.count(), columns, gradient, threads);
}

}  // namespace tweed::kernels
