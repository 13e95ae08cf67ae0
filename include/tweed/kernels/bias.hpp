#pragma once

#include <tweed/core/ordered_sum.hpp>
#include <tweed/kernels/activation.hpp>
#include <tweed/kernels/relu.hpp>

namespace TWEED_NAMESPACE::kernels {

/// y = activation(y + bias), for y [rows,columns] and bias [columns], which may be nullptr.
template <class T>
void add_bias(T* y, Index rows, Index columns, const T* bias, const Activation& activation) {
  if (bias == nullptr) {
    if (activation.is_relu()) relu(y, y, rows * columns, 1);
    return apply_other(activation, y, rows * columns);
  }
  for (Index r = 0; r < rows; ++r, y += columns) {
    if (activation.is_relu()) {
      for (Index c = 0; c < columns; ++c) {
        const T value = y[c] + bias[c];
        y[c] = value < T{} ? T{} : value;
      }
    } else {
      for (Index c = 0; c < columns; ++c) y[c] += bias[c];
      apply_other(activation, y, columns);
    }
  }
}

using tweed::sum_parts;

template <class T>
constexpr Index bias_gradient_scratch_bytes(Index columns, int threads) {
  return ordered_sum_scratch_bytes<T>(columns, threads);
}

/// gradient [columns] = sum of the rows of dy [rows,columns].
template <class T>
void bias_gradient(const T* dy, Index rows, Index columns, T* gradient, Scratch scratch,
                   int threads) {
  ordered_sum({.rows = rows, .columns = columns, .least_rows = 64}, gradient, scratch, threads,
              [&](Index row, T* sum) {
                const T* const from = dy + row * columns;
                for (Index c = 0; c < columns; ++c) sum[c] += from[c];
              });
}

}  // namespace TWEED_NAMESPACE::kernels
