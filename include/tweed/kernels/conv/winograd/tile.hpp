#pragma once

#include <tweed/kernels/conv/slot_steps.hpp>
#include <tweed/kernels/conv/tiling.hpp>
#include <tweed/kernels/conv/winograd/matrices.hpp>
#include <tweed/kernels/pack.hpp>

namespace TWEED_NAMESPACE::kernels::winograd {

/// What a tile's values are multiplied by on their way to the slots.
template <Index m, conv::Grid grid>
inline constexpr Matrix<m + taps - 1> matrix_of = grid == conv::Grid::input    ? input_matrix<m>()
                                                  : grid == conv::Grid::output ? output_matrix<m>()
                                                                               : kernel_matrix<m>();

/// The two-dimensional transform of a tile of the input, the output or the kernel, of as many
/// channels at once as a register holds: rows first, then columns. In memory each of its n x n
/// numbers has a slot of its own; those of a row are a group.
template <Index m, conv::Grid grid, class T>
class Tile {
  static constexpr Index n = m + taps - 1;

 public:
  /// Of a row, and rows.
  static constexpr Index length = grid == conv::Grid::input    ? n
                                  : grid == conv::Grid::output ? m
                                                               : taps;

  void clear_row(Index y) {
    for (auto& value : rows_[y]) value = Pack<T>::zero();
  }
  EIGEN_DONT_INLINE void set_row(Index y, const Pack<T>* values) { evaluate<1>(values, rows_[y]); }

  /// Row y of the tile, after `from_slots`.
  EIGEN_DONT_INLINE void get_row(Index y, Pack<T>* values) const { collect<1>(rows_[y], values); }

  EIGEN_DONT_INLINE void to_slots(T* to, const conv::SlotSteps& steps) {
    for (Index x = 0; x < n; ++x) {
      Pack<T> column[n];
      evaluate<n>(&rows_[0][x], column);
      TWEED_UNROLL
      for (Index y = 0; y < n; ++y) column[y].store(to + offset(y, x, steps));
    }
  }

  EIGEN_DONT_INLINE void from_slots(const T* from, const conv::SlotSteps& steps) {
    for (Index x = 0; x < n; ++x) {
      Pack<T> column[n];
      Pack<T> values[length];
      TWEED_UNROLL
      for (Index y = 0; y < n; ++y) column[y] = Pack<T>::load(from + offset(y, x, steps));
      collect<1>(column, values);
      TWEED_UNROLL
      for (Index y = 0; y < length; ++y) rows_[y][x] = values[y];
    }
  }

 private:
  static constexpr Index offset(Index y, Index x, const conv::SlotSteps& steps) {
    return (y * n + x) * steps.slot + y * steps.group;
  }

  static constexpr const Matrix<n>& matrix = matrix_of<m, grid>;

  static constexpr T coefficient(Index row, Index column) {
    return static_cast<T>(matrix.at[row][column]);
  }
  static EIGEN_ALWAYS_INLINE void add_multiple(T factor, const Pack<T>& value, Pack<T>& sum) {
    if (factor == T{}) return;
    sum = factor == T{1} ? sum + value : multiply_add(factor, value, sum);
  }

  /// values [n] = matrix * from [length], whose numbers are `spacing` apart. Even and odd columns
  /// are summed apart: +p takes their sum, -p their difference.
  template <Index spacing>
  static EIGEN_ALWAYS_INLINE void evaluate(const Pack<T>* from, Pack<T>* values) {
    TWEED_UNROLL
    for (Index row = 0; row < n; ++row) {
      if (row > 0 && row < n - 1 && row % 2 == 0) continue;
      Pack<T> even = Pack<T>::zero();
      Pack<T> odd = Pack<T>::zero();
      TWEED_UNROLL
      for (Index i = 0; i < length; ++i) {
        add_multiple(coefficient(row, i), from[i * spacing], i % 2 == 0 ? even : odd);
      }
      values[row] = even + odd;
      if (row > 0 && row < n - 1) values[row + 1] = even - odd;
    }
  }

  /// values [length] = the transposed matrix * from [n].
  template <Index spacing>
  static EIGEN_ALWAYS_INLINE void collect(const Pack<T>* from, Pack<T>* values) {
    Pack<T> sums[n];
    Pack<T> differences[n];
    TWEED_UNROLL
    for (Index row = 1; row + 1 < n; row += 2) {
      sums[row] = from[row * spacing] + from[(row + 1) * spacing];
      differences[row] = from[row * spacing] - from[(row + 1) * spacing];
    }
    TWEED_UNROLL
    for (Index i = 0; i < length; ++i) {
      Pack<T> value = Pack<T>::zero();
      add_multiple(coefficient(0, i), from[0], value);
      TWEED_UNROLL
      for (Index row = 1; row + 1 < n; row += 2) {
        add_multiple(coefficient(row, i), i % 2 == 0 ? sums[row] : differences[row], value);
      }
      add_multiple(coefficient(n - 1, i), from[(n - 1) * spacing], value);
      values[i] = value;
    }
  }

  Pack<T> rows_[length][n];
};

}  // namespace TWEED_NAMESPACE::kernels::winograd
