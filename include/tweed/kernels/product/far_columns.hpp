#pragma once

#include <tweed/core/buffer.hpp>
#include <tweed/core/shape.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// Columns of a matrix, each in one piece, whose beginnings are at least so many bytes apart fall
/// on few sets of a cache and on a page each. Where many products read them, they are copied next
/// to each other first.
inline constexpr Index far_column_bytes = 2048;

template <class T>
constexpr bool are_columns_far(Index step) {
  return step * Index{sizeof(T)} >= far_column_bytes;
}

/// From one copy of `rows` elements to the next. A cache line more than a power of two spreads them
/// over all sets.
template <class T>
constexpr Index column_copy_step(Index rows) {
  return rows + alignment / Index{sizeof(T)};
}

/// Copies `rows` elements from `first_row` on of each of `count` columns to places `to_step` apart,
/// and points to the copies instead.
template <class T>
void copy_columns(const T** columns, Index count, Index first_row, Index rows, T* to,
                  Index to_step) {
  for (Index d = 0; d < count; ++d, to += to_step) {
    std::copy_n(columns[d] + first_row, rows, to);
    columns[d] = to;
  }
}

}  // namespace TWEED_NAMESPACE::kernels
