#pragma once

#include <tweed/core/shape.hpp>

namespace TWEED_NAMESPACE::kernels {

/// View of a matrix whose element (r, c) is `data[r * row_step + c * column_step]`.
template <class T>
struct Matrix {
  T* data;
  Index rows;
  Index columns;
  Index row_step;
  Index column_step = 1;

  T& operator()(Index r, Index c) const { return data[r * row_step + c * column_step]; }
  Matrix transposed() const { return {data, columns, rows, column_step, row_step}; }
  Matrix block(Index r, Index c, Index height, Index width) const {
    return {data + (r * row_step + c * column_step), height, width, row_step, column_step};
  }
};

/// Rows that lie one after another.
template <class T>
Matrix<T> row_major(T* data, Index rows, Index columns) {
  return {data, rows, columns, columns};
}

}  // namespace TWEED_NAMESPACE::kernels
