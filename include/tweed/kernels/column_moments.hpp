#pragma once

#include <tweed/core/scratch.hpp>
#include <tweed/kernels/normalize.hpp>

#include <algorithm>

namespace TWEED_NAMESPACE::kernels {

/// The mean of some numbers, and the sum of the squares of their distances from it.
struct MeanAndSquares {
  double mean;
  double squares;
};

namespace detail {

/// Mean and squares of each column of rows that come block by block: within a block first the mean
/// and then the distances from it, and blocks are put together as Chan, Golub and LeVeque do it
/// (*Updating Formulae and a Pairwise Algorithm for Computing Sample Variances*, 1979).
template <class T>
struct ColumnMoments {
  const WideRows& rows;
  const T* origin;  // [width], numbers of these columns: what is taken off first, so that numbers
                    // far from zero lose no digits
  T* mean;          // [width], from `origin` on
  T* squares;       // [width]
  T* block;         // [width], for itself

  /// Measures the rows [first, last) of x, block by block.
  void measure(const T* x, Index first, Index last) const {
    const Index width = rows.width();
    for (T* const values : {mean, squares}) std::fill_n(values, width, T{});
    const Index whole = std::min(last, rows.pixels / rows.pixels_a_row());
    const Index most = std::max<Index>(4, 4096 / width);
    for (Index row = first; row < whole; row += most) {
      add(x + row * width, std::min(most, whole - row), width, row - first);
    }
    if (whole < last) add(x + whole * width, 1, rows.size(whole), whole - first);
  }

 private:
  /// Takes in a block of `count` rows that fits into the cache, `columns` numbers of each, behind
  /// `before` others. It comes from memory row by row, and is then there to go through by columns.
  void add(const T* x, Index count, Index columns, Index before) const {
    const Index width = rows.width();
    std::fill_n(block, columns, T{});
    for (Index row = 0; row < count; ++row) {
      for_each_pack<T>(columns, [&](Index i, Index lanes) {
        prefetch_ahead(x + row * width + i);
        const auto d = Pack<T>::load(x + row * width + i, lanes) - Pack<T>::load(origin + i, lanes);
        add_to(block + i, d, lanes);
      });
    }
    const T each = T{1} / static_cast<T>(count);
    const T share = static_cast<T>(count) / static_cast<T>(before + count);
    const T weight = static_cast<T>(before) * share;
    for_each_pack<T>(columns, [&](Index i, Index lanes) {
      const auto from = Pack<T>::load(origin + i, lanes);
      const auto block_mean = each * Pack<T>::load(block + i, lanes);
      auto block_squares = Pack<T>::load(squares + i, lanes);
      for (Index row = 0; row < count; ++row) {
        const auto d = (Pack<T>::load(x + row * width + i, lanes) - from) - block_mean;
        block_squares = multiply_add(d, d, block_squares);
      }
      const auto old = Pack<T>::load(mean + i, lanes);
      const auto step = block_mean - old;
      multiply_add(weight, step * step, block_squares).store(squares + i, lanes);
      multiply_add(share, step, old).store(mean + i, lanes);
    });
  }
};

/// What the columns of `rows` count from: `first_pixel` [channels], over and over.
template <class T>
const T* take_origin(const WideRows& rows, const T* first_pixel, Scratch& scratch) {
  T* const origin = scratch.take<T>(rows.width());
  std::copy_n(first_pixel, rows.channels, origin);
  rows.repeat(origin);
  return origin;
}

/// Mean and squares of each group of neighbouring channels, `to` [groups], of some pixels x
/// [pixels,channels]. `first_pixel` [channels] are numbers of the same image.
template <class T>
void measure_groups(const WideRows& rows, Index groups, const T* x, const T* first_pixel,
                    Scratch scratch, MeanAndSquares* to) {
  const Index width = rows.width();
  const ColumnMoments<T> columns{.rows = rows,
                                 .origin = take_origin(rows, first_pixel, scratch),
                                 .mean = scratch.take<T>(width),
                                 .squares = scratch.take<T>(width),
                                 .block = scratch.take<T>(width)};
  columns.measure(x, 0, rows.count());
  const Index whole_rows = rows.pixels / rows.pixels_a_row();
  const Index rest = rows.pixels * rows.channels - whole_rows * width;  // numbers of a last row

  const Index run = rows.channels / groups;
  const auto count = static_cast<double>(rows.pixels * run);
  /// Calls `body(i, numbers)` for the columns of a group that have numbers.
  const auto for_each_column = [&](Index group, const auto& body) {
    for (Index first = group * run; first < (whole_rows > 0 ? width : rest);
         first += rows.channels) {
      const auto numbers = static_cast<double>(whole_rows + (first < rest ? 1 : 0));
      for (Index i = first; i < first + run; ++i) body(i, numbers);
    }
  };
  for (Index g = 0; g < groups; ++g) {
    double mean = 0.0;
    const auto mean_of = [&](Index i) {
      return static_cast<double>(columns.origin[i]) + static_cast<double>(columns.mean[i]);
    };
    for_each_column(g, [&](Index i, double numbers) { mean += numbers / count * mean_of(i); });
    double squares = 0.0;
    for_each_column(g, [&](Index i, double numbers) {
      const double distance = mean_of(i) - mean;
      squares += static_cast<double>(columns.squares[i]) + numbers * distance * distance;
    });
    to[g] = {mean, squares};
  }
}

}  // namespace detail

}  // namespace TWEED_NAMESPACE::kernels
